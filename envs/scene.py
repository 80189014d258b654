"""`Scene`: what is on the table, as the brain and the task planner read it.

Lengths are metres in the robot's base frame: x ahead of the arm, y to its left,
z up from the table top. `position` is the centre of a solid object and the
centre of the base of a container or plate; `size` is the full extent along the
object's own axes. Names are free text in the user's world. A scene may leave out
`position` (then spatial words about that object cannot be resolved), and a scene
for planning may name kinds that no simulator knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from .declarations.fixture_kind import FIXTURES
from .errors import SceneError
from .fields import Fields

T = TypeVar("T")

TABLE = "table"
UNKNOWN = "unknown"
"""The state of a fixture that nobody could see."""

SPEAKERS = ("arm", "opposite", "left", "right")
"""Where whoever speaks may stand: behind the arm, opposite to it, or at the left or right of the table as it sees
that."""

_FIELDS = Fields(SceneError)


@dataclass(frozen=True)
class SceneObject:
    """One movable thing. `support` names what it stands on or in (None: unknown or held).

    What a scene says of a thing is believed, and what it leaves out is guessed from its kind and name: other things
    that it is called (`aliases`, in any language), whether it takes things in (`container`) or this gripper can hold it
    (`graspable`), all colours that it has, what it counts as (`categories`: fruit, 餐具), and the object or fixture
    that it is a part of.

    Example:
        >>> mug = SceneObject("mug_1", "mug", colors=("black", "gold"), graspable=True, aliases=("爷爷的杯子",))
        >>> SceneObject("lid", "lid", part_of="pot").graspable is None
        True
    """

    name: str
    kind: str
    color: str | None = None
    position: tuple[float, float, float] | None = None
    orientation: tuple[float, float, float, float] | None = None
    size: tuple[float, float, float] | None = None
    support: str | None = TABLE
    container: bool = False
    aliases: tuple[str, ...] = ()
    graspable: bool | None = None
    colors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    part_of: str | None = None


@dataclass(frozen=True)
class Fixture:
    """Something mounted that has a state, such as a drawer or a button.

    `position` (m) and `orientation` (wxyz) are those of its frame (`fixture_kind`), `displacement`
    is how far its part has moved, m or rad: how far the drawer is out, the lever over. A state that nobody could
    see is `UNKNOWN`. Fixtures of kinds that are not registered may have any state.

    As of an object, what the scene says is believed: `openable`, `switchable` (it can be turned on and off), whether
    it takes things in (`container`) or they can stand on it (`surface`), and what it is a part of, as a drawer of a
    cabinet.

    Example:
        >>> Fixture("stove", "stove", "off", switchable=True, surface=True).openable is None
        True
    """

    name: str
    kind: str
    state: str
    position: tuple[float, float, float] | None = None
    orientation: tuple[float, float, float, float] | None = None
    displacement: float | None = None
    aliases: tuple[str, ...] = ()
    openable: bool | None = None
    switchable: bool | None = None
    container: bool | None = None
    surface: bool | None = None
    color: str | None = None
    colors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    part_of: str | None = None


@dataclass(frozen=True)
class Spot:
    """A place on the table, (x, y) m, and how far (m) from it the middle of a thing may be to stand there."""

    name: str
    position: tuple[float, float]
    tolerance: float = 0.02

    def to_json(self) -> dict[str, Any]:
        """`{"name", "position", "tolerance"}`."""
        return {"name": self.name, "position": list(self.position), "tolerance": self.tolerance}

    @classmethod
    def from_json(cls, data: Any, where: str = "a spot") -> Spot:
        """A spot from its JSON value. Raises SceneError naming the field that is wrong."""
        fields = _FIELDS.mapping(data, where, cls.__dataclass_fields__)
        x, y = _FIELDS.numbers(fields.get("position"), 2, f"{where}.position")
        (tolerance,) = _FIELDS.numbers([fields.get("tolerance", cls.tolerance)], 1, f"{where}.tolerance")
        if tolerance <= 0:
            raise SceneError(f"{where}.tolerance must be positive")
        return cls(_FIELDS.text(fields.get("name"), f"{where}.name"), (x, y), tolerance)


@dataclass(frozen=True)
class Scene:
    """Objects, fixtures, what the gripper holds (an object's name or None) and where the hand is.

    `hand` is the measured position of the tool, the point between the jaws, m; None: not measured. `unseen` names
    the objects and fixtures of which the scene only assumes what it says: nobody has seen them since they were let
    go, or now that they should be in sight. In simulation there are none. `spots` are places on the table that have
    a name: nobody sees them, whoever asks for something says where they are (`marked`). `speaker`, one of `SPEAKERS`,
    is where whoever speaks stands, and so what left and right mean in words; positions and predicates are the arm's
    always.

    Raises SceneError where a name is taken twice, something is held, stood on or had as a part that there is not, or
    the speaker stands nowhere.

    Example:
        >>> scene = Scene((SceneObject("bowl", "bowl"), SceneObject("red_cube", "cube", support="bowl")))
        >>> scene.object("red_cube").support, list(scene.supports("red_cube"))
        ('bowl', ['bowl', 'table'])
        >>> Scene.from_json(scene.to_json()) == scene
        True
        >>> scene.object("cup")
        Traceback (most recent call last):
        pontine.envs.errors.SceneError: no object 'cup' in the scene; there are: bowl, red_cube
    """

    objects: tuple[SceneObject, ...] = ()
    fixtures: tuple[Fixture, ...] = ()
    holding: str | None = None
    hand: tuple[float, float, float] | None = None
    unseen: tuple[str, ...] = ()
    spots: tuple[Spot, ...] = ()
    speaker: str = SPEAKERS[0]

    def __post_init__(self) -> None:
        named = {TABLE}
        things: tuple[SceneObject | Fixture | Spot, ...] = (*self.objects, *self.fixtures, *self.spots)
        for thing in things:
            if thing.name in named:
                raise SceneError(
                    f"the scene names {thing.name!r} twice"
                    if thing.name != TABLE
                    else f"{TABLE!r} is the table itself and cannot name an object"
                )
            named.add(thing.name)
        named -= {spot.name for spot in self.spots}
        if nobody := [name for name in self.unseen if name not in named or name == TABLE]:
            raise SceneError(f"'unseen' has {nobody[0]!r}, which the scene does not name")
        if self.holding is not None and self.holding not in self:
            raise SceneError(f"the robot holds {self.holding!r}, which is not among the scene's objects")
        for item in self.objects:
            if item.support is not None and item.support not in named:
                raise SceneError(f"{item.name!r} stands on {item.support!r}, which the scene does not name")
        parts: tuple[SceneObject | Fixture, ...] = (*self.objects, *self.fixtures)
        for thing in parts:
            if thing.part_of is not None and thing.part_of not in named:
                raise SceneError(f"{thing.name!r} is a part of {thing.part_of!r}, which the scene does not name")
        _check_no_circle({item.name: item.support for item in self.objects}, "supports itself through")
        _check_no_circle({thing.name: thing.part_of for thing in parts}, "is a part of itself through")
        if self.speaker not in SPEAKERS:
            raise SceneError(f"the speaker cannot stand at {self.speaker!r}; valid: {', '.join(SPEAKERS)}")

    def __contains__(self, name: object) -> bool:
        return any(o.name == name for o in self.objects)

    def object(self, name: str) -> SceneObject:
        """The object of that name. Raises SceneError listing the names there are."""
        for thing in self.objects:
            if thing.name == name:
                return thing
        raise SceneError(
            f"no object {name!r} in the scene; there are: {', '.join(o.name for o in self.objects) or 'none'}"
        )

    def fixture(self, name: str) -> Fixture:
        """The fixture of that name. Raises SceneError listing the names there are."""
        for thing in self.fixtures:
            if thing.name == name:
                return thing
        raise SceneError(
            f"no fixture {name!r} in the scene; there are: {', '.join(f.name for f in self.fixtures) or 'none'}"
        )

    def marked(self, spots: Iterable[Spot]) -> Scene:
        """The scene with these spots too, each in the place of one that was called so.

        Example:
            >>> Scene().marked([Spot("spot_1", (0.2, 0.05))]).to_json()["spots"]
            [{'name': 'spot_1', 'position': [0.2, 0.05], 'tolerance': 0.02}]
        """
        return replace(self, spots=tuple({spot.name: spot for spot in (*self.spots, *spots)}.values()))

    def supports(self, name: str) -> Iterator[str]:
        """Names below `name`, nearest first, ending with the table if the chain is known."""
        by_name = {o.name: o for o in self.objects}
        steps = 0
        while name in by_name and by_name[name].support is not None and steps <= len(by_name):
            name = str(by_name[name].support)
            steps += 1
            yield name

    def to_json(self) -> dict[str, Any]:
        """The JSON shape that `from_json` reads; optional fields that are unset are left out."""
        return {
            "objects": [_dump(o, ("name", "kind", "support")) for o in self.objects],
            "fixtures": [_dump(f, ("name", "kind", "state")) for f in self.fixtures],
            "robot": {"holding": self.holding, **({} if self.hand is None else {"hand": list(self.hand)})},
            **({"unseen": list(self.unseen)} if self.unseen else {}),
            **({"spots": [spot.to_json() for spot in self.spots]} if self.spots else {}),
            **({} if self.speaker == SPEAKERS[0] else {"speaker": self.speaker}),
        }

    @classmethod
    def from_json(cls, data: Any) -> Scene:
        """A scene from its JSON value. Raises SceneError naming the field that is wrong."""
        top = _FIELDS.mapping(data, "a scene", ("objects", "fixtures", "robot", "unseen", "spots", "speaker"))
        objects = tuple(_object(item, i) for i, item in enumerate(_FIELDS.list(top.get("objects", []), "'objects'")))
        fixtures = tuple(
            _fixture(item, i) for i, item in enumerate(_FIELDS.list(top.get("fixtures", []), "'fixtures'"))
        )
        robot = _FIELDS.mapping(top.get("robot", {}), "'robot'", ("holding", "hand"))
        holding = _FIELDS.optional_text(robot.get("holding"), "'robot.holding'")
        unseen = _FIELDS.texts(top.get("unseen", []), "'unseen'")
        told = _FIELDS.list(top.get("spots", []), "'spots'")
        spots = tuple(Spot.from_json(item, f"spots[{i}]") for i, item in enumerate(told))
        speaker = _FIELDS.text(top.get("speaker", SPEAKERS[0]), "'speaker'")
        hand = _given(_FIELDS.position, robot, "hand", "robot")
        return cls(objects, fixtures, holding, hand, unseen, spots, speaker)

    @classmethod
    def read(cls, path: str | Path) -> Scene:
        """A scene from a JSON file. Raises SceneError if it is missing, not JSON or not a scene."""
        return cls.from_json(_FIELDS.file(path, "scene"))


def rounded(values: Iterable[float]) -> tuple:
    """Measured numbers as a scene has them: to 10 micrometres."""
    return tuple(round(float(v), 5) for v in values)


def _check_no_circle(ahead: dict[str, str | None], how: str) -> None:
    """Raises SceneError for a thing that leads to itself."""
    for name in tuple(ahead):
        walked: set[str] = set()
        below: str | None = name
        # What was walked from an earlier thing is known to end somewhere else than in itself.
        while below is not None and below in ahead:
            walked.add(below)
            below = ahead.pop(below)
        if below in walked:
            raise SceneError(f"{name!r} {how} {below!r}")


def _dump(thing: SceneObject | Fixture, always: tuple[str, ...]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key in fields(thing):
        value = getattr(thing, key.name)
        if key.name in always or key.default is MISSING or value != key.default:
            out[key.name] = list(value) if isinstance(value, tuple) else value
    return out


def _said(data: Mapping[str, Any], where: str, flags: tuple[str, ...]) -> dict[str, Any]:
    """What objects and fixtures alike may say of themselves, and those of the `flags` that are given."""
    return {
        **{key: _FIELDS.texts(data.get(key, []), f"{where}.{key}") for key in ("aliases", "colors", "categories")},
        **{key: _FIELDS.optional_text(data.get(key), f"{where}.{key}") for key in ("color", "part_of")},
        **{key: _given(_FIELDS.flag, data, key, where) for key in flags},
    }


def _object(item: object, index: int) -> SceneObject:
    where = f"objects[{index}]"
    data = _FIELDS.mapping(item, where, SceneObject.__dataclass_fields__)
    return SceneObject(
        name=_FIELDS.text(data.get("name"), f"{where}.name"),
        kind=_FIELDS.text(data.get("kind"), f"{where}.kind"),
        position=_given(_FIELDS.position, data, "position", where),
        orientation=_given(_FIELDS.orientation, data, "orientation", where),
        size=_given(_FIELDS.size, data, "size", where),
        support=_FIELDS.optional_text(data.get("support", TABLE), f"{where}.support"),
        container=_FIELDS.flag(data.get("container", False), f"{where}.container"),
        **_said(data, where, ("graspable",)),
    )


def _fixture(item: object, index: int) -> Fixture:
    where = f"fixtures[{index}]"
    data = _FIELDS.mapping(item, where, Fixture.__dataclass_fields__)
    kind = _FIELDS.text(data.get("kind"), f"{where}.kind")
    state = _FIELDS.text(data.get("state"), f"{where}.state")
    if kind in FIXTURES and state not in (*FIXTURES[kind].states, UNKNOWN):
        raise SceneError(f"{where}.state of a {kind} must be one of: {', '.join(FIXTURES[kind].states)}, {UNKNOWN}")
    slid = data.get("displacement")
    return Fixture(
        name=_FIELDS.text(data.get("name"), f"{where}.name"),
        kind=kind,
        state=state,
        position=_given(_FIELDS.position, data, "position", where),
        orientation=_given(_FIELDS.orientation, data, "orientation", where),
        displacement=None if slid is None else _FIELDS.numbers([slid], 1, f"{where}.displacement")[0],
        **_said(data, where, ("openable", "switchable", "container", "surface")),
    )


def _given(read: Callable[[object, str], T], data: Mapping[str, Any], key: str, where: str) -> T | None:
    """A field that may be missing or null."""
    return None if data.get(key) is None else read(data[key], f"{where}.{key}")
