"""What can be done with a thing: the scene says so, or its declaration; where neither does its nouns are a guess."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from pontine.envs import affordances
from pontine.envs.declarations.fixture_kind import FIXTURES
from pontine.envs.declarations.kind import KINDS
from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.envs.so101.kinematics import gap_of
from pontine.envs.so101.model import RANGE
from pontine.planner.grounding.naming.query import Subject
from pontine.planner.language import lexicon
from pontine.planner.language.meaning import Likeness, likeness

WIDEST = 0.9 * float(gap_of(RANGE[5, 1]))
"""Width (m) of the widest thing to be picked up: what the gripper opens to, less a tenth to get around it."""

LOW = 0.2
"""Height of a thing as a share of its width up to which it is as good as a surface to others."""

STATES = {"open": "open", "close": "closed", "press": "pressed"}
"""The state that a verb of the goal form asks for."""


def graspable(thing: SceneObject) -> bool:
    """Whether this arm's gripper can hold the thing, as far as anybody knows: the scene says so, or the declaration of
    its kind. Of other kinds a known size decides, but for what is soft, as a towel is, and can be pinched, and for what
    has a handle, as a pot has; where no size is known, everything that is no furniture is worth a try."""
    if thing.graspable is not None:
        return thing.graspable
    told, subject = affordances.graspable(_declared(thing)), Subject(thing)
    if told is not None:
        return told and (thing.size is None or min(thing.size[:2]) <= WIDEST)
    if subject.kinds & lexicon.FURNITURE:
        return False
    if subject.kinds & lexicon.HANDLED or _soft(subject.nouns[:2]):
        return True
    return thing.size is None or min(thing.size[:2]) <= WIDEST


def loose(thing: SceneObject) -> bool:
    """Whether "everything" means the thing too: not what other things are put into or onto."""
    return graspable(thing) and not thing.container and not Subject(thing).kinds & lexicon.WARE


def takes_things_in(thing: SceneObject | Fixture) -> bool:
    """Whether things can be put into it."""
    told = affordances.takes_things_in(_declared(thing))
    if told is not None:
        return told
    subject = Subject(thing)
    return bool(subject.kinds & lexicon.CONTAINERS) or (
        not subject.kinds & (lexicon.FLAT | lexicon.TOPPED) and _hollow(subject.nouns[:2])
    )


def carries(thing: Fixture) -> bool:
    """Whether things can be stood on a fixture: the scene says so, or else it is a shelf, a stove or the like."""
    if thing.surface is not None:
        return thing.surface
    return bool(Subject(thing).kinds & (lexicon.FLAT | lexicon.TOPPED))


def broad(thing: SceneObject | Fixture) -> bool:
    """Whether several things can stand on it side by side: its kind says so, or else its size, as of a book."""
    if Subject(thing).kinds & lexicon.FLAT:
        return True
    size = thing.size if isinstance(thing, SceneObject) else None
    return size is not None and size[2] <= LOW * min(size[:2])


def state_by(verb: str, thing: SceneObject | Fixture) -> str | None:
    """The state that `open`, `close` or `press` brings a thing into; None if it has no such state."""
    if not isinstance(thing, Fixture):
        return None
    kind, wanted = _declared(thing).kind, STATES[verb]
    if verb != "press" and thing.openable is not None:
        return wanted if thing.openable else None
    if kind in FIXTURES:
        declared = FIXTURES[kind]
        said = (s for s, told in declared.state_words.items() if any(verb in words for words in told.values()))
        return wanted if wanted in declared.states else next(said, None)
    return wanted if pressable(thing) == (verb == "press") else None


def lid_for(thing: SceneObject | Fixture, scene: Scene) -> str | None:
    """What closes a thing that does not close by itself, if that is known: the lid on it, or the only one there is."""
    lids = [o.name for o in scene.objects if Subject(o).kinds & lexicon.COVERS and o != thing]
    lids = [name for name in lids if scene.object(name).support == thing.name] or lids
    return lids[0] if len(lids) == 1 and isinstance(thing, SceneObject) else None


def pressable(thing: Fixture) -> bool:
    """Whether a fixture is one that is pressed."""
    kind = _declared(thing).kind
    if kind in FIXTURES:
        return STATES["press"] in FIXTURES[kind].states
    return thing.state in ("pressed", "released") or bool(Subject(thing).kinds & lexicon.PRESSABLE)


def reversible(thing: Fixture) -> bool:
    """Whether a skill can bring a fixture out of the state it is in."""
    kind = _declared(thing).kind
    if kind in FIXTURES:
        return not (FIXTURES[kind].latches and thing.state == FIXTURES[kind].states[0])
    return thing.state in (STATES["open"], STATES["close"])


@cache
def _soft(nouns: tuple[str, ...]) -> bool:
    """Whether one of these nouns is something of cloth or paper."""
    return any(likeness(soft, noun) >= Likeness.KIND for noun in nouns for soft in lexicon.SOFT)


@cache
def _hollow(nouns: tuple[str, ...]) -> bool:
    """Whether one of these nouns is something with room inside."""
    return any(
        all(likeness(narrow, noun) < Likeness.KIND for narrow in lexicon.NARROW)
        and any(likeness(hollow, noun) >= Likeness.KIND for hollow in lexicon.HOLLOW)
        for noun in nouns
    )


def _declared(thing: SceneObject | Fixture) -> SceneObject | Fixture:
    """The thing with its kind as it is declared, where a scene calls that kind by one of its words (方块)."""
    registry = FIXTURES if isinstance(thing, Fixture) else KINDS
    if thing.kind in registry:
        return thing
    plain = lexicon.plain(thing.kind)
    kinds = [k.name for k in registry.values() if any(plain == said[0] for said in k.words.values() if said)]
    return replace(thing, kind=kinds[0]) if len(kinds) == 1 else thing
