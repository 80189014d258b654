"""Wishes about where on the table things are to stand, worked out to places: geometry, with no language in it.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["layouts", "places", "table", "wishes"]
