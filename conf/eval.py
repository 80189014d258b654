"""`pontine eval`."""

from __future__ import annotations

from dataclasses import dataclass

from rich.progress import Progress

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable, write_json
from pontine.envs.io.plain_text import terminal
from pontine.envs.tabletop.randomization import randomization
from pontine.envs.tasks import task as task_of
from pontine.policies.actor import load
from pontine.policies.evaluate import acting, evaluate
from pontine.policies.provenance import command
from pontine.policies.skills.loading import SKILLS, policy_file
from pontine.policies.training.failures import append_failures
from pontine.policies.watching import film, one_world

from .options import at_least, text


@dataclass
class Config:
    """Options of `pontine eval`; eval.yaml says what each means."""

    skill: str = "pick"
    task: str | None = text()
    episodes: int = 500
    seed: int = 20_000_000
    randomization: str = "none"
    policy: str | None = text()
    out: str | None = text()
    failures: str | None = text()
    video: str | None = text()
    video_episodes: int = 5
    threads: int = 0

    def __post_init__(self) -> None:
        SKILLS[self.skill]  # raises for an unknown name
        if self.task is not None:
            task_of(self.task)
        randomization(self.randomization)
        at_least("episodes", self.episodes, 1)
        at_least("seed", self.seed, 0)
        at_least("video_episodes", self.video_episodes, 1)
        at_least("threads", self.threads, 0)


def run(config: Config) -> int:
    """Exit status 0; how good the skill is stands in the result."""
    check_writable(config.out, "the result")
    check_writable(config.failures, "the failures")
    check_writable(config.video, "the video")
    own = SKILLS[config.skill].task
    task = own if config.task is None else config.task
    policy = policy_file(SKILLS[config.skill]) if config.policy is None else config.policy
    actor, _ = load(policy)
    space = task_of(task).observation_space
    if space.shape != (actor.observation,):
        raise PontineError(f"{task} is not for {config.skill}: its policy takes {actor.observation} numbers")
    console = terminal()
    with Progress(console=console) as progress:
        bar = progress.add_task("episodes", total=config.episodes)
        found = evaluate(
            task,
            acting(actor),
            config.episodes,
            config.seed,
            config.randomization,
            config.threads,
            lambda done, of: progress.update(bar, completed=done, total=of),
        )
    low, high = found["wilson95"]
    rate = f"{found['success']:.1%}; 95 % interval {low:.1%} to {high:.1%}"
    console.print(f"{config.skill}: {found['successes']} of {found['episodes']} ({rate})", markup=False, soft_wrap=True)
    if found["failed_seeds"]:
        console.print(f"failed: {', '.join(map(str, found['failed_seeds']))}", markup=False, soft_wrap=True)
    if config.failures is not None:
        start = {"task": task, "randomization": config.randomization}
        append_failures(config.failures, ({**start, "seed": seed} for seed in found["failed_seeds"]))
    if config.video is not None:
        film(
            config.video,
            one_world(task, config.randomization),
            acting(actor),
            min(config.video_episodes, config.episodes),
            config.seed,
            lambda end: console.print(f"seed {end.seed}: {'success' if end.success else 'failure'}", markup=False),
        )
    if config.out is not None:
        write_json(config.out, {"skill": config.skill, "policy": str(policy), "command": command(), **found})
    return 0
