"""Pure functions of logits and scores that the systems compose into their players' losses."""
