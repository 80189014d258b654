"""What an emulated servo is tried on, whichever protocol it speaks."""

from __future__ import annotations

from typing import Any

from pontine.sim2real.emulation.emulated_servo import EmulatedServo
from pontine.sim2real.emulation.shaft import FirstOrderShaft


class ServoBench:
    """One servo, a clock, and a hand that writes registers by name."""

    kind: type[Any]
    order: type[Any]
    """The servo's class, and its protocol's instruction to write."""

    def __init__(self, shaft: FirstOrderShaft | None = None, **settings: int) -> None:
        self.now = 0.0
        self.servo: EmulatedServo = self.kind(1, shaft or FirstOrderShaft(), settings=settings)

    def ask(self, instruction: Any) -> Any:
        return self.servo.handle(instruction, self.now)

    def write(self, name: str, value: int) -> Any:
        register = self.servo.table[name]
        return self.ask(self.order(self.servo.id, register.address, register.encode(value)))

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.servo.advance(self.now)
