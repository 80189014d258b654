"""How fast the worlds are.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["compare", "throughput"]
