"""`Plan`: skill calls that make subgoals true, found by search and validated before anything moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pontine.envs.errors import PontineError
from pontine.envs.predicates import Predicate
from pontine.envs.scene import Scene


class NoPlanError(PontineError):
    """The subgoals cannot be reached from this scene by the skills there are."""


@dataclass(frozen=True)
class Step:
    """One skill call, with what must hold before it and what must hold after it."""

    skill: str
    args: tuple[str, ...]
    pre: tuple[Predicate, ...]
    post: tuple[Predicate, ...]

    def to_json(self) -> dict[str, Any]:
        """`{"skill", "args", "pre", "post"}`, predicates as lists of words."""
        return {"skill": self.skill, "args": list(self.args),
                "pre": [list(p) for p in self.pre], "post": [list(p) for p in self.post]}


@dataclass(frozen=True)
class Plan:
    """Steps that reach `goal`; `valid` says that the validator and a symbolic replay agree on that."""

    steps: tuple[Step, ...]
    goal: tuple[Predicate, ...]
    valid: bool

    def to_json(self) -> dict[str, Any]:
        """The JSON shape of the design."""
        return {"steps": [s.to_json() for s in self.steps], "goal": [list(g) for g in self.goal], "valid": self.valid}


def make_plan(scene: Scene, subgoals: Sequence[Predicate]) -> Plan:
    """The plan that makes `subgoals` true in their order, and true together at the end unless a later one
    contradicts an earlier one. Raises NoPlanError saying why there is none."""
    raise NotImplementedError
