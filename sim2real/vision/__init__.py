"""Cameras, tags and colours: where things are.

Its modules are what is public, those in `__all__`.
"""

__all__ = [
    "camera",
    "camera_calibration",
    "color_finder",
    "drawing",
    "lens",
    "markers",
    "scene_source",
    "sheet",
    "tag_pose",
    "tag_scene",
    "tags",
    "tracking",
]
