"""`Face`: what the single and the vector environment have in common."""

from __future__ import annotations

import copy
from typing import Any

import mujoco
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..arrays import Array, Bool, Image, Index
from ..robot import JOINTS
from ..senses import Senses
from ..tabletop.randomization import randomization as preset
from ..tabletop.table import PHYSICS_SECONDS
from ..tabletop.worlds import SUBSTEPS
from ..tasks import task as task_of
from ..tasks.base import GoalTask
from ..tasks.episodes import Episodes, StepResult
from .actions import cartesian
from .settings import RENDER_MODES, Settings
from .view import View


def action_space() -> spaces.Box:
    """The space of one world's actions."""
    return spaces.Box(-1.0, 1.0, (len(JOINTS),), np.float32)


class Face:
    """A task's episodes in n worlds, seen, drawn, kept and restored."""

    metadata: dict[str, Any] = {
        "render_modes": list(RENDER_MODES),
        "render_fps": round(1 / (SUBSTEPS * PHYSICS_SECONDS)),
    }

    def _open(self, settings: Settings, n: int, threads: int) -> None:
        task = task_of(settings.task)
        task.set_threshold(settings.threshold)
        self.settings = settings
        self.episodes = Episodes(
            task,
            n,
            threads,
            preset(settings.randomization),
            settings.max_episode_steps,
            settings.frame_skip,
            settings.reward,
            settings.weights,
            settings.discount,
        )
        self._senses = Senses(self.episodes, settings.observation)
        self.render_mode = settings.render_mode
        self.metadata = {**type(self).metadata, "render_fps": round(1 / self.dt)}
        self._renderer: Any = None
        self._view: View | None = None
        self._began = np.zeros(n, bool)

    @property
    def dt(self) -> float:
        """How long a step is, s."""
        return self.settings.frame_skip * PHYSICS_SECONDS

    @property
    def model(self) -> mujoco.MjModel:
        """The (first) world's model, with its true sizes: see `view.View`. It is brought up to date by every step."""
        return self._looked().model

    @property
    def data(self) -> mujoco.MjData:
        """The (first) world's state and all that follows from it: see `view.View`. Every step brings it up to date.

        `mujoco.viewer.launch_passive(env.unwrapped.model, env.unwrapped.data)` shows it.
        """
        return self._looked().data

    def get_state(self) -> dict[str, Any]:
        """All that the worlds are now: physics, targets, delays, what the camera saw, random streams and counters.

        What goes on from it is the same to the last bit. It can be pickled, and belongs to one task. What a wrapper
        counts is not in it: see `TaskEnv` for the time limit of `gymnasium.make`.
        """
        return self.episodes.get_state()

    def set_state(self, state: dict[str, Any]) -> None:
        """Be where `get_state` was called; the state of one world may be given to many.

        Raises StateError for one that does not fit.
        """
        self._restore(state, np.arange(self.episodes.n))

    def _restore(self, state: dict[str, Any], ids: Index) -> None:
        self.episodes.set_state(state, ids)
        self._began[ids] = True
        self._show()

    def _looked(self) -> View:
        if self._view is None:
            self._view = View(self.episodes.worlds)
        return self._view

    def _show(self) -> None:
        """Let those who look at the world see it as it is."""
        if self._view is not None:
            self._view.update()

    def _step(self, actions: Array) -> StepResult:
        """One step of every world under actions (n, 6)."""
        if self.settings.action == "cartesian":
            actions = cartesian(actions, self.episodes.worlds.command, self.settings.frame_skip / SUBSTEPS)
        return self.episodes.step(actions)

    def _told(self, result: StepResult | None, anew: Bool | None = None) -> dict[str, Any]:
        """What infos say of all worlds, batch first; of those that begin `anew`, that nothing was reached or earned."""
        said: dict[str, Any]
        if result is None:
            n = self.episodes.n
            said = {"is_success": np.zeros(n, bool), **{name: np.zeros(n) for name in self.episodes.terms()}}
        else:
            said = {"is_success": result.success, **result.terms}
            if anew is not None:
                said = {name: np.where(anew, np.zeros((), values.dtype), values) for name, values in said.items()}
        return said | self.episodes.task.info(self.episodes)

    def _pictures(self) -> tuple[Image, ...]:
        """Every world as the camera sees it, (height, width, 3) each."""
        if self._renderer is None:
            from ..visuals.render import Renderer

            self._renderer = Renderer(self.episodes.worlds)
        s, taken = self.settings, []
        for world in range(self.episodes.n):
            self._renderer.world = world
            taken.append(self._renderer.render(s.camera, s.width, s.height))
        return tuple(taken)

    def _free(self) -> None:
        """Free what draws."""
        self._senses.close()
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None

    def __getstate__(self) -> dict[str, Any]:
        # what draws belongs to this process, and is made again where it is wanted
        return {**vars(self), "_renderer": None, "_view": None}

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        twin = type(self).__new__(type(self))
        memo[id(self)] = twin
        vars(twin).update(copy.deepcopy(self.__getstate__(), memo))
        return twin


class Goals:
    """What Gymnasium-Robotics asks of an environment with goals, over any achieved and desired goals (..., d).

    Goals of one world give a number or a bool, those of many give arrays; `info` plays no part.
    """

    episodes: Episodes

    def compute_reward(self, achieved_goal: Any, desired_goal: Any, info: Any) -> Any:
        """The sparse reward for these goals, whatever `reward` the environment was made with.

        Hindsight (HER) takes it for what `step` gave: make the environment with `reward="task"`, which is this one.
        """
        task = self.episodes.task
        assert isinstance(task, GoalTask)
        return task.compute_reward(achieved_goal, desired_goal)

    def compute_terminated(self, achieved_goal: Any, desired_goal: Any, info: Any) -> Any:
        """Never: an episode with goals goes on until its time is up."""
        return _never(achieved_goal)

    def compute_truncated(self, achieved_goal: Any, desired_goal: Any, info: Any) -> Any:
        """Never for the goals' sake: the time limit cuts an episode short, whatever was reached."""
        return _never(achieved_goal)


def _never(goal: NDArray) -> Any:
    shape = np.shape(goal)[:-1]
    return np.zeros(shape, bool) if shape else False
