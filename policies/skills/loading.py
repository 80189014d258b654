"""The library of skills on disk."""

from __future__ import annotations

from pathlib import Path

from ..actor import Actor, PolicyError, load
from ..library import LIBRARY, is_there, policy_path
from .skill import SKILLS, Skill


def trained_tasks(of: type = Skill, own: bool = False) -> tuple[str, ...]:
    """The tasks whose policies the registered skills run, sorted; two skills may share one.

    `of=HandlingSkill`: those in which something is handled; in the others the arm moves over an empty table.
    `own`: only of the skills that come with Pontine.
    """
    skills = SKILLS.own() if own else tuple(SKILLS.values())
    return tuple(sorted({skill.task for skill in skills if issubclass(skill, of)}))


def load_library(path: str | Path | None = None) -> dict[str, Skill]:
    """Every registered skill with its policy, from `path` (the shipped library if None) or the skill's own library.

    A skill whose policy is not there is loaded without one: it says what is missing when it is called.

    Raises PolicyError if the folder is missing or a policy in it is damaged.

    Example:
        >>> pick = load_library()["pick"]
        >>> pick.arguments, pick.missing, pick.goal_of(["red_cube"])
        (('object',), None, (('holding', 'red_cube'),))
    """
    folder = LIBRARY if path is None else Path(path)
    if not folder.is_dir():
        raise PolicyError(f"there is no library folder {str(folder)!r}")
    actors: dict[Path, Actor | None] = {}
    return {name: skill(_actor(policy_file(skill, folder), actors)) for name, skill in SKILLS.items()}


def policy_file(skill: type[Skill], folder: Path = LIBRARY) -> Path:
    """Where the policy of a skill is (without the ending of its files): in `folder`, or in the skill's own library."""
    shipped = policy_path(skill.task, folder)
    return shipped if skill.library is None or is_there(shipped) else policy_path(skill.task, skill.library)


def policy_of(task: str, folder: Path = LIBRARY) -> Path:
    """Where the policy of a task is that registered skills run, as `policy_file` has it."""
    skill = next((skill for skill in SKILLS.values() if skill.task == task), None)
    return policy_path(task, folder) if skill is None else policy_file(skill, folder)


def _actor(file: Path, loaded: dict[Path, Actor | None]) -> Actor | None:
    if file not in loaded:
        loaded[file] = load(file)[0] if is_there(file) else None
    return loaded[file]


__all__ = ["LIBRARY", "SKILLS", "load_library", "policy_file", "policy_of", "trained_tasks"]
