"""`AdversarialModel` and what systems are composed of."""
