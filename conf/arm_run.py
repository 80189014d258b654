"""`pontine arm run`."""

from __future__ import annotations

from dataclasses import dataclass

from pontine.envs.errors import PontineError

from .arm_session import Work, WorkingOptions, working
from .options import RehearsalOptions, text


@dataclass
class Config(WorkingOptions, RehearsalOptions):
    """Options of `pontine arm run`; arm_run.yaml says what each means."""

    instruction: str | None = text()
    dataset: str | None = text()

    def __post_init__(self) -> None:
        WorkingOptions.__post_init__(self)
        RehearsalOptions.__post_init__(self)
        if self.instruction is not None and not self.instruction.strip():
            raise PontineError("the instruction is empty")
        if self.dataset is not None and (self.instruction is None or self.dry):
            raise PontineError("dataset= records one instruction that moves the arm: give instruction=, not dry=")


def run(config: Config) -> int:
    """Exit status: 0 if the goal holds at the end, 1 if not or if the arm stopped by itself."""
    from pontine.planner.execution.display import Display
    from pontine.planner.execution.terminal import Terminal

    display = Display()

    def use(work: Work) -> bool:
        terminal = Terminal(work.session, display)
        work.session.stream.follow(work.reports)
        return terminal.run(config.instruction)

    # A terminal on which instructions are typed has no keys to spare.
    keys = config.instruction is not None
    return working(config, display, use, instruction=config.instruction, dataset=config.dataset, keys=keys)
