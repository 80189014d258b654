"""An arm that follows a person: by a leader arm that is moved by hand, or by keys.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["follow", "keyboard", "leader"]
