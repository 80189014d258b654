"""`pontine bench arm`."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pontine.envs.errors import UnknownNameError
from pontine.envs.files import check_writable, write_json
from pontine.envs.io.plain_text import terminal
from pontine.policies.threads import torch_threads

from .options import above, at_least, text

if TYPE_CHECKING:
    from rich.console import Console

    from pontine.planner.benchmarks.demo_benchmark import Trial

PARTS = ("scenes", "loop", "cycle", "faults", "identify")

Keep = Callable[[dict[str, Any]], None]
"""Takes what a part has found so far, for the file: what is broken off is not lost."""

_KEPT_EVERY = 20


@dataclass
class Config:
    """Options of `pontine bench arm`; bench_arm.yaml says what each means."""

    what: list[str] = field(default_factory=lambda: list(PARTS))
    scenes: int = 50
    profile: str = text("worn")
    limits: str = text("normal")
    seconds: float = 600
    faults: int = 200
    kinds: list[str] = field(default_factory=list)
    arms: int = 2
    workers: int = 4
    seed: int = 0
    out: str | None = text()

    def __post_init__(self) -> None:
        from pontine.sim2real.arm.safety_profile import safety_profile
        from pontine.sim2real.emulation.arm_profile import arm_profile

        for part in self.what:
            if part not in PARTS:
                raise UnknownNameError("part of the benchmark", part, PARTS)
        arm_profile(self.profile)
        safety_profile(self.limits)
        if self.kinds:
            from pontine.sim2real.trials.benchmark import check_kinds

            check_kinds(self.kinds)
        for key in ("scenes", "faults", "arms", "workers"):
            at_least(key, getattr(self, key), 1)
        above("seconds", self.seconds, 0)
        at_least("seed", self.seed, 0)


def run(config: Config) -> int:
    """Exit status 0; how good it is stands in the result."""

    from pontine.policies.provenance import command, commit

    check_writable(config.out, "the result")
    console = terminal()
    parts: dict[str, Callable[[Config, Console, Keep], dict[str, Any]]] = {
        "scenes": scenes,
        "loop": loop,
        "cycle": cycle,
        "faults": faults,
        "identify": identify,
    }
    result: dict[str, Any] = {"command": command(), "commit": commit(), "processors": os.cpu_count()}
    for part in config.what:

        def keep(found: dict[str, Any], part: str = part) -> None:
            result[part] = found
            if config.out is not None:
                write_json(config.out, result)

        keep(parts[part](config, console, keep))
    return 0


@torch_threads()
def scenes(config: Config, console: Console, keep: Keep) -> dict[str, Any]:
    """The same instructions on the emulated arm and in simulation; kept after each, if it is broken off."""
    from rich.progress import Progress

    from pontine.envs.simulated import SimulatedRobot
    from pontine.planner.benchmarks.demo_benchmark import attempt
    from pontine.planner.benchmarks.sentences import Case, cases
    from pontine.planner.brain import load_brain
    from pontine.policies.skills.loading import load_library
    from pontine.policies.threads import torch_threads
    from pontine.sim2real.trials.staged import staged

    brain, skills = load_brain(None), load_library(None)

    def on_arm(case: Case) -> tuple[Trial, dict[str, Any]]:
        options = {"profile": config.profile, "allowed": config.limits, "seed": case.table_seed}
        with staged(case.table, **options) as stage:  # type: ignore[arg-type]
            trial = attempt(case, stage.arm, brain, skills, world=stage.truth)
        return trial, stage.arm.report()

    real: list[Trial] = []
    simulated: list[Trial] = []
    reports: list[dict[str, Any]] = []
    found: dict[str, Any] = {}
    with torch_threads(), Progress(console=console) as progress:
        for case in progress.track(cases(config.scenes, config.seed), total=config.scenes, description="tables"):
            trial, report = on_arm(case)
            real.append(trial)
            reports.append(report)
            simulated.append(attempt(case, SimulatedRobot(case.table), brain, skills))
            progress.console.print(
                f"{len(real):3d} {case.instruction!r}: arm {_word(trial)}, simulation {_word(simulated[-1])}",
                markup=False,
                soft_wrap=True,
            )
            found = _compared(config, real, simulated, reports)
            keep(found)
    for name, where in (("emulated arm", "arm"), ("simulation", "simulation")):
        reached = found[where]["goal_reached"]
        low, high = reached["wilson95"]
        console.print(
            f"{name}: {reached['successes']} of {reached['episodes']} (95 % interval {low:.0%} to {high:.0%})"
        )
    return found


def _compared(
    config: Config, real: list[Trial], simulated: list[Trial], reports: list[dict[str, Any]]
) -> dict[str, Any]:
    """Trials on the arm, with its reports, and in simulation, as they stand in the file."""
    from pontine.planner.benchmarks.demo_benchmark import summary as in_one

    return {
        "profile": config.profile,
        "limits": config.limits,
        "arm": in_one(real),
        "simulation": in_one(simulated),
        "clips": dict(Counter(f"{c['joint']}: {c['reason']}" for r in reports for c in r["clips"])),
        "runs": [
            {**trial.to_json(), "arm": report, "simulation_reached": alongside.reached}
            for trial, report, alongside in zip(real, reports, simulated, strict=True)
        ],
    }


def loop(config: Config, console: Console, keep: Keep) -> dict[str, Any]:
    """The control loop's rhythm."""
    from rich.progress import Progress

    from pontine.sim2real.trials.benchmark import punctuality

    with Progress(console=console) as progress:
        bar = progress.add_task("control steps", total=None)
        found = punctuality(
            config.seconds,
            config.profile,
            config.seed,
            lambda done, of: progress.update(bar, completed=done, total=of),
        )
    console.print(f"loop: {found['timing']}", markup=False, soft_wrap=True)
    return found


def cycle(config: Config, console: Console, keep: Keep) -> dict[str, Any]:
    """What reading and writing six servos costs."""
    from pontine.sim2real.trials import benchmark

    found = benchmark.cycle()
    console.print(
        f"cycle: {found['cycle_ms']} ms, {found['ratio_to_wire']} x its {found['wire_ms']} ms on the wire "
        f"without the pseudo-terminal's {found['pty_ms']} ms",
        markup=False,
        soft_wrap=True,
    )
    return found


def faults(config: Config, console: Console, keep: Keep) -> dict[str, Any]:
    """Every kind of fault, some side by side; what is known so far is in the file if it is broken off."""
    from rich.progress import Progress

    from pontine.sim2real.trials.benchmark import KINDS
    from pontine.sim2real.trials.benchmark import faults as put

    total = config.faults * len(config.kinds or KINDS)
    found: dict[str, Any] = {}
    with Progress(console=console) as progress:
        bar = progress.add_task("faults", total=total)
        for found in put(config.faults, config.kinds, config.seed, config.workers):
            progress.update(bar, completed=found["trials"])
            if found["trials"] % _KEPT_EVERY == 0:
                keep(found)
    for kind, result in found["kinds"].items():
        console.print(
            f"{kind}: {result['trials'] - len(result['wrong'])} of {result['trials']} as they should be, "
            f"named {result['causes']}",
            markup=False,
            soft_wrap=True,
        )
    return found


def identify(config: Config, console: Console, keep: Keep) -> dict[str, Any]:
    """Emulated arms' constants, identified, against the true ones; kept after each arm."""
    from rich.progress import Progress

    from pontine.sim2real.trials.benchmark import identification

    with Progress(console=console) as progress:
        arms = identification(range(config.seed, config.seed + config.arms), config.profile)
        found: dict[str, Any] = {}
        for found in progress.track(arms, total=config.arms, description="arms"):
            keep(found)
    worst = ", ".join(f"{name} {error:.0%}" for name, error in found["worst_error"].items())
    console.print(f"identify: at worst off by {worst}", markup=False, soft_wrap=True)
    return found


def _word(trial: Any) -> str:
    return "done" if trial.reached else f"failed ({trial.cause}: {trial.reason})"
