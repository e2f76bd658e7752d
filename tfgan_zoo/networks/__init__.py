"""Builders that return functional `keras.Model`s: generators, discriminators, critics."""
