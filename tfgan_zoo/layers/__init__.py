"""Keras layers that Keras lacks, and those that must not depend on the number of replicas."""
