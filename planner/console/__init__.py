"""The console: a session as a page in the browser.

Its modules are what is public, those in `__all__`.
"""

__all__ = [
    "camera_view",
    "console",
    "ghost",
    "guard",
    "holding",
    "past",
    "picture",
    "review",
    "serving",
    "story",
    "table",
    "twin",
]
