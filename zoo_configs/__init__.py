"""One folder a system, one YAML file a configuration."""
