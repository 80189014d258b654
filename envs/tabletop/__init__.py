"""The table: what can stand on it, how it is laid, and many of them simulated together.

Its modules are what is public, those in `__all__`.
"""

__all__ = [
    "fixture_spec",
    "fixtures",
    "kinds",
    "layout",
    "objects",
    "randomization",
    "sensing",
    "support",
    "table",
    "worlds",
]
