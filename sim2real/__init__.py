"""The real arm: its bus, its safety, what its cameras see, and an emulated one to try all that on.

The parts and modules in `__all__` are what is public; a part says in its own `__all__` which of its modules are.
"""

__all__ = ["arm", "bringup", "bus", "data", "emulation", "identification", "quantities", "trials", "vision"]
