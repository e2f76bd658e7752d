"""Feature extractors, streaming statistics and the metrics that score generators."""
