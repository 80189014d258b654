"""Plans played in randomised copies of the very scene before anything moves.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["choosing", "copies", "playing", "rehearsal", "rehearsing", "variants", "way"]
