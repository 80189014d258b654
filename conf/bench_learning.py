"""`pontine bench learning`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pontine.envs.errors import PontineError
from pontine.envs.files import replacing, write_json
from pontine.envs.io.plain_text import terminal

from .options import above, at_least, text
from .progress import Watch


@dataclass
class Config:
    """Options of `pontine bench learning`; bench_learning.yaml says what each means."""

    tasks: list[str] | None = None
    algos: list[str] = field(default_factory=lambda: ["ppo"])
    seeds: list[int] = field(default_factory=lambda: [0, 1, 2])
    episodes: int = 500
    scale: float = 1.0
    threads: int = 1
    out: str = text("runs/learning")

    def __post_init__(self) -> None:
        from pontine.envs.tasks import task
        from pontine.policies.training.scratch.benchmark import check_budget

        for name in self.tasks or ():
            task(name)
        for algo in self.algos:
            check_budget(algo)
        for seed in self.seeds:
            at_least("seeds", seed, 0)
        at_least("episodes", self.episodes, 1)
        above("scale", self.scale, 0.0)
        at_least("threads", self.threads, 0)


def run(config: Config) -> int:
    """Exit status 0; what was learned stands in the result, failures included."""
    from pontine.policies.provenance import command, commit
    from pontine.policies.training.scratch.benchmark import Case, bench_learning, markdown, picture, tasks

    folder, console = Path(config.out), terminal()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PontineError(f"cannot use {folder} as the benchmark's folder: {error.strerror}") from None
    cases = [
        Case(task, algo, seed) for task in config.tasks or tasks() for algo in config.algos for seed in config.seeds
    ]
    rows: list[dict[str, Any]] = []
    with Watch(console) as watch:

        def report(case: Case) -> Any:
            name = f"{case.task} {case.algo} seed {case.seed}"
            return lambda p: watch.update(f"{name} {p.stage}", p.done, p.total, p.figures)

        for row in bench_learning(folder, cases, config.threads, config.episodes, config.scale, report):
            rows.append(row)
            write_json(folder / "learning.json", {"command": command(), "commit": commit(), "results": rows})
    console.print(markdown(rows), markup=False, soft_wrap=True)
    try:
        with replacing(folder / "learning.png") as temporary:
            picture(rows, temporary)
    except ImportError:
        console.print("no picture: matplotlib is not installed (pip install 'pontine[train]')", markup=False)
    console.print(f"the result: {folder}/learning.json; the curves: learning.png there", markup=False, soft_wrap=True)
    return 0
