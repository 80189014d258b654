"""The real arm: calibration, the control loop, and the safety between policy and bus.

Its modules are what is public, those in `__all__`.
"""

__all__ = [
    "calibration",
    "control_loop",
    "dry_run",
    "emergency",
    "envelope",
    "homing",
    "limits",
    "monitors",
    "profiles",
    "safety_profile",
    "serial_arm",
    "stops",
    "timing",
    "torque",
]
