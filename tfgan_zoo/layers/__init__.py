"""Keras layers that Keras lacks: maxout, and dropout that is the same on any number of replicas."""
