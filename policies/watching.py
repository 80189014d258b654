"""Playing a task's episodes one by one, to be looked at: in a film or in a window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pontine.envs.tabletop.randomization import randomization
from pontine.envs.tasks import task as task_of
from pontine.envs.tasks.episodes import Episodes
from pontine.envs.visuals.render import Renderer
from pontine.envs.visuals.video import VideoWriter
from pontine.envs.visuals.window import Window

from .evaluate import Act


@dataclass(frozen=True)
class Ended:
    """How an episode ended: its seed, whether it succeeded, after how many control steps."""

    seed: int
    success: bool
    steps: int


def play(e: Episodes, act: Act, episodes: int, seed: int) -> Iterator[Ended | None]:
    """Play episodes in the one world of `e`, for each seed from `seed` on.

    Yields None when an episode has begun and after each control step, and how it ended at its end. An episode is the
    same as the one of that seed in `evaluate`.
    """
    world = np.zeros(1, int)
    for this in range(seed, seed + episodes):
        e.seed(world, [this])
        e.reset(world)
        yield None
        steps, over = 0, False
        while not over:
            result = e.step(np.clip(act(e), -1.0, 1.0))
            steps += 1
            over = bool(result.terminated[0] or result.truncated[0])
            yield None
        yield Ended(this, bool(result.success[0] and (result.terminated[0] or e.task.sparse)), steps)


def one_world(task: str, physics: str = "none") -> Episodes:
    """The one world that a task is watched in, under a named randomisation."""
    return Episodes(task_of(task), 1, 1, randomization(physics))


def film(
    path: str | Path, e: Episodes, act: Act, episodes: int, seed: int, ended: Callable[[Ended], None] = lambda _: None
) -> None:
    """Write a film of those episodes. Raises VideoError, and RenderError where nothing can be drawn."""
    with Renderer(e.worlds) as renderer, VideoWriter(path) as video:
        for end in play(e, act, episodes, seed):
            if end is None:
                video.add(renderer.render())
            else:
                ended(end)


def show(e: Episodes, act: Act, episodes: int, seed: int, ended: Callable[[Ended], None] = lambda _: None) -> None:
    """Show those episodes in a window, until it is closed. Raises RenderError where there can be none."""
    with Window(e.worlds) as window:
        for end in play(e, act, episodes, seed):
            if end is not None:
                ended(end)
            elif not window.show():
                return
