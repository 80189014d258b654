"""`pontine bench arm`."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pontine.envs.errors import UnknownNameError
from pontine.envs.files import check_writable, write_json
from pontine.envs.io.plain_text import terminal

from .arm_scenes import Keep, scenes
from .options import above, at_least, text

if TYPE_CHECKING:
    from rich.console import Console

PARTS = ("scenes", "loop", "cycle", "faults", "identify", "align")

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
    stepped: bool = True
    unaligned: bool = False
    resume: bool = True
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
        "align": align,
    }
    result: dict[str, Any] = {"command": command(), "commit": commit(), "processors": os.cpu_count()}
    for part in config.what:

        def keep(found: dict[str, Any], part: str = part) -> None:
            result[part] = found
            if config.out is not None:
                write_json(config.out, result)

        keep(parts[part](config, console, keep))
    return 0


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


def align(config: Config, console: Console, keep: Keep) -> dict[str, Any]:
    """How far emulated arms' hands are from where the camera sees them, before and after `arm align`."""
    from rich.progress import Progress

    from pontine.sim2real.trials.align_trials import alignments

    with Progress(console=console) as progress:
        seeds = range(config.seed, config.seed + config.arms)
        arms = alignments(seeds, config.profile, config.limits, stepped=config.stepped)
        found: dict[str, Any] = {}
        for found in progress.track(arms, total=config.arms, description="arms"):
            keep(found)
    if found["aligned"]:
        was, now = found["worst_before_mm"], found["worst_after_mm"]
        console.print(
            f"align: {found['aligned']} of {config.arms} arms within {found['seconds']:.0f} s; the tool was up to "
            f"{was:.1f} mm from where the camera sees it, and is up to {now:.1f}",
            markup=False,
            soft_wrap=True,
        )
    for seed, arm in found["arms"].items():
        if "refused" in arm:
            console.print(f"align: arm {seed} was refused: {arm['refused']}", markup=False, soft_wrap=True)
    return found
