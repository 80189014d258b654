"""From a new arm to one that is fit to move: find, calibrate, check.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["calibrate", "check", "find", "guide", "leftovers", "plausibility"]
