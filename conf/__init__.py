"""What a person types: the `pontine` command and one Hydra app with its YAML per verb.

The modules in `__all__` are what is public; those of the verbs are for `main` to run.
"""

__all__ = ["contracts", "main", "options", "overrides", "plugins", "registries", "verbs"]
