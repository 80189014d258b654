"""What a person sees of a run in the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

from pontine.envs.io.plain_text import plain, terminal
from pontine.envs.predicates import Predicate, written
from pontine.envs.scene import Scene
from pontine.planner.execution.events import (
    Event,
    Heard,
    Planned,
    Read,
    Rehearsed,
    Scored,
    StepEnded,
    StepStarted,
    Unrehearsed,
)
from pontine.planner.execution.report import Report, Reporting
from pontine.planner.planning.score import Score
from pontine.planner.reading import Reading


class Display:
    """A follower of a stream that prints a run as it happens."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or terminal()
        self._reading: Status | None = None
        self._reporting = Reporting(self.end)

    def __call__(self, event: Event) -> None:
        """Show an event."""
        if self._reading is not None:
            self._reading.stop()
            self._reading = None
        if isinstance(event, Heard):
            self._reading = self.console.status(Text("reading"))
            self._reading.start()
        elif isinstance(event, Read):
            self.reading(event.reading)
        elif isinstance(event, Scored):
            self.score(event.score)
        elif isinstance(event, Rehearsed):
            self._rehearsed(event)
        elif isinstance(event, Unrehearsed):
            self.say(f"not rehearsed: {event.why}", "yellow")
        elif isinstance(event, Planned):
            self._plan(event)
        elif isinstance(event, StepStarted):
            if self.console.is_terminal:
                self.console.print(Text(f"  ... {written((event.step.skill, *event.step.args))}", "dim"), end="\r")
        elif isinstance(event, StepEnded):
            self._step(event)
        self._reporting(event)

    def say(self, text: str, style: str = "") -> None:
        """One line, whatever is in it."""
        self.console.print(Text(plain(text), style), soft_wrap=True)

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """Shows that something is being waited for."""
        with self.console.status(Text(text)):
            yield

    def scene(self, scene: Scene) -> None:
        """The table: every object, what it stands on, and where; every fixture and its state."""
        table = Table("object", "kind", "on", "x, y (cm)", box=None, header_style="bold")
        for thing in scene.objects:
            support = "(held)" if scene.holding == thing.name else thing.support or "?"
            table.add_row(Text(thing.name), Text(thing.kind), Text(support), _where(thing.position))
        for fixture in scene.fixtures:
            table.add_row(Text(fixture.name), Text(fixture.kind), Text(f"({fixture.state})"), _where(fixture.position))
        self.console.print(table)

    def reading(self, reading: Reading) -> None:
        """What the instruction was read as."""
        if reading.kind == "subgoals":
            sure = "" if reading.confidence is None else f"   ({reading.confidence:.0%} sure)"
            self.say(f"read as  {words(reading.subgoals) or reading.text or 'nothing to do'}{sure}")
            if reading.subgoals and reading.text:
                self.say(reading.text, "yellow")
            for spot in reading.spots:
                self.say(f"{spot.name:<8} x {spot.position[0] * 100:.1f} cm, y {spot.position[1] * 100:.1f} cm")
        else:
            self.say(f"{reading.kind}: {reading.text}", "yellow")

    def score(self, score: Score) -> None:
        """The plan's chances, and what they are made of."""
        if not score.steps:
            return
        parts = [] if score.reading is None else [f"reading {score.reading:.0%}"]
        parts += [f"{e.probability:.0%} ({e.source})" for e in score.steps]
        self.say(f"chances  {score.value:.0%} = {' x '.join(parts)}")

    def _rehearsed(self, event: Rehearsed) -> None:
        if event.others:
            others = ", ".join(f"{one.reached} of {one.copies}" for one in event.others)
            self.say(f"the best of {1 + len(event.others)} plans; the others: {others}")
        self.say(f"rehearsed {event.rehearsal.text}   ({event.rehearsal.seconds:.1f} s)")

    def _step(self, event: StepEnded) -> None:
        record = event.record
        mark, style = ("done  ", "green") if record.worked else ("failed", "red")
        missing = f"   {words(record.unmet)} does not hold" if record.unmet else ""
        missing = f"   nobody has seen {' and '.join(record.unseen)}" if record.unseen else missing
        call = written((record.step.skill, *record.step.args))
        self.say(f"  {mark} {call:<40} {record.seconds:5.1f} s  {record.control_steps:4d} steps{missing}", style)

    def _plan(self, event: Planned) -> None:
        if event.why:
            self.say(f"planning again: {event.why}", "yellow")
        table = Table("", "step", "makes true", title=f"plan {event.number}", title_justify="left", box=None)
        for i, step in enumerate(event.plan.steps, 1):
            table.add_row(str(i), Text(written((step.skill, *step.args))), Text(words(step.post)))
        if event.plan.steps:
            self.console.print(table)
        else:
            self.say("plan: nothing to do, the goal holds already")

    def end(self, report: Report) -> None:
        """Whether it worked."""
        if report.goal_reached and report.execution is not None:
            self.say(f"goal reached: {words(report.execution.goal)}   ({report.seconds:.1f} s)", "bold green")
        elif report.execution is None:
            self.say(f"nothing was moved ({report.cause})", "bold red")
        else:
            self.say(f"goal not reached ({report.cause}): {report.reason}", "bold red")

    def report(self, report: Report, more: Mapping[str, Any]) -> None:
        """The whole report, where no file can have it."""
        text = json.dumps({**report.to_json(), **more}, ensure_ascii=False)
        self.console.print(Text(plain(text)), soft_wrap=True)


def words(predicates: Sequence[Predicate]) -> str:
    """Predicates as they are written: `in(red_cube, bowl)`."""
    return ", ".join(map(written, predicates))


def _where(position: tuple[float, float, float] | None) -> str:
    return "" if position is None else f"{position[0] * 100:5.1f} {position[1] * 100:6.1f}"
