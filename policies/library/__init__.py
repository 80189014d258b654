"""The policies that come with Pontine, and where in a library each file is.

A library is a folder with one of each task, as a training run leaves it, and the student of them all:

    TASK/policy.*   the policy (weights `.safetensors`, card `.json`, as everything here)
    TASK/clone.*    the clone of the demonstrator that it started from
    TASK/critic.*   the critic that says how likely the policy is to succeed, and its reliability plot
    student.*       the one small network that was distilled from all policies
"""

from __future__ import annotations

from pathlib import Path

LIBRARY = Path(__file__).parent
"""The library that comes with Pontine."""


def policy_path(task: str, library: str | Path | None = None) -> Path:
    """Where a task's policy is, without the endings of its files, in a library (the shipped one if None)."""
    return _folder(library) / task / "policy"


def clone_path(task: str, library: str | Path | None = None) -> Path:
    """Where the clone is that a task's policy started from, if the library has it."""
    return _folder(library) / task / "clone"


def critic_path(task: str, library: str | Path | None = None) -> Path:
    """Where the critic of a task's policy is, if the library has it."""
    return _folder(library) / task / "critic"


def critic_beside(policy: str | Path) -> Path:
    """Where the critic of a policy at a path is: beside it."""
    return Path(policy).with_name("critic")


def critic_for(task: str, policy: str | Path) -> Path:
    """Where a new critic of a policy goes: beside it, but not into a package that was installed: then into `runs/`.

    Example:
        >>> critic_for("pick", "runs/mine/policy").as_posix(), critic_for("pick", policy_path("pick")).as_posix()
        ('runs/mine/critic', 'runs/critic-pick/critic')
    """
    there = Path(policy).resolve()
    shipped = there.is_relative_to(LIBRARY.resolve()) or "site-packages" in there.parts
    return Path("runs", f"critic-{task}", "critic") if shipped else critic_beside(policy)


def student_path(library: str | Path | None = None) -> Path:
    """Where the student of all policies is, if the library has it."""
    return _folder(library) / "student"


def is_there(path: Path) -> bool:
    """Whether there is a network at a path without the endings of its files."""
    return path.with_name(f"{path.name}.safetensors").is_file()


def find(name: str) -> Path:
    """Where a policy is: that of a task in the shipped library, or the student, if it has this name; else the path."""
    shipped = student_path() if name == "student" else policy_path(name)
    return shipped if is_there(shipped) else Path(name)


def tasks(library: str | Path | None = None) -> tuple[str, ...]:
    """The tasks that a library has policies for, sorted.

    Example:
        >>> "pick" in tasks(), is_there(critic_path("pick"))
        (True, True)
    """
    folder = _folder(library)
    return tuple(sorted(path.name for path in folder.iterdir() if is_there(policy_path(path.name, folder))))


def _folder(library: str | Path | None) -> Path:
    return LIBRARY if library is None else Path(library)


__all__ = [
    "LIBRARY",
    "clone_path",
    "critic_beside",
    "critic_for",
    "critic_path",
    "find",
    "is_there",
    "policy_path",
    "student_path",
    "tasks",
]
