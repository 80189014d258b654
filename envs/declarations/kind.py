"""What a kind of object is: one declaration that everything else asks.

A kind says what shape its objects have, what a hand can do with them, where their frame is and what they are
called. Register one and the tables can lay it, the planner plans with it and the language knows its words:

    >>> import mujoco
    >>> def slab(size):
    ...     return (Shape(int(mujoco.mjtGeom.mjGEOM_BOX), tuple(size / 2)),)
    >>> domino = Kind(name="domino", low=(0.02, 0.04, 0.01), high=(0.03, 0.05, 0.02), shapes=slab, symmetry=2,
    ...               words={"en": ("domino",), "zh": ("骨牌",)})
    >>> check(domino)
    >>> domino.rest_height((0.02, 0.04, 0.01)), domino.said("zh")
    (0.005, '骨牌')

In a package that offers its module under the entry-point group `pontine`, `KINDS.register(domino)` does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import mujoco
import numpy as np

from ..arrays import Array, Quat, Triple
from ..errors import PontineError
from ..registry import Registry
from ..rotations import matrix_to_quat
from .meshes import Mesh
from .solids import Solid, fit, read_solid

BOX, CYLINDER, SPHERE = (
    int(g) for g in (mujoco.mjtGeom.mjGEOM_BOX, mujoco.mjtGeom.mjGEOM_CYLINDER, mujoco.mjtGeom.mjGEOM_SPHERE)
)

Frame = Literal["centre", "base"]
"""Where an object's frame is: at its centre, or at the centre of its base."""

WALL = 0.004
"""Thickness (m) of a container's walls and floor."""

MAX_SHAPES = 9
"""The most shapes a kind is made of."""

SMALLEST, LARGEST = 0.002, 0.25
"""Extents (m) that an object on this table can have."""


class KindError(PontineError):
    """A declaration of a kind that is not whole, or that no table can hold."""


@dataclass(frozen=True)
class Shape:
    """A primitive in the object's frame: MuJoCo geom type, size, position, orientation (wxyz)."""

    type: int
    size: Triple
    pos: Triple = (0.0, 0.0, 0.0)
    quat: Quat = (1.0, 0.0, 0.0, 0.0)


def _no_shapes(size: Array) -> tuple[Shape, ...]:
    return ()


def _middle(size: Array | Triple, frame: Frame) -> Triple:
    """The middle of what is that large, in its frame."""
    return (0.0, 0.0, float(size[2]) / 2 if frame == "base" else 0.0)


_FORMS = {"cuboid": BOX, "drum": CYLINDER, "sphere": SPHERE}


def _fitted(solid: Solid, frame: Frame) -> Callable[[Array], tuple[Shape, ...]]:
    """The primitives round the parts of a solid that is stretched to a size."""

    @lru_cache(maxsize=64)
    def shapes(size: Triple) -> tuple[Shape, ...]:
        fits = [fit(part) for part in solid.scaled(size, _middle(size, frame)).parts]
        return tuple(
            Shape(_FORMS[f.form], f.size, tuple(f.middle.tolist()), tuple(matrix_to_quat(f.axes).tolist()))
            for f in fits
        )

    return lambda size: shapes(tuple(np.asarray(size, float).tolist()))


@dataclass(frozen=True, kw_only=True, eq=False)
class Kind:
    """A kind of object.

    Args:
        name: what scenes call it; an identifier.
        low, high: bounds of the full extents along the object's axes that a random one is drawn from, m.
        shapes: the collision shapes, in the object's frame, of one of a size (3,) m.
        mesh: instead, an OBJ or binary STL file, in metres, of what it looks like. It is drawn as the mesh, stretched
            to its size; where `shapes` is not given it touches things as the boxes, cylinders and balls round the
            mesh's convex parts (`solids`), and where `low` and `high` are not, it is as large as the mesh.
        surface: what is drawn in the place of the shapes, in units of the full extents: a closed mesh round the frame.
        symmetry: order of its rotational symmetry about the vertical as a grasp sees it (4: a square,
            2: an oblong, 1: none, 0: round).
        words: its nouns by language ("en", "zh"), the first being the one that is said.
        graspable: whether the gripper can lift it.
        container: whether things can be put into it.
        frame: whether its frame is at its centre or at the centre of its base.
        round: whether it is round about the vertical, else a box bounds it tightly.
        rolls: whether it is a ball: it does not stay where it is put or pushed.
        flat_top: whether things can be put on it.
        square: whether its footprint is as long as wide.
        cubic: whether it is also as high as wide.
        density: kg/m3.
    """

    name: str
    symmetry: int
    words: Mapping[str, tuple[str, ...]]
    low: Triple = (0.0, 0.0, 0.0)
    high: Triple = (0.0, 0.0, 0.0)
    shapes: Callable[[Array], tuple[Shape, ...]] = _no_shapes
    mesh: Path | None = None
    surface: Mesh | None = None
    graspable: bool = True
    container: bool = False
    frame: Frame = "centre"
    round: bool = False
    rolls: bool = False
    flat_top: bool = True
    square: bool = False
    cubic: bool = False
    density: float = 400.0

    def __post_init__(self) -> None:
        """Work out what a mesh says. Raises MeshError, naming the file, if it is none that a table can hold."""
        if self.mesh is None:
            return
        solid = read_solid(Path(self.mesh), LARGEST, MAX_SHAPES)
        derived = {
            "low": self.low if any(self.low) else solid.extents,
            "high": self.high if any(self.high) else solid.extents,
            "shapes": _fitted(solid, self.frame) if self.shapes is _no_shapes else self.shapes,
            "surface": self.surface or solid.scaled((1.0, 1.0, 1.0), _middle((1.0, 1.0, 1.0), self.frame)).whole,
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def said(self, language: str) -> str:
        """What one is called in a language; its name where it has no word there."""
        return next(iter(self.words.get(language, ())), self.name)

    def rest_height(self, size: Triple) -> float:
        """Height (m) of the frame of one of this size above what it stands on."""
        return 0.0 if self.frame == "base" else size[2] / 2

    def footprint(self, size: Triple) -> float:
        """Radius (m) of the circle round the footprint of one of this size."""
        return size[0] / 2 if self.round else float(np.hypot(size[0], size[1])) / 2


def check(kind: Kind) -> None:
    """Raise KindError, in one line, if a declaration is not whole or no table can hold what it declares."""
    name = kind.name
    if not str(name).isidentifier():
        raise KindError(f"kind {name!r}: a kind's name is one word of letters, digits and underscores")
    for what, extents in (("low", kind.low), ("high", kind.high)):
        if len(extents) != 3 or not all(SMALLEST <= extent <= LARGEST for extent in extents):
            raise KindError(
                f"kind {name!r}: {what} is {list(extents)}; a table takes three extents of {SMALLEST} to {LARGEST} m"
            )
    if any(low > high for low, high in zip(kind.low, kind.high, strict=True)):
        raise KindError(f"kind {name!r}: low {list(kind.low)} is larger than high {list(kind.high)}")
    if kind.frame not in ("centre", "base"):
        raise KindError(f"kind {name!r}: frame is 'centre' or 'base', not {kind.frame!r}")
    if kind.rolls and not kind.round:
        raise KindError(f"kind {name!r} rolls, so it must be round")
    if kind.density <= 0:
        raise KindError(f"kind {name!r}: density must be positive, not {kind.density}")
    if not all(isinstance(words, tuple) and words and all(words) for words in kind.words.values()):
        raise KindError(f"kind {name!r}: words are a tuple of nouns by language, like {{'en': ('mug', 'cup')}}")
    for extents in (kind.low, kind.high):
        shapes = kind.shapes(np.array(extents))
        if not 1 <= len(shapes) <= MAX_SHAPES:
            raise KindError(f"kind {name!r} is made of {len(shapes)} shapes; 1 to {MAX_SHAPES} can be laid")
        for shape in shapes:
            if not np.all(np.isfinite([*shape.size, *shape.pos, *shape.quat])):
                raise KindError(f"kind {name!r}: a shape has numbers that are not finite")


KINDS: Registry[Kind] = Registry("kind", ["pontine.envs.tabletop.kinds"], check)
"""The kinds there are, by name: `KINDS.own()` are those that come with Pontine."""


def names_of_own(**properties: object) -> tuple[str, ...]:
    """Names of the kinds that come with Pontine and have these properties: `names_of_own(graspable=True)`.

    What tasks draw from, so that a trained policy and a seed mean the same whatever plugins there are.
    """
    return tuple(k.name for k in KINDS.own() if all(getattr(k, key) == value for key, value in properties.items()))


def declared(name: str) -> Kind | None:
    """The kind of that name, None if nobody declared it: scenes may name kinds that no simulator knows."""
    if name in KINDS:
        return KINDS[name]
    return None


def frame_of(kind: str, container: bool = False) -> Frame:
    """Where the frame is of a thing of that kind, `container` saying whether the scene calls it one."""
    known = declared(kind)
    if known is not None:
        return known.frame
    return "base" if container else "centre"
