"""A real arm's servo constants, from how it moves.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["excitation", "identify", "servo_model"]
