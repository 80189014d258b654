"""`pontine distill`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.io.plain_text import terminal
from pontine.envs.tabletop.randomization import randomization
from pontine.policies.library import LIBRARY
from pontine.policies.skills.loading import policy_of, trained_tasks
from pontine.policies.soundness import check_settings
from pontine.policies.threads import torch_threads
from pontine.policies.training import student

from .options import at_least, frozen, text, thawed

if TYPE_CHECKING:
    from pontine.policies.training.run_folder import RunFolder

    Student = student.DistillConfig
else:
    Student = thawed(__name__, "Student", student.DistillConfig)


@dataclass
class Config:
    """Options of `pontine distill`; distill.yaml says what each means."""

    tasks: list[str] | None = None
    library: str | None = text()
    run_dir: str = text("runs/student")
    threads: int = 0
    test_episodes: int = 500
    seed: int = 0
    randomization: str = "real"
    student: Student = field(default_factory=Student)

    def __post_init__(self) -> None:
        for task in self.tasks or ():
            if task not in (known := trained_tasks()):
                raise UnknownNameError("task of a skill", task, known)
        randomization(self.randomization)
        for key in ("seed", "threads"):
            at_least(key, getattr(self, key), 0)
        at_least("test_episodes", self.test_episodes, 1)
        check_settings(self.student, "student", ("teacher_rounds", "nominal"))
        if self.student.nominal > 1:
            raise PontineError(f"student.nominal={self.student.nominal} must be from 0 to 1")


@torch_threads()
def run(config: Config) -> int:
    """Exit status 0; the card has the results."""
    from pontine.policies.training.run_folder import claimed

    console = terminal()
    with claimed(config.run_dir, asdict(config), lambda words: console.print(words, markup=False)) as run:
        if (run.path / "policy.json").exists():
            console.print(f"{run.path} holds this run, finished; remove it to train anew", markup=False)
            return 0
        _distill(config, run, console)
    return 0


def _distill(config: Config, run: RunFolder, console: Console) -> None:
    from pontine.policies.actor import load, save
    from pontine.policies.evaluate import evaluate
    from pontine.policies.training.train import TEST_SEED

    source = LIBRARY if config.library is None else Path(config.library)
    teachers = {name: load(policy_of(name, source))[0] for name in config.tasks or trained_tasks(own=True)}
    settings = frozen(student.DistillConfig, config.student)
    results: dict[str, Any] = {}
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), TimeRemainingColumn()) as progress:
        bar = progress.add_task("rounds", total=settings.rounds)
        learned = student.distill(
            run, teachers, settings, config.randomization, config.seed, config.threads,
            lambda turn, loss: progress.update(bar, completed=turn),
        )  # fmt: skip
        cases = [(task, physics) for task in teachers for physics in dict.fromkeys(("none", config.randomization))]
        bar = progress.add_task("test", total=len(cases))
        for task, physics in cases:
            act = student.acting_as(learned, list(teachers).index(task), len(teachers))
            results[f"{task}, randomization={physics}"] = evaluate(
                task, act, config.test_episodes, TEST_SEED, physics, config.threads
            )
            progress.advance(bar)
    size, teaching = student.parameters(learned), sum(map(student.parameters, teachers.values()))
    card = {
        "tasks": list(teachers),
        "observation": "what the task's policy sees, then zeros up to the widest, then which task is wanted, one of n",
        "parameters": {"student": size, "teachers": teaching},
        "config": asdict(config),
        **run.origin,
        "training_cpu_seconds": round(run.cpu_seconds, 1),
        "test": results,
    }
    save(learned, card, run.path / "policy")
    run.forget()
    for name, found in results.items():
        low, high = found["wilson95"]
        console.print(f"{name}: {found['success']:.1%} (95 % interval {low:.1%} to {high:.1%})", markup=False)
    console.print(
        f"{size} parameters, {size / teaching:.1%} of the teachers' {teaching}; the student and its card: "
        f"{run.path}/policy.*",
        markup=False,
        soft_wrap=True,
    )
