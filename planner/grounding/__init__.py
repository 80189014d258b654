"""Form and scene to subgoals: the goal form's words are looked up among the things there are. No model in it.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["grounder", "naming", "skills"]
