"""Looks for arms: every serial port, every baud rate, both protocols; who answers, and what is odd about it."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from serial.tools import list_ports  # type: ignore[import-untyped]

from pontine.envs.errors import PontineError
from pontine.envs.robot import JOINTS

from ..bus import feetech, xl330
from ..bus.errors import BusError
from .probe import TABLES, Answers, Probe, Protocol

MODELS: dict[Protocol, dict[int, str]] = {
    "feetech": {777: "STS3215", 2825: "STS3250", 11272: "SM8512BL", 1284: "SCS0009"},
    "dynamixel": {1190: "XL330-M077", 1200: "XL330-M288", 1060: "XL430-W250", 1020: "XM430-W350",
                  1120: "XM540-W270", 1070: "XC430-W150"},
}  # fmt: skip
"""Names by model number, from LeRobot's motor tables, which take them from the vendors' manuals."""

RATES: dict[Protocol, tuple[int, ...]] = {"feetech": feetech.BAUD_RATES, "dynamixel": xl330.BAUD_RATES}

_IDENTITY: dict[Protocol, tuple[str, ...]] = {
    "feetech": ("model", "firmware_major", "firmware_minor", "present_voltage", "present_temperature"),
    "dynamixel": ("model", "firmware", "present_voltage", "present_temperature"),
}


@dataclass(frozen=True)
class FoundServo:
    """A servo that answered: where, as what, with which supply (V) and temperature (°C); None where unread."""

    protocol: Protocol
    baud: int
    id: int
    model: str | None
    firmware: str | None
    volts: float | None
    celsius: float | None
    answers: Answers

    @property
    def doubled(self) -> bool:
        """Whether several servos seem to share this id."""
        return self.answers.doubled


@dataclass
class FoundPort:
    """A serial port and who answered there; `error` is why it could not be asked."""

    port: str
    adapter: str = ""
    error: str | None = None
    refused: list[int] = field(default_factory=list)
    servos: list[FoundServo] = field(default_factory=list)

    def oddities(self) -> list[str]:
        """What somebody must look after before this is an arm, a line each with what to do."""
        out = []
        doubled = [servo for servo in self.servos if servo.doubled]
        if doubled and len(doubled) == len(self.servos) > 1:
            out.append("every id gives spoilt answers: check plugs, cables and supply before suspecting the ids")
        else:
            out += [
                f"id {servo.id}: {servo.answers.spoilt} of {sum(asdict(servo.answers).values())} answers spoilt; "
                "several servos share this id (connect them one at a time and give each its own), or its plug is loose"
                for servo in doubled
            ]
        for servo in self.servos:
            if not servo.doubled and (lost := servo.answers.silent + servo.answers.spoilt):
                out.append(f"id {servo.id}: {lost} answers missing or spoilt; check its plugs and the supply")
        if len(rates := sorted({servo.baud for servo in self.servos})) > 1:
            out.append(f"servos listen at different baud rates ({', '.join(map(str, rates))}): set all to one")
        models = {servo.model for servo in self.servos}
        if len(models) == 1 and len(versions := {servo.firmware for servo in self.servos}) > 1:
            listed = ", ".join(f"id {servo.id}: {servo.firmware}" for servo in self.servos)
            out.append(f"{len(versions)} firmware versions ({listed}): bring all to one with the vendor's program")
        if self.servos and (missing := sorted(set(range(1, len(JOINTS) + 1)) - {servo.id for servo in self.servos})):
            out.append(
                f"an arm has the ids 1 to {len(JOINTS)}; missing: {', '.join(map(str, missing))} (its cable, its "
                "supply, or an id that was never set)"
            )
        return out

    def as_json(self) -> dict[str, Any]:
        """Plain data for a file."""
        return {**asdict(self), "oddities": self.oddities()}


def ports(pattern: str | None = None) -> list[FoundPort]:
    """The ports to ask: those of USB adapters, or those that `pattern` (a name or glob) names.

    Raises PontineError where `pattern` names none.
    """
    known = {entry.device: entry for entry in list_ports.comports()}
    if pattern is None:
        names = [name for name, entry in known.items() if entry.vid is not None]
    else:
        names = [pattern] if pattern in known else sorted(glob.glob(pattern)) or [pattern] * pattern.startswith("COM")
        if not names:
            there = ", ".join(sorted(known)) or "none"
            raise PontineError(f"there is no port {pattern!r}; serial ports here: {there}")
    return [FoundPort(name, _adapter(known.get(name))) for name in sorted(names)]


def steps(bauds: Sequence[int] | None = None) -> list[tuple[Protocol, int]]:
    """What is tried on a port, likeliest first."""
    both = [(protocol, baud) for protocol, rates in RATES.items() for baud in rates]
    return [step for step in both if bauds is None or step[1] in bauds]


def find(ports: Iterable[FoundPort], bauds: Sequence[int] | None = None, *, patience: float = 0.02,
         progress: Callable[[str], None] = lambda doing: None) -> list[FoundPort]:  # fmt: skip
    """Ask each port at each rate and fill in what answered; `progress` hears of every step beforehand."""
    found = list(ports)
    for entry in found:
        try:
            with Probe(entry.port, patience=patience) as probe:
                for protocol, baud in steps(bauds):
                    progress(f"{entry.port}: {protocol} at {baud}")
                    if not probe.set_baud(baud):
                        entry.refused.append(baud)
                        continue
                    entry.servos += [look_at(probe, protocol, baud, id) for id in probe.roll_call(protocol)]
        except BusError as error:
            entry.error = str(error)
        # Noise heard at a wrong rate is no servo.
        entry.servos = [servo for servo in entry.servos if servo.answers.good]
    return found


def look_at(probe: Probe, protocol: Protocol, baud: int, id: int) -> FoundServo:
    """Question one servo at the probe's rate."""
    answers = probe.question(protocol, id)
    values = probe.registers(protocol, id, _IDENTITY[protocol]) if answers.good else {}
    number = values.get("model")
    firmware = [str(values[name]) for name in _IDENTITY[protocol] if name.startswith("firmware") and name in values]
    volts = values.get("present_voltage")
    return FoundServo(
        protocol, baud, id,
        None if number is None else MODELS[protocol].get(number, f"model {number}"),
        ".".join(firmware) or None,
        None if volts is None else round(volts * TABLES[protocol]["present_voltage"].scale, 1),
        values.get("present_temperature"),
        answers,
    )  # fmt: skip


def _adapter(entry: Any) -> str:
    if entry is None or entry.vid is None:
        return ""
    maker = entry.product or entry.description or "USB"
    serial_number = f", serial {entry.serial_number}" if entry.serial_number else ""
    return f"{maker} ({entry.vid:04x}:{entry.pid:04x}{serial_number})"
