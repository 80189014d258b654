"""What is shown of a run while it goes on: how far it has come, and a film with that in the picture.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["captions", "progress", "video", "watched"]
