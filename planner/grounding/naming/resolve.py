"""From noun phrases of a goal form to names in the scene: never a guess."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pontine.envs.predicates import DIRECTION_MARGIN, holds
from pontine.envs.scene import TABLE, Fixture, Scene, SceneObject
from pontine.planner.grounding.naming.abilities import loose, takes_things_in
from pontine.planner.grounding.naming.picking import (
    as_named,
    by_distance,
    by_level,
    compared,
    led,
    lying_between,
    middle_sized,
    middling,
    nth,
    ordinal,
    stacked,
)
from pontine.planner.grounding.naming.properties import being_so, has
from pontine.planner.grounding.naming.query import Description, Match, Subject, find, pick_by_side, pick_by_size
from pontine.planner.language import lexicon
from pontine.planner.language.form import NounPhrase, Term
from pontine.planner.language.grammar import COUNTS
from pontine.planner.language.languages import data
from pontine.planner.language.messages import word
from pontine.planner.language.segments import join_units
from pontine.planner.reading import Reading, Turn, question, refusal

Thing = SceneObject | Fixture

_DIRECTIONAL = {"left": "left_of", "right": "right_of", "front": "in_front_of", "behind": "behind"}
_AXES = {"left": (1, 1), "right": (1, -1), "front": (0, -1), "behind": (0, 1)}


QUANTIFIERS = ("all", "rest", "half")
"""Determiners that mean as many as there are, or a share of them."""

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
class Resolver:
    """Resolves the phrases of one form in order, remembering what has been spoken of."""

    scene: Scene
    language: str
    moved: list[str] = field(default_factory=list)
    last: tuple[str, ...] = ()
    last_words: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    choice: int = 0
    """Which of the things an indefinite phrase may mean is taken."""

    @classmethod
    def after(cls, turns: Sequence[Turn], scene: Scene, language: str) -> Resolver:
        """A resolver that remembers what the last of the `turns` was about."""
        about = [g[2] if g[0] == "not" else g[1] for g in turns[-1].goals] if turns else []
        known = {o.name for o in scene.objects} | {f.name for f in scene.fixtures}
        last = tuple(n for n in dict.fromkeys(about) if n in known)
        return cls(scene, language, [n for n in last if n in scene], last, opened=last)

    def ask(self, key: str, what: str = "", options: Sequence[str] = (), count: int = 0) -> Unresolved:
        """A question, offering `options`."""
        told = question(word(key, self.language, what, options, count), tuple(options))
        return Unresolved(replace(told, half=key in _SENSELESS, about=what if key in _DOUBTED else ""))

    def decline(self, key: str, what: str = "", options: Sequence[str] = ()) -> Unresolved:
        """A refusal because it is impossible."""
        return Unresolved(refusal("impossible", word(key, self.language, what, options)))

    def movable(
        self, phrase: NounPhrase, avoid: Sequence[str] = (), among: Sequence[SceneObject] | None = None
    ) -> tuple[str, ...]:
        """The objects that are to be moved, looked for `among` some or all; `avoid` are places, which quantifiers
        leave out."""
        names: list[str] = []
        pool = self.scene.objects if among is None else among
        out = {n for term in phrase.excluded for n in self._excluded(term, phrase.terms[0].words)}
        pool = [t for t in pool if t.name not in out]
        for term in phrase.terms:
            if term.determiner == "the" and (phrase.terms[0].determiner == "all" or self._plural(term.words)):
                # "The cubes", and "all the cubes and balls".
                term = replace(term, determiner="all")
            found = self.term(term, pool, avoid, "moved")
            names += [t.name for t in found if t.name not in names]
        # "All but one": which one is left to whoever does it.
        spared = sum(COUNTS.get(t.determiner, 0) for t in phrase.excluded if _only_generic(t.words))
        names = names[: max(len(names) - spared, 0)]
        if not names:
            raise self.decline("already")
        self.last, self.last_words = tuple(names), phrase.terms[-1].words or self.last_words
        self.moved += names
        return tuple(names)

    def _plural(self, words: Sequence[str]) -> bool:
        """Whether the words end in an English plural that is not what some thing is called anyway, as scissors are."""
        last = words[-1] if words else ""
        if len(lexicon.singulars(last)) < 2 or lexicon.plain(last) in lexicon.PAIRS:
            return False
        return not any(noun.endswith(last) for thing in self.scene.objects for noun in Subject(thing).nouns)

    def places(self, phrase: NounPhrase, moving: Sequence[str]) -> tuple[str, ...]:
        """The things or the table that objects are to be put in, on or beside."""
        if self.is_table(phrase):
            return (TABLE,)
        names: list[str] = []
        everything: list[Thing] = [*self.scene.objects, *self.scene.fixtures]
        for term in phrase.terms:
            found = self.term(term, [t for t in everything if t.name not in moving] or everything, (), "place")
            names += [t.name for t in found if t.name not in names]
        return tuple(names)

    def fixture(self, phrase: NounPhrase) -> tuple[Thing, ...]:
        """The things that are to be opened, closed or pressed."""
        found: list[Thing] = []
        for term in phrase.terms:
            fixtures = self._match(term, self.scene.fixtures)
            named = fixtures.things or term.determiner == "it"
            everything: list[Thing] = [*self.scene.fixtures, *self.scene.objects]
            pool: Sequence[Thing] = self.scene.fixtures if named else everything
            found += self.term(term, pool, (), "fixture")
        return tuple(found)

    def is_table(self, phrase: NounPhrase) -> bool:
        """Whether a phrase means the table itself."""
        words = phrase.terms[0].words
        return bool(words) and len(phrase.terms) == 1 and self._table_words(words)

    def _table_words(self, words: Sequence[str]) -> bool:
        named = lexicon.kinds_of(join_units(words).removesuffix("上")) == {"table"}
        return named and not find(words, [*self.scene.objects, *self.scene.fixtures]).things

    def term(self, term: Term, pool: Sequence[Thing], avoid: Sequence[str], role: str) -> list[Thing]:
        """The things of one term. Raises Unresolved where nothing, or too much, fits."""
        if term.determiner == "it":
            return self._antecedent(pool, role)
        what = join_units(term.words) or data(self.language, "language")["thing"]
        words = term.words
        if term.determiner in ("other", "rest") and _only_generic(words) and role == "moved":
            words = self.last_words if term.determiner == "other" else words
        words = led(words)
        told_order = ordinal(words) if not self._exactly(words, pool) else None
        words = told_order.words if told_order else words
        match = self._match(Term(term.determiner, words), pool)
        if len(match.things) != 1 or not match.sure:
            match = being_so(words, pool, self.scene) or match
        things = list(match.things)
        if role == "moved" and (not words or _only_generic(words)) and term.relation != "under":
            # "Everything" and "the thing" mean what can be moved, not the furniture.
            things = [t for t in things if isinstance(t, SceneObject) and loose(t)]
        told = Description.of(words)
        if role == "moved" and told.generic and not told.head:
            # "All the blue ones": not the blue bowl, unless there is nothing else.
            things = [t for t in things if isinstance(t, SceneObject) and loose(t)] or things
        quantified = term.determiner in QUANTIFIERS
        if quantified:
            things = [t for t in things if t.name not in avoid]
        elif len(things) > 1:
            things = as_named(words, things, told.sides)
        if not things and not (quantified and match.things):
            raise self._nothing(what, match)
        if term.relation:
            things = self._related(term, things, what, quantified)
        if told_order and things:
            if (chosen := nth(told_order, things)) is None:
                raise self.ask("which", what, _names(things))
            things = [chosen]
        if len(things) > 1 and told.side in ("upper", "lower"):
            things = by_level(told.side, things, self.scene)
        if len(things) > 1 and middling(words):
            things = middle_sized(things)
        if len(things) > 1:
            things = pick_by_size(told, things) if not quantified or told.superlative else self._sized(told, things)
            things = pick_by_side(told.side, things, quantified)
        if (
            told.side
            and len(things) > 1
            and not quantified
            and any(getattr(t, "position", None) is None for t in things)
        ):
            raise self.ask("positions", what, _names(things))
        things = self._counted(term, things, what, role)
        if not match.sure and not quantified:
            raise self.ask("unsure", what, _names(things))
        return things

    def every(self, phrase: NounPhrase, pool: Sequence[Thing] | None = None) -> list[Thing]:
        """All things that a phrase fits, however many; none where nothing does. Raises Unresolved where that cannot be
        told."""
        everything: list[Thing] = [*self.scene.objects, *self.scene.fixtures]
        things: list[Thing] = []
        for term in phrase.terms:
            if term.determiner == "it":
                things += [t for t in everything if t.name in self.last]
                continue
            if term.words and self._table_words(term.words):
                continue
            bare = not term.words or _only_generic(term.words)
            among = [t for t in everything if isinstance(t, SceneObject)] if bare else everything
            told = Description.of(term.words)
            if told.generic and not told.head and not bare:
                # "The red ones": not the red bowl.
                among = [t for t in among if isinstance(t, SceneObject) and not t.container]
            try:
                found = self.term(replace(term, determiner="all"), among if pool is None else pool, (), "asked")
            except Unresolved as answer:
                if answer.reading.kind == "refusal" or answer.missing:
                    continue
                raise
            things += [t for t in found if t not in things]
        out = {n for term in phrase.excluded for n in self._excluded(term, phrase.terms[0].words)}
        return [t for t in things if t.name not in out]

    def _exactly(self, words: Sequence[str], pool: Sequence[Thing]) -> bool:
        """Whether words are just what a thing is called, so that a number in them counts nothing."""
        return any(lexicon.plain(join_units(words)) in Subject(t).texts for t in pool)

    def _match(self, term: Term, pool: Sequence[Thing]) -> Match:
        if not term.words or _only_generic(term.words):
            return Match(tuple(pool))
        return find(term.words, pool)

    def _sized(self, told: Description, things: list[Thing]) -> list[Thing]:
        """For `all the big blocks`: those larger than the mean, or all if sizes do not tell."""
        picked = pick_by_size(told, things)
        if told.size is None or len(picked) != 1 or len(things) < 3:
            return picked
        volumes = {t.name: math.prod(getattr(t, "size", None) or (0.0,)) for t in things}
        middle = (min(volumes.values()) * max(volumes.values())) ** 0.5
        return [t for t in things if (volumes[t.name] > middle) == (told.size in ("big", "tall", "long"))]

    def _counted(self, term: Term, things: list[Thing], what: str, role: str) -> list[Thing]:
        """As many of the things as the determiner says."""
        kind = term.determiner
        if kind in QUANTIFIERS:
            if kind == "half":
                if len(things) % 2:
                    raise self.ask("too_few", what, _names(things), len(things))
                free = [t for t in things if t.name not in self.moved]
                return free[: len(things) // 2]
            if kind == "rest":
                things = [t for t in things if t.name not in self.moved]
            return things
        if kind == "other":
            here = {self.scene.object(n).support for n in self.moved if n in self.scene} if role == "place" else set()
            left = [t for t in things if t.name not in (self.moved if role == "moved" else (*self.last, *here))]
            if not left and not term.words and role == "moved":
                objects = [o for o in self.scene.objects if loose(o)]
                left = [o for o in objects if o.name not in self.moved]
            if len(left) != 1:
                raise self.ask("which", what, _names(left or things))
            return left
        if kind in ("a", "any"):
            free = [t for t in things if t.name not in self.moved] or things
            clear = [t for t in free if not any(o.support == t.name for o in self.scene.objects)] or free
            if not clear:
                # "What you hold", with nothing in the hand.
                raise self.decline("missing", what) if what else self.decline("already")
            return [clear[self.choice % len(clear)]]
        if kind == "both" or kind in COUNTS:
            count = 2 if kind == "both" else COUNTS[kind]
            if len(things) < count:
                raise self.ask("too_few", what, _names(things), len(things))
            if kind == "both" and len(things) > 2:
                raise self.ask("too_many", what, _names(things))
            free = [t for t in things if t.name not in self.moved]
            return (free if len(free) >= count else things)[:count]
        if len(things) > 1:
            raise self.ask("which", what, _names(things))
        return things

    def _antecedent(self, pool: Sequence[Thing], role: str) -> list[Thing]:
        names = [t.name for t in pool]
        last = [n for n in (self.opened if role == "place" else self.last) if n in names]
        if role == "place":
            # "Open the drawer and put the cup in it": what things go into, not what is being moved.
            last = [t.name for t in pool if t.name in last and takes_things_in(t)]
        if last:
            return [t for t in pool if t.name in last]
        if self.scene.holding in names and role == "moved":
            return [self.scene.object(str(self.scene.holding))]
        fitting = [t for t in pool if role != "moved" or not isinstance(t, SceneObject) or loose(t)]
        if len(fitting) == 1:
            return fitting
        raise self.ask("antecedent", "", _names(fitting or pool))

    def _nothing(self, what: str, match: Match) -> Unresolved:
        if match.near:
            return Unresolved(self.ask("missing_near", what, _names(match.near)).reading, missing=True)
        return Unresolved(self.decline("missing", what).reading, missing=True)

    def _excluded(self, term: Term, words: tuple[str, ...]) -> list[str]:
        if _only_generic(term.words) and term.determiner != "it":
            return []
        match = (
            find(term.words, self.scene.objects)
            if term.words
            else Match(tuple(self._antecedent(self.scene.objects, "moved")))
        )
        told = Description.of(term.words)
        if not told.head and words:
            # "All cubes but the red one": one of the cubes.
            base = {t.name for t in find(words, self.scene.objects).things}
            match = Match(tuple(t for t in match.things if t.name in base), match.near)
        if not match.things:
            raise self._nothing(join_units(term.words), match)
        things = (
            self._related(term, list(match.things), join_units(term.words), True)
            if term.relation
            else list(match.things)
        )
        things = pick_by_side(told.side, pick_by_size(told, things))
        return [t.name for t in things]

    def leave_alone(self, phrase: NounPhrase) -> tuple[str, ...]:
        """Everything a `keep` clause may mean: being careful with too much does no harm."""
        return (
            tuple(t.name for term in phrase.terms for t in self._match(term, self.scene.objects).things)
            if phrase.terms[0].words
            else self.last
        )

    def _related(self, term: Term, things: list[Thing], what: str, several: bool) -> list[Thing]:
        """Those of the things that stand in the term's relation."""
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
                    _names(picked),
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
            raise self.ask("positions", what, _names(known))
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
            return [t for t in things if t.name in below]
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
                raise self.ask("which", join_units(term.reference[0].words), _names(others))
            found = compared(relation, [t for t in things if t not in others], others[0])
        if found is None:
            raise self.ask("positions", what, _names(things))
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
        if not picked:
            raise self.decline("not_inside", what, names)
        return picked

    def _between(self, things: list[Thing], references: list[list[str]], what: str) -> list[Thing]:
        ends = [self.scene.object(group[0]) for group in references if len(group) == 1 and group[0] in self.scene]
        inside = [t for t in things if isinstance(t, SceneObject) and t not in ends]
        if len(ends) != 2 or any(o.position is None for o in (*ends, *inside)):
            raise self.ask("positions", what, _names(inside))
        found = lying_between(inside, ends)
        if not found:
            raise self.decline("missing", what)
        return list(found)

    def references(self, term: Term) -> list[str]:
        """Names a relation may refer to: any of them will do."""
        if term.words and self._table_words(term.words):
            return [TABLE]
        if term.determiner == "it":
            return list(self.last)
        pool: list[Thing] = [*self.scene.objects, *self.scene.fixtures]
        match = find(term.words, pool)
        if not match.things and (piled := stacked(term.words, self.scene)):
            return piled
        if not match.things:
            raise self._nothing(join_units(term.words), match)
        things = (
            self._related(term, list(match.things), join_units(term.words), True)
            if term.relation
            else list(match.things)
        )
        told = Description.of(term.words)
        return [t.name for t in pick_by_side(told.side, pick_by_size(told, things))]


def _owns(owner: str, thing: Thing) -> bool:
    """Whether a thing is called as a part of its owner (`cabinet_top_drawer`)."""
    return any(f" {lexicon.plain(owner)} " in f" {text} " for text in Subject(thing).texts)


def _distance(a: SceneObject, b: SceneObject) -> float:
    return math.dist((a.position or (0.0, 0.0))[:2], (b.position or (0.0, 0.0))[:2])


def _only_generic(words: Sequence[str]) -> bool:
    told = Description.of(words)
    return not (told.head or told.color or told.size or told.side)


def _names(things: Sequence[Thing]) -> tuple[str, ...]:
    return tuple(t.name for t in things)
