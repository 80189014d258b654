"""What a person types: the `pontine` command and one Hydra app with its YAML per verb."""
