"""`pontine bench arm what=[scenes]`: instructions on emulated arms, through camera, envelope and bus.

On arms of one kind the same is done in simulation alongside. Strangers (`profile=stranger`) are prepared as their user
would, a new one every `ARM_SCENES` scenes; what was done is judged by the emulation's own physics.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pontine.envs.errors import PontineError, RobotError
from pontine.policies.threads import torch_threads

if TYPE_CHECKING:
    from rich.console import Console

    from pontine.planner.benchmarks.demo_benchmark import Trial
    from pontine.planner.benchmarks.sentences import Case
    from pontine.sim2real.trials.staged import Staged
    from pontine.sim2real.trials.user_path import Prepared

Keep = Callable[[dict[str, Any]], None]
"""Takes what a part has found so far, for the file: what is broken off is not lost."""


class Options(Protocol):
    """What of the verb's options says which scenes on which arms."""

    scenes: int
    profile: str
    limits: str
    seed: int
    stepped: bool
    unaligned: bool
    resume: bool
    out: str | None


ARM_SCENES = 10
"""Scenes before another stranger is drawn."""

GROUPS = {"put in": "containers", "stack": "stacks"}
"""The sentences that strangers are given, in turn, and what they are counted as."""


def scenes(config: Options, console: Console, keep: Keep) -> dict[str, Any]:
    """Instructions on emulated arms; kept after each, if it is broken off."""
    from pontine.sim2real.emulation.arm_profile import StrangerProfile, arm_profile

    strange = isinstance(arm_profile(config.profile), StrangerProfile)
    return (_strangers if strange else _alongside)(config, console, keep)


@torch_threads()
def _strangers(config: Options, console: Console, keep: Keep) -> dict[str, Any]:
    """Containers and stacks in turn, on arms that nobody here built."""
    from rich.progress import Progress

    from pontine.planner.benchmarks.demo_benchmark import attempt
    from pontine.planner.benchmarks.sentences import SHAPES, cases
    from pontine.planner.brain import load_brain
    from pontine.policies.skills.loading import load_library
    from pontine.sim2real.emulation.arm_profile import drawn
    from pontine.sim2real.trials.staged import staged
    from pontine.sim2real.trials.user_path import prepare

    brain, skills = load_brain(None), load_library(None)
    found = _begun(config)
    runs, arms = found["runs"], found["arms"]
    done = {(run["number"], run["align"]) for run in runs}
    prepared: dict[tuple[int, bool], Prepared] = {}
    refused: dict[tuple[int, bool], PontineError] = {}
    shapes = [shape for shape in SHAPES if shape.name in GROUPS]

    def set_up(which: int, align: bool) -> Prepared:
        if (which, align) not in prepared:
            prepared.clear()
            prepared[which, align] = prepare(drawn(config.profile, which), which, align=align, stepped=config.stepped)
            arms.setdefault(str(which), {}).update(prepared[which, align].found)
        return prepared[which, align]

    def on_arm(number: int, case: Case, align: bool) -> dict[str, Any]:
        which, began = config.seed * 1000 + number // ARM_SCENES, time.monotonic()
        run = {"number": number, "arm": which, "align": align, "group": GROUPS[case.shape]}
        try:
            if (which, align) in refused:
                raise refused[which, align]
            ready = set_up(which, align)
        except PontineError as error:
            # What its user was refused is so for all of its scenes, and counts.
            refused[which, align] = error
            arms.setdefault(str(which), {})["refused" if align else "refused_unaligned"] = str(error)
            return {**run, **_not_tried(case, "setup", str(error)), "scene_seconds": round(time.monotonic() - began, 1)}
        try:
            with staged(case.table, profile=ready.arm, allowed=config.limits, seed=case.table_seed,
                        calibration=ready.calibration, stepped=config.stepped) as stage:  # fmt: skip
                starts, before = stage.clock.now(), _off(stage)
                trial = attempt(case, stage.arm, brain, skills, world=lambda: stage.truth().scene)
                seen, arm_seconds = _seen(stage, trial), round(stage.clock.now() - starts, 1)
        except PontineError as error:
            cause = error.cause if isinstance(error, RobotError) else "setup"
            return {**run, **_not_tried(case, cause, str(error)), "scene_seconds": round(time.monotonic() - began, 1)}
        return {
            **run, **trial.to_json(),
            "called_done": trial.report.goal_reached, "done_but_false": trial.done_but_false,
            "hand_off_mm": before, "seen_off_mm": seen, "scene_seconds": round(time.monotonic() - began, 1),
            "arm_seconds": arm_seconds,
            "report": stage.arm.report(),
        }  # fmt: skip

    with Progress(console=console) as progress:
        for align in (True, False) if config.unaligned else (True,):
            wanted = enumerate(cases(config.scenes, config.seed, shapes))
            for number, case in progress.track(wanted, total=config.scenes, description="scenes"):
                if (number, align) in done:
                    continue
                run = on_arm(number, case, align)
                runs.append(run)
                found |= _counted(runs)
                keep(found)
                progress.console.print(_line(run, case.instruction), markup=False, soft_wrap=True)
    found |= _counted(runs)
    for way in ("aligned", "not_aligned"):
        for group, rates in found.get(way, {}).items():
            console.print(f"{way.replace('_', ' ')}, {group}: {_rates(rates)}", markup=False, soft_wrap=True)
    return found


def _not_tried(case: Case, cause: str, reason: str) -> dict[str, Any]:
    """What stands in the file of a scene that did not come to its instruction: a failure like any other."""
    return {
        "shape": case.shape, "seed": case.table_seed, "instruction": case.instruction, "goal_reached": False,
        "called_done": False, "done_but_false": False, "hand_off_mm": None, "cause": cause, "reason": reason,
    }  # fmt: skip


def _begun(config: Options) -> dict[str, Any]:
    """What an earlier run of the same left in the file that is written to, if it is to be gone on with."""
    from pontine.envs.io import json_text

    options = {"profile": config.profile, "limits": config.limits, "stepped": config.stepped, "seed": config.seed}
    if not config.resume or config.out is None or not Path(config.out).exists():
        return {**options, "arms": {}, "runs": []}
    earlier = json_text.read(config.out, "result", PontineError)
    kept = earlier.get("scenes") if isinstance(earlier, Mapping) else None
    if not isinstance(kept, dict) or any(kept.get(key) != value for key, value in options.items()):
        raise PontineError(f"{config.out} is the result of something else: resume=false, or another out=")
    return {**options, "arms": kept.get("arms", {}), "runs": kept.get("runs", [])}


def _off(stage: Staged) -> float:
    """How far (mm) the hand is from where the arm's joints have it, in the frame of the table's tags."""
    import numpy as np

    from pontine.envs.so101.kinematics import tool_pose

    joints = stage.arm.observe().position
    return round(1e3 * float(np.linalg.norm(tool_pose(joints[None]).position[0] - stage.truth().tool)), 2)


def _seen(stage: Staged, trial: Trial) -> dict[str, float | None]:
    """How far (mm) from where they are the goal's things were seen at the end; None for what was not seen."""
    import math

    execution = trial.report.execution
    if execution is None:
        return {}
    truth = {thing.name: thing.position for thing in stage.truth().scene.objects}
    seen = {thing.name: thing.position for thing in execution.final_scene.objects}
    named = [name for goal in trial.case.goals for name in goal[1:] if name in truth]
    return {name: None if (at := seen.get(name)) is None or (there := truth[name]) is None
            else round(1e3 * math.dist(at, there), 1) for name in dict.fromkeys(named)}  # fmt: skip


def _counted(runs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The rates of runs by group, with align and without, and what the failures are put down to."""
    from pontine.planner.benchmarks.demo_benchmark import rate

    def of(these: list[Mapping[str, Any]]) -> dict[str, Any]:
        return {
            "goal_reached": rate(sum(run["goal_reached"] for run in these), len(these)),
            "done_with_goal_false": sum(run["done_but_false"] for run in these),
            "causes": dict(Counter(run["cause"] for run in these if not run["goal_reached"])),
        }

    out: dict[str, Any] = {}
    for align, way in ((True, "aligned"), (False, "not_aligned")):
        these = [run for run in runs if run["align"] is align]
        if these:
            groups = {"all": these} | {g: [r for r in these if r["group"] == g] for g in GROUPS.values()}
            out[way] = {group: of(members) for group, members in groups.items()}
    return out


def _line(run: Mapping[str, Any], instruction: str) -> str:
    what = "done" if run["goal_reached"] else f"failed ({run['cause']}: {run['reason']})"
    false = ", CALLED DONE" if run["done_but_false"] else ""
    return (
        f"{run['number']:3d} arm {run['arm']}{' aligned' if run['align'] else ''} {instruction!r}: {what}{false}; "
        f"hand off {run['hand_off_mm']} mm, {run['scene_seconds']} s"
    )


def _rates(rates: Mapping[str, Any]) -> str:
    reached = rates["goal_reached"]
    low, high = reached["wilson95"]
    return (
        f"{reached['successes']} of {reached['episodes']} (95 % interval {low:.0%} to {high:.0%}), done with the goal "
        f"false {rates['done_with_goal_false']}, causes {rates['causes']}"
    )


@torch_threads()
def _alongside(config: Options, console: Console, keep: Keep) -> dict[str, Any]:
    """The same instructions on the emulated arm and in simulation; kept after each, if it is broken off."""
    from rich.progress import Progress

    from pontine.envs.simulated import SimulatedRobot
    from pontine.planner.benchmarks.demo_benchmark import attempt
    from pontine.planner.benchmarks.sentences import cases
    from pontine.planner.brain import load_brain
    from pontine.policies.skills.loading import load_library
    from pontine.sim2real.trials.staged import staged

    brain, skills = load_brain(None), load_library(None)

    def on_arm(case: Case) -> tuple[Trial, dict[str, Any]]:
        options = {"profile": config.profile, "allowed": config.limits, "stepped": config.stepped,
                   "seed": case.table_seed}  # fmt: skip
        with staged(case.table, **options) as stage:  # type: ignore[arg-type]
            trial = attempt(case, stage.arm, brain, skills, world=lambda: stage.truth().scene)
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
    config: Options, real: list[Trial], simulated: list[Trial], reports: list[dict[str, Any]]
) -> dict[str, Any]:
    """Trials on the arm, with its reports, and in simulation, as they stand in the file."""
    from pontine.planner.benchmarks.demo_benchmark import summary as in_one

    return {
        "profile": config.profile,
        "limits": config.limits,
        "stepped": config.stepped,
        "arm": in_one(real),
        "simulation": in_one(simulated),
        "clips": dict(Counter(f"{c['joint']}: {c['reason']}" for r in reports for c in r["clips"])),
        "runs": [
            {**trial.to_json(), "arm": report, "simulation_reached": alongside.reached}
            for trial, report, alongside in zip(real, reports, simulated, strict=True)
        ],
    }


def _word(trial: Any) -> str:
    return "done" if trial.reached else f"failed ({trial.cause}: {trial.reason})"
