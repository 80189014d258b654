"""System identification: the servo constants under which the simulated arm moves as the real one did.

Nonlinear least squares with `mujoco.sysid` over the whole trial, all joints at once: each joint's stiffness,
damping, dry friction, armature and free play, and one delay for all. Coordinates are logarithms, so that constants
stay positive and their uncertainties are relative, of the stiffness, of the play, and of the others' ratios to the
stiffness: motion shows those ratios plainly, and the size that goes with them only faintly.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from mujoco import sysid

from pontine.envs.arrays import Array
from pontine.envs.errors import PontineError
from pontine.envs.files import replacing
from pontine.envs.robot import JOINTS, RobotState
from pontine.envs.so101.dynamics import CONSTANTS as NAMES
from pontine.envs.so101.dynamics import Dynamics, Estimate
from pontine.envs.so101.model import ARMATURE, DAMPING, FRICTIONLOSS, KP

from ..arm.calibration import Calibration
from ..arm.limits import limits
from ..arm.safety_profile import safety_profile
from ..arm.serial_arm import SerialArm
from ..bus.bus import Bus
from ..bus.registers import RADIANS
from ..vision.scene_source import EMPTY_TABLE
from .excitation import check, excitation, excite, observed
from .servo_model import Constants, Trial, respond

START = {"kp": KP, "damping": DAMPING, "frictionloss": FRICTIONLOSS, "armature": ARMATURE, "backlash": 0.005}
BOUNDS = {"kp": (1.0, 120.0), "damping": (0.02, 8.0), "frictionloss": (2e-3, 1.0), "armature": (2e-3, 0.4),
          "backlash": (2e-4, 0.06)}  # fmt: skip
"""Where the search starts and how far it may go, SI units. Fits to SO-101 arms by several authors gave
stiffness 9 to 51, damping 0.5 to 2.8, armature 0.028 to 0.2, friction 0 to 0.4 and play of about a degree.
The bounds of damping, friction and armature hold at the first stiffness, and in the same ratio at others."""

LONGEST_DELAY = 0.16
"""Seconds."""

ALIKE = {"kp": 0.3, "damping": 0.05, "frictionloss": 0.5, "armature": 0.4, "backlash": 1.0}
"""How far (relative, standard deviation) the joints' constants are expected to lie from their mean.

Six servos of one kind: this decides where motion does not. A joint that carries no weight and turns little
mass, such as the wrist's roll, shows the size of its constants only by how fast its shaft crosses its play
against the motor's back-EMF; where there is hardly any play, the size comes from the damping, most of which
is that back-EMF and no matter of wear. Chosen: on emulated arms that move for a minute, 0.02 to 0.15 for the
damping and 2 to 10 counts for the noise below change what is found by a tenth at most.
"""

_NOISE = 5.0
"""Encoder counts. What a fit leaves is half of one to one, but neighbouring samples err alike."""

_COARSE, _BEGINNING = 8, 20.0
"""The search begins with all joints alike, for so many iterations from each delay, on the first seconds."""

_DELAYS = (0.01, 0.04, 0.07, 0.1, 0.13)
_DELAY_SCALE = 0.04
_RATIOS = [NAMES.index(name) for name in ("damping", "frictionloss", "armature")]
_UNITS = np.array([10.0 if name == "kp" else 1.0 for name in NAMES])[:, None]
_FD_STEP = 1e-2
"""Finite differences are taken over this many units. A trial's sums are rough, for a shaft enters and leaves its
play at whole physics steps, and what is faint, a joint's size, needs the longer step."""

_ENOUGH = 5e-3
"""Relative length of the last step."""

_TRANSIENT = 0.3


class IdentificationError(PontineError):
    """A trial that says too little of the arm."""


@dataclass(frozen=True, eq=False)
class Fit:
    """The constants that fit best ((6,) each, `delay` s), their relative 95 % half widths, and what they leave.

    `error` (6,) rad is the RMS of measured minus simulated, `simulated` (n, 6) rad at the trial's times;
    `nominal_error` (6,) rad is that of the constants skills are trained around by default.
    """

    values: dict[str, Array]
    spread: dict[str, Array]
    delay: float
    delay_spread: float
    error: Array
    nominal_error: Array
    simulated: Array


def constants_of(x: Array) -> Constants:
    """Constants of the search's coordinates (31, k): in their units, by name and joint, and then the delay."""
    moved = np.exp(_logarithms(x))
    parts = {name: START[name] * moved[:, index] for index, name in enumerate(NAMES)}
    return Constants(**parts, delay=x[-1] * _DELAY_SCALE)


def _logarithms(x: Array) -> Array:
    """Logarithms of the constants over those of `START`, (k, 5, joints), of coordinates (5 joints + 1, k)."""
    moved: Array = x[:-1].T.reshape(x.shape[1], len(NAMES), -1) * _UNITS
    moved[:, _RATIOS] += moved[:, [NAMES.index("kp")]]
    return moved


def fit(trial: Trial, report: Callable[[int, int], None] = lambda done, of: None, iterations: int = 30) -> Fit:
    """Fit the constants to a trial in at most so many iterations; `report` hears of each.

    Raises `IdentificationError` if a joint hardly moved.
    """
    for joint, name in enumerate(JOINTS):
        if np.ptp(trial.positions[:, joint]) < 0.05:
            raise IdentificationError(f"{name} hardly moved: is its torque on, and is it free?")
    since = trial.times - trial.times[0]
    beginning = replace(trial, times=trial.times[since < _BEGINNING], positions=trial.positions[since < _BEGINNING])

    total = len(_DELAYS) * _COARSE + iterations
    starts = [np.append(np.zeros(len(NAMES)), delay / _DELAY_SCALE) for delay in _DELAYS]
    nominal = np.stack([_each(start) for start in starts], axis=1)
    nominal = nominal[:, [int((_residual(trial, nominal) ** 2).sum(0).argmin())]]
    alike = []
    for tried, start in enumerate(starts):

        def note(done: int, before: int = tried * _COARSE) -> None:
            report(before + done, total)

        x, _ = _least_squares(lambda x: _residual(beginning, _each(x)), start, _COARSE, note)
        alike.append(_each(x))
    losses = (_residual(beginning, np.stack(alike, axis=1)) ** 2).sum(0)
    x, jacobian = _least_squares(lambda x: _residual(trial, x), alike[int(losses.argmin())], iterations,
                                 lambda done: report(len(_DELAYS) * _COARSE + done, total))  # fmt: skip
    # The intervals are wanted of the constants, which are linear in the coordinates but for the logarithm.
    axes = np.eye(len(x))
    linear = np.concatenate([_logarithms(axes).reshape(len(x), -1).T, axes[-1:]])
    _, half = sysid.calculate_intervals([_residual(trial, x[:, None])[:, 0]], jacobian @ np.linalg.inv(linear))
    constants, spread = constants_of(x[:, None]), np.asarray(half)[:-1].reshape(len(NAMES), -1)
    simulated, used = respond(trial, constants)[0], since > _TRANSIENT
    return Fit(
        {name: getattr(constants, name)[0] for name in NAMES}, dict(zip(NAMES, spread, strict=True)),
        float(constants.delay[0]), float(half[-1] * _DELAY_SCALE), _rms((simulated - trial.positions)[used]),
        _rms((respond(trial, constants_of(nominal))[0] - trial.positions)[used]), simulated,
    )  # fmt: skip


def _residual(trial: Trial, x: Array) -> Array:
    """What coordinates (31, k) leave of a trial, in encoder counts, and how unlike their joints are, (residuals, k)."""
    used = trial.times - trial.times[0] > _TRANSIENT
    left = (respond(trial, constants_of(x)) - trial.positions)[:, used].reshape(x.shape[1], -1).T / RADIANS
    return np.concatenate([left, _unlike(x)])


def _each(x: Array) -> Array:
    """Coordinates in which all joints have the same constants, (6, ...), as coordinates of each, (31, ...)."""
    return np.concatenate([np.repeat(x[:-1], len(JOINTS), axis=0), x[-1:]])


def _least_squares(residual: Callable[[Array], Array], start: Array, iterations: int,
                   report: Callable[[int], None]) -> tuple[Array, Array]:  # fmt: skip
    """Best coordinates by `mujoco.sysid`, and the Jacobian there."""
    joints = (len(start) - 1) // len(NAMES)
    parameters = sysid.ParameterDict()
    for index, name in enumerate(NAMES):
        low, high = (np.full(joints, np.log(bound / START[name]) / _UNITS[index]) for bound in BOUNDS[name])
        parameters.add(sysid.Parameter(name, start[index * joints : (index + 1) * joints], low, high))
    longest = LONGEST_DELAY / _DELAY_SCALE
    parameters.add(sysid.Parameter("delay", np.clip(start[-1:], 0.0, longest), np.zeros(1), np.full(1, longest)))

    def named(x: Array, _: sysid.ParameterDict) -> tuple[list[Array], None, None]:
        left = residual(x.reshape(len(x), -1))
        return [left[:, 0] if x.ndim == 1 else left], None, None

    def note(trace: list[Any]) -> None:
        report(min(len(trace), iterations))

    best, result = sysid.optimize(
        parameters, named, optimizer="mujoco", verbose=False, max_iters=iterations, eps=_FD_STEP, xtol=_ENOUGH,
        gtol=1e-4, iter_callback=note, x_scale="jac", output=io.StringIO())  # fmt: skip
    return best.as_vector(), np.asarray(result.jac)


def _unlike(x: Array) -> Array:
    """How much the joints differ in every constant, (30, k), in encoder counts of noise."""
    moved = _logarithms(x)
    expected = np.array([ALIKE[name] for name in NAMES])[:, None]
    return ((moved - moved.mean(2, keepdims=True)) * _NOISE / expected).reshape(x.shape[1], -1).T


def _rms(difference: Array) -> Array:
    return np.sqrt((difference**2).mean(0))


def dynamics(found: Fit, name: str) -> Dynamics:
    """What a fit found, as a dynamics file holds it."""
    joints = {
        joint: {
            constant: Estimate(*(float(found.values[constant][j] * np.exp(sign * found.spread[constant][j]))
                                 for sign in (0, -1, 1)))
            for constant in NAMES
        } for j, joint in enumerate(JOINTS)
    }  # fmt: skip
    delay, width = max(found.delay, 0.0), found.delay_spread
    error, nominal = (
        {joint: round(float(np.degrees(rms[j])), 4) for j, joint in enumerate(JOINTS)}
        for rms in (found.error, found.nominal_error)
    )
    return Dynamics(name, joints, Estimate(delay, max(delay - width, 0.0), delay + width), error, nominal)


def draw(trial: Trial, found: Fit, path: str | Path) -> None:
    """Draw measured against simulated, a panel a joint, into a picture file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(14, 16), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(len(JOINTS), 1, sharex=True)
    time = trial.times - trial.times[0]
    for joint, (name, panel) in enumerate(zip(JOINTS, panels, strict=True)):
        sent = trial.sent - trial.times[0]
        panel.step(sent, np.degrees(trial.targets[:, joint]), where="post", color="0.75", label="commanded")
        panel.plot(time, np.degrees(trial.positions[:, joint]), color="black", label="measured")
        panel.plot(time, np.degrees(found.simulated[:, joint]), "--", color="tab:red", label="simulated")
        before, after = np.degrees(found.nominal_error[joint]), np.degrees(found.error[joint])
        panel.set_title(f"{name}: {after:.2f}° RMS, {before:.2f}° with the nominal constants", loc="left")
        panel.set_ylabel("degrees")
    panels[0].legend(loc="upper right", ncols=3)
    panels[-1].set_xlabel("seconds")
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=90, format="png")


def swing(bus: Bus, calibration: Calibration, seconds: float,
          report: Callable[[int, int], None] = lambda done, of: None) -> Trial:  # fmt: skip
    """Excite a real arm through its safety envelope; owns the bus and closes it.

    The servos go for each goal as fast as they can and the gripper with all its torque, or their own limits
    would be taken for the arm's. Raises `ExcitationError` where its calibration leaves too little room, and
    what a `SerialArm` raises.
    """
    profile = replace(safety_profile("normal"), name="identify", shaped=False, torque=np.ones(len(JOINTS)))
    allowed = limits(profile, calibration)
    targets = excitation(seconds)
    check(targets, np.stack([allowed.low, allowed.high], axis=1))
    steps: list[tuple[float, Array, RobotState]] = []
    with SerialArm(bus, calibration, allowed, EMPTY_TABLE) as arm:
        arm.on_step(lambda state, sent, clips, time: steps.append((time, sent, state)))
        began = excite(arm, targets, report).times[0]
        ended = arm.observe().time
    return observed([step for step in steps if step[2].time <= ended], began)
