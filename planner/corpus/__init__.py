"""The sentences that the language model's adapter is trained on, and the goal forms that they mean.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["manners", "rules", "templates"]
