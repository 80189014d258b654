"""From noun phrases of a goal form to names in the scene: never a guess."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pontine.envs.scene import TABLE, Fixture, Scene, SceneObject
from pontine.planner.grounding.naming.abilities import broad, carries, loose, takes_things_in
from pontine.planner.grounding.naming.picking import (
    as_named,
    by_level,
    led,
    middle_sized,
    middling,
    nth,
    ordinal,
    owning,
    pick_by_corner,
    stacked,
    topped,
    unled,
)
from pontine.planner.grounding.naming.properties import being_so
from pontine.planner.grounding.naming.query import (
    Description,
    Match,
    Subject,
    find,
    named_by_side,
    pick_by_side,
    pick_by_size,
)
from pontine.planner.grounding.naming.relations import Relations, Thing, Unresolved, names_of
from pontine.planner.language import lexicon
from pontine.planner.language.form import NounPhrase, Term
from pontine.planner.language.grammar import COUNTS
from pontine.planner.language.languages import data
from pontine.planner.language.segments import join_units
from pontine.planner.reading import Turn

__all__ = ["Resolver", "Thing", "Unresolved"]

QUANTIFIERS = ("all", "rest", "half")
"""Determiners that mean as many as there are, or a share of them."""


@dataclass
class Resolver(Relations):
    """Resolves the phrases of one form in order, remembering what has been spoken of."""

    moved: list[str] = field(default_factory=list)
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
        return cls(scene, language, last, moved=[n for n in last if n in scene], opened=last)

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

    def is_fixture(self, phrase: NounPhrase) -> bool:
        """Whether a phrase means what is mounted."""
        return bool(find(phrase.terms[0].words, self.scene.fixtures).things) if phrase.terms[0].words else False

    def is_table(self, phrase: NounPhrase) -> bool:
        """Whether a phrase means the table itself."""
        words = phrase.terms[0].words
        return bool(words) and len(phrase.terms) == 1 and self.table_words(words)

    def term(self, term: Term, pool: Sequence[Thing], avoid: Sequence[str], role: str) -> list[Thing]:
        """The things of one term. Raises Unresolved where nothing, or too much, fits."""
        if term.determiner == "it":
            return self._antecedent(pool, role)
        if (parted := owning(term)) is not term and not self._exactly(term.words, pool):
            return self.term(parted, pool, avoid, role)
        what = join_units(term.words) or data(self.language, "language")["thing"]
        words = term.words
        if term.determiner in ("other", "rest") and _only_generic(words) and role == "moved":
            words = self.last_words if term.determiner == "other" else words
        words = led(words)
        if role == "place" and not self._exactly(words, pool):
            words = unled(topped(words), pool)
        told_order = ordinal(words) if not self._exactly(words, pool) else None
        words = told_order.words if told_order else words
        match = self._match(Term(term.determiner, words), pool)
        if len(match.things) != 1 or not match.sure:
            match = being_so(words, pool, self.scene) or match
        things = list(match.things)
        if role == "moved" and (not words or _only_generic(words)) and term.relation != "under":
            # "Everything" and "the thing" mean what can be moved, not the furniture; on a shelf all that is there.
            there = term.relation in ("in", "on") and not self.is_table(NounPhrase(term.reference))
            things = [t for t in things if isinstance(t, SceneObject) and (there or loose(t))]
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
            raise self.nothing(what, match)
        if term.relation:
            things = self.related(term, things, what, quantified)
        if told_order and things:
            if (chosen := nth(told_order, things)) is None:
                raise self.ask("which", what, names_of(things))
            things = [chosen]
        if len(things) > 1 and told.side in ("upper", "lower") and not named_by_side(told.side, things):
            things = by_level(told.side, things, self.scene)
        if len(things) > 1 and len(told.sides) > 1 and not quantified:
            things = pick_by_corner(told.sides, things)
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
            raise self.ask("positions", what, names_of(things))
        things = self._counted(term, things, what, role)
        if not match.sure and not quantified:
            raise self.ask("unsure", what, names_of(things))
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
            if term.words and self.table_words(term.words):
                continue
            bare = not term.words or _only_generic(term.words)
            among = [t for t in everything if isinstance(t, SceneObject)] if bare else everything
            told = Description.of(term.words)
            if told.generic and not told.head and not bare:
                # "The red ones": not the red bowl.
                among = [t for t in among if isinstance(t, SceneObject) and not t.container]
            try:
                if piled := stacked(term.words, self.scene):
                    among = [t for t in everything if t.name in piled]
                    term = replace(term, words=())
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
                    raise self.ask("too_few", what, names_of(things), len(things))
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
                raise self.ask("which", what, names_of(left or things))
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
                raise self.ask("too_few", what, names_of(things), len(things))
            if kind == "both" and len(things) > 2:
                raise self.ask("too_many", what, names_of(things))
            free = [t for t in things if t.name not in self.moved]
            return (free if len(free) >= count else things)[:count]
        if len(things) > 1:
            raise self.ask("which", what, names_of(things))
        return things

    def _antecedent(self, pool: Sequence[Thing], role: str) -> list[Thing]:
        names = [t.name for t in pool]
        last = [n for n in (self.opened if role == "place" else self.last) if n in names]
        if role == "place":
            # "Open the drawer and put the cup in it": what things go into, not what is being moved.
            last = [t.name for t in pool if t.name in last and _holds_things(t)]
        if not last and role == "fixture":
            # "Open the drawer, put the cup in it and close it".
            last = [n for n in self.opened if n in names]
        if last:
            return [t for t in pool if t.name in last]
        if self.scene.holding in names and role == "moved":
            return [self.scene.object(str(self.scene.holding))]
        fitting = [t for t in pool if role != "moved" or not isinstance(t, SceneObject) or loose(t)]
        if len(fitting) == 1:
            return fitting
        raise self.ask("antecedent", "", names_of(fitting or pool))

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
            raise self.nothing(join_units(term.words), match)
        things = (
            self.related(term, list(match.things), join_units(term.words), True)
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


def _holds_things(thing: Thing) -> bool:
    """Whether things can be put into it or onto it."""
    return takes_things_in(thing) or (carries(thing) if isinstance(thing, Fixture) else broad(thing))


def _only_generic(words: Sequence[str]) -> bool:
    told = Description.of(words)
    return not (told.head or told.color or told.size or told.side)
