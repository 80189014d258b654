"""From words to motion: an instruction becomes subgoals, subgoals a plan, a plan what the arm does.

The parts and modules in `__all__` are what is public; a part says in its own `__all__` which of its modules are.
"""

__all__ = ["benchmarks", "brain", "execution", "language", "planning", "reading", "spots", "tuning"]
