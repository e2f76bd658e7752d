"""Keras layers that Keras lacks: maxout, and noise that is the same on any number of replicas."""
