"""What the serial arm shows on emulated servos: punctuality, what a cycle costs, how it ends after faults, and how
well an arm's constants are identified."""

from __future__ import annotations

import logging
import os
import select
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import Any

import numpy as np
import serial  # type: ignore[import-untyped]

from pontine.envs.errors import UnknownNameError
from pontine.envs.robot import CONTROL_SECONDS, JOINTS, Robot

from ..arm.limits import limits
from ..arm.serial_arm import SerialArm
from ..bus.bus import Bus
from ..bus.wire import wire_seconds
from ..emulation.arm_profile import drawn
from ..emulation.process import emulation
from ..emulation.terminal import Terminal
from ..identification.identify import fit
from ..vision.scene_source import EMPTY_TABLE
from .fault_trials import FAULTS, SIGNALS, Rig, Trial, bench_calibration, drive, run_signal, run_trial
from .identify_trials import run_on_pty, true_constants, true_delay

Progress = Callable[[int, int], None]

REQUEST, ANSWERS, GOALS = 14, 6 * 37, 26
"""Bytes of a control step for six servos: the question, six answers of 31 bytes each in a frame of 6, the goals."""

KINDS = (*FAULTS, *SIGNALS)
"""The kinds of fault there are."""


def punctuality(seconds: float = 600.0, profile: str = "new", seed: int = 0,
                progress: Progress | None = None) -> dict[str, Any]:  # fmt: skip
    """Swing an emulated arm for that long at 25 Hz; deadline misses, lateness and bus time per control step."""
    with emulation(profile=profile, seed=seed) as emulated:
        calibration = emulated.calibration
        arm = SerialArm(Bus(emulated.port, calibration.ids), calibration, limits("normal", calibration),
                        EMPTY_TABLE)  # fmt: skip
        with arm:
            robot: Robot = arm
            robot.reset()
            steps, burst = round(seconds / CONTROL_SECONDS), 25
            for done in range(0, steps, burst):
                drive(arm, min(burst, steps - done), done / 25)
                if progress is not None:
                    progress(min(done + burst, steps), steps)
        return {"seconds": seconds, "arm": profile, "cpus": os.cpu_count(), **arm.report()}


def cycle(cycles: int = 500, progress: Progress | None = None) -> dict[str, Any]:
    """Time six-servo cycles, all measured and all given goals, against their time on the wire.

    The emulator answers when the last bit would have come at 1 Mbaud. What the pseudo-terminal itself
    costs is measured in turn with that: as many bytes, from a thread that answers at once.
    """
    wire = wire_seconds(REQUEST + ANSWERS + GOALS, 1_000_000)
    calibration, taken, pty = bench_calibration(), np.zeros(cycles), np.zeros(cycles)
    with Rig(0) as rig, Bus(rig.emulator.port, calibration.ids) as bus, _Mirror() as mirror:
        goals = {name: bus.measure()[name].angle for name in JOINTS}
        for k in range(cycles):
            start = time.perf_counter()
            bus.survey()
            bus.command(goals)
            taken[k] = time.perf_counter() - start
            pty[k] = mirror.round_trip()
            if progress is not None:
                progress(k + 1, cycles)
    cost, cost_pty = float(np.median(taken)), float(np.median(pty))
    return {
        "cycles": cycles,
        "cycle_ms": round(1e3 * cost, 3),
        "cycle_p99_ms": round(1e3 * float(np.percentile(taken, 99)), 3),
        "wire_ms": round(1e3 * wire, 3),
        "pty_ms": round(1e3 * cost_pty, 3),
        "ratio_to_wire": round((cost - cost_pty) / wire, 3),
    }


class _Mirror:
    """A pseudo-terminal that answers each question with as many bytes as six servos would, at once."""

    def __init__(self) -> None:
        self._terminal = Terminal()
        self._serial = serial.Serial(self._terminal.name, 1_000_000, timeout=0)
        self._thread = threading.Thread(target=self._serve, name="mirror", daemon=True)
        self._done_out, self._done_in = os.pipe()

    def __enter__(self) -> _Mirror:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        os.write(self._done_in, b"\0")
        self._thread.join()
        self._serial.close()
        self._terminal.close()
        os.close(self._done_in)
        os.close(self._done_out)

    def round_trip(self) -> float:
        """Seconds from the question's first byte to the goals' last."""
        start, left = time.perf_counter(), ANSWERS
        self._serial.write(bytes(REQUEST))
        while left:
            select.select([self._serial], [], [])
            left -= len(self._serial.read(4096))
        self._serial.write(bytes(GOALS))
        return time.perf_counter() - start

    def _serve(self) -> None:
        heard = 0
        while self._done_out not in (ready := select.select([self._terminal.fd, self._done_out], [], [])[0]):
            heard += len(self._terminal.read()) if ready else 0
            if heard >= REQUEST:
                # What comes after the question are the goals of the cycle before.
                for _ in JOINTS:
                    self._terminal.write(bytes(ANSWERS // len(JOINTS)))
                heard -= REQUEST + GOALS


def check_kinds(kinds: Sequence[str]) -> None:
    """Raise UnknownNameError where one is not a kind of fault."""
    for name in kinds:
        if name not in KINDS:
            raise UnknownNameError("kind of fault", name, KINDS)


def faults(trials: int = 200, kinds: Sequence[str] = (), seed: int = 0, workers: int = 1) -> Iterator[dict[str, Any]]:
    """Put each of these kinds of fault (none given: all) to a moving arm `trials` times, at random joints and instants.

    Gives the result so far after each trial: per kind how often the arm was brought to rest, what the reports
    named, and every trial in which something was wrong with the seed that repeats it. `workers` trials run side
    by side, each in a process of its own: a trial mostly waits. Raises UnknownNameError.
    """
    check_kinds(kinds)
    names = list(kinds) or list(KINDS)
    found: dict[str, dict[str, Any]] = {name: {"trials": 0, "at_rest": 0, "causes": {}, "wrong": []} for name in names}
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        running = {pool.submit(_fault, name, seed + k): seed + k for k in range(trials) for name in names}
        try:
            for future in as_completed(running):
                trial = future.result()
                kind = found[trial.fault]
                kind["trials"] += 1
                kind["at_rest"] += trial.at_rest
                kind["causes"][trial.cause or "none"] = kind["causes"].get(trial.cause or "none", 0) + 1
                if trial.wrong:
                    kind["wrong"].append({"seed": running[future], "joint": trial.joint, "wrong": trial.wrong})
                yield {"seed": seed, "trials": sum(f["trials"] for f in found.values()),
                       "wrong": sum(len(f["wrong"]) for f in found.values()), "kinds": found}  # fmt: skip
        finally:
            pool.shutdown(cancel_futures=True)


def _fault(name: str, seed: int) -> Trial:
    # What stops an arm is in the trial's report; thousands of lines of it would hide the bench's own.
    logging.getLogger("pontine.sim2real").setLevel(logging.CRITICAL)
    return (run_trial if name in FAULTS else run_signal)(name, seed)


def identification(
    seeds: Sequence[int] = (0, 1), profile: str = "new", seconds: float = 60.0
) -> Iterator[dict[str, Any]]:
    """Identify emulated arms: found / true by constant and joint, and the delay's; `worst_error` is over all joints.

    Each arm is in a process of its own, behind the serial arm. Gives the result so far after each.
    """
    arms: dict[str, dict[str, Any]] = {}
    errors: dict[str, list[float]] = {"kp": [], "frictionloss": [], "delay": []}
    for seed in seeds:
        found = fit(run_on_pty(profile, seed, seconds))
        arm = drawn(profile, seed)
        ratios = {name: found.values[name] / value for name, value in true_constants(arm).items()}
        delay = found.delay / true_delay(arm)
        arms[str(seed)] = {
            "ratio": {name: dict(zip(JOINTS, ratio.round(3).tolist(), strict=True)) for name, ratio in ratios.items()},
            "delay_ratio": round(delay, 3),
            "delay_ms": round(1000 * found.delay, 2),
            "rms_degrees": round(float(np.degrees(np.sqrt((found.error**2).mean()))), 4),
            "nominal_rms_degrees": round(float(np.degrees(np.sqrt((found.nominal_error**2).mean()))), 4),
        }
        for name, error in errors.items():
            error += np.abs(np.atleast_1d(ratios.get(name, delay)) - 1).tolist()
        worst = {name: round(max(error), 3) for name, error in errors.items()}
        yield {"profile": profile, "seconds": seconds, "worst_error": worst, "arms": arms}
