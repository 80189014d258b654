"""`pontine bench skills`."""

from __future__ import annotations

from dataclasses import dataclass

from rich.progress import Progress

from pontine.envs.errors import UnknownNameError
from pontine.envs.files import check_writable, write_json
from pontine.envs.io.plain_text import terminal
from pontine.policies.benchmark import KINDS, POLICIES, bench_skills, inference, markdown
from pontine.policies.provenance import command, commit
from pontine.policies.threads import torch_threads

from .options import at_least, text


@dataclass
class Config:
    """Options of `pontine bench skills`; bench_skills.yaml says what each means."""

    tasks: list[str] | None = None
    kinds: list[str] | None = None
    episodes: int = 500
    seed: int = 30_000_000
    library: str | None = text()
    out: str | None = text()
    threads: int = 0

    def __post_init__(self) -> None:
        for task in self.tasks or ():
            if task not in POLICIES:
                raise UnknownNameError("task of a skill", task, POLICIES)
        for kind in self.kinds or ():
            if kind not in KINDS:
                raise UnknownNameError("kind of policy", kind, KINDS)
        at_least("episodes", self.episodes, 1)
        at_least("seed", self.seed, 0)
        at_least("threads", self.threads, 0)


@torch_threads()
def run(config: Config) -> int:
    """Exit status 0; how good the skills are stands in the result."""
    check_writable(config.out, "the result")
    console = terminal()
    with Progress(console=console) as progress:
        bar = progress.add_task("policies", total=None)
        rows = bench_skills(
            config.episodes,
            config.seed,
            config.library,
            config.tasks or tuple(POLICIES),
            config.kinds or KINDS,
            config.threads,
            lambda done, of: progress.update(bar, completed=done, total=of),
        )
    cost = inference()
    console.print(markdown(rows), markup=False, soft_wrap=True)
    console.print(
        f"one step of inference: {cost['torch_us']} us with torch, {cost['onnx_us']} us with ONNX", markup=False
    )
    if config.out is not None:
        write_json(config.out, {"command": command(), "commit": commit(), "inference": cost, "results": rows})
    return 0
