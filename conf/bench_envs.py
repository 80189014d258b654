"""`pontine bench envs`."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

from rich.progress import Progress

from pontine.envs.benchmarks.compare import compare
from pontine.envs.benchmarks.fetch_env import Fetch
from pontine.envs.benchmarks.throughput import bench
from pontine.envs.files import check_writable, write_json
from pontine.envs.io.plain_text import terminal
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
    rounds: int = 20
    fetch: bool = False
    out: str | None = text()

    def __post_init__(self) -> None:
        task(self.task)
        at_least("worlds", self.worlds, 1)
        at_least("steps", self.steps, 1)
        at_least("threads", self.threads, 0)
        at_least("seed", self.seed, 0)
        at_least("rounds", self.rounds, 1)


def run(config: Config) -> int:
    """Exit status 0; the costs are in the result."""
    check_writable(config.out, "the result")
    console = terminal()
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
    other = Fetch(say=lambda words: console.print(words, markup=False, soft_wrap=True))
    if config.fetch:
        other.install()
    with other if other.installed else nullcontext() as running, Progress(console=console) as progress:
        bar = progress.add_task("rounds", total=config.rounds)
        compared = compare(
            config.task,
            config.worlds,
            config.rounds,
            config.seed,
            running,
            lambda done, of: progress.update(bar, completed=done, total=of),
        )
    rates = compared["env_steps_per_cpu_second"]
    lines = [
        f"environment steps a CPU-second: {rates['vector']:,} in {config.worlds} worlds, "
        f"{rates['loop']:,} in a loop over one world ({compared['times_the_loop']} times); "
        f"two threads against one: {compared['two_threads_against_one']} times by the clock",
        f"{compared['fetch']}: {rates['fetch']:,}, that is {compared['times_fetch']} times fewer "
        f"({compared['times_fetch_by_physics_steps']} times by physics steps)"
        if running is not None
        else "FetchPickAndPlace is left out: fetch=true installs it in an environment of its own",
    ]
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)
    if config.out is not None:
        write_json(config.out, {"command": command(), **found, "compared": compared})
    return 0
