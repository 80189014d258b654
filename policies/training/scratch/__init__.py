"""Algorithms that learn from nothing but the reward: one file each.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["benchmark", "ppo"]
