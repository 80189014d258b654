"""`Episodes`: a task running in many worlds, with per-world random streams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array, Observation
from ..declarations import shaping
from ..declarations.shaping import COMMON, DISCOUNT, GOAL, PREFIX, Potential, Shaping
from ..errors import StateError
from ..tabletop.perception import Perception
from ..tabletop.randomization import Randomization
from ..tabletop.worlds import SUBSTEPS, Worlds
from .base import TARGET, Task
from .observation import Situation
from .starts import OWN, Asked, EasierStart, SceneStart, SeedStart, Start
from .state import EpisodeState

MAX_STARTS = 6
"""How many starts are drawn until one settles well; the last is played as it is."""


_STATE = ("goal", "origin", "mode", "was_grasped", "age", "streak", "_nominal")
"""What an episode keeps beside its world, its cameras and what its task notes, a row for each world."""


@dataclass
class StepResult:
    """What one control step brought, per world. `terms` are the addends of `reward`."""

    reward: Array
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    success: NDArray[np.bool_]
    terms: dict[str, Array]


class Episodes(EpisodeState):
    """`n` worlds playing `task`.

    World i's stream of random numbers depends only on its own seed, so it does not
    matter how many worlds play beside it. With a `curriculum`
    some episodes begin at given starts or are not randomised. An episode is cut short after `limit` steps
    (None: by somebody else); a step is `substeps` physics steps. Episodes can be pickled and copied. `reward` is one of
    `shaping.REWARDS`; `weights` multiply its terms by their names in `info`; for a learner of the same `discount`
    shaping is neutral.

    Raises UnknownNameError for a reward or a term that there is not, PontineError for a task that cannot be shaped.
    """

    def __init__(
        self,
        task: Task,
        n: int,
        threads: int = 0,
        randomization: Randomization | None = None,
        limit: int | None = None,
        substeps: int = SUBSTEPS,
        reward: str = "task",
        weights: Mapping[str, float] | None = None,
        discount: float = DISCOUNT,
    ) -> None:
        shaping.check_reward(reward, task.potentials, task.name)
        self.sparse, self.weights = task.sparse or reward == "sparse", dict(weights or {})
        shaping.check_weights(self.weights, shaping.reward_terms(task, reward))
        super().__init__(Worlds(task.slots, n, threads, task.fixtures, substeps))
        self.task = task
        self._shaped = reward == "shaped"
        self._shaping = Shaping(len(self.potentials), n, discount)
        self.randomization = randomization or Randomization()
        self.limit: int | None = task.max_steps if limit is None else limit
        self.age, self.streak = np.zeros(n, int), np.zeros(n, int)
        # as many frames whoever cuts the episode short, and when: they are drawn from the world's random stream
        self.perception = Perception(n, task.max_steps + 1, self.randomization)
        self._asked: Asked | None = None
        self._terms: tuple[str, ...] | None = None
        self._rngs: list[np.random.Generator] = [np.random.default_rng() for _ in range(n)]
        self.curriculum = OWN
        self._given: dict[int, tuple[Start, np.random.Generator]] = {}
        self._nominal = np.zeros(n, bool)

    @property
    def potentials(self) -> tuple[Potential, ...]:
        """What shapes the reward."""
        return self.task.potentials if self._shaped else ()

    def seed(self, ids: NDArray[np.int_], seeds: Sequence[int | None]) -> None:
        """Restart the random streams of those worlds."""
        for i, seed in zip(ids, seeds, strict=True):
            self._rngs[i] = np.random.default_rng(seed)

    def reset(self, ids: NDArray[np.int_], asked: Asked | None = None) -> None:
        """Begin a new episode in those worlds (sorted ids), with what is asked for over what the task draws."""
        worlds, waiting = self.worlds, ids
        self._asked = asked
        self._give(ids)
        for _ in range(MAX_STARTS):
            for i in waiting:
                self._start(int(i))
            worlds.refresh(waiting)
            for _ in range(self.task.settle_steps):
                worlds.advance(worlds.command, waiting)
            worlds.velocity[waiting] = 0.0
            self._tool = None
            waiting = waiting[~self.task.settled(self, waiting)]
            if not len(waiting):
                break
        if asked is not None:
            asked.aim(self, ids)
        self.origin[ids] = worlds.object_position[ids]
        self.age[ids] = self.streak[ids] = 0
        self._shaping.begin(self.potentials, self, ids)
        self._look(ids)
        if self.task.slots:
            self.was_grasped[ids] = worlds.grasped(TARGET)[ids]

    def _give(self, ids: NDArray[np.int_]) -> None:
        """Choose which of those episodes begin at a given start, each with its random stream, and which are nominal."""
        self._given.clear()
        for i in map(int, ids):
            start, self._nominal[i] = self.curriculum.draw(self._rngs[i])
            if self._asked is not None and self._asked.start is not None:
                start = self._asked.start
            if start is not None:
                own = np.random.default_rng(start.seed) if isinstance(start, SeedStart) else self._rngs[i]
                self._given[i] = start, own

    def _start(self, i: int) -> None:
        worlds = self.worlds
        start, rng = self._given.get(i, (None, self._rngs[i]))
        worlds.delay[i], worlds.time[i] = 0, 0.0
        self.task.start(self, i, rng)
        if isinstance(start, SceneStart):
            self.task.start_at(self, i, start)
        elif isinstance(start, EasierStart):
            self.task.ease(self, i, start.name, rng)
        if self._asked is not None:
            self._asked.lay(self, i)
        physics = Randomization() if self._nominal[i] else self.randomization
        worlds.set_dynamics(i, **physics.dynamics(rng))
        self.perception.start(i, rng, physics)

    def step(self, action: Array) -> StepResult:
        """One control step of every world under actions (n, 6) in [-1, 1]."""
        before = None if self.sparse else self.worlds.action.copy()
        self.worlds.step(action)
        self._tool = None
        self.age += 1
        self._look()
        verdict = self.task.judge(self)
        self.streak = np.where(verdict.success, self.streak + 1, 0)
        if before is None:
            success, ended = verdict.success, np.zeros(self.n, bool)
            terms = {GOAL[0]: np.where(success, 0.0, -1.0), **self._shaping.step(self.potentials, self, success, ended)}
        else:
            success = self.streak >= self.task.streak
            ended = success | verdict.failure
            terms = shaping.common_terms(self.worlds.action - before, success, verdict.failure) | verdict.terms
            terms |= self._shaping.step(self.potentials, self, success, verdict.failure)
        self._note_grasp()
        terms = shaping.weighted(terms, self.weights)
        reward = terms[GOAL[0]] if list(terms) == list(GOAL) else np.sum(list(terms.values()), axis=0)
        return StepResult(reward, ended, self._late(), success, terms)

    def _late(self) -> NDArray[np.bool_]:
        return np.zeros(self.n, bool) if self.limit is None else self.age >= self.limit

    def terms(self) -> tuple[str, ...]:
        """The names of the reward's terms; an episode must have begun."""
        if self._terms is None:
            own = GOAL if self.sparse else (*COMMON, *self.task.judge(self).terms)
            self._terms = (*own, *(PREFIX + potential.name for potential in self.potentials))
        return self._terms

    def get_state(self, ids: NDArray[np.int_] | None = None) -> dict[str, Any]:
        """All that those worlds and their episodes are, or all: what goes on from it is the same to the last bit."""
        rows = np.arange(self.n) if ids is None else ids
        return {
            "task": self.task.id,
            "worlds": self.worlds.get_state(rows),
            "perception": self.perception.get_state(rows),
            "random": [self._rngs[i].bit_generator.state for i in rows],
            "noted": [self.task.get_state(int(i)) for i in rows],
            "potentials": self._shaping.before[rows].copy(),
            **{name: getattr(self, name)[rows].copy() for name in _STATE},
        }

    def set_state(self, state: dict[str, Any], ids: NDArray[np.int_] | None = None) -> None:
        """Be where `get_state` was called; the state of one world may be given to many.

        Raises StateError if it is another task's, of another number of worlds, or seen by other cameras.
        """
        rows = np.arange(self.n) if ids is None else ids
        if state["task"] != self.task.id:
            raise StateError(f"the state is of {state['task']}, not of {self.task.id}")
        if len(state["age"]) not in (1, len(rows)):
            raise StateError(f"the state of {len(state['age'])} worlds does not fit {len(rows)}")
        self.perception.set_state(state["perception"], rows)
        self.worlds.set_state(state["worlds"], rows)
        for k, i in enumerate(map(int, rows)):
            self._rngs[i].bit_generator.state = state["random"][k % len(state["random"])]
            self.task.set_state(i, state["noted"][k % len(state["noted"])])
        self._shaping.before[rows] = state["potentials"]
        for name in _STATE:
            getattr(self, name)[rows] = state[name]
        self._tool = None

    def _look(self, ids: NDArray[np.int_] | None = None) -> None:
        seen = self.task.seen(self)
        if seen is not None:
            position, quat = seen
            self.perception.look(self.age, position, quat, ids)

    def _note_grasp(self) -> None:
        if self.task.slots:
            self.was_grasped = self.worlds.grasped(TARGET)

    def observe(self) -> Observation:
        """Observations of all worlds."""
        return self.task.observe(self)

    def situation(self, exact: bool = False) -> Situation:
        """What the policy is to see of what the task handles: as a camera does, or exactly."""
        worlds = self.worlds
        size, symmetry = self.task.extent(self)
        position, quat = self.perception.position, self.perception.quat
        if exact:
            pose = self.task.seen(self)
            assert pose is not None
            position, quat = pose
        seen = Situation(
            worlds.q,
            worlds.velocity,
            worlds.command,
            worlds.action,
            position,
            quat,
            size,
            symmetry,
            self.goal,
        )
        # the same as it would work out, and half of its work
        seen.tool = self.tool
        return seen
