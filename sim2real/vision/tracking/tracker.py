"""From looks to a `Scene`: what was seen, what is hidden for now, what is held, what stands on what.

- An object is where it was last seen, averaged over looks while it stays put; a new place further away is
  believed when two looks agree on it.
- What is out of sight because the arm or another object is in the way stays where it was. What is
  missing in plain view for `LOST` seconds has no known position any more.
- A fixture is in the state that the displacement of its part tells, between its two in the one it was in; while the
  arm hides the part it stays so, and what is missing in plain view for `LOST` seconds, or has no tag, is `UNKNOWN`.
- What the gripper holds goes with the hand (`grip`). Let go, it is taken to be where the hand left it, settled on
  what is below, and is `unseen` until a picture that was taken when it had come to rest shows it. What is missing in
  plain view is so too, and what was seen once at another place.
- `support` follows from poses and sizes (`envs.tabletop.support`). An object in the jaws is held once it touches
  nothing else, and until they let it go: what a camera takes for standing may still hang a few millimetres
  above.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.declarations.fixture_kind import FIXTURES, FixtureKind
from pontine.envs.declarations.kind import declared
from pontine.envs.robot import RobotState
from pontine.envs.rotations import matrix_to_quat
from pontine.envs.scene import TABLE, UNKNOWN, Fixture, Scene, SceneObject, rounded
from pontine.envs.so101.kinematics import tool_pose
from pontine.envs.tabletop.fixture_parts import lies_within
from pontine.envs.tabletop.support import TOLERANCE, Body, carrier, ground

from ..fixture_pose import FixtureSighting, moved
from ..markers import MarkedFixture, MarkedObject, Markers
from ..tag_pose import Look, Sighting, body, flattened
from .grip import Grip, Hand, speed
from .hand_offset import HandOffset

LOST = 3.0
"""How long (s) an object may be missing where nothing hides it."""

LATE = 0.2
"""How old (s) a picture is when it arrives, where nobody has measured it: USB cameras were found to be 0.15 to 0.25 s
late. What it shows is compared with the hand at that time."""

_SHARE, _SAME, _SAME_TURN, _AGREE = 0.35, 0.006, 0.12, 0.015
_ARM_RADIUS, _HELD_CLEARANCE, _FALLEN = 0.045, 0.005, 0.45
_MEMORY, _PUT = 100, 0.012

COMING_TO_REST = 0.3
"""How long (s) what was let go may still be moving, the camera's lag taken together: pictures of that time count for
nothing."""


@dataclass
class _Track:
    """What is known of one object."""

    thing: MarkedObject
    position: Array | None = None
    rotation: Array | None = None
    elsewhere: Sighting | None = None
    missing: float = 0.0
    let_go: float = -np.inf
    left: Array | None = None
    seen: bool = False

    @property
    def in_sight(self) -> bool:
        """Whether it is where it is thought to be by what was seen, and nothing seen since speaks against it."""
        return self.position is not None and self.seen and not self.missing and self.elsewhere is None

    def body(self) -> Body | None:
        """The object where it is thought to be."""
        if self.position is None or self.rotation is None:
            return None
        return body(self.thing, self.position, self.rotation)

    def put(self, position: Array, rotation: Array) -> None:
        """Take a pose over as it is."""
        self.position, self.rotation, self.elsewhere, self.missing = position, rotation, None, 0.0

    def see(self, sighting: Sighting) -> None:
        """Average a sighting of the same place in; believe another place at its second sighting."""
        if self.position is None or self.rotation is None:
            self.put(sighting.position, sighting.rotation)
            self.seen = True
            return
        moved = float(np.linalg.norm(sighting.position - self.position))
        cosine = (float(np.trace(sighting.rotation.T @ self.rotation)) - 1) / 2
        turned = float(np.arccos(np.clip(cosine, -1, 1))) if self.thing.tags else 0.0
        self.missing = 0.0
        if moved < _SAME and turned < _SAME_TURN:
            self.position = self.position + _SHARE * (sighting.position - self.position)
            mixed = self.rotation + _SHARE * (sighting.rotation - self.rotation)
            left, _, right = np.linalg.svd(mixed)
            self.rotation, self.elsewhere, self.seen = left @ right, None, True
        elif self.elsewhere is not None and np.linalg.norm(sighting.position - self.elsewhere.position) < _AGREE:
            self.put(sighting.position, sighting.rotation)
            self.seen = True
        else:
            self.elsewhere = sighting


@dataclass
class _FixtureTrack:
    """What is known of one fixture; its part's state is UNKNOWN until it is seen in one."""

    thing: MarkedFixture
    sighting: FixtureSighting | None = None
    displacement: float | None = None
    state: str = UNKNOWN
    missing: float = 0.0

    @property
    def kind(self) -> FixtureKind:
        """Its declaration."""
        return FIXTURES[self.thing.kind]

    def see(self, sighting: FixtureSighting) -> None:
        """Take a sighting over."""
        self.sighting = sighting
        if sighting.displacement is None:
            return
        self.displacement, self.missing = sighting.displacement, 0.0
        first, second = self.kind.states
        if self.kind.latches:
            # before the first look nobody can have brought it about: only one of its states can be seen to begin
            self.state = first if self.state == first or self.displacement >= self.kind.engages else second
        elif self.displacement >= self.kind.engages:
            self.state = first
        elif self.displacement <= self.kind.disengages:
            self.state = second

    def lose(self) -> None:
        """Nobody knows any more how it is; what latches stays as it was brought about."""
        self.displacement = None
        if not (self.kind.latches and self.state == self.kind.states[0]):
            self.state = UNKNOWN

    def part(self) -> Array | None:
        """Where the middle of its part is, (3,) m."""
        if self.sighting is None:
            return None
        at = moved(self.kind, np.array([self.kind.part]), self.displacement or 0.0)[0]
        return self.sighting.position + self.sighting.rotation @ at

    def holds(self, there: Body) -> bool:
        """Whether a body lies in it."""
        room, kind = self.kind.inside, self.kind
        if self.sighting is None or self.displacement is None or room is None:
            return False
        turn, position = self.sighting.rotation, there.position
        if not room.low[2] - TOLERANCE < position[2] < room.high[2] + there.below - 0.002:
            return False
        yaw = float(np.arctan2(turn[1, 0], turn[0, 0]))
        return bool(lies_within(kind, self.sighting.position, yaw, self.displacement, position, 0.0))

    def fixture(self, off: Array) -> Fixture:
        """It as a scene has it, whose places are `off` (3,) m from where they are seen."""
        known = self.sighting
        return Fixture(
            self.thing.name,
            self.thing.kind,
            self.state,
            None if known is None else rounded(known.position - off),
            None if known is None else rounded(matrix_to_quat(known.rotation)),
            None if self.displacement is None else round(self.displacement, 5),
            self.thing.aliases,
        )


class Tracker:
    """Keeps the state of the table from looks, and from joint states at every control step."""

    def __init__(self, markers: Markers, offset: HandOffset | None = None, late: float = LATE) -> None:
        """All places in here are where the camera sees them, those of the hand made up for by `offset`; a scene has
        them where the hand finds them. `late` is how old (s) pictures are when they arrive."""
        self._offset, self._late = offset or HandOffset(), late
        self._tracks = {thing.name: _Track(thing) for thing in markers.objects}
        self._fixtures = {thing.name: _FixtureTrack(thing) for thing in markers.fixtures}
        self._grip = Grip()
        self._lifted = False
        self._hands: deque[Hand] = deque(maxlen=_MEMORY)
        self._joints: Array | None = None
        self._last_look: float | None = None

    @property
    def known(self) -> dict[str, Body]:
        """Bodies whose place is known, without what is in the jaws."""
        bodies = {name: track.body() for name, track in self._tracks.items() if name != self._grip.name}
        return {name: found for name, found in bodies.items() if found is not None}

    def held(self, arrived: float) -> dict[str, tuple[Array, Array]]:
        """Position and rotation of the object in the jaws when a picture was taken that first arrived then."""
        if self._grip.name is None or not self._hands:
            return {}
        return {self._grip.name: self._grip.pose(self._hand_at(arrived - self._late))}

    def _hand_at(self, time: float) -> Hand:
        return min(self._hands, key=lambda hand: abs(hand.time - time))

    @property
    def unseen(self) -> tuple[str, ...]:
        """The things of which only is assumed what the scene says of them; what is in the jaws is felt there."""
        objects = (n for n, track in self._tracks.items() if n != self._grip.name and not track.in_sight)
        return (*objects, *(n for n, track in self._fixtures.items() if track.missing or track.state == UNKNOWN))

    def doubt(self, since: float) -> None:
        """Count for nothing what pictures have shown since then of what was let go not long before."""
        for track in self._tracks.values():
            if track.let_go > since - COMING_TO_REST:
                track.seen = False

    def travelled(self, start: float, end: float) -> Array:
        """Where the hand was at the control steps between two times, (n, 3) m."""
        return np.array([hand.position for hand in self._hands if start <= hand.time <= end]).reshape(-1, 3)

    def see(self, look: Look, time: float, first: float | None = None) -> None:
        """Take in a look at a picture that arrived at `time` (s, the clock of `scene`), and as it is `first`."""
        passed = 0.0 if self._last_look is None else min(time - self._last_look, 1.0)
        self._last_look = time
        taken = (time if first is None else first) - self._late
        for name, fixed in self._fixtures.items():
            if name in look.fixtures:
                fixed.see(look.fixtures[name])
            there = look.fixtures.get(name)
            part = fixed.part()
            if (there is None or there.displacement is None) and part is not None:
                reach = 0.5 * float(np.linalg.norm(fixed.kind.part_size[:2]))
                if not self._between(look.camera.position, part, reach, None):
                    fixed.missing += passed
                    if fixed.missing > LOST:
                        fixed.lose()
        for name, track in self._tracks.items():
            sighting = look.sightings.get(name)
            if sighting is None:
                if name != self._grip.name and track.position is not None and not self._hidden(track, look):
                    track.missing += passed
                    if track.missing > LOST:
                        track.position = track.rotation = track.elsewhere = None
                continue
            if name == self._grip.name:
                recent = [hand for hand in self._hands if taken - 0.3 <= hand.time <= time]
                then, eye = self._hand_at(taken), look.camera.position
                if recent and self._grip.seen(sighting.position, eye, then, speed(recent)):
                    self._grip.release()
                    track.put(sighting.position, sighting.rotation)
                    track.let_go, track.left, track.seen = taken, None, False
            elif taken >= track.let_go + COMING_TO_REST:
                if not track.seen and track.left is not None and self._lies_still(track, sighting):
                    self._offset.placed(name, track.left, sighting.position, time)
                track.see(sighting)
                track.left = None

    def scene(self, state: RobotState, time: float) -> Scene:
        """The table at a control step."""
        self._offset.follow(state, time)
        hand = Hand.of(state, time)
        hand = replace(hand, position=hand.position + self._offset.value)
        self._hands.append(hand)
        self._joints = state.position
        dropped = self._grip.follow(state, hand, list(self.known.values()))
        self._lifted = self._lifted and self._grip.name is not None
        if dropped is not None:
            self._settle(self._tracks[dropped], time)
        if self._grip.name is not None:
            held = self._tracks[self._grip.name]
            held.put(*self._grip.pose(hand))
            held.seen = False
        return self._scene(hand)

    def _scene(self, hand: Hand) -> Scene:
        bodies = self.known
        held = None if self._grip.name is None else self._tracks[self._grip.name].body()
        supports: dict[str, str | None] = {}
        for name, there in bodies.items():
            lower = [b for b in bodies.values() if b.underside < there.underside]
            supports[name] = carrier(there, lower, 1.5 * _HELD_CLEARANCE) or _under(there, lower)
            if supports[name] == TABLE:
                inside = (track.thing.name for track in self._fixtures.values() if track.holds(there))
                supports[name] = next(inside, TABLE)
        holding = None
        if held is not None:
            supports[held.name] = carrier(held, bodies.values(), _HELD_CLEARANCE)
            self._lifted = self._lifted or supports[held.name] is None
            holding = held.name if self._lifted else None
        off = self._offset.value
        objects = tuple(_described(t, supports.get(n), off) for n, t in self._tracks.items())
        fixtures = tuple(track.fixture(off) for track in self._fixtures.values())
        return Scene(objects, fixtures, holding, rounded(hand.position - off), self.unseen)

    def _settle(self, track: _Track, time: float) -> None:
        """Let an object that the hand let go come to rest on what is below it."""
        there = track.body()
        track.let_go, track.seen = time, False
        if there is None or track.rotation is None:
            return
        level = flattened(track.rotation, track.thing)
        if np.arccos(np.clip((np.trace(level.T @ track.rotation) - 1) / 2, -1, 1)) < _FALLEN:
            there = body(track.thing, there.position, level)
            track.rotation = level
        fall = there.underside - ground(there, self.known.values())
        track.position = there.position - (0.0, 0.0, fall)
        # What falls into place comes to lie elsewhere by itself.
        track.left = track.position if fall < _PUT else None

    def _lies_still(self, track: _Track, sighting: Sighting) -> bool:
        """Whether something seen there lies as it was put: flat, and neither in nor on what would let it slide."""
        kind = declared(track.thing.kind)
        there = sighting.body(track.thing)
        around = [b for name, b in self.known.items() if name != track.thing.name and b.container]
        loose = kind is not None and kind.rolls
        contained = any(b.holds_over(there.position) for b in around)
        return sighting.resting and not (loose or contained or any(f.holds(there) for f in self._fixtures.values()))

    def _hidden(self, track: _Track, look: Look) -> bool:
        """Whether the arm or another object may stand between the camera and an object."""
        assert track.position is not None
        reach = 0.5 * float(np.linalg.norm(track.thing.size[:2]))
        return self._between(look.camera.position, track.position, reach, track)

    def _between(self, eye: Array, target: Array, reach: float, itself: _Track | None) -> bool:
        """Whether the arm or an object other than `itself` may hide a thing that reaches that far (m) round a place."""
        balls = [] if self._joints is None else [(point, _ARM_RADIUS) for point in _arm(self._joints)]
        for other in self._tracks.values():
            there = other.body()
            if there is not None and other is not itself:
                height = np.array([0.0, 0.0, there.size[2] / 2 if there.on_base else 0.0])
                balls.append((there.position + height, float(np.linalg.norm(there.size)) / 2))
        return any(_near_line(point, eye, target) < radius + 0.5 * reach for point, radius in balls)


def _described(track: _Track, support: str | None, off: Array) -> SceneObject:
    thing, there = track.thing, track.body()
    return SceneObject(
        name=thing.name,
        kind=thing.kind,
        color=thing.color,
        position=None if there is None else rounded(there.position - off),
        orientation=None if track.rotation is None else rounded(matrix_to_quat(track.rotation)),
        size=thing.size,
        support=support,
        container=thing.container,
        aliases=thing.aliases,
    )


def _under(body: Body, lower: Sequence[Body]) -> str:
    """What a body that leans or is on its way down will be carried by: what is below it, else the table."""
    over = [b for b in lower if b.holds_over(body.position)]
    return max(over, key=lambda b: b.underside).name if over else TABLE


def _arm(joints: Array) -> Array:
    """Points (n, 3) m along the hand and the forearm."""
    pose = tool_pose(joints[None])
    tool, back = pose.position[0], pose.rotation[0][:, 2]
    along = np.linspace(-0.01, 0.16, 8)[:, None]
    hand = tool + along * back
    shoulder = np.array([0.039, 0.0, 0.13])
    return np.concatenate([hand, hand[-1] + np.linspace(0.15, 1.0, 8)[:, None] * (shoulder - hand[-1])])


def _near_line(point: Array, start: Array, end: Array) -> float:
    """Distance (m) of a point from the segment between two others."""
    line = end - start
    share = float(np.clip((point - start) @ line / (line @ line), 0.0, 1.0))
    return float(np.linalg.norm(point - start - share * line))
