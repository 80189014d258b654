"""Episodes on disk, as LeRobot datasets.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["dataset", "lerobot_units", "recording", "replay", "writer"]
