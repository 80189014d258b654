"""One picture to poses: where the camera stands, and where tags say that objects are.

A small tag tells its place across the line of sight far better than along it, and its turn in its own
plane far better than its tilt. So what is known beforehand is used: things rest flat, and on something. A pose
with a side flat down and a height that something there can carry is preferred wherever it explains the
picture nearly as well as the best free pose, and wherever it is within what the tags tell and the free pose is not
possible, because it lies inside the table or another thing; a tilt of more than about 8 degrees cannot be
explained so, and stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from pontine.envs.arrays import Array, Image
from pontine.envs.declarations.colors import COLORS
from pontine.envs.declarations.kind import declared
from pontine.envs.errors import RobotError
from pontine.envs.rotations import matrix_to_quat, turn_between
from pontine.envs.tabletop.support import Body, ground

from . import tags
from .color_finder import PlainFinder
from .fixture_pose import FixtureSighting, see
from .lens import CameraPose, Lens
from .markers import MarkedFixture, MarkedObject, Markers, Tag
from .pose_fit import Fit, pnp

WORST = 1.5
"""Largest root mean square (pixels) by which a pose may miss the corners it is made from."""

REACH = 0.024
"""How far (m) a measured height may be above the height at which something would rest."""

_INSIDE, _LEANING = 0.003, np.deg2rad(8)
_SHORTEST, _SURE = 9.0, 1.0
_STEADY, _SHARE = 2.0, 0.2
_BLACK, _EVEN = 40, 4.0
_NEAR = 0.06


class SightError(RobotError):
    """The picture does not show what is needed."""

    cause = "perception"


@dataclass(frozen=True)
class Sighting:
    """An object's pose in the base frame: position (3,) m, rotation (3, 3), and how well it explains the
    picture (pixels, root mean square). `resting` says that it was taken to lie flat on something."""

    position: Array
    rotation: Array
    error: float
    resting: bool

    def body(self, thing: MarkedObject) -> Body:
        """The object there."""
        return body(thing, self.position, self.rotation)


def body(thing: MarkedObject, position: Array, rotation: Array) -> Body:
    """A marked object at a pose."""
    return Body(thing.name, thing.kind, thing.size, position, matrix_to_quat(rotation), thing.container)


@dataclass
class Look:
    """What one picture shows: the camera's pose, objects and fixtures by name, how far (pixels) each table tag is
    from where the camera's pose puts it, and the corners (4, 2), in pixels, of each tag on the hand."""

    camera: CameraPose
    sightings: dict[str, Sighting] = field(default_factory=dict)
    table_errors: dict[int, float] = field(default_factory=dict)
    fixtures: dict[str, FixtureSighting] = field(default_factory=dict)
    hand: dict[int, Array] = field(default_factory=dict)


class TagFinder:
    """Finds the tags of a family in pictures; refines their corners to fractions of a pixel."""

    def __init__(self, family: str) -> None:
        parameters = cv2.aruco.DetectorParameters()
        parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
        # tags are small here: a wider window would reach across the white border
        parameters.cornerRefinementWinSize = 3
        parameters.adaptiveThreshWinSizeMin, parameters.adaptiveThreshWinSizeStep = 7, 16
        self._detector = cv2.aruco.ArucoDetector(tags.dictionary(family), parameters)

    def find(self, grey: NDArray[np.uint8]) -> dict[int, Array]:
        """Corners (4, 2) in pixels of every tag in a grey picture, by id. Tags seen twice, or too
        flat to be told well, are left out."""
        corners, ids, _ = self._detector.detectMarkers(grey)
        found: dict[int, Array] = {}
        twice = set()
        numbers = [] if ids is None else [int(id) for id in np.asarray(ids).ravel()]
        for quad, id in zip(corners, numbers, strict=True):
            points = np.asarray(quad, float).reshape(4, 2)
            if np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1).min() < _SHORTEST:
                continue
            if id in found:
                twice.add(id)
            found[id] = points
        return {id: points for id, points in found.items() if id not in twice}


class Eye:
    """Finds the objects of `markers` in the pictures of one camera.

    The camera's pose comes from the table's tags, averaged over pictures as long as it stands still, so
    it lives on while the arm hides some of them, or all as long as any other tag is seen.
    """

    def __init__(self, markers: Markers, lens: Lens) -> None:
        self.markers, self.lens = markers, lens
        self._finder = TagFinder(markers.family)
        self._table: dict[int, Array] = {}
        self._frames: dict[str, tuple[Array, Array]] = {}

    def look(
        self,
        image: Image,
        known: Mapping[str, Body] | None = None,
        held: Mapping[str, tuple[Array, Array]] | None = None,
    ) -> Look:
        """The objects in an RGB picture.

        `known` are bodies seen earlier, on which things may rest though they are hidden now. What is in the
        hand, `held`, rests on nothing; its rotation is taken from the expected pose (position, rotation)
        if that explains the picture. Raises SightError if no table tag has been seen yet or no tag at all is seen now,
        LensError if the picture's shape is not the lens's.
        """
        lens = self.lens.at(image.shape[1], image.shape[0])
        found = self._finder.find(np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8))
        self._check(image, found)
        camera, errors = self._stand(lens, found)
        look = Look(camera, {}, errors, hand={tag.id: found[tag.id] for tag in self.markers.hand if tag.id in found})
        for fixture in self.markers.fixtures:
            there = see(fixture, found, lens, camera, self._frames.get(fixture.name))
            if there is not None:
                look.fixtures[fixture.name] = there
                self._frames[fixture.name] = there.position, there.rotation
        held = held or {}
        free = {}
        for thing in self.markers.objects:
            seen = [tag for tag in thing.tags if tag.id in found]
            if seen:
                points = np.concatenate([tag.corners() for tag in seen])
                pixels = np.concatenate([found[tag.id] for tag in seen])
                fit = Fit(points, pixels, lens, camera)
                guess = fit.best(seen[0])
                if guess is not None:
                    free[thing.name] = (thing, fit, guess)
        bodies = {n: b for n, b in (known or {}).items() if n not in free and n not in held}
        # from the lowest up, so that what carries is known before what it carries
        for name, (thing, fit, guess) in sorted(free.items(), key=lambda item: float(item[1][2][1][2])):
            if name in held:
                sighting = _in_hand(fit, guess, held[name])
            else:
                # What no hand lifts is not put on what a hand does: that lies in it.
                carriers = [b for b in bodies.values() if b.on_base or not thing.base_frame]
                sighting = self._settled(thing, fit, guess, carriers)
            if sighting is not None:
                look.sightings[name] = sighting
                if name not in held:
                    bodies[name] = sighting.body(thing)
        plain = [thing for thing in self.markers.objects if not thing.tags]
        turned = [thing for thing in self._told_by_colour if thing.name not in free and thing.name not in held]
        if plain or turned:
            finder = PlainFinder(image, lens, camera, [_bordered(quad) for quad in found.values()])
        for thing in plain:
            patch = finder.find(thing, (b for n, b in bodies.items() if n != thing.name))
            if patch is not None:
                look.sightings[thing.name] = Sighting(patch[0], patch[1], 0.0, thing.name not in held)
        for thing in turned:
            others = [b for n, b in bodies.items() if n != thing.name]
            patch = finder.find(thing, others, lying=True)
            if patch is not None and _where_expected(patch[0], (known or {}).get(thing.name), others):
                # Its place is told too roughly to learn by it where the hand puts things.
                look.sightings[thing.name] = Sighting(patch[0], patch[1], 0.0, False)
        return look

    @cached_property
    def _told_by_colour(self) -> tuple[MarkedObject, ...]:
        """The things with tags that are found without them, where those face away: solid, and of a colour that nothing
        else has."""
        often = Counter(thing.color for thing in self.markers.objects)
        return tuple(
            thing
            for thing in self.markers.objects
            if thing.tags and not thing.base_frame and often[thing.color] == 1
            and thing.color in COLORS and declared(thing.kind) is not None
        )  # fmt: skip

    @property
    def _listed(self) -> str:
        return f"({self.markers.family}: {', '.join(str(tag.id) for tag in self.markers.table)})"

    def _check(self, image: Image, found: Mapping[int, Array]) -> None:
        """Raise SightError if nothing seen now bears out that the camera stands where it did."""
        things: tuple[MarkedObject | MarkedFixture, ...] = (*self.markers.objects, *self.markers.fixtures)
        parts = (tag for fixture in self.markers.fixtures for tag in fixture.part_tags)
        ours = {
            tag.id
            for tag in (
                *self.markers.table,
                *self.markers.hand,
                *(tag for thing in things for tag in thing.tags),
                *parts,
            )
        }
        if not ours & set(found) and (blank := _blank(image) or ("blocked" if self._table else None)):
            what = "is the camera covered, or the light off?" if blank == "black" else "what is before the camera?"
            raise SightError(
                f"the picture is {blank}: none of the table's tags {self._listed} is in it, nor another; {what}"
            )

    def _stand(self, lens: Lens, found: Mapping[int, Array]) -> tuple[CameraPose, dict[int, float]]:
        """The camera's pose and the error (pixels) of each table tag seen now."""
        seen = [tag for tag in self.markers.table if tag.id in found]
        moved = [t for t in seen if t.id in self._table and np.abs(self._table[t.id] - found[t.id]).max() > _STEADY]
        if len(moved) > len(seen) / 2:
            self._table.clear()
        for tag in seen:
            old = self._table.get(tag.id, found[tag.id])
            steady = np.abs(old - found[tag.id]).max() <= _STEADY
            self._table[tag.id] = old + _SHARE * (found[tag.id] - old) if steady else found[tag.id]
        used = [tag for tag in self.markers.table if tag.id in self._table]
        if not used:
            raise SightError(
                f"none of the table's tags {self._listed} is in the picture: nobody knows where the camera stands"
            )
        pose = stand(used, self._table, lens)
        errors = {}
        for tag in seen:
            off = lens.project(pose.into(tag.corners())) - found[tag.id]
            errors[tag.id] = float(np.linalg.norm(off, axis=1).mean())
        return pose, errors

    def _settled(
        self, thing: MarkedObject, fit: Fit, guess: tuple[Array, Array, float], others: Iterable[Body]
    ) -> Sighting | None:
        """The pose that is likeliest, given that things rest flat on something and lie inside nothing."""
        rotation, position, error = guess
        bodies = list(others)
        level = flattened(rotation, thing)
        leans = _angle(level.T @ rotation) > _LEANING
        flat = fit.upright(level, position)
        if flat is not None and flat[2] <= (max(WORST, 1.3 * error) if leans else 2 * WORST):
            rotation, position, error = flat
            there = body(thing, position, rotation)
            floors = [ground(there, bodies)]
            for floor in floors:
                gap = there.underside - floor
                rested = fit.upright(rotation, *_lowered(position, gap))
                if rested is None:
                    continue
                if (blocked := _inside(body(thing, rested[1], rested[0]), bodies)) is not None:
                    # it stands on that, then; tops only go up, so that this ends
                    floors += [blocked] if blocked > floor else []
                elif rested[2] <= _tolerated(gap, error):
                    return Sighting(rested[1], rested[0], rested[2], True)
        there = body(thing, position, rotation)
        floor = max(ground(there, bodies), _inside(there, bodies) or 0.0)
        if there.underside < floor - _INSIDE:
            lifted = fit.upright(rotation, *_lowered(position, there.underside - floor))
            if lifted is None:
                return None
            rotation, position, error = lifted
        return Sighting(position, rotation, error, False) if error <= 2 * WORST else None


def stand(table: Sequence[Tag], corners: Mapping[int, Array], lens: Lens) -> CameraPose:
    """Where the camera stands that sees the corners (4, 2), in pixels, of these tags on the table, one at least.

    Raises SightError if they are not where the markers file says.
    """
    used = list(table)
    while True:
        points = np.concatenate([tag.corners() for tag in used])
        pixels = np.concatenate([corners[tag.id] for tag in used])
        pose = CameraPose(*pnp(points, pixels, lens))
        misses = np.linalg.norm(lens.project(pose.into(points)) - pixels, axis=1).reshape(-1, 4)
        if misses.mean() <= WORST or len(used) <= 2:
            break
        # one tag may have been shifted, or be half hidden
        used.pop(int(misses.mean(1).argmax()))
    if misses.mean() > 3 * WORST:
        raise SightError(
            f"the table's tags are not where the markers file says: off by {misses.mean():.1f} pixels on average; "
            "check their positions and sizes, and the camera's calibration"
        )
    return pose


def _inside(there: Body, others: Sequence[Body]) -> float | None:
    """The top (m) of the highest solid thing that a body would be inside of, None if there is none."""
    solid = [o for o in others if o.name != there.name and not o.container and o.holds_over(there.position)]
    return max((o.top for o in solid if there.underside < o.top - _INSIDE and o.underside < there.top), default=None)


def _where_expected(position: Array, known: Body | None, others: Iterable[Body]) -> bool:
    """Whether a patch of colour at a position (3,) m may be believed: it is near where the thing is known to be, if it
    is; and by nothing solid, on top of which it would look the same as behind it."""
    if known is not None and np.linalg.norm((position - known.position)[:2]) > _NEAR:
        return False
    solid = (o for o in others if not o.container)
    return all(np.linalg.norm((position - o.position)[:2]) > _NEAR + max(o.size[:2]) / 2 for o in solid)


def _lowered(position: Array, gap: float) -> tuple[Array, float]:
    """A position (3,) m lowered by that much, and its height (m)."""
    lower = position - (0.0, 0.0, gap)
    return lower, float(lower[2])


def _tolerated(gap: float, error: float) -> float:
    """By how much (pixels) a resting pose may miss, where the best pose misses by `error` and is that far (m) above it.

    What is measured below what carries it cannot be there: then whatever the tags allow is believed.
    """
    if gap < -_INSIDE:
        return 2 * WORST
    if gap < REACH / 2:
        return max(WORST, 1.3 * error)
    return max(_SURE, 1.3 * error) if gap < REACH else 0.0


def _in_hand(fit: Fit, guess: tuple[Array, Array, float], expected: tuple[Array, Array]) -> Sighting | None:
    """The pose of something in the hand, turned as it is expected to be if that may be so."""
    turned = fit.upright(expected[1], expected[0])
    rotation, position, error = turned if turned is not None and turned[2] <= 2 * WORST else guess
    return Sighting(position, rotation, error, False) if error <= 2 * WORST else None


def flattened(rotation: Array, thing: MarkedObject) -> Array:
    """The nearest rotation (3, 3) with a side of the object level."""
    axes = [2] if thing.base_frame else [0, 1, 2]
    kind = declared(thing.kind)
    if kind is not None and kind.round and not kind.rolls and not thing.base_frame and abs(rotation[2, 2]) < 0.7:
        # what is round about its axis may be turned about it as it likes when it lies
        axis = rotation[:, 2] * (1.0, 1.0, 0.0)
        return turn_between(rotation[:, 2], axis / np.linalg.norm(axis)) @ rotation
    up = max(axes, key=lambda k: abs(rotation[2, k]))
    target = np.array([0.0, 0.0, np.sign(rotation[2, up]) or 1.0])
    return turn_between(rotation[:, up], target) @ rotation


def _angle(rotation: Array) -> float:
    """By how much (rad) a rotation (3, 3) turns."""
    return float(np.arccos(np.clip((np.trace(rotation) - 1) / 2, -1, 1)))


def _blank(image: Image) -> str | None:
    """Whether a picture is black, or the same all over; None if it is neither."""
    if image.max() < _BLACK:
        return "black"
    return "the same all over" if float(image.std()) < _EVEN else None


def _bordered(quad: Array) -> Array:
    """A tag's quadrilateral (4, 2) with its white border."""
    middle = quad.mean(0)
    return middle + 1.45 * (quad - middle)
