"""The emulated arm put to the test: faults, identification, scenes, timing.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["benchmark", "fault_commands", "fault_trials", "identify_trials", "staged"]
