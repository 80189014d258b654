"""Arms that are not there: servos, mechanics and cameras behind a pseudo-terminal.

Its modules are what is public, those in `__all__`.
"""

__all__ = [
    "arm_profile",
    "drawn_arm",
    "emulated_arm",
    "emulated_servo",
    "emulator",
    "process",
    "profiles",
    "servo",
    "shaft",
]
