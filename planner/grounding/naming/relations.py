"""Which things stand in the relation that a phrase tells them by: next to another, in it, part of it, nearest to it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pontine.envs.predicates import DIRECTION_MARGIN, holds
from pontine.envs.scene import TABLE, Fixture, Scene, SceneObject
from pontine.planner.grounding.naming.picking import (
    by_distance,
    compared,
    lying_between,
    nth,
    ordinal,
    stacked,
    topped,
)
from pontine.planner.grounding.naming.properties import has
from pontine.planner.grounding.naming.query import Description, Match, Subject, find, pick_by_side, pick_by_size
from pontine.planner.language import lexicon
from pontine.planner.language.form import Term
from pontine.planner.language.languages import every
from pontine.planner.language.messages import word
from pontine.planner.language.segments import join_units
from pontine.planner.reading import Reading, question, refusal

Thing = SceneObject | Fixture

_DIRECTIONAL = {"left": "left_of", "right": "right_of", "front": "in_front_of", "behind": "behind"}
_AXES = {"left": (1, 1), "right": (1, -1), "front": (0, -1), "behind": (0, 1)}

PICKED = ("held", "is", "has", "of", "bigger", "smaller", "nearest", "farthest")
"""Relations that pick things by other than where they stand."""

_SENSELESS = frozenset(("onto_itself", "one_target", "unclear"))
"""Questions to which hardly anything that people say leads, unlike what was misread."""


_DOUBTED = frozenset(("missing_near", "unsure"))
"""Questions whether words mean something that they do not fit."""


class Unresolved(Exception):
    """Carries the question or refusal that answers instead of subgoals."""

    def __init__(self, reading: Reading, missing: bool = False) -> None:
        super().__init__(reading.text)
        self.reading = reading
        self.missing = missing
        """Whether it is because there is no such thing."""


@dataclass
class Relations:
    """What is said of a scene's things in one language, and what `it` is there: `last`, what was spoken of."""

    scene: Scene
    language: str
    last: tuple[str, ...] = ()
    now: dict[str, str] = field(default_factory=dict)
    """What things stand on or in by what was asked before in the same form."""

    def ask(self, key: str, what: str = "", options: Sequence[str] = (), count: int = 0) -> Unresolved:
        """A question, offering `options`."""
        told = question(word(key, self.language, what, options, count), tuple(options))
        return Unresolved(replace(told, half=key in _SENSELESS, about=what if key in _DOUBTED else ""))

    def decline(self, key: str, what: str = "", options: Sequence[str] = ()) -> Unresolved:
        """A refusal because it is impossible."""
        return Unresolved(refusal("impossible", word(key, self.language, what, options)))

    def nothing(self, what: str, match: Match) -> Unresolved:
        if match.near:
            return Unresolved(self.ask("missing_near", what, names_of(match.near)).reading, missing=True)
        return Unresolved(self.decline("missing", what).reading, missing=True)

    def table_words(self, words: Sequence[str]) -> bool:
        named = lexicon.kinds_of(join_units(words).removesuffix("上")) == {"table"}
        return named and not find(words, [*self.scene.objects, *self.scene.fixtures]).things

    def related(self, term: Term, things: list[Thing], what: str, several: bool) -> list[Thing]:
        """Those of the things that stand in the term's relation, or else are called so: the `door_hook` is the hook
        on the door."""
        try:
            return self._related(term, things, what, several)
        except Unresolved:
            if called := _called_so(term, things):
                return called
            raise

    def _related(self, term: Term, things: list[Thing], what: str, several: bool) -> list[Thing]:
        relation = str(term.relation)
        if relation in PICKED:
            return self._picked(term, things, what, several)
        if not term.reference:
            picked = pick_by_side(relation, things, several)
            told = Description.of(term.words)
            if len(picked) > 1 and not several and not (told.side or told.size):
                raise self.ask(
                    "positions" if any(getattr(t, "position", None) is None for t in things) else "which",
                    what,
                    names_of(picked),
                )
            return picked
        if relation in ("in", "on") and lexicon.plain(join_units(term.reference[0].words)) in lexicon.HANDS:
            return [t for t in things if t.name == self.scene.holding] or things
        references = [self.references(r) for r in term.reference]
        if relation == "between":
            return self._between(things, references, what)
        names = [n for group in references for n in group]
        if relation in ("in", "on", "under"):
            return self._supported(relation, things, names, what)
        known = [t for t in things if isinstance(t, SceneObject) and t.name not in names]
        places = [self.scene.object(n) for n in names if n in self.scene]
        if not known:
            raise self.decline("missing", what)
        if any(o.position is None for o in (*known, *places)) or not places:
            if len(known) == 1:
                return list(known)
            raise self.ask("positions", what, names_of(known))
        if relation == "near":
            return self._near(known, places, several)
        strict = [t for t in known for p in places if holds(self.scene, (_DIRECTIONAL[relation], t.name, p.name))]
        axis, sign = _AXES[relation]
        loose = [
            t
            for t in known
            for p in places
            if t.position and p.position and sign * (t.position[axis] - p.position[axis]) > DIRECTION_MARGIN
        ]
        picked = list(strict or loose)
        if not picked:
            raise self.decline("missing", what)
        return list(dict.fromkeys(picked))

    def _picked(self, term: Term, things: list[Thing], what: str, several: bool) -> list[Thing]:
        """Those of the things that the newer relations pick: by what they hold, own or are, by size or distance."""
        relation = str(term.relation)
        if relation == "held":
            return [t for t in things if t.name == self.scene.holding]
        if relation == "is" and (told := Description.of(term.reference[0].words)).size:
            # "Which cube is the biggest?"
            return pick_by_size(told, things)
        if relation == "is":
            known = [(t, has(t, term.reference[0].words, self.scene)) for t in things]
            if any(so is None for _, so in known):
                raise self.ask("unclear")
            return [t for t, so in known if so]
        try:
            names = [name for reference in term.reference for name in self.references(reference)]
        except Unresolved as unresolved:
            if relation == "of" and unresolved.missing and len(things) == 1:
                return things  # the bottom drawer of a cabinet that the scene does not list
            raise
        if relation == "has":
            below = {b for n in names if n in self.scene for b in self.scene.supports(n)}
            # What has nothing on it may have a part: "the pan that has the long handle".
            return [t for t in things if t.name in below] or [t for t in things if t.name in names]
        if relation == "of":
            owned = [t for t in things if any(_owns(n, t) for n in names)]
            return owned or things
        everything: list[Thing] = [*self.scene.objects, *self.scene.fixtures]
        others = [t for t in everything if t.name in names]
        if relation in ("nearest", "farthest"):
            pool = [t for t in things if t.name not in names]
            found = by_distance(relation, pool, others, several)
        else:
            if len(others) != 1:
                raise self.ask("which", join_units(term.reference[0].words), names_of(others))
            found = compared(relation, [t for t in things if t not in others], others[0])
        if found is None:
            raise self.ask("positions", what, names_of(things))
        return found

    def _near(self, things: list[SceneObject], places: list[SceneObject], several: bool) -> list[Thing]:
        if several:
            return [t for t in things if any(holds(self.scene, ("near", t.name, p.name)) for p in places)]
        distance = {t.name: min(_distance(t, p) for p in places) for t in things}
        nearest = min(distance.values())
        return [t for t in things if distance[t.name] <= nearest + 0.005]

    def _supported(self, relation: str, things: list[Thing], names: list[str], what: str) -> list[Thing]:
        if relation == "under":
            below = {b for n in names if n in self.scene for b in self.scene.supports(n)}
            picked = [t for t in things if t.name in below]
        else:
            direct: list[Thing] = [t for t in things if isinstance(t, SceneObject) and t.support in names]
            anyhow = [t for t in things if isinstance(t, SceneObject) and set(self.scene.supports(t.name)) & set(names)]
            picked = list(direct if (direct and relation == "on") or TABLE in names else anyhow)
            picked = picked or [t for t in things if self.now.get(t.name) in names]
        if not picked:
            raise self.decline("not_inside", what, names)
        return picked

    def _between(self, things: list[Thing], references: list[list[str]], what: str) -> list[Thing]:
        ends = [self.scene.object(group[0]) for group in references if len(group) == 1 and group[0] in self.scene]
        inside = [t for t in things if isinstance(t, SceneObject) and t not in ends]
        if len(ends) != 2 or any(o.position is None for o in (*ends, *inside)):
            raise self.ask("positions", what, names_of(inside))
        found = lying_between(inside, ends)
        if not found:
            raise self.decline("missing", what)
        return list(found)

    def references(self, term: Term) -> list[str]:
        """Names a relation may refer to: any of them will do."""
        if term.words and self.table_words(term.words):
            return [TABLE]
        if term.determiner == "it":
            return list(self.last)
        pool: list[Thing] = [*self.scene.objects, *self.scene.fixtures]
        words = term.words if any(lexicon.plain(join_units(term.words)) in Subject(t).texts for t in pool) else ()
        told_order = None if words else ordinal(term.words)
        words = words or (told_order.words if told_order else topped(term.words))
        match = find(words, pool)
        if not match.things and (piled := stacked(term.words, self.scene)):
            return piled
        if not match.things:
            raise self.nothing(join_units(term.words), match)
        things = (
            self.related(term, list(match.things), join_units(term.words), True)
            if term.relation
            else list(match.things)
        )
        if told_order and (chosen := nth(told_order, things)) is not None:
            return [chosen.name]
        told = Description.of(words)
        return [t.name for t in pick_by_side(told.side, pick_by_size(told, things))]


def _called_so(term: Term, things: Sequence[Thing]) -> list[Thing]:
    """The things in whose names all words stand that a relation tells them by, its side too."""
    if not term.words or not term.reference or any(not t.words or t.relation for t in term.reference):
        return []
    articles = (*every("lexicon", "articles"), *every("lexicon", "generic"))
    words = [lexicon.plain(w) for t in term.reference for w in t.words]
    words = [w.removesuffix("'s") for w in words if w not in articles]
    side = lexicon.SIDES.get(str(term.relation), ())
    found = [t for t in things if words and all(Subject(t).named((word,)) for word in words)]
    # Not the door itself.
    found = [t for t in found if lexicon.plain(join_units(words)) not in Subject(t).texts]
    return [t for t in found if not side or Subject(t).named(side)]


def _owns(owner: str, thing: Thing) -> bool:
    """Whether a thing is called as a part of its owner (`cabinet_top_drawer`)."""
    return any(f" {lexicon.plain(owner)} " in f" {text} " for text in Subject(thing).texts)


def _distance(a: SceneObject, b: SceneObject) -> float:
    return math.dist((a.position or (0.0, 0.0))[:2], (b.position or (0.0, 0.0))[:2])


def names_of(things: Sequence[Thing]) -> tuple[str, ...]:
    return tuple(t.name for t in things)
