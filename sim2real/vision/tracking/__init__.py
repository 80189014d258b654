"""From look to look: what is where, what the hand holds, and whether the pictures are of now.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["grip", "hand_offset", "liveness", "tracker"]
