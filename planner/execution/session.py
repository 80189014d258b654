"""A person at a robot: instructions one by one, each read, planned, done and reported."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from pontine.envs.errors import PontineError, WriteError
from pontine.envs.io import platform
from pontine.envs.robot import Robot
from pontine.envs.scene import Scene
from pontine.planner.brain import Brain
from pontine.planner.execution.asking import read_asking
from pontine.planner.execution.display import Display
from pontine.planner.execution.executive import Skill
from pontine.planner.execution.report import Report
from pontine.planner.execution.run import perform
from pontine.planner.grounding.followup import set_phrase
from pontine.planner.planning.plan import TIME_LIMIT, make_plan
from pontine.planner.planning.score import Judge
from pontine.planner.reading import Reading, Turn
from pontine.policies.skills.skill import SKILLS
from pontine.policies.training.failures import append_failures

LEAVING = frozenset({"quit", "exit", "q", "bye", "退出"})
HELPING = frozenset({"help", "?", "h", "帮助"})

HELP = (
    "Say what is to be done, in English or Chinese, in your own words and with the names below. The arm can:",
    "",
    "Ask about the table ('what is in the bowl?'), or say to the last instruction 'undo' or 'put it back'.",
    "'help' lists this again, 'quit' leaves, Ctrl-C stops a motion.",
)
"""What `help` answers; the empty line stands for the skills."""


SHOWN_WORDS = 4
"""How many of a skill's words of each language `help` shows."""


class Session:
    """One robot at one table, simulated or real, and what is done there."""

    def __init__(
        self,
        robot: Robot,
        brain: Brain,
        library: Mapping[str, Skill],
        display: Display,
        seed: int | None = None,
        replans: int = 3,
        failures: str | Path | None = None,
        judge: Judge | None = None,
        about_robot: Callable[[], Mapping[str, Any]] = dict,
        plan_seconds: float = TIME_LIMIT,
    ) -> None:
        """`about_robot` gives what the robot itself adds to a report; a plan is looked for `plan_seconds` long."""
        self.robot, self.brain, self.library, self.display = robot, brain, library, display
        self.seed, self.replans, self.failures = seed, replans, failures
        self.judge, self.planner = judge, partial(make_plan, time_limit=plan_seconds)
        self.asks = False
        self._about_robot = about_robot
        self._written: tuple[Report, str | Path] | None = None
        self.turns: list[Turn] = []

    def run(self, instruction: str | None, report: str | Path | None) -> bool:
        """Do one instruction, or those from the terminal; whether the goal was reached (or the person left)."""
        if instruction is None:
            self.listen(report)
            return True
        return self.do(instruction, report)

    def do(self, instruction: str, report: str | Path | None) -> bool:
        """Do one instruction; whether its goal was reached."""
        result = perform(
            instruction,
            self.robot,
            self._read,
            self.library,
            seed=self.seed,
            replans=self.replans,
            planner=self.planner,
            judge=self.judge,
            on_reading=self.display.reading,
            on_score=self.display.score,
            on_event=self.display.event,
        )
        self.display.end(result)
        if result.execution is not None:
            self._note(result)
        if report is not None:
            self._written = result, report
            self.rewrite()
        if self.failures is not None and result.execution is not None:
            append_failures(self.failures, result.execution.failures)
        return result.goal_reached

    def rewrite(self) -> None:
        """Write the last report again, with what the robot has to say by now: how it was left, for instance.

        Raises WriteError if it cannot be written; then it has been shown instead, for the run is done and over.
        """
        if self._written is not None:
            result, path = self._written
            try:
                result.write(path, self._about_robot())
            except WriteError as error:
                self.display.report(result, self._about_robot())
                raise WriteError(f"{error}; the report is shown above instead") from None

    def listen(self, report: str | Path | None) -> None:
        """Do instructions from the terminal until the person leaves; reports are numbered from the second on."""
        self.asks = True
        with contextlib.suppress(ImportError):
            # Where there is one, it gives the prompt its history and its arrow keys.
            importlib.import_module("readline")
        self.display.say("Say what to do; 'help' lists what can be said, 'quit' leaves.")
        count = 0
        while (line := self._line("> ")) is not None and line.casefold() not in LEAVING:
            if not line:
                continue
            if line.casefold() in HELPING:
                self._help()
                continue
            count += 1
            path = None if report is None else Path(report)
            if path is not None and count > 1:
                path = path.with_stem(f"{path.stem}-{count}")
            try:
                self.do(line, path)
            except PontineError as error:
                self.display.say(str(error), "red")
            except platform.Terminated:
                raise
            except KeyboardInterrupt:
                self.robot.stop()
                self.display.say("stopped; Ctrl-C once more leaves", "yellow")
            self.display.scene(self.robot.scene())

    def _help(self) -> None:
        """What can be said, with the words of the skills that this arm has."""
        for line in HELP:
            if line:
                self.display.say(line)
                continue
            for name in sorted(self.library):
                if name in SKILLS:
                    words = (word for said in SKILLS[name].words.values() for word in said[:SHOWN_WORDS])
                    self.display.say(f"  {name:<8} {', '.join(words)}")
        self.display.scene(self.robot.scene())

    def _note(self, result: Report) -> None:
        """Remember what was done, for what is said next; what was taken back is forgotten."""
        form = set_phrase(result.instruction)
        if form is not None and form.clauses[0].verb == "undo":
            if result.goal_reached:
                self.turns.pop()
        else:
            self.turns.append(Turn(result.instruction, result.scene, result.reading.subgoals))

    def _read(self, instruction: str, scene: Scene) -> Reading:
        with self.display.waiting("reading"):
            if not self.asks:
                return self.brain.read(instruction, scene, self.turns)
        return read_asking(self.brain, instruction, scene, self._ask, self.turns)

    def _ask(self, question: Reading) -> str | None:
        self.display.say(question.text, "yellow")
        for i, option in enumerate(question.options, 1):
            self.display.say(f"  {i} {option}")
        return self._line("? ")

    def _line(self, prompt: str) -> str | None:
        """A line that the person typed, or None at the end of the input."""
        try:
            return input(prompt).strip()
        except EOFError:
            self.display.say("")
            return None
