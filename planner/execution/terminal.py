"""A person at a terminal: one instruction from the command line, or many that are typed."""

from __future__ import annotations

import contextlib
import importlib

from pontine.envs.errors import PontineError
from pontine.envs.io import platform
from pontine.planner.execution.display import Display
from pontine.planner.execution.session import Session
from pontine.planner.reading import Reading
from pontine.policies.skills.skill import SKILLS

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


class Terminal:
    """Where a person talks to a session: it shows what happens, and listens."""

    def __init__(self, session: Session, display: Display) -> None:
        self.session, self.display = session, display
        session.stream.follow(display)

    def run(self, instruction: str | None) -> bool:
        """Do one instruction, or those that are typed; whether the goal was reached (or the person left)."""
        if instruction is not None:
            return self.session.do(instruction).goal_reached
        self.listen()
        return True

    def listen(self) -> None:
        """Do instructions from the terminal until the person leaves."""
        self.session.ask = self._ask
        with contextlib.suppress(ImportError):
            # Where there is one, it gives the prompt its history and its arrow keys.
            importlib.import_module("readline")
        self.display.say("Say what to do; 'help' lists what can be said, 'quit' leaves.")
        while (line := self._line("> ")) is not None and line.casefold() not in LEAVING:
            if not line:
                continue
            if line.casefold() in HELPING:
                self._help()
                continue
            try:
                self.session.do(line)
            except PontineError as error:
                self.display.say(str(error), "red")
            except platform.Terminated:
                raise
            except KeyboardInterrupt:
                self.session.robot.stop()
                self.display.say("stopped; Ctrl-C once more leaves", "yellow")
            self.display.scene(self.session.robot.scene())

    def _help(self) -> None:
        """What can be said, with the words of the skills that this arm has."""
        for line in HELP:
            if line:
                self.display.say(line)
                continue
            for name in sorted(self.session.library):
                if name in SKILLS:
                    words = (word for said in SKILLS[name].words.values() for word in said[:SHOWN_WORDS])
                    self.display.say(f"  {name:<8} {', '.join(words)}")
        self.display.scene(self.session.robot.scene())

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
