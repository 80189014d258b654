"""What stands between Pontine and the world outside it: other people's JSON, and what an operating system lacks."""

__all__ = ["json_text"]
