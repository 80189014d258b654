"""The SO-101: its body, its kinematics, how actions move it, and the constants of one such arm.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["control", "dynamics", "kinematics", "model"]
