"""`Markers`: which printed tag is stuck where, as the user writes it down in a file.

    {"family": "tag36h11",
     "table": [{"id": 0, "size": 0.04, "position": [0.4, 0.2, 0]}, ...],
     "objects": [{"name": "red_cube", "kind": "cube", "color": "red", "size": [0.03, 0.03, 0.03],
                  "tags": [{"id": 20, "size": 0.022, "face": "top"}]}, ...],
     "fixtures": [{"name": "drawer", "kind": "drawer",
                   "tags": [{"id": 40, "size": 0.04, "position": [-0.06, 0, 0.062]}],
                   "part_tags": [{"id": 41, "size": 0.025, "position": [0.03, 0, 0.045]}]}, ...],
     "hand": [{"id": 10, "size": 0.03}, ...]}

Lengths are metres; `size` of a tag is the side of its black square. A tag on the table has the middle of
that square at `position` in the arm's base frame; one on an object sits in the middle of a `face` (top if
nothing is said; front is the object's +x) or anywhere, at `position` and `orientation` (wxyz) in
the object's frame. The picture's right is the frame's x, its top y. An object without tags is looked
for by its colour.

A fixture, of a kind that is registered, has tags on its body or stands at a `position` and `orientation`, and its state
is told by `part_tags` on the part that moves; positions are in the fixture's frame with the part at displacement 0. One
without `part_tags` has a state that nobody knows.

Tags on the arm's hand are stuck on somewhere: `pontine arm align` finds out where.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pontine.envs.arrays import Quat, Triple
from pontine.envs.declarations.colors import COLORS
from pontine.envs.declarations.fixture_kind import FIXTURES
from pontine.envs.declarations.kind import KINDS, Kind, frame_of
from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.fields import Fields
from pontine.envs.files import write_json
from pontine.envs.rotations import quat_to_matrix
from pontine.envs.scene import TABLE

from . import tags

_HALF = math.sqrt(0.5)
FACES: dict[str, tuple[Triple, Quat]] = {
    "top": ((0, 0, 1), (1, 0, 0, 0)),
    "bottom": ((0, 0, -1), (0, 1, 0, 0)),
    "front": ((1, 0, 0), (0.5, 0.5, 0.5, 0.5)),
    "left": ((0, 1, 0), (0, 0, _HALF, _HALF)),
    "back": ((-1, 0, 0), (-0.5, -0.5, 0.5, 0.5)),
    "right": ((0, -1, 0), (_HALF, _HALF, 0, 0)),
}
"""Outward normal of each face in the object's frame, and the orientation (wxyz) of a tag on it."""


HAND = "the hand"
"""What the arm's hand is called in messages and on the sheet."""


class MarkersError(PontineError):
    """A markers file that cannot be read or does not make sense."""


_FIELDS = Fields(MarkersError)


@dataclass(frozen=True)
class Tag:
    """One printed tag: its id, the side of its black square (m), and its pose in what it is stuck on."""

    id: int
    size: float
    position: Triple
    orientation: Quat = (1.0, 0.0, 0.0, 0.0)

    def corners(self) -> NDArray[np.float64]:
        """Corners of the black square in the frame of what it is stuck on, (4, 3) m."""
        return tags.corners(self.size) @ quat_to_matrix(np.array(self.orientation)).T + np.array(self.position)


@dataclass(frozen=True)
class MarkedObject:
    """One thing that the camera is to find, by its tags or, without any, by its colour."""

    name: str
    kind: str
    size: Triple
    color: str | None = None
    aliases: tuple[str, ...] = ()
    container: bool = False
    tags: tuple[Tag, ...] = ()

    @property
    def base_frame(self) -> bool:
        """Whether the object's frame is at the centre of its base rather than at its own centre."""
        return frame_of(self.kind, self.container) == "base"

    @property
    def rest_height(self) -> float:
        """Height (m) of the frame above what the object stands on upright."""
        return 0.0 if self.base_frame else self.size[2] / 2


@dataclass(frozen=True)
class MarkedFixture:
    """A fixture and its tags, each in the fixture's frame at displacement 0: `tags` on its body, `part_tags` on what
    moves. One whose body has none stands at `position` (m), turned by `orientation` (wxyz)."""

    name: str
    kind: str
    position: Triple | None = None
    orientation: Quat = (1.0, 0.0, 0.0, 0.0)
    tags: tuple[Tag, ...] = ()
    part_tags: tuple[Tag, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Markers:
    """Every tag there is: those on the table, which fix the camera's pose, those on objects and fixtures, and those on
    the arm's `hand`, of which only id and size are known here."""

    table: tuple[Tag, ...]
    objects: tuple[MarkedObject, ...]
    family: str = "tag36h11"
    fixtures: tuple[MarkedFixture, ...] = ()
    hand: tuple[Tag, ...] = ()

    def __post_init__(self) -> None:
        if not self.table:
            raise MarkersError("no tags on the table: without one nobody knows where the camera stands")
        names, limit = {TABLE}, tags.count(self.family)
        seen: dict[int, str] = {}
        for place, stuck in self.places:
            for tag in stuck:
                if not 0 <= tag.id < limit:
                    raise MarkersError(f"tag {tag.id} on {place!r}: {self.family} has ids 0 to {limit - 1}")
                if tag.id in seen:
                    raise MarkersError(f"tag {tag.id} is on {seen[tag.id]!r} and on {place!r}; each id is used once")
                seen[tag.id] = place
        things: tuple[MarkedObject | MarkedFixture, ...] = (*self.objects, *self.fixtures)
        for named in things:
            if named.name in names:
                raise MarkersError(f"the name {named.name!r} is used twice (and 'table' is the table itself)")
            names.add(named.name)
        plain: dict[tuple[str, str | None], str] = {}
        for thing in self.objects:
            if thing.tags:
                continue
            if thing.color not in COLORS:
                raise MarkersError(
                    f"{thing.name!r} has no tags and no colour by which it could be found; "
                    f"give it 'tags', or a 'color' of: {', '.join(sorted(COLORS))}"
                )
            if thing.kind not in KINDS or not by_color(KINDS[thing.kind]):
                solid = ", ".join(k.name for k in KINDS.values() if by_color(k))
                raise MarkersError(f"{thing.name!r} has no tags; only a {solid} can be found by colour alone")
            other = plain.setdefault((thing.kind, thing.color), thing.name)
            if other != thing.name:
                raise MarkersError(
                    f"{other!r} and {thing.name!r} are both a {thing.color} {thing.kind} without tags: "
                    "nothing tells them apart"
                )

    @property
    def places(self) -> list[tuple[str, tuple[Tag, ...]]]:
        """What has tags, and its tags."""
        return [
            (TABLE, self.table),
            *((thing.name, thing.tags) for thing in self.objects),
            *((fixture.name, (*fixture.tags, *fixture.part_tags)) for fixture in self.fixtures),
            (HAND, self.hand),
        ]

    @classmethod
    def from_json(cls, data: Any) -> Markers:
        """Markers from their JSON value. Raises MarkersError naming the field that is wrong."""
        top = _FIELDS.mapping(data, "the file", ("family", "table", "objects", "fixtures", "hand"))
        family = _FIELDS.text(top.get("family", "tag36h11"), "'family'")
        if family not in tags.FAMILIES:
            raise UnknownNameError("tag family", family, tags.FAMILIES)
        table = tuple(
            _tag(item, f"table[{i}]", None) for i, item in enumerate(_FIELDS.list(top.get("table", []), "'table'"))
        )
        objects = tuple(
            _object(item, f"objects[{i}]") for i, item in enumerate(_FIELDS.list(top.get("objects", []), "'objects'"))
        )
        fixtures = tuple(
            _fixture(item, f"fixtures[{i}]")
            for i, item in enumerate(_FIELDS.list(top.get("fixtures", []), "'fixtures'"))
        )
        hand = tuple(
            Tag(*_square(_FIELDS.mapping(item, f"hand[{i}]", ("id", "size")), f"hand[{i}]"), (0.0, 0.0, 0.0))
            for i, item in enumerate(_FIELDS.list(top.get("hand", []), "'hand'"))
        )
        return cls(table, objects, family, fixtures, hand)

    @classmethod
    def read(cls, path: str | Path) -> Markers:
        """Markers from a JSON file. Raises MarkersError saying which file and what is wrong in it."""
        data = _FIELDS.file(path, "markers")
        try:
            return cls.from_json(data)
        except PontineError as error:
            raise MarkersError(f"markers {str(path)!r}: {error}") from None

    def to_json(self) -> dict[str, Any]:
        """The JSON value that `from_json` reads."""
        return {
            "family": self.family,
            "table": [_dump_tag(tag) for tag in self.table],
            "objects": [
                {
                    "name": o.name,
                    "kind": o.kind,
                    "color": o.color,
                    "size": list(o.size),
                    "aliases": list(o.aliases),
                    "container": o.container,
                    "tags": [_dump_tag(tag) for tag in o.tags],
                }
                for o in self.objects
            ],
            "fixtures": [
                {
                    "name": f.name,
                    "kind": f.kind,
                    **_dump_place(f),
                    "aliases": list(f.aliases),
                    "tags": [_dump_tag(tag) for tag in f.tags],
                    "part_tags": [_dump_tag(tag) for tag in f.part_tags],
                }
                for f in self.fixtures
            ],
            "hand": [{"id": tag.id, "size": tag.size} for tag in self.hand],
        }

    def write(self, path: str | Path) -> None:
        """Write the file, whole or not at all."""
        write_json(path, self.to_json())


def on_face(face: str, kind: str, size: Triple, container: bool = False) -> tuple[Triple, Quat]:
    """Pose of a tag in the middle of an object's face. Raises UnknownNameError listing the faces.

    The top of a container is its floor, `FLOOR` above its base.
    """
    if face not in FACES:
        raise UnknownNameError("face", face, FACES)
    normal, quat = FACES[face]
    x, y, z = (n * s / 2 for n, s in zip(normal, size, strict=True))
    if container and face == "top":
        return (0.0, 0.0, FLOOR), quat
    if frame_of(kind, container) == "base":
        z += size[2] / 2
    return (x, y, z), quat


FLOOR = 0.0045
"""Height (m) of the tag on a container's floor above its base."""


def by_color(kind: Kind) -> bool:
    """Whether one can be found by its colour: a solid, symmetric about its centre."""
    return kind.graspable and not kind.container and kind.frame == "centre"


def _tag(item: object, where: str, on: tuple[str, Triple, bool] | None, origin: str = "the arm's base") -> Tag:
    """A tag; `on` is the kind, size and container flag of the object it is stuck on, None on what has no faces, where
    positions are from `origin`."""
    valid = ("id", "size", "position", "orientation") + (() if on is None else ("face",))
    data = _FIELDS.mapping(item, where, valid)
    number, size = _square(data, where)
    if "position" not in data:
        if on is None:
            raise MarkersError(f"{where}.position is missing: where the tag's middle is, [x, y, z] m from {origin}")
        if "orientation" in data:
            raise MarkersError(f"{where}.orientation needs a position; a face has its own")
        return Tag(number, size, *on_face(_FIELDS.text(data.get("face", "top"), f"{where}.face"), *on))
    if "face" in data:
        raise MarkersError(f"{where} has both a face and a position; give one")
    position = _FIELDS.position(data["position"], f"{where}.position")
    quat = _FIELDS.orientation(data.get("orientation", [1, 0, 0, 0]), f"{where}.orientation")
    w, x, y, z = (q / math.hypot(*quat) for q in quat)
    return Tag(number, size, position, (w, x, y, z))


def _square(data: Mapping[str, Any], where: str) -> tuple[int, float]:
    """Id and size of a tag."""
    number, size = data.get("id"), data.get("size")
    if not isinstance(number, int) or isinstance(number, bool):
        raise MarkersError(f"{where}.id must be a whole number")
    if not isinstance(size, (int, float)) or isinstance(size, bool) or not 0.005 <= size <= 0.5:
        raise MarkersError(f"{where}.size must be the side of the black square in metres, 0.005 to 0.5")
    return number, float(size)


def _object(item: object, where: str) -> MarkedObject:
    data = _FIELDS.mapping(item, where, ("name", "kind", "color", "size", "aliases", "container", "tags"))
    name, kind = (_FIELDS.text(data.get(key), f"{where}.{key}") for key in ("name", "kind"))
    color = _FIELDS.optional_text(data.get("color"), f"{where}.color")
    size = _FIELDS.size(data.get("size"), f"{where}.size")
    fallback = kind in KINDS and KINDS[kind].container
    container = _FIELDS.flag(data.get("container", fallback), f"{where}.container")
    aliases = _FIELDS.texts(data.get("aliases", []), f"{where}.aliases")
    stuck = tuple(
        _tag(tag, f"{where}.tags[{i}]", (kind, size, container))
        for i, tag in enumerate(_FIELDS.list(data.get("tags", []), f"{where}.tags"))
    )
    return MarkedObject(name, kind, size, color, aliases, container, stuck)


def _fixture(item: object, where: str) -> MarkedFixture:
    valid = ("name", "kind", "position", "orientation", "aliases", "tags", "part_tags")
    data = _FIELDS.mapping(item, where, valid)
    name, kind = (_FIELDS.text(data.get(key), f"{where}.{key}") for key in ("name", "kind"))
    if kind not in FIXTURES:
        raise UnknownNameError("fixture", kind, FIXTURES)
    stuck, part = (
        tuple(
            _tag(tag, f"{where}.{key}[{i}]", None, f"the origin of the {kind}'s frame")
            for i, tag in enumerate(_FIELDS.list(data.get(key, []), f"{where}.{key}"))
        )
        for key in ("tags", "part_tags")
    )
    aliases = _FIELDS.texts(data.get("aliases", []), f"{where}.aliases")
    if ("position" in data) == bool(stuck):
        raise MarkersError(f"{where} needs either 'tags' on its body or the 'position' at which it stands")
    if "position" not in data:
        if "orientation" in data:
            raise MarkersError(f"{where}.orientation needs a position; tags on its body tell both")
        return MarkedFixture(name, kind, tags=stuck, part_tags=part, aliases=aliases)
    position = _FIELDS.position(data["position"], f"{where}.position")
    quat = _FIELDS.orientation(data.get("orientation", [1, 0, 0, 0]), f"{where}.orientation")
    w, x, y, z = (q / math.hypot(*quat) for q in quat)
    if math.hypot(x, y) > 0.01:
        raise MarkersError(f"{where}.orientation must turn it about the vertical only: [w, 0, 0, z]")
    return MarkedFixture(name, kind, position, (w, 0.0, 0.0, z), stuck, part, aliases)


def _dump_place(fixture: MarkedFixture) -> dict[str, Any]:
    if fixture.position is None:
        return {}
    return {"position": list(fixture.position), "orientation": list(fixture.orientation)}


def _dump_tag(tag: Tag) -> dict[str, Any]:
    position, orientation = ([round(v, 9) for v in values] for values in (tag.position, tag.orientation))
    return {"id": tag.id, "size": tag.size, "position": position, "orientation": orientation}
