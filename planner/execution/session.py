"""A session: one robot at one table, who reads and plans for it, and the stream of what happens there."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial

from pontine.envs.errors import PontineError
from pontine.envs.robot import Robot
from pontine.envs.scene import Scene
from pontine.planner.brain import Brain
from pontine.planner.dialogue.followup import set_phrase
from pontine.planner.execution.asking import Ask, read_asking
from pontine.planner.execution.events import Answered, Asked, Stopped, Stream
from pontine.planner.execution.executive import Skill
from pontine.planner.execution.report import Report, Reporting
from pontine.planner.execution.run import perform
from pontine.planner.execution.stopping import StoppableRobot
from pontine.planner.planning.plan import TIME_LIMIT, Plan, make_plan
from pontine.planner.planning.score import Judge
from pontine.planner.reading import Reading, Turn
from pontine.planner.rehearsal.choosing import Rehearser


class BusyError(PontineError):
    """An instruction for an arm that is at another one."""


class Session:
    """One robot, simulated or real, and what is done with it: instructions one by one, each read, planned, done and
    reported.

    All that happens is in `stream`; whoever wants to show it, write it down or send it on follows that. `ask` puts
    questions to whoever talks to the arm; without it a question is what an instruction comes to. `turns` are the
    instructions that were carried out, for what is said next.

    One thread at a time may `do`; `stop` and `doing` are for any thread.
    """

    def __init__(
        self,
        robot: Robot,
        brain: Brain,
        library: Mapping[str, Skill],
        *,
        seed: int | None = None,
        replans: int = 3,
        judge: Judge | None = None,
        rehearser: Rehearser | None = None,
        plan_seconds: float = TIME_LIMIT,
        ask: Ask | None = None,
        stream: Stream | None = None,
    ) -> None:
        """`seed` is only noted in the reports; a plan is looked for `plan_seconds` long; a `stream` may be there before
        the session is."""
        self.robot, self.brain, self.library = StoppableRobot(robot), brain, library
        self.seed, self.replans, self.ask = seed, replans, ask
        self.judge, self.rehearser = judge, rehearser
        self.planner = partial(make_plan, time_limit=plan_seconds)
        self.stream = Stream() if stream is None else stream
        self.turns: list[Turn] = []
        self._turn = threading.Lock()
        self._doing: str | None = None
        self.stream.follow(Reporting(self._remember))

    @property
    def doing(self) -> str | None:
        """The instruction that is being read or carried out; None while the arm has nothing to do."""
        return self._doing

    def do(self, instruction: str, reading: Reading | None = None, plan: Plan | None = None) -> Report:
        """Do one instruction and say what became of it. With a `reading` it was read already, and with a `plan` for
        that, made and judged already, that is carried out.

        Raises PontineError if it is empty, BusyError while another one is being done, and what followers of the stream
        raise.
        """
        with self._turn:
            if self._doing is not None:
                raise BusyError(f"the arm is still at {self._doing!r}")
            self._doing = instruction
            self.robot.release()
        try:
            return perform(
                instruction,
                self.robot,
                self._read if reading is None else lambda instruction, scene: reading,
                self.library,
                seed=self.seed,
                replans=self.replans,
                planner=self.planner,
                plan=plan,
                judge=self.judge,
                rehearser=self.rehearser,
                ask=None if self.ask is None else self._asked,
                tell=self.stream.tell,
            )
        except BaseException as error:
            self.stream.tell(Stopped(str(error) or type(error).__name__))
            raise
        finally:
            self._doing = None

    def stop(self, why: str) -> bool:
        """Stop what is being done, from any thread: the arm takes no further target and holds still. Whether there was
        anything to stop."""
        with self._turn:
            if self._doing is None:
                return False
            self.robot.halt(why)
            return True

    def _remember(self, report: Report) -> None:
        """Remember what was done, for what is said next; what was taken back is forgotten."""
        if report.execution is None:
            return
        form = set_phrase(report.instruction)
        if form is not None and form.clauses[0].verb == "undo":
            if report.goal_reached:
                self.turns.pop()
        else:
            self.turns.append(Turn(report.instruction, report.scene, report.reading.subgoals))

    def _read(self, instruction: str, scene: Scene) -> Reading:
        if self.ask is None:
            return self.brain.read(instruction, scene, self.turns)
        return read_asking(self.brain, instruction, scene, self._asked, self.turns)

    def _asked(self, question: Reading) -> str | None:
        assert self.ask is not None
        self.stream.tell(Asked(question))
        answer = self.ask(question)
        self.stream.tell(Answered(answer))
        return answer
