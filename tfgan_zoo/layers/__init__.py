"""Keras layers that Keras lacks: maxout, and dropout and batch norm for any number of replicas."""
