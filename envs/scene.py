"""`Scene`: what is on the table, as the brain and the task planner read it.

Lengths are metres in the robot's base frame: x ahead of the arm, y to its left,
z up from the table top. `position` is the centre of a solid object and the
centre of the base of a container or plate; `size` is the full extent along the
object's own axes. Names are free text in the user's world. A scene may leave out
`position` (then spatial words about that object cannot be resolved), and a scene
for planning may name kinds that no simulator knows.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import SceneError

TABLE = "table"

FIXTURE_STATES = {"drawer": ("open", "closed"), "button": ("pressed", "released")}
"""States of the fixture kinds the predicates know; other kinds may have any state."""


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

    `position` (m) and `orientation` (wxyz) are those of its frame (`fixtures`), `displacement`
    is how far its part has slid, m: how far the drawer is out, the plunger in.
    """

    name: str
    kind: str
    state: str
    position: tuple[float, float, float] | None = None
    orientation: tuple[float, float, float, float] | None = None
    displacement: float | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scene:
    """Objects, fixtures and what the gripper holds (an object's name or None)."""

    objects: tuple[SceneObject, ...] = ()
    fixtures: tuple[Fixture, ...] = ()
    holding: str | None = None

    def __post_init__(self) -> None:
        seen = {TABLE}
        things: tuple[SceneObject | Fixture, ...] = (*self.objects, *self.fixtures)
        for thing in things:
            if thing.name in seen:
                raise SceneError(
                    f"the scene names {thing.name!r} twice"
                    if thing.name != TABLE
                    else f"{TABLE!r} is the table itself and cannot name an object"
                )
            seen.add(thing.name)
        if self.holding is not None and self.holding not in self:
            raise SceneError(f"the robot holds {self.holding!r}, which is not among the scene's objects")
        for item in self.objects:
            if item.support is not None and item.support not in seen:
                raise SceneError(f"{item.name!r} stands on {item.support!r}, which the scene does not name")
        for item in self.objects:
            walked = {item.name}
            for below in self.supports(item.name):
                if below in walked:
                    raise SceneError(f"{item.name!r} supports itself through {below!r}")
                walked.add(below)

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
            "robot": {"holding": self.holding},
        }

    @classmethod
    def from_json(cls, data: Any) -> Scene:
        """A scene from its JSON value. Raises SceneError naming the field that is wrong."""
        top = _mapping(data, "a scene")
        _known(top, ("objects", "fixtures", "robot"), "a scene")
        objects = tuple(_object(item, i) for i, item in enumerate(_list(top.get("objects", []), "'objects'")))
        fixtures = tuple(_fixture(item, i) for i, item in enumerate(_list(top.get("fixtures", []), "'fixtures'")))
        robot = _mapping(top.get("robot", {}), "'robot'")
        _known(robot, ("holding",), "'robot'")
        return cls(objects, fixtures, _optional_text(robot.get("holding"), "'robot.holding'"))

    @classmethod
    def read(cls, path: str | Path) -> Scene:
        """A scene from a JSON file. Raises SceneError if it is missing, not JSON or not a scene."""
        try:
            data = json.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise SceneError(f"cannot read scene {str(path)!r}: {error.strerror or error}") from None
        except (UnicodeDecodeError, json.JSONDecodeError) as error:
            raise SceneError(f"scene {str(path)!r} is not JSON: {error}") from None
        return cls.from_json(data)


def _dump(thing: SceneObject | Fixture, always: tuple[str, ...]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in vars(thing).items():
        if key in always or not (value is None or value is False or value == ()):
            out[key] = list(value) if isinstance(value, tuple) else value
    return out


def _object(item: object, index: int) -> SceneObject:
    where = f"objects[{index}]"
    data = _mapping(item, where)
    _known(data, SceneObject.__dataclass_fields__, where)
    container = data.get("container", False)
    if not isinstance(container, bool):
        raise SceneError(f"{where}.container must be true or false")
    size = _numbers(data.get("size"), 3, f"{where}.size")
    if size is not None and min(size) <= 0:
        raise SceneError(f"{where}.size must be positive")
    return SceneObject(
        name=_text(data.get("name"), f"{where}.name"),
        kind=_text(data.get("kind"), f"{where}.kind"),
        color=_optional_text(data.get("color"), f"{where}.color"),
        position=_numbers(data.get("position"), 3, f"{where}.position"),  # type: ignore[arg-type]
        orientation=_orientation(data.get("orientation"), f"{where}.orientation"),
        size=size,  # type: ignore[arg-type]
        support=_optional_text(data.get("support", TABLE), f"{where}.support"),
        container=container,
        aliases=_texts(data.get("aliases", []), f"{where}.aliases"),
    )


def _fixture(item: object, index: int) -> Fixture:
    where = f"fixtures[{index}]"
    data = _mapping(item, where)
    _known(data, Fixture.__dataclass_fields__, where)
    kind = _text(data.get("kind"), f"{where}.kind")
    state = _text(data.get("state"), f"{where}.state")
    if kind in FIXTURE_STATES and state not in FIXTURE_STATES[kind]:
        raise SceneError(f"{where}.state of a {kind} must be one of: {', '.join(FIXTURE_STATES[kind])}")
    slid = data.get("displacement")
    displacement = _numbers(None if slid is None else [slid], 1, f"{where}.displacement")
    return Fixture(
        name=_text(data.get("name"), f"{where}.name"),
        kind=kind,
        state=state,
        position=_numbers(data.get("position"), 3, f"{where}.position"),  # type: ignore[arg-type]
        orientation=_orientation(data.get("orientation"), f"{where}.orientation"),
        displacement=None if displacement is None else displacement[0],
        aliases=_texts(data.get("aliases", []), f"{where}.aliases"),
    )


def _orientation(value: object, where: str) -> tuple[float, float, float, float] | None:
    quat = _numbers(value, 4, where)
    if quat is None:
        return None
    if sum(q * q for q in quat) < 1e-12:
        raise SceneError(f"{where} must be a quaternion (w, x, y, z) that is not zero")
    return quat[0], quat[1], quat[2], quat[3]


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SceneError(f"{where} must be a JSON object, not {_json_name(value)}")
    return value


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise SceneError(f"{where} must be a list, not {_json_name(value)}")
    return value


def _known(data: Mapping[str, Any], valid: Any, where: str) -> None:
    for key in data:
        if key not in valid:
            raise SceneError(f"{where} has an unknown field {key!r}; valid: {', '.join(valid)}")


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise SceneError(f"{where} must be a text that is not empty")
    return value


def _optional_text(value: object, where: str) -> str | None:
    return None if value is None else _text(value, where)


def _texts(value: object, where: str) -> tuple[str, ...]:
    return tuple(_text(v, f"{where}[{i}]") for i, v in enumerate(_list(value, where)))


def _numbers(value: object, count: int, where: str) -> tuple[float, ...] | None:
    if value is None:
        return None
    numbers = _list(value, where)
    good = all(isinstance(v, (int, float)) and not isinstance(v, bool) and math.isfinite(v) for v in numbers)
    if len(numbers) != count or not good:
        raise SceneError(f"{where} must be {count} finite numbers")
    return tuple(float(v) for v in numbers)


def _json_name(value: object) -> str:
    names = {type(None): "null", bool: "a boolean", int: "a number", float: "a number", str: "a text", list: "a list"}
    return names.get(type(value), "a JSON object")
