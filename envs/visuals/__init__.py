"""What the simulation looks like: meshes, pictures, videos.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["gl", "render", "video", "visual_model", "window"]
