"""What stands between Pontine and the world outside it.

Other people's JSON, what reaches a terminal, and what an operating system lacks.
"""

__all__ = ["bounded_http", "json_text", "plain_text", "platform"]
