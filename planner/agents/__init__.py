"""The door for agents: programs that use the arm through tools, over the Model Context Protocol.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["door", "http", "plans", "server", "serving"]
