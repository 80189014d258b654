"""The library of skills on disk."""

from __future__ import annotations

from pathlib import Path

from ..actor import LIBRARY, Actor, PolicyError, load
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
    """
    folder = LIBRARY if path is None else Path(path)
    if not folder.is_dir():
        raise PolicyError(f"there is no library folder {str(folder)!r}")
    actors: dict[Path, Actor | None] = {}
    return {name: skill(_actor(policy_file(skill, folder), actors)) for name, skill in SKILLS.items()}


def policy_file(skill: type[Skill], folder: Path = LIBRARY) -> Path:
    """Where the policy of a skill is (without the ending of its files): in `folder`, or in the skill's own library."""
    if skill.library is None or _is_there(folder / skill.task):
        return folder / skill.task
    return Path(skill.library) / skill.task


def _actor(file: Path, loaded: dict[Path, Actor | None]) -> Actor | None:
    if file not in loaded:
        loaded[file] = load(file)[0] if _is_there(file) else None
    return loaded[file]


def _is_there(file: Path) -> bool:
    return file.with_name(f"{file.name}.safetensors").is_file()


__all__ = ["LIBRARY", "SKILLS", "load_library", "policy_file", "trained_tasks"]
