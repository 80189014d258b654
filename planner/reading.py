"""`Reading`: the brain's answer to one instruction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pontine.envs.predicates import Predicate
from pontine.envs.scene import Scene, Spot

Kind = Literal["subgoals", "question", "refusal", "answer"]
Reason = Literal["impossible", "unsafe", "unsupported"]


@dataclass(frozen=True)
class Reading:
    """What an instruction asks for, or why it cannot be answered yet.

    `subgoals` are predicates in the order they must become true. `confidence` is
    the language model's probability of what it wrote, in 0..1 (None where no model
    spoke). `text` is the question or the explanation of a refusal, in the
    instruction's language; `options` are the names a question offers; `reason`
    says what kind of refusal it is; an answer, to a question about the scene, has its `text`,
    and so have subgoals that are none, where something was asked not to be done. `spots` are the places
    that subgoals such as `at(red_cube, spot_1)` name. `alternatives` are other subgoals that would do as well, as
    for "either bowl". `half` marks a question that is asked because what was
    read leaves out something that was said, or makes no sense.

    Example:
        >>> Reading("subgoals", (("in", "red_cube", "bowl"),), confidence=0.93).to_json()
        {'kind': 'subgoals', 'subgoals': [['in', 'red_cube', 'bowl']], 'confidence': 0.93}
        >>> Reading("question", text="Which cube?", options=("red_cube", "blue_cube")).to_json()["options"]
        ['red_cube', 'blue_cube']
    """

    kind: Kind
    subgoals: tuple[Predicate, ...] = ()
    confidence: float | None = None
    text: str = ""
    options: tuple[str, ...] = ()
    reason: Reason | None = None
    alternatives: tuple[tuple[Predicate, ...], ...] = ()
    half: bool = False
    spots: tuple[Spot, ...] = ()
    about: str = ""
    """The words of a question whether something else was meant by them."""
    by: tuple[tuple[Predicate, str], ...] = ()
    """The skill by which some subgoals are to be brought about, where the instruction says how ("push it there")."""
    words: tuple[str, ...] = field(default=(), compare=False)
    """The words of the instruction by which things, places and deeds were understood, as they were read from it; empty
    where nobody can tell."""

    def to_json(self) -> dict[str, Any]:
        """The JSON shape of the design: the fields that this kind of reading has."""
        out: dict[str, Any] = {"kind": self.kind}
        if self.kind == "subgoals":
            out["subgoals"] = [list(goal) for goal in self.subgoals]
            if self.text:
                out["text"] = self.text
            if self.alternatives:
                out["alternatives"] = [[list(goal) for goal in goals] for goals in self.alternatives]
            if self.spots:
                out["spots"] = [spot.to_json() for spot in self.spots]
            if self.by:
                out["by"] = [[list(goal), skill] for goal, skill in self.by]
        elif self.kind == "question":
            out |= {"text": self.text, "options": list(self.options)}
        elif self.kind == "answer":
            out["text"] = self.text
        else:
            out |= {"reason": self.reason, "text": self.text}
        if self.words:
            out["words"] = list(self.words)
        if self.confidence is not None:
            out["confidence"] = round(self.confidence, 4)
        return out


@dataclass(frozen=True)
class Turn:
    """An instruction that was carried out: the scene before it, and the goals it was read as."""

    instruction: str
    scene: Scene
    goals: tuple[Predicate, ...]


def subgoals(*goals: Predicate, confidence: float | None = None) -> Reading:
    """A reading that asks for these predicates, in this order."""
    return Reading("subgoals", tuple(goals), confidence)


def question(text: str, options: tuple[str, ...] = (), confidence: float | None = None) -> Reading:
    """A reading that asks back, offering the names in `options`."""
    return Reading("question", (), confidence, text, options)


def answer(text: str, confidence: float | None = None) -> Reading:
    """A reading that answers a question about the scene; nothing moves."""
    return Reading("answer", (), confidence, text)


def refusal(reason: Reason, text: str, confidence: float | None = None) -> Reading:
    """A reading that declines, saying why."""
    return Reading("refusal", (), confidence, text, (), reason)
