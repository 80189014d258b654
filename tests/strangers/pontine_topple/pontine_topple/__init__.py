"""Knock a standing cylinder over: a task, its demonstrator, a predicate, and a skill with its words and its policy.

The policy was made by `pontine train task=topple`; its card says how.
"""

from . import demonstrator, skill, task

__all__ = ["demonstrator", "skill", "task"]
