"""`pontine demo`: lay a table in simulation and do what a person says."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Mapping
from pathlib import Path

import torch

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable
from pontine.envs.layout import from_scene, random_table
from pontine.envs.robot import Robot
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.planner.asking import read_asking
from pontine.planner.brain import Brain, load_brain
from pontine.planner.display import Display
from pontine.planner.executive import Skill
from pontine.planner.reading import Reading
from pontine.planner.run import perform
from pontine.planner.video import filming
from pontine.policies.skills import load_library

LEAVING = frozenset({"quit", "exit", "q", "bye", "退出"})


def demo(
    instruction: str | None = None,
    seed: int = 0,
    objects: int | None = None,
    scene: str | None = None,
    report: str | None = None,
    video: str | None = None,
    replans: int = 3,
    library: str | None = None,
    adapter: str | None = None,
) -> int:
    """Do one instruction, or those that come from the terminal.

    Returns 0 if the goal was reached (or the person left), 1 if not.

    Raises PontineError for input that cannot be used.
    """
    # One thread reads no slower than two, more evenly, and always sums in the same order.
    torch.set_num_threads(1)
    check_writable(report, "report")
    check_writable(video, "video")
    if scene is not None and objects is not None:
        raise PontineError("objects= counts the objects of a random table; a scene= has its own")
    display = Display()
    laid = from_scene(Scene.read(scene)) if scene is not None else random_table(seed, objects)
    robot = SimulatedRobot(laid)
    skills = load_library(library)
    with display.waiting("loading the language model"):
        brain = load_brain(adapter)
    display.scene(robot.scene())
    with filming(robot, video) as filmed:
        session = _Session(filmed, brain, skills, display, seed, replans)
        if instruction is None:
            session.listen(report)
            return 0
        return 0 if session.do(instruction, report) else 1


class _Session:
    """One table and what is done on it."""

    def __init__(
        self, robot: Robot, brain: Brain, library: Mapping[str, Skill], display: Display, seed: int, replans: int
    ) -> None:
        self.robot, self.brain, self.library, self.display = robot, brain, library, display
        self.seed, self.replans = seed, replans
        self.asks = False

    def do(self, instruction: str, report: str | Path | None) -> bool:
        """Do one instruction; whether its goal was reached."""
        result = perform(
            instruction,
            self.robot,
            self._read,
            self.library,
            seed=self.seed,
            replans=self.replans,
            on_reading=self.display.reading,
            on_event=self.display.event,
        )
        self.display.end(result)
        if report is not None:
            result.write(report)
        return result.goal_reached

    def listen(self, report: str | None) -> None:
        """Do instructions from the terminal until the person leaves; reports are numbered from the second on."""
        self.asks = True
        with contextlib.suppress(ImportError):
            # Where there is one, it gives the prompt its history and its arrow keys.
            importlib.import_module("readline")
        self.display.say("Say what to do; 'quit' leaves.")
        count = 0
        while (line := self._line("> ")) is not None and line.casefold() not in LEAVING:
            if not line:
                continue
            count += 1
            path = None if report is None else Path(report)
            if path is not None and count > 1:
                path = path.with_stem(f"{path.stem}-{count}")
            try:
                self.do(line, path)
            except PontineError as error:
                self.display.say(str(error), "red")
            self.display.scene(self.robot.scene())

    def _read(self, instruction: str, scene: Scene) -> Reading:
        with self.display.waiting("reading"):
            if not self.asks:
                return self.brain.read(instruction, scene)
        return read_asking(self.brain, instruction, scene, self._ask)

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
