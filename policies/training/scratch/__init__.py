"""Learning from nothing but the reward: PPO, and how much of it the tasks teach.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["benchmark", "ppo"]
