"""Predicates over a `Scene`: the only judge of whether a goal was reached.

A predicate is a tuple of words, `("in", "red_cube", "bowl")`, or a negation,
`("not", "in", "red_cube", "bowl")`. Directions are those of a person who stands
behind the robot and looks where it looks (+x): left is +y, right is -y, *in front
of* is nearer to that person (smaller x), *behind* is farther away. A thing is *at* a spot of
the table (`Scene.spots`, or one that every table has) if it stands on the table there.

Example:
    >>> from pontine.envs.scene import Scene, SceneObject
    >>> scene = Scene((SceneObject("bowl", "bowl", container=True), SceneObject("cube", "cube", support="bowl")))
    >>> [holds(scene, p) for p in parse_predicates("in(cube, bowl); not holding(cube)")]
    [True, True]
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Sequence

from .declarations.predicate_kind import PREDICATES, PredicateKind, Sort
from .errors import PontineError, SceneError, UnknownNameError
from .io import json_text
from .scene import TABLE, Scene, SceneObject, Spot
from .spots import CLEARANCE, SPOTS, free_names, home, point_over, spot

__all__ = [
    "DIRECTIONS",
    "DIRECTION_MARGIN",
    "NEAR_GAP",
    "PREDICATES",
    "Predicate",
    "PredicateKind",
    "check_predicate",
    "holds",
    "parse_goal",
    "parse_predicates",
    "radius",
    "unseen",
    "written",
]

Predicate = tuple[str, ...]

DIRECTIONS = {"left_of": (0.0, 1.0), "right_of": (0.0, -1.0), "in_front_of": (-1.0, 0.0), "behind": (1.0, 0.0)}
"""Unit vector (x, y) of each directional predicate."""

DIRECTION_MARGIN = 0.02
"""How far (m) along a direction the centres must be apart before it counts."""

NEAR_GAP = 0.05
"""Largest gap (m) between the footprints' bounding circles of two near objects."""

HAND_MARGIN = 0.03
"""Largest distance (m) of the tool from where it is over something (measured along the table) or at home."""


def check_predicate(predicate: Sequence[str]) -> Predicate:
    """The predicate as a tuple. Raises PontineError if its name or arity is wrong."""
    words = tuple(predicate)
    body = words[1:] if words[:1] == ("not",) else words
    if not body or body[0] not in PREDICATES:
        raise UnknownNameError("predicate", body[0] if body else "", PREDICATES)
    arity = PREDICATES[body[0]].arity
    if len(body) - 1 != arity:
        raise PontineError(f"predicate {body[0]!r} takes {arity} arguments, got {len(body) - 1}")
    return words


def holds(scene: Scene, predicate: Sequence[str]) -> bool:
    """Whether the predicate is true in the scene.

    A spatial relation with an object whose position is unknown, or that is in the
    gripper, is false.

    Raises SceneError if it names what the scene does not have, PontineError if it
    is not a predicate.
    """
    words = check_predicate(predicate)
    if words[0] == "not":
        return not holds(scene, words[1:])
    kind, args = PREDICATES[words[0]], words[1:]
    for sort, name in zip(kind.arguments, args, strict=True):
        _NAMED[sort](scene, name)
    return bool(kind.judge(scene, *args))


def unseen(scene: Scene, predicates: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The things on which the predicates' truth rests and of which the scene only assumes what it says.

    What something is in by way of others, these too. While there are any, what `holds` says is not known to be so.

    Example:
        >>> from dataclasses import replace
        >>> from pontine.envs.scene import Scene, SceneObject
        >>> scene = Scene((SceneObject("bowl", "bowl", container=True), SceneObject("cube", "cube", support="bowl")))
        >>> unseen(replace(scene, unseen=("cube",)), parse_predicates("in(cube, bowl)"))
        ('cube',)
    """
    names: dict[str, None] = {}
    for predicate in predicates:
        words = [word for word in predicate if word != "not"]
        names |= dict.fromkeys(words[1:])
        if words[0] == "in" and words[1] in scene:
            names |= dict.fromkeys(scene.supports(words[1]))
    return tuple(name for name in names if name in scene.unseen)


def _place(scene: Scene, name: str) -> None:
    if name != TABLE and name not in scene and all(f.name != name for f in scene.fixtures):
        there = [TABLE, *(o.name for o in scene.objects), *(f.name for f in scene.fixtures)]
        raise SceneError(f"no place {name!r} in the scene; there are: {', '.join(there)}")


def _point(scene: Scene, name: str) -> None:
    if name not in SPOTS and name not in scene:
        point_over(scene, name)  # which says what there is


_NAMED: dict[Sort, Callable[[Scene, str], object]] = {
    "object": Scene.object,
    "fixture": Scene.fixture,
    "place": _place,
    "spot": spot,
    "point": _point,
}
"""What raises SceneError if the scene has nothing of that sort and name."""


def _on(scene: Scene, a: str, b: str) -> bool:
    return scene.object(a).support == b and scene.holding != a


def _in(scene: Scene, a: str, b: str) -> bool:
    return b in scene.supports(a) and scene.holding != a


def _apart(scene: Scene, a: str, b: str) -> tuple[float, float] | None:
    """From b to a along x and y, m; None if one has no known place on the table."""
    one, other = scene.object(a).position, scene.object(b).position
    if one is None or other is None or scene.holding in (a, b):
        return None
    return one[0] - other[0], one[1] - other[1]


def _at(scene: Scene, a: str, place: str) -> bool:
    thing, told = scene.object(a), spot(scene, place)
    stands = thing.support == TABLE and scene.holding != a and thing.position is not None
    return stands and math.dist(thing.position[:2], told.position) <= told.tolerance  # type: ignore[index]


def _near(scene: Scene, a: str, b: str) -> bool:
    apart = _apart(scene, a, b)
    if apart is None:
        return False
    return math.hypot(*apart) - radius(scene.object(a)) - radius(scene.object(b)) <= NEAR_GAP


def _beside(direction: tuple[float, float]) -> Callable[[Scene, str, str], bool]:
    ux, uy = direction

    def judge(scene: Scene, a: str, b: str) -> bool:
        apart = _apart(scene, a, b)
        if apart is None:
            return False
        dx, dy = apart
        along, across = dx * ux + dy * uy, abs(dx * uy) + abs(dy * ux)
        return along > DIRECTION_MARGIN and across <= along

    return judge


def _hand_over(scene: Scene, a: str) -> bool:
    if scene.hand is None:
        return False
    try:
        x, y, z = point_over(scene, a)
    except SceneError:  # its position or size is not known
        return False
    return math.hypot(scene.hand[0] - x, scene.hand[1] - y) <= HAND_MARGIN and scene.hand[2] >= z - CLEARANCE


def _hand_home(scene: Scene) -> bool:
    return scene.hand is not None and math.dist(scene.hand, home()) <= HAND_MARGIN


PREDICATES.register(PredicateKind("on", ("object", "place"), _on))
PREDICATES.register(PredicateKind("in", ("object", "place"), _in))
PREDICATES.register(PredicateKind("at", ("object", "spot"), _at))
for _name, _direction in DIRECTIONS.items():
    PREDICATES.register(PredicateKind(_name, ("object", "object"), _beside(_direction)))
PREDICATES.register(PredicateKind("near", ("object", "object"), _near))
PREDICATES.register(PredicateKind("holding", ("object",), lambda scene, a: scene.holding == a))
PREDICATES.register(PredicateKind("hand_over", ("point",), _hand_over))
PREDICATES.register(PredicateKind("hand_home", (), _hand_home))


def radius(thing: SceneObject) -> float:
    """Radius (m) of the circle round the object's footprint; 0 if its size is unknown."""
    return 0.0 if thing.size is None else math.hypot(thing.size[0], thing.size[1]) / 2


_PLAIN = re.compile(r"""[^\s()（）,，;；"]+(?:[^\S\n]+[^\s()（）,，;；"]+)*""")
_TOKEN = re.compile(rf"""\s*(?:(?P<name>"(?:[^"\\]|\\.)*"|{_PLAIN.pattern})|(?P<mark>[()（）,，;；]))""")
_MARKS = str.maketrans("（），；", "(),;")


def written(predicate: Sequence[str]) -> str:
    """The predicate as people write it: `in(red_cube, bowl)`, `not in(red_cube, bowl)`.

    A name that could be misread in it (it has a bracket, say) is written as a JSON string.
    """
    if predicate[0] == "not":
        return f"not {written(predicate[1:])}"
    return f"{predicate[0]}({', '.join(map(_word, predicate[1:]))})"


def _word(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def parse_predicates(text: str) -> tuple[Predicate, ...]:
    """Predicates from how people write them, between them `;` or `,`: what `written` writes.

    Raises PontineError saying what is wrong and where, UnknownNameError for a predicate that there is none of.

    Example:
        >>> parse_predicates("in(red_cube, bowl), not open(drawer)")
        (('in', 'red_cube', 'bowl'), ('not', 'open', 'drawer'))
    """
    return tuple(map(check_predicate, _predicates(text)))


def parse_goal(text: str, taken: Collection[str] = ()) -> tuple[tuple[Predicate, ...], tuple[Spot, ...]]:
    """What `parse_predicates` reads, and besides `at` with x and y in metres instead of a spot: those become spots,
    under names that are not `taken`.

    Raises what `parse_predicates` raises.

    Example:
        >>> parse_goal("at(red_cube, 0.20, 0.05); at(ball, middle)")
        ((('at', 'red_cube', 'spot_1'), ('at', 'ball', 'middle')), (Spot(name='spot_1', position=(0.2, 0.05), ...),))
    """
    goals, spots, names = [], dict[tuple[float, float], Spot](), free_names(taken)
    for words in _predicates(text):
        body = words[1:] if words[0] == "not" else words
        if body[:1] == ("at",) and len(body) == 4:
            place = _metres(body[2]), _metres(body[3])
            if place not in spots:
                spots[place] = Spot(next(names), place)
            words = (*words[:-2], spots[place].name)
        goals.append(check_predicate(words))
    return tuple(goals), tuple(spots.values())


def _metres(word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise PontineError(f"at(thing, x, y) takes x and y in metres, and {word!r} is no number")
    return value


def _predicates(text: str) -> list[Predicate]:
    """What is written as predicates, with whatever names and numbers of arguments."""
    tokens = _Tokens(text)
    found = []
    while not tokens.done:
        found.append(_predicate(tokens))
        if not tokens.done:
            tokens.mark(";", ",")
    if not found:
        raise PontineError("there is no predicate; write them as in(red_cube, bowl), open(drawer)")
    return found


def _predicate(tokens: _Tokens) -> Predicate:
    negated, name = re.fullmatch(r"(not\s+)?(.*)", tokens.name("a predicate"), re.DOTALL).groups()  # type: ignore[union-attr]
    args: list[str] = []
    tokens.mark("(")
    if not tokens.closes():
        args.append(tokens.name("a name"))
        while not tokens.closes():
            tokens.mark(",", ")")
            args.append(tokens.name("a name"))
    return (*(("not",) if negated else ()), name, *args)


class _Tokens:
    """The names and marks of a text, one after the other."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    @property
    def done(self) -> bool:
        return not self._text[self._at :].strip()

    def name(self, what: str) -> str:
        """The next token, which must be a name."""
        match = _TOKEN.match(self._text, self._at)
        if match is None or match["name"] is None:
            raise self._wrong(what)
        said = match["name"]
        if said.startswith('"'):
            try:
                said = json_text.parse(said)
            except PontineError:
                raise self._wrong(what) from None
        self._at = match.end()
        return said

    def mark(self, *wanted: str) -> None:
        """The next token, which must be one of those marks."""
        if not self._next(*wanted):
            raise self._wrong(" or ".join(map(repr, wanted)))

    def closes(self) -> bool:
        """Whether a bracket closes here; if so it is passed."""
        return self._next(")")

    def _next(self, *wanted: str) -> bool:
        match = _TOKEN.match(self._text, self._at)
        if match is None or match["mark"] is None or match["mark"].translate(_MARKS) not in wanted:
            return False
        self._at = match.end()
        return True

    def _wrong(self, what: str) -> PontineError:
        rest = self._text[self._at :].strip()
        where = f"at {rest[:20]!r}" if rest else "at the end"
        return PontineError(f"{self._text!r} is not a list of predicates: {where} there should be {what}")
