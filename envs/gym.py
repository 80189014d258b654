"""The two gymnasium faces of a task: one world, and many stepped by one call."""

from __future__ import annotations

from .faces.single import GoalTaskEnv, TaskEnv
from .faces.vector import GoalTaskVectorEnv, TaskVectorEnv

__all__ = ["GoalTaskEnv", "GoalTaskVectorEnv", "TaskEnv", "TaskVectorEnv"]
