"""Pictures for people: what is seen drawn into what was seen, and the table from above.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["overlay", "painter", "plan"]
