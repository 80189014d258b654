"""`pontine watch`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable
from pontine.envs.io.plain_text import terminal

from .options import at_least, text

if TYPE_CHECKING:
    from pontine.policies.evaluate import Act

DEMONSTRATOR = "demonstrator"


@dataclass
class Config:
    """Options of `pontine watch`; watch.yaml says what each means."""

    task: str | None = text()
    skill: str | None = text()
    policy: str | None = text()
    randomization: str = "none"
    episodes: int = 3
    seed: int = 20_000_000
    video: str | None = text()

    def __post_init__(self) -> None:
        from pontine.envs.tabletop.randomization import randomization
        from pontine.envs.tasks import task
        from pontine.policies.skills.skill import SKILLS

        if self.task is None and self.skill is None:
            raise PontineError("task= or skill= is missing; `pontine list tasks` and `pontine list skills` list them")
        if self.task is not None:
            task(self.task)
        if self.skill is not None:
            SKILLS[self.skill]  # raises for an unknown name
        randomization(self.randomization)
        at_least("episodes", self.episodes, 1)
        at_least("seed", self.seed, 0)


def run(config: Config) -> int:
    """Exit status 0 once it has been shown."""
    from pontine.envs.visuals.gl import RenderError
    from pontine.envs.visuals.window import has_screen
    from pontine.policies.watching import Ended, film, one_world, show

    task, who, act = _shown(config)
    console = terminal()
    check_writable(config.video, "the video")

    def say(line: str) -> None:
        console.print(line, markup=False, soft_wrap=True)

    def ended(end: Ended) -> None:
        say(f"seed {end.seed}: {'success' if end.success else 'failure'} after {end.steps} steps")

    episodes = one_world(task, config.randomization)
    if config.video is None and has_screen():
        say(f"{who} in a window")
        try:
            show(episodes, act, config.episodes, config.seed, ended)
        except RenderError as error:
            say(f"{error}; a video instead")
        else:
            return 0
    path = f"{task}.mp4" if config.video is None else config.video
    why = "" if config.video is not None or has_screen() else " (there is no screen for a window)"
    say(f"{who} in the video {path}{why}")
    film(path, episodes, act, config.episodes, config.seed, ended)
    return 0


def _shown(config: Config) -> tuple[str, str, Act]:
    """The task, who is watched, in words, and how that one acts."""
    from gymnasium.spaces import flatdim

    from pontine.envs.tasks import task as task_of
    from pontine.policies.actor import load
    from pontine.policies.demonstrators.demonstrator import DEMONSTRATORS
    from pontine.policies.evaluate import acting
    from pontine.policies.library import is_there
    from pontine.policies.skills.loading import policy_file, policy_of
    from pontine.policies.skills.skill import SKILLS

    skill = None if config.skill is None else SKILLS[config.skill]
    task = str(config.task) if skill is None or config.task is not None else skill.task
    known = policy_of(task) if skill is None else policy_file(skill)
    name = task_of(task).name
    if config.policy is None and not is_there(known) and skill is not None:
        raise PontineError(str(skill(None).missing))
    if config.policy == DEMONSTRATOR or (config.policy is None and not is_there(known)):
        if name not in DEMONSTRATORS:
            raise PontineError(f"{name} has neither a policy nor a demonstrator: train one, or give policy=")
        return task, f"the demonstrator of {name}", DEMONSTRATORS[name]
    policy = known if config.policy is None else config.policy
    actor, _ = load(policy)
    space = task_of(task).observation_space
    if flatdim(space) != actor.observation:
        raise PontineError(f"{policy} is not for {name}: it takes {actor.observation} numbers, not {flatdim(space)}")
    return task, f"{policy} at {name}", acting(actor)
