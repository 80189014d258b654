"""Helpers that the verbs' `Config` dataclasses share."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, make_dataclass
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from pontine.envs.errors import PontineError

if TYPE_CHECKING:
    from pontine.sim2real.arm.calibration import Calibration
    from pontine.sim2real.bus.bus import Bus
    from pontine.sim2real.teleoperation.leader import LeaderArm

T = TypeVar("T")


def text(default: str | None = None) -> Any:
    """A field that takes free text or a path: its value is used as it was typed, whatever is in it."""
    return field(default=default, metadata={"text": True})


def bare() -> Any:
    """A text that may be given as a word alone: `pontine list kinds` for `pontine list what=kinds`."""
    return field(default=None, metadata={"text": True, "bare": True})


def bare_keys(config: type) -> tuple[str, ...]:
    """Names of the fields of a `Config` that were made by `bare`, in their order."""
    return tuple(f.name for f in fields(config) if f.metadata.get("bare"))


def text_keys(config: type) -> frozenset[str]:
    """Names of the fields of a `Config` that were made by `text`."""
    return frozenset(f.name for f in fields(config) if f.metadata.get("text"))


def at_least(key: str, value: float, low: float) -> None:
    """Raises PontineError if an option is below what it may be (or not a number)."""
    if not value >= low:
        raise PontineError(f"{key}={value} must be at least {low}")


def above(key: str, value: float, low: float) -> None:
    """Raises PontineError unless an option is above a bound."""
    if not value > low:
        raise PontineError(f"{key}={value} must be above {low}")


def check_table(objects: int | None, fixtures: Collection[str], scene: str | None) -> None:
    """Raises PontineError unless the options say one table: a random one, or that of a scene."""
    if objects is not None and not 1 <= objects <= 8:
        raise PontineError(f"objects={objects} must be from 1 to 8")
    if scene is not None and (objects is not None or fixtures):
        raise PontineError("objects= and fixtures= are for a random table; a scene= has its own")


LARGEST = 2**31 - 1
"""The largest whole number that an option may be; arrays and seeds take no more everywhere."""

MOST_THREADS = 1024


def bounded(options: Any, within: str = "") -> None:
    """Raises PontineError where a whole number among the options, those of their parts and in dicts too, is beyond
    `LARGEST` or its negative, or threads are not from 0 to `MOST_THREADS`. `within` is what stands before the names."""
    named = options if isinstance(options, dict) else {f.name: getattr(options, f.name) for f in fields(options)}
    for name, value in named.items():
        key = f"{within}{name}"
        if is_dataclass(value) or isinstance(value, dict):
            bounded(value, f"{key}.")
        for one in value if isinstance(value, list | tuple) else [value]:
            least, most = (0, MOST_THREADS) if name == "threads" else (-LARGEST, LARGEST)
            if isinstance(one, int) and not least <= one <= most:
                raise PontineError(f"{key}={one} must be {f'at most {most}' if one > most else f'at least {least}'}")


@dataclass
class BrainOptions:
    """The options of a verb that has a language model read."""

    adapter: str | None = text()
    brain: str = "embedded"
    model: str | None = text()
    url: str | None = text()

    def __post_init__(self) -> None:
        from pontine.planner.brain import check_choice

        check_choice(self.adapter, self.brain, self.model, self.url)


MOST_COPIES = 1024


@dataclass
class RehearsalOptions:
    """The options of a verb that rehearses a plan before the arm moves."""

    rehearse: bool = False
    copies: int = 32
    randomization: str = "real"
    dynamics: str | None = text()
    sure: float = 0.7

    def __post_init__(self) -> None:
        from pontine.envs.tabletop.randomization import randomization, with_dynamics

        if not 1 <= self.copies <= MOST_COPIES:
            raise PontineError(f"copies={self.copies} must be from 1 to {MOST_COPIES}")
        if not 0 <= self.sure <= 1:
            raise PontineError(f"sure={self.sure} must be from 0 to 1")
        name = with_dynamics(self.randomization, self.dynamics)
        if self.dynamics is None:
            randomization(name)


@dataclass
class ArmOptions:
    """The options of a verb that works a calibrated arm."""

    port: str | None = text()
    name: str = text("so101")
    calibration: str | None = text()
    baud: int = 1_000_000
    patience: float = 0.02

    def __post_init__(self) -> None:
        import pontine.sim2real.bus.port  # noqa: F401 - first of all, what no arm can be worked without

        if not self.port:
            raise PontineError("port= is missing: give the arm's serial port; `pontine arm find` lists them")
        above("baud", self.baud, 0)
        above("patience", self.patience, 0)

    def read_calibration(self) -> Calibration:
        """The arm's calibration. Raises CalibrationError."""
        from pontine.sim2real.arm.calibration import Calibration, default_path

        return Calibration.read(self.calibration or default_path(self.name))

    def read_aligned(self, markers: str | None = None) -> Calibration:
        """The arm's calibration, with what `pontine arm align` found made up for where there is an alignment.

        Raises CalibrationError, and AlignmentError for one that is for another calibration or, with a markers file,
        for another table.
        """
        from pontine.sim2real.alignment.alignment import aligned, path_for
        from pontine.sim2real.vision.markers import Markers

        path = path_for(self.calibration, self.name)
        read = Markers.read(markers) if markers is not None and path.exists() else None
        return aligned(self.read_calibration(), path, read)

    def open_bus(self, calibration: Calibration) -> Bus:
        """The arm's servos, by joint. Raises PortError."""
        from pontine.sim2real.bus.bus import Bus

        return Bus(str(self.port), calibration.ids, baud=self.baud, patience=self.patience)


@dataclass
class LeaderOptions(ArmOptions):
    """The options of a verb whose arm may follow another that is led by hand."""

    leader: str | None = text()
    leader_name: str = text("leader")
    leader_calibration: str | None = text()
    profile: str = text("gentle")

    def __post_init__(self) -> None:
        from pontine.sim2real.arm.safety_profile import safety_profile

        super().__post_init__()
        safety_profile(self.profile)
        if self.leader is not None and self.leader == self.port:
            raise PontineError(f"leader={self.leader} is the follower's port too: they are two arms on two boards")

    @contextmanager
    def open_leader(self, follower: Calibration) -> Iterator[LeaderArm]:
        """The leader arm, slack, for a follower with that calibration. Raises CalibrationError and BusError."""
        from pontine.sim2real.arm.calibration import Calibration, default_path
        from pontine.sim2real.arm.safety_profile import safety_profile
        from pontine.sim2real.bus.bus import Bus
        from pontine.sim2real.teleoperation.leader import LeaderArm

        mine = Calibration.read(self.leader_calibration or default_path(self.leader_name))
        with (
            Bus(str(self.leader), mine.ids, baud=self.baud, patience=self.patience) as bus,
            LeaderArm(bus, mine, follower, sinking=safety_profile(self.profile).sinking) as leader,
        ):
            yield leader


def thawed(module: str, name: str, frozen: type, free: Collection[str] = ()) -> Any:
    """A frozen dataclass as one that Hydra can fill in, with the same fields and defaults.

    Frozen dataclasses among its fields are thawed too. Each is known in `module`, as `name` and the field's name has
    it, or it could not be pickled. `free` are the fields that take free text.
    """
    hints, made = get_type_hints(frozen), []
    for f in fields(frozen):
        kind, metadata = hints[f.name], {"text": True} if f.name in free else {}
        if isinstance(kind, type) and is_dataclass(kind):
            kind = thawed(module, f"{name}_{f.name}", kind)
            made.append((f.name, kind, field(default_factory=kind)))
        elif f.default_factory is not MISSING:
            made.append((f.name, kind, field(default_factory=f.default_factory, metadata=metadata)))
        else:
            made.append((f.name, kind, field(default=f.default, metadata=metadata)))
    known = make_dataclass(name, made)
    known.__module__ = module
    setattr(sys.modules[module], name, known)
    return known


def frozen(into: type[T], thawed: Any) -> T:
    """What Hydra filled in as the frozen dataclass it came from; lists become tuples."""
    hints, given = get_type_hints(into), {}
    for f in fields(into):  # type: ignore[arg-type]
        value = getattr(thawed, f.name)
        if is_dataclass(hints[f.name]):
            value = frozen(hints[f.name], value)
        given[f.name] = tuple(value) if isinstance(value, list) else value
    return into(**given)
