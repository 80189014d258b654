"""Skills: options that run a policy on a `Robot` until they are done, and the operators they declare.

A skill is a `Skill` class registered in `SKILLS`; `load_library` gives all of them with their policies.

Its modules are what is public, those in `__all__`.
"""

__all__ = [
    "fixture_skills",
    "handling",
    "loading",
    "object_skills",
    "operator",
    "placement",
    "reach_skills",
    "room",
    "skill",
]
