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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from .declarations.fixture_kind import FIXTURES
from .errors import SceneError
from .fields import Fields

T = TypeVar("T")

TABLE = "table"
UNKNOWN = "unknown"
"""The state of a fixture that nobody could see."""

_FIELDS = Fields(SceneError)


@dataclass(frozen=True)
class SceneObject:
    """One movable thing. `support` names what it stands on or in (None: unknown or held)."""

    name: str
    kind: str
    color: str | None = None
    position: tuple[float, float, float] | None = None
    orientation: tuple[float, float, float, float] | None = None
    size: tuple[float, float, float] | None = None
    support: str | None = TABLE
    container: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fixture:
    """Something mounted that has a state, such as a drawer or a button.

    `position` (m) and `orientation` (wxyz) are those of its frame (`fixture_kind`), `displacement`
    is how far its part has moved, m or rad: how far the drawer is out, the lever over. A state that nobody could
    see is `UNKNOWN`. Fixtures of kinds that are not registered may have any state.
    """

    name: str
    kind: str
    state: str
    position: tuple[float, float, float] | None = None
    orientation: tuple[float, float, float, float] | None = None
    displacement: float | None = None
    aliases: tuple[str, ...] = ()


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
    a name: nobody sees them, whoever asks for something says where they are (`marked`).

    Raises SceneError where a name is taken twice, or something is held or stood on that there is not.

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
        ahead = {item.name: item.support for item in self.objects}
        for item in self.objects:
            walked: set[str] = set()
            below: str | None = item.name
            # What was walked from an earlier object is known to end somewhere else than in itself.
            while below is not None and below in ahead:
                walked.add(below)
                below = ahead.pop(below)
            if below in walked:
                raise SceneError(f"{item.name!r} supports itself through {below!r}")

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
        }

    @classmethod
    def from_json(cls, data: Any) -> Scene:
        """A scene from its JSON value. Raises SceneError naming the field that is wrong."""
        top = _FIELDS.mapping(data, "a scene", ("objects", "fixtures", "robot", "unseen", "spots"))
        objects = tuple(_object(item, i) for i, item in enumerate(_FIELDS.list(top.get("objects", []), "'objects'")))
        fixtures = tuple(
            _fixture(item, i) for i, item in enumerate(_FIELDS.list(top.get("fixtures", []), "'fixtures'"))
        )
        robot = _FIELDS.mapping(top.get("robot", {}), "'robot'", ("holding", "hand"))
        holding = _FIELDS.optional_text(robot.get("holding"), "'robot.holding'")
        unseen = _FIELDS.texts(top.get("unseen", []), "'unseen'")
        told = _FIELDS.list(top.get("spots", []), "'spots'")
        spots = tuple(Spot.from_json(item, f"spots[{i}]") for i, item in enumerate(told))
        return cls(objects, fixtures, holding, _given(_FIELDS.position, robot, "hand", "robot"), unseen, spots)

    @classmethod
    def read(cls, path: str | Path) -> Scene:
        """A scene from a JSON file. Raises SceneError if it is missing, not JSON or not a scene."""
        return cls.from_json(_FIELDS.file(path, "scene"))


def rounded(values: Iterable[float]) -> tuple:
    """Measured numbers as a scene has them: to 10 micrometres."""
    return tuple(round(float(v), 5) for v in values)


def _dump(thing: SceneObject | Fixture, always: tuple[str, ...]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in vars(thing).items():
        if key in always or not (value is None or value is False or value == ()):
            out[key] = list(value) if isinstance(value, tuple) else value
    return out


def _object(item: object, index: int) -> SceneObject:
    where = f"objects[{index}]"
    data = _FIELDS.mapping(item, where, SceneObject.__dataclass_fields__)
    return SceneObject(
        name=_FIELDS.text(data.get("name"), f"{where}.name"),
        kind=_FIELDS.text(data.get("kind"), f"{where}.kind"),
        color=_FIELDS.optional_text(data.get("color"), f"{where}.color"),
        position=_given(_FIELDS.position, data, "position", where),
        orientation=_given(_FIELDS.orientation, data, "orientation", where),
        size=_given(_FIELDS.size, data, "size", where),
        support=_FIELDS.optional_text(data.get("support", TABLE), f"{where}.support"),
        container=_FIELDS.flag(data.get("container", False), f"{where}.container"),
        aliases=_FIELDS.texts(data.get("aliases", []), f"{where}.aliases"),
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
        aliases=_FIELDS.texts(data.get("aliases", []), f"{where}.aliases"),
    )


def _given(read: Callable[[object, str], T], data: Mapping[str, Any], key: str, where: str) -> T | None:
    """A field that may be missing or null."""
    return None if data.get(key) is None else read(data[key], f"{where}.{key}")
