"""A local page on which a person picks a model that ships and moves what its pictures are made of."""
