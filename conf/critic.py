"""`pontine critic`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

from pontine.envs.errors import UnknownNameError
from pontine.envs.files import check_writable, make_folder
from pontine.envs.io.plain_text import terminal
from pontine.policies.library import critic_for
from pontine.policies.skills.handling import HandlingSkill
from pontine.policies.skills.loading import policy_of, trained_tasks

from .options import at_least, text


@dataclass
class Config:
    """Options of `pontine critic`; critic.yaml says what each means."""

    task: str = "pick"
    policy: str | None = text()
    episodes: int = 8000
    test_episodes: int = 2000
    seed: int = 0
    out: str | None = text()
    threads: int = 0

    def __post_init__(self) -> None:
        if self.task not in (handled := trained_tasks(HandlingSkill)):
            raise UnknownNameError("task of a skill that handles something", self.task, handled)
        at_least("episodes", self.episodes, 100)
        at_least("test_episodes", self.test_episodes, 20)
        at_least("seed", self.seed, 0)
        at_least("threads", self.threads, 0)


def run(config: Config) -> int:
    """Exit status 0; how well it is calibrated stands in the card."""
    from pontine.policies import critic as critics
    from pontine.policies.actor import load
    from pontine.policies.provenance import command, commit

    policy = policy_of(config.task) if config.policy is None else Path(config.policy)
    out = str(critic_for(config.task, policy)) if config.out is None else config.out
    make_folder(Path(out).parent)
    check_writable(f"{out}.json", "the critic")
    actor, _ = load(policy)
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), TimeRemainingColumn()) as progress:
        parts = []
        for what, count, seed in (
            ("episodes to fit to", config.episodes, critics.FIT_SEED),
            ("episodes to judge by", config.test_episodes, critics.TEST_SEED),
        ):
            bar = progress.add_task(what, total=count)
            parts.append(
                critics.play(
                    config.task,
                    actor,
                    count,
                    seed,
                    config.threads,
                    lambda done, bar=bar: progress.update(bar, completed=done),  # type: ignore[misc]
                )
            )
    critic = critics.fit(parts[0], config.seed)
    found = critics.judge(critic, parts[1])
    card = {
        "task": config.task,
        "command": command(),
        "commit": commit(),
        "seed": config.seed,
        "fitted_to": {"episodes": len(parts[0].success), "success": round(float(parts[0].success.mean()), 4)},
        "test": found,
    }
    critics.save(critic, card, out)
    critics.draw_reliability(found, f"{config.task}: said and came", f"{out}.png")
    terminal().print(
        f"{out}.*: expected calibration error {found['expected_calibration_error']:.3f} "
        f"on {found['episodes']} fresh episodes, AUROC {found['auroc']}",
        markup=False,
        soft_wrap=True,
    )
    return 0
