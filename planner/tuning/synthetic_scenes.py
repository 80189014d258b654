"""Scenes in which a goal form has an answer: the symbolic worlds that tuning gets its rewards from.

For every noun phrase of the form there are things that fit it, and things that fit it all but a word (the same noun in
another colour, the same colour on another noun), so that a form that drops or mistakes a word means something else.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pontine.envs.declarations.fixture_kind import FIXTURES
from pontine.envs.declarations.kind import KINDS
from pontine.envs.errors import PontineError
from pontine.envs.scene import TABLE, Fixture, Scene, SceneObject
from pontine.planner.benchmarks.items import right
from pontine.planner.brain.reader import weigh
from pontine.planner.grounding.naming.abilities import STATES
from pontine.planner.grounding.naming.query import Description
from pontine.planner.language import lexicon
from pontine.planner.language.form import Clause, Form, NounPhrase, Term
from pontine.planner.language.grammar import ASKED, COUNTS, LATER, OFFSET, PROPERTY, SPOT
from pontine.planner.language.languages import DEFAULT, language_of
from pontine.planner.planning.plan import NoPlanError, make_plan
from pontine.planner.reading import Reading

EXTRAS = ("red cube", "green cylinder", "white bowl", "yellow ball", "blue box", "orange cup", "black pen")
"""Things that stand around whatever is spoken of."""

SPOILED = 0.15
"""Share of scenes in which one thing is missing or there twice, so that a question or a refusal is due."""

OPERATED = ("open", "close", "press")
ARRANGED = ("row", "apart", "together", "stack", "unstack")
DISTANCES = ("nearest", "farthest")
NO_THINGS = (SPOT, OFFSET, PROPERTY)
SHUT = frozenset(("open", "opened", "closed", "shut", "开", "关"))
"""Words for states of what is made for an `is`."""

MANY = {"all": 2, "rest": 2, "both": 2, "other": 2, "half": 2, "any": 2, "each": 2}
"""How many things are made for a determiner, where it is not one."""

OWN_COLORS = ("red", "blue", "green", "yellow", "white", "black", "pink", "orange", "purple", "brown")

_OFFSETS = {
    "left": (0.0, 0.07),
    "right": (0.0, -0.07),
    "front": (-0.07, 0.0),
    "behind": (0.07, 0.0),
    "near": (0.0, 0.05),
    "nearest": (0.0, 0.02),
    "farthest": (0.3, 0.3),
}
_SCALES = {"big": 1.6, "small": 0.6, "tall": 1.6, "short": 0.6, "long": 1.6}

_SOLID = next(kind for kind in KINDS.own() if kind.cubic and not kind.round)
"""The kind of what is told by nothing but its looks."""

_CONTAINERS = tuple(kind.name for kind in KINDS.own() if kind.container)


@dataclass(frozen=True)
class Task:
    """An instruction, a scene, and the reading that its goal form has there."""

    instruction: str
    form: Form
    scene: Scene
    reading: Reading

    def reward(self, form: Form) -> float:
        """1 if `form` leads to exactly the state that was asked for, or to the question or refusal that is due; else
        0. Being well-formed earns nothing."""
        reading = weigh(form, self.instruction, self.scene)
        item = {"scene": self.scene, "accept": [self.reading.to_json()]}
        return float(right(reading, item) and (reading.kind != "subgoals" or planned(self.scene, reading)))


def planned(scene: Scene, reading: Reading) -> bool:
    """Whether a verified plan reaches the reading's subgoals."""
    try:
        return make_plan(scene.marked(reading.spots), reading.subgoals).valid
    except NoPlanError:
        return False


def imagine(instruction: str, form: Form, rng: random.Random, tries: int = 4) -> Task | None:
    """A task for this instruction; None if no scene was found in which its form can be carried out, or is answered as
    a spoiled scene demands. What is about earlier instructions, or needs a skill that nobody foresaw, has none."""
    if any(symbol.text in LATER and not symbol.copied for symbol in form.symbols()):
        return None
    for _ in range(tries):
        try:
            scene = _Imagination(rng).scene(form)
            spoiled = rng.random() < SPOILED
            if spoiled:
                scene = _spoil(scene, rng)
            reading = weigh(form, instruction, scene)
        except PontineError:
            continue
        if reading.spots:
            continue  # of a spot only the region could be compared, and nobody says which
        alone = form.clauses[0].verb in ("unsafe", "cannot")
        if alone or (spoiled if reading.kind != "subgoals" else planned(scene, reading)):
            return Task(instruction, form, scene, reading)
    return None


def furnish(form: Form, rng: random.Random) -> tuple[Scene, frozenset[str]]:
    """A scene in which the form means something, and the names of what was put there for its words: what else stands
    there is not meant. Raises PontineError for a form whose things cannot stand together."""
    made = _Imagination(rng)
    scene = made.scene(form)
    return scene, frozenset(name for names in made.made.values() for name in names)


def _spoil(scene: Scene, rng: random.Random) -> Scene:
    """The scene without one of its things, or with a second one just like it."""
    names = [o.name for o in scene.objects if not any(o.name == other.support for other in scene.objects)]
    name = rng.choice([n for n in names if n != scene.holding] or names)
    rest = tuple(o for o in scene.objects if o.name != name)
    if rng.random() < 0.5:
        return replace(scene, objects=rest)
    again = replace(scene.object(name), name=f"{name}_2", position=None)
    return replace(scene, objects=(*scene.objects, again))


def _with_state(state: str) -> str:
    """The kind of fixture that has a state."""
    return next(kind.name for kind in FIXTURES.own() if state in kind.states)


class _Imagination:
    """One scene being furnished."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.made: dict[tuple[str, ...], list[str]] = {}
        self.objects: dict[str, dict[str, Any]] = {}
        self.fixtures: dict[str, Fixture] = {}
        self.holding: str | None = None

    def scene(self, form: Form) -> Scene:
        for clause in form.clauses:
            if clause.verb in OPERATED and clause.arguments:
                for term in clause.arguments[0].terms:
                    self.fixture(clause.verb, term)
            elif clause.verb == "is" and set(clause.arguments[1].terms[0].words) & SHUT:
                for term in clause.arguments[0].terms:
                    self.fixture(self.rng.choice(("open", "close")), term)
        for clause in form.clauses:
            if clause.arguments:
                self.clause(clause)
        for text in self.rng.sample(EXTRAS, 2):
            self.extra(tuple(text.split()))
        return Scene(tuple(self.laid()), tuple(self.fixtures.values()), self.holding)

    def clause(self, clause: Clause) -> None:
        if clause.verb in OPERATED:
            return
        moved, *place = clause.arguments
        for phrase, container in ((moved, False), *((p, clause.verb in ("in", "out")) for p in place)):
            for term in (*phrase.terms, *phrase.excluded):
                self.things(term, container, clause.verb)
        for term in (term for phrase in place for term in phrase.terms if term.determiner == "own"):
            self.match(moved, term)
        if clause.mark or clause.verb in ASKED:
            self.asked(clause)
        if clause.verb == "out" and len(clause.arguments) == 2:
            sources = self.made.get(place[0].terms[0].words, [])
            for term in moved.terms:
                for name in self.made.get(term.words, []) or [self.extra(tuple(EXTRAS[0].split()))]:
                    if sources and name not in sources:
                        self.objects[name]["support"] = sources[0]
        if clause.verb == "down" and self.holding is None and moved.terms[0].determiner in ("the", "it"):
            self.holding = next(iter(self.made.get(moved.terms[0].words, [])), None) or self.extra(
                ("green", _SOLID.said(DEFAULT))
            )
            self.objects[self.holding]["support"] = None

    def fixture(self, verb: str, term: Term) -> None:
        if term.determiner == "it" or not term.words or term.words in self.made or term.reference:
            return
        told = Description.of(term.words)
        state = {"open": "closed", "close": "open", "press": "released"}[verb]
        kind, fitting = " ".join(told.head), _with_state(STATES[verb])
        if not kind or kind in FIXTURES:
            kind = fitting
        self.fixtures[told.whole] = Fixture(told.whole, kind, state)
        self.made[term.words] = [told.whole]

    def things(self, term: Term, container: bool, verb: str = "") -> list[str]:
        """The names of things that the term means, made if they are not there yet."""
        references = [
            name for t in term.reference if t.determiner != PROPERTY for name in self.things(t, term.relation == "in")
        ]
        told = Description.of(term.words)
        if term.determiner in ("it", "own", *NO_THINGS) or lexicon.kinds_of(told.whole) == {"table"}:
            return []
        if term.words not in self.made:
            number = COUNTS.get(term.determiner, MANY.get(term.determiner, 1))
            if verb in ARRANGED and number > 1:
                number = max(3, number)
            self.made[term.words] = [self.thing(told, container, i, number > 1) for i in range(number)]
            if (
                (told.color or told.size or told.side or term.relation)
                and told.head
                and self.rng.random() < 0.7
                and term.relation not in DISTANCES
            ):
                self.rival(told)
        names = self.made[term.words]
        for name in names:
            if name in self.objects:
                self.relate(name, term.relation, references)
        return names

    def thing(self, told: Description, container: bool, number: int, among: bool = False) -> str:
        """One thing that fits the description; one `among` others is not called just so."""
        head = " ".join(told.head) if all(h.isascii() for h in told.head) else "".join(told.head)
        generic = _SOLID.said(language_of(told.whole))
        singular = min(lexicon.singulars(head), key=len) if head and (number or among) else head
        kind = singular or (self.rng.choice(_CONTAINERS) if container else generic)
        whole = told.whole if self.rng.random() < 0.3 and not among else ""
        name = whole or f"{told.color or 'plain'}_{kind}"
        while name in self.objects or name in self.fixtures:
            name += f"_{len(self.objects)}"
        scale = _SCALES.get(told.size or "", 1.0)
        y = {"left": 0.2, "right": -0.2}.get(told.side or "", self.rng.uniform(-0.1, 0.1))
        x = {"front": 0.14, "behind": 0.34}.get(told.side or "", self.rng.uniform(0.18, 0.3))
        self.objects[name] = {
            "kind": kind, "color": told.color, "size": scale * 0.03, "position": (x, y), "support": TABLE,
            "container": container and not lexicon.kinds_of(kind) & lexicon.FLAT,
        }  # fmt: skip
        return name

    def rival(self, told: Description) -> None:
        """A thing with the same noun that differs in what else is said."""
        color = self.rng.choice([c for c in ("red", "blue", "green", "yellow") if c != told.color])
        name = self.thing(replace(told, whole="", color=color, size=None, side=None), False, 0)
        self.objects[name]["size"] *= 1 / _SCALES.get(told.size or "", 1.0)

    def match(self, moved: NounPhrase, places: Term) -> None:
        """A place for each thing, in the thing's own colour."""
        told = Description.of(places.words)
        for term in moved.terms:
            for name, color in zip(self.made.get(term.words, ()), OWN_COLORS, strict=False):
                self.objects[name]["color"] = color
                self.thing(replace(told, whole="", color=color), True, 1)

    def asked(self, clause: Clause) -> None:
        """What a condition or a question speaks of is so, or is not."""
        (first, *_), *rest = (phrase.terms for phrase in clause.arguments)
        names = self.made.get(first.words, []) if first.words else []
        if clause.verb in ("in", "on") and rest and self.rng.random() < 0.5:
            inside = names or [self.extra(tuple(EXTRAS[0].split()))]
            places = self.made.get(rest[0][0].words, [])
            for name in inside:
                if places and name not in places and name in self.objects:
                    self.objects[name]["support"] = places[0]
        if clause.verb == "hold" and names and self.rng.random() < 0.5:
            self.holding = names[0]
            self.objects[names[0]]["support"] = None

    def extra(self, words: tuple[str, ...]) -> str:
        told = Description.of(words)
        return self.thing(told, bool(set(told.head) & set(_CONTAINERS)), 0)

    def relate(self, name: str, relation: str | None, references: list[str]) -> None:
        """Put a thing where its relation says."""
        thing, known = self.objects[name], [r for r in references if r in self.objects and r != name]
        if relation == "held":
            self.holding, thing["support"] = name, None
        elif relation == "has" and known:
            self.objects[known[0]]["support"], thing["container"] = name, True
        elif relation in ("bigger", "smaller") and known:
            thing["size"] = self.objects[known[0]]["size"] * (1.6 if relation == "bigger" else 0.6)
        elif relation in ("in", "on") and references and references[0] != name:
            thing["support"] = references[0]
        elif relation == "under" and known:
            self.objects[known[0]]["support"] = name
        elif relation == "between" and len(known) == 2:
            (ax, ay), (bx, by) = (self.objects[k]["position"] for k in known)
            thing["position"] = (ax + bx) / 2, (ay + by) / 2
        elif relation in _OFFSETS and known:
            (x, y), (dx, dy) = self.objects[known[0]]["position"], _OFFSETS[relation]
            thing["position"] = x + dx, y + dy
        elif relation in ("left", "right", "front", "behind"):
            x, y = thing["position"]
            ends = {"left": (x, 0.22), "right": (x, -0.22), "front": (0.12, y), "behind": (0.36, y)}
            thing["position"] = ends[relation]

    def laid(self) -> Iterator[SceneObject]:
        for name, thing in self.objects.items():
            size, (x, y) = thing["size"], thing["position"]
            support = thing["support"]
            yield SceneObject(
                name, thing["kind"], thing["color"], (x, y, size / 2), None, (size, size, size),
                support if support in self.fixtures or support in self.objects or support is None else TABLE,
                thing["container"],
            )  # fmt: skip
