"""`pontine/Tabletop-v0`: a table with a goal of several predicates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..errors import PontineError, UnknownNameError
from ..predicates import DIRECTIONS, check_predicate, holds
from ..scene import TABLE
from ..so101.kinematics import ToolPose
from ..tabletop.fixture_spec import FixtureSlot, FixtureSpec
from ..tabletop.fixtures import BUTTON, DRAWER
from ..tabletop.goals import MAX_PREDICATES, Goal, draw_goal
from ..tabletop.layout import lay_kinds, random_fixture
from ..tabletop.sensing import Measured
from ..tabletop.table import Slot
from . import TASKS
from .base import ALL, SOLID, WIDE, Task, Verdict, random_arm
from .observation import SHARE, UNIT, Part, box
from .state import EpisodeState

ITEMS = 3
"""Objects that can be grasped."""

NAMES = ("on", "in", *DIRECTIONS, "near", "holding", *DRAWER.states, BUTTON.states[0])
"""The predicates of goals, in the order of the observation."""

KINDS = ALL
"""The kinds of objects, in the order of the observation."""
_THINGS = 1 + ITEMS + 2 + 1
ARM, OBJECT, FIXTURE, PREDICATE = 33, 13 + len(KINDS), 8, len(NAMES) + 2 * _THINGS
"""Widths of the parts of the observation."""


class Tabletop(Task):
    """Make several predicates true together: put things in, on and beside others, work the drawer and the button.

    Observation, a dict of arrays. `arm` (33,): joint positions, velocities x 0.2, load x 4,
    previous action (6 each), tool position x 5, approach direction, closing axis. `objects`
    (4 x 20), slot by slot: present, position x 5, orientation (wxyz), size x 20, one-hot kind
    (`KINDS`), held, lies in the drawer. `fixtures` (2 x 8), drawer and button: present,
    position x 5, cos and sin of the yaw, displacement x 10, open or pressed. `goal` (4 x 25),
    predicate by predicate, rows of zeros where there are fewer: one-hot name (`NAMES`),
    one-hot first argument and second (the four objects, the two fixtures, the table). `holds`
    (4,): which of them hold. Reward: -1 a step until all hold, 0 while they do; an
    episode is 1500 steps (a minute) long. `info` has the `instruction` in English and Chinese
    (`instruction_zh`) and the `predicates` of the goal.

    Randomised: two or three graspable objects and a bowl, box or plate; whether there is a
    drawer, open or closed, and a button; all their places; the goal of 2 to 4 predicates, drawn
    so that a plan exists. Success: all predicates hold in the measured scene. No demonstrator: it
    takes several skills in turn.

    History: v0, first version.
    """

    name = "Tabletop"
    slots = (Slot("object0"), *(Slot(f"object{i}", 1) for i in range(1, 1 + ITEMS)))
    fixtures = (FixtureSlot("fixture0", DRAWER.name), FixtureSlot("fixture1", BUTTON.name))
    settle_steps = 6
    max_steps = 1500
    sparse = True

    def __init__(self) -> None:
        self.goals: dict[int, Goal] = {}
        self._measured: Measured | None = None
        self._judged: ToolPose | None = None

    @property
    def observation_space(self) -> spaces.Dict:
        there = Part("whether it is there", 1, *SHARE)
        thing = (
            there,
            Part("pose", 7),
            Part("size", 3, 0.0),
            Part("kind, held, in the drawer", len(KINDS) + 2, *SHARE),
        )
        fixture = (there, Part("pose, displacement", 6), Part("state", 1, *SHARE))
        arm = (Part("joints", 18), Part("action", 6, *UNIT), Part("tool", 3), Part("directions", 6, *UNIT))
        parts = {
            "arm": arm,
            "objects": thing * len(self.slots),
            "fixtures": fixture * len(self.fixtures),
            "goal": (Part("predicates", PREDICATE * MAX_PREDICATES, *SHARE),),
            "holds": (Part("which hold", MAX_PREDICATES, *SHARE),),
        }
        return spaces.Dict({key: box(of) for key, of in parts.items()})

    def start(self, e: EpisodeState, i: int, rng: np.random.Generator) -> None:
        goal = None
        while goal is None:
            fixtures = _draw_fixtures(rng)
            wide = [str(rng.choice(WIDE))]
            solid = [str(kind) for kind in rng.choice(SOLID, int(rng.integers(2, ITEMS + 1)))]
            there = [f for f in fixtures if f is not None]
            objects = lay_kinds(rng, wide + solid, [circle for f in there for circle in f.keepout])
            goal = draw_goal(rng, objects, there) if objects is not None else None
        assert objects is not None
        self.goals[i] = goal
        e.worlds.place_arm(i, random_arm(rng))
        for slot, fixture in enumerate(fixtures):
            e.worlds.mounted.mount(i, slot, fixture)
        for slot in range(len(self.slots)):
            e.worlds.lay(i, slot, objects[slot] if slot < len(objects) else None)

    def get_state(self, i: int) -> Goal | None:
        return self.goals.get(i)

    def set_state(self, i: int, noted: Goal | None) -> None:
        if noted is not None:
            self.goals[i], self._judged = noted, None

    def set_goal(self, e: EpisodeState, i: int, goal: Any) -> None:
        """Ask for predicates of what lies on the table, as `holds` takes them."""
        there = [*(spec.name for spec in (*e.worlds.specs[i], *e.worlds.mounted.specs[i]) if spec is not None), TABLE]
        wanted = tuple(tuple(str(word) for word in predicate) for predicate in goal)
        if not 1 <= len(wanted) <= MAX_PREDICATES:
            raise PontineError(f"a goal is 1 to {MAX_PREDICATES} predicates, not {len(wanted)}")
        for predicate in wanted:
            name = predicate[0] if predicate else ""
            if name not in NAMES:
                raise UnknownNameError("predicate", name, NAMES)
            for thing in check_predicate(predicate)[1:]:
                if thing not in there:
                    raise UnknownNameError("thing on this table", thing, there)
        said = ", ".join(f"{name}({', '.join(things)})" for name, *things in wanted)
        self.goals[i], self._judged = Goal(wanted, said, said), None

    def info(self, e: EpisodeState) -> dict[str, list[Any]]:
        goals = [self.goals[i] for i in range(e.n)]
        return {
            "instruction": [g.english for g in goals],
            "instruction_zh": [g.chinese for g in goals],
            "predicates": [g.predicates for g in goals],
        }

    def seen(self, e: EpisodeState) -> None:
        return None

    def observe(self, e: EpisodeState) -> dict[str, NDArray[np.float32]]:
        # what was measured to judge a step is seen after it; the hand's pose stands for the moment
        now = self._measured if self._measured is not None and self._judged is e.tool else self._measure(e)
        self._judged, n = None, e.n
        worlds, (tool, hand), mounted = e.worlds, e.tool, e.worlds.mounted
        arm = (worlds.q, 0.2 * worlds.velocity, 4.0 * (worlds.command - worlds.q), worlds.action, 5.0 * tool)
        objects, fixtures = self._objects.copy(), self._fixtures.copy()
        there = objects[:, :, 0] > 0
        objects[there, 1:4] = 5.0 * worlds.object_position[there]
        objects[there, 4:8] = worlds.object_quat[there]
        objects[:, :, -2] = now.held[:, None] == np.arange(len(self.slots))
        objects[:, :, -1] = now.inside_fixture()
        there = fixtures[:, :, 0] > 0
        fixtures[there, 6], fixtures[there, 7] = 10.0 * mounted.displacement[there], mounted.engaged[there]
        parts = {
            "arm": np.concatenate([*arm, -hand[:, :, 2], hand[:, :, 0]], axis=1),
            "objects": objects.reshape(n, -1),
            "fixtures": fixtures.reshape(n, -1),
            "goal": self._goal.reshape(n, -1),
            "holds": self._true,
        }
        return {key: values.astype(np.float32) for key, values in parts.items()}

    def judge(self, e: EpisodeState) -> Verdict:
        self._measure(e)
        self._judged = e.tool
        held = np.asarray(((self._true > 0) | ~self._asks).all(axis=1))
        return Verdict(held, np.zeros(e.n, bool), {})

    def _measure(self, e: EpisodeState) -> Measured:
        """What stands where now; which predicates hold is asked only where something that a scene says has changed."""
        if self._measured is None or self._measured.worlds is not e.worlds:
            self._measured, n = Measured(e.worlds), e.n
            self._signs = self._measured.signs()
            self._asked: list[Goal | None] = [None] * n
            self._objects, self._fixtures = np.zeros((n, len(self.slots), OBJECT)), np.zeros((n, 2, FIXTURE))
            self._goal, self._true = np.zeros((n, MAX_PREDICATES, PREDICATE)), np.zeros((n, MAX_PREDICATES))
            self._asks = np.zeros((n, MAX_PREDICATES), bool)
        now, before = self._measured, self._signs
        others, self._signs = now.update(), now.signs()
        stale = np.any(self._signs != before, axis=1)
        stale[others] = True
        stale[[i for i in range(e.n) if self._asked[i] is not self.goals[i]]] = True
        for i in map(int, np.flatnonzero(stale)):
            if i in others or self._asked[i] is not self.goals[i]:
                self._describe(e, i)
            scene, predicates = now.scene(i), self.goals[i].predicates
            self._true[i] = 0.0
            self._true[i, : len(predicates)] = [holds(scene, predicate) for predicate in predicates]
        return now

    def _describe(self, e: EpisodeState, i: int) -> None:
        """What world i's observation says of things and goal that is the same for the whole episode."""
        worlds, mounted = e.worlds, e.worlds.mounted
        objects, fixtures, goal = self._objects[i], self._fixtures[i], self._goal[i]
        objects[:], fixtures[:], goal[:] = 0.0, 0.0, 0.0
        self._asked[i] = self.goals[i]
        self._asks[i] = np.arange(MAX_PREDICATES) < len(self.goals[i].predicates)
        index: dict[str, int] = {TABLE: _THINGS - 1}
        for slot, spec in enumerate(worlds.specs[i]):
            if spec is not None:
                index[spec.name] = slot
                objects[slot, 0], objects[slot, 8:11] = 1.0, 20.0 * np.array(spec.size)
                objects[slot, 11:-2] = [spec.kind == kind for kind in KINDS]
        for slot, fixture in enumerate(mounted.specs[i]):
            if fixture is not None:
                index[fixture.name] = len(self.slots) + slot
                yaw = mounted.yaw[i, slot]
                fixtures[slot, :6] = (1.0, *(5.0 * mounted.position[i, slot]), np.cos(yaw), np.sin(yaw))
        for k, predicate in enumerate(self.goals[i].predicates):
            goal[k, NAMES.index(predicate[0])] = 1.0
            for place, name in enumerate(predicate[1:]):
                goal[k, len(NAMES) + _THINGS * place + index[name]] = 1.0


TASKS.register(Tabletop)


def _draw_fixtures(rng: np.random.Generator) -> list[FixtureSpec | None]:
    """A drawer, open or closed, and a button; each may be missing."""
    drawer = random_fixture(rng, DRAWER.name, DRAWER.name, ()) if rng.random() < 0.7 else None
    if drawer is not None:
        is_open = rng.random() < 0.4
        state = DRAWER.states[0 if is_open else 1]
        drawer = replace(drawer, displacement=DRAWER.displacement_in(state), state=state)
    taken = drawer.keepout if drawer is not None else ()
    return [drawer, random_fixture(rng, BUTTON.name, BUTTON.name, taken) if rng.random() < 0.6 else None]
