"""The skills, how they are trained, and the policies that come with Pontine.

The parts and modules in `__all__` are what is public; a part says in its own `__all__` which of its modules are.
"""

__all__ = [
    "actor",
    "benchmark",
    "critic",
    "demonstrators",
    "evaluate",
    "export",
    "library",
    "provenance",
    "skills",
    "statistics",
    "threads",
    "training",
    "watching",
]
