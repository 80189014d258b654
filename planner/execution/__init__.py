"""Plans to motion: the executive, the session with a person, and the report.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["asking", "batch", "demo", "events", "executive", "report", "run", "session", "showing", "terminal"]
