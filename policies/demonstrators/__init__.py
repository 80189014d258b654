"""Scripted rules that solve the tasks and that policies are cloned from.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["demonstrator", "fixture_rules", "object_rules", "push_rule", "rules"]
