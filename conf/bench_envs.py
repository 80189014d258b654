"""`pontine bench envs`."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.progress import Progress

from pontine.envs.bench import bench
from pontine.envs.files import check_writable, write_json
from pontine.envs.tasks import task
from pontine.policies.provenance import command

from .options import at_least, text


@dataclass
class Config:
    """Options of `pontine bench envs`; bench_envs.yaml says what each means."""

    task: str = "pick"
    worlds: int = 256
    steps: int = 200
    threads: int = 1
    seed: int = 0
    out: str | None = text()

    def __post_init__(self) -> None:
        task(self.task)
        at_least("worlds", self.worlds, 1)
        at_least("steps", self.steps, 1)
        at_least("threads", self.threads, 0)
        at_least("seed", self.seed, 0)


def run(config: Config) -> int:
    """Exit status 0; the costs are in the result."""
    check_writable(config.out, "the result")
    console = Console(highlight=False)
    with Progress(console=console) as progress:
        bar = progress.add_task("vector steps", total=config.steps)
        found = bench(
            config.task,
            config.worlds,
            config.steps,
            config.threads,
            config.seed,
            progress=lambda done, of: progress.update(bar, completed=done, total=of),
        )
    console.print(
        f"{config.task}, {config.worlds} worlds: a vector step {found['vector_step_ms']} ms, "
        f"bare physics {found['bare_step_ms']} ms, ratio {found['ratio_of_medians']} of the medians, "
        f"{found['ratio_of_totals']} of the totals; {found['env_steps_per_second']} environment steps a second",
        soft_wrap=True,
    )
    if config.out is not None:
        write_json(config.out, {"command": command(), **found})
    return 0
