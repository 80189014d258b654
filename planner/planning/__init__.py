"""Subgoals to plans: the search, the plan and its score.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["goals", "plan", "problem", "score"]
