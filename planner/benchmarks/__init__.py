"""How well instructions are read, and carried out.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["brain_benchmark", "checks", "demo_benchmark", "items", "sentences"]
