"""What the words of a goal form mean in a scene: which things, what can be done with them, which places. No model.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["abilities", "query", "resolve"]
