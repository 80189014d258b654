"""The skills there are, by the names that plans call them by, and their library on disk."""

from __future__ import annotations

from pathlib import Path

from ..actor import LIBRARY, load
from .fixture_skills import CloseSkill, OpenSkill, PressSkill
from .handling import HandlingSkill
from .object_skills import PickSkill, PlaceSkill, PushSkill
from .reach_skills import HomeSkill, ReachSkill
from .skill import Skill

SKILLS: dict[str, type[Skill]] = {
    skill.name: skill
    for skill in (ReachSkill, HomeSkill, PickSkill, PlaceSkill, PushSkill, OpenSkill, CloseSkill, PressSkill)
}
"""The skill classes by name."""


TASKS = tuple(sorted({skill.task for skill in SKILLS.values()}))
"""The tasks whose policies the skills run; two skills may share one."""

HANDLING = tuple(sorted({skill.task for skill in SKILLS.values() if issubclass(skill, HandlingSkill)}))
"""Those in which something is handled; in the others the arm moves over an empty table."""


def load_library(path: str | Path | None = None) -> dict[str, Skill]:
    """Every skill with its policy from `path` (the shipped library if None).

    Raises PolicyError if a policy file is missing or damaged.
    """
    folder = LIBRARY if path is None else Path(path)
    actors = {task: load(folder / task)[0] for task in TASKS}
    return {name: skill(actors[skill.task]) for name, skill in SKILLS.items()}


__all__ = ["HANDLING", "LIBRARY", "SKILLS", "TASKS", "load_library"]
