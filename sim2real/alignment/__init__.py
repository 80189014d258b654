"""Hand and camera brought together: what an arm differs by from its model, fitted to where a camera sees its hand.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["align", "alignment", "drift", "fit", "geometry", "lateness", "poses", "refusals", "visit"]
