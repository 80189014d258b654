"""What Gymnasium sees of a task: one world, and many stepped by one call."""

from __future__ import annotations

__all__ = ["actions", "face", "infos", "options", "placing", "seeds", "settings", "single", "vector", "view"]
