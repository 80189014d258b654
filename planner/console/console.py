"""`Console`: a session with a person at a page in the browser."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from pontine.envs.errors import PontineError, RobotError
from pontine.envs.robot import CONTROL_SECONDS
from pontine.planner.console.holding import Holding
from pontine.planner.console.table import SimulatedTable, Table
from pontine.planner.execution.events import Event, Heard
from pontine.planner.execution.session import Session
from pontine.planner.execution.showing.watched import WatchedRobot
from pontine.planner.reading import Reading

LONGEST = 2000
"""Characters of the longest instruction or answer that is taken."""

LOOKING = 5
"""Control steps after which what holds is measured anew."""

IDLE = LOOKING * CONTROL_SECONDS
"""Seconds after which that is done where nothing moves the arm: on a real table a person may."""

SETTLING = 12
"""Control steps in which a thing comes to rest that was put down elsewhere."""

REAL = "that can be done with a simulated table only"

Job = Callable[[], object]
T = TypeVar("T")


class Console:
    """What pages do with a session, and where they learn what happens in it. Nothing is read, planned or carried out
    here: that is the session's.

    One thread of its own does one thing after another: an instruction, a table that is laid anew, a thing that is put
    elsewhere. What comes while it is at something is refused with what it is at. `say`, `answer`, `stop` and `put` are
    for any thread, and return at once: None, or why not.

    `robot` is the one inside the session's, and `table` is what is drawn of it; `speed` is how many times as fast as a
    real arm a simulated one moves, 0 for as fast as it can, which is right for a real one. Whoever shows it sets what
    is called in the thread that moves the arm: `changed` for every event and when what holds was measured anew, `moved`
    after every control step, `laid` for another table, and `failed` with what a person should know.
    """

    def __init__(
        self,
        session: Session,
        robot: WatchedRobot[Any],
        holding: Holding,
        table: Table,
        *,
        speed: float = 1.0,
        condition: Callable[[], str] = lambda: "",
    ) -> None:
        """`condition` says what is the matter with the arm, empty if nothing is; it is asked from any thread."""
        self.session, self.robot, self.holding, self.speed = session, robot, holding, speed
        self.table, self._condition, self._blind = table, condition, ""
        self.scene = robot.scene()
        self.question: Reading | None = None
        self.changed: Callable[[], object] = lambda: None
        self.moved: Callable[[], object] = lambda: None
        self.laid: Callable[[], object] = lambda: None
        self.failed: Callable[[str], object] = lambda why: None
        self._answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock, self._busy, self._stopped = threading.Lock(), "", ""
        self._steps, self._due = 0, 0.0
        self._broken: Exception | None = None
        robot.seen = self._moved
        session.ask = self._ask
        session.stream.follow(self._happened)
        self._thread = threading.Thread(target=self._work, name="console", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> str:
        """What goes on, in words; empty if nothing does."""
        return self._busy

    @property
    def trouble(self) -> str:
        """What is the matter with the arm or with what it sees, in words; empty if nothing is."""
        return self._condition() or self._blind

    @property
    def simulated(self) -> SimulatedTable | None:
        """The table, if it is a simulated one."""
        return self.table if isinstance(self.table, SimulatedTable) else None

    def say(self, text: str) -> str | None:
        """Have something done, or answer the question that is open."""
        text = text.strip()
        if not text:
            return "nothing was said"
        if len(text) > LONGEST:
            return f"{len(text)} characters are too many; at most {LONGEST} are read"
        if self.question is not None:
            return self.answer(text)
        return self._begin(f"at {text!r}", lambda: self.session.do(text))

    def answer(self, text: str) -> str | None:
        """Answer the question that is open."""
        with self._lock:
            if self.question is None:
                return "there is no question"
            self.question = None
        self._answers.put(text)
        return None

    def stop(self, why: str) -> None:
        """Stop what the arm is at; it holds still."""
        with self._lock:
            self._stopped = why
            open_question, self.question = self.question, None
        self.session.stop(why)
        if open_question is not None:
            self._answers.put(None)

    def put(self, slot: int, x: float, y: float) -> str | None:
        """Put an object of a simulated table down elsewhere (m)."""
        table = self.simulated
        return REAL if table is None else self._begin("moving a thing", lambda: self._put(table, slot, x, y))

    def another_table(self, seed: int) -> str | None:
        """Lay the table of another seed, where tables can be laid."""
        table = self.simulated
        return REAL if table is None else self._begin("laying a table", lambda: self._lay(table, seed))

    def wait(self) -> None:
        """Until it has ended. Raises what a mistake of ours in its thread raised."""
        self._thread.join()
        if self._broken is not None:
            raise self._broken

    def close(self) -> None:
        """Stop what goes on, and end."""
        self.stop("the console ends")
        self._jobs.put(None)
        self._thread.join()

    def _begin(self, what: str, job: Job) -> str | None:
        with self._lock:
            if self._broken is not None:
                return f"it was {self._busy}"
            if self._busy:
                return f"the arm is still {self._busy}"
            self._busy, self._stopped = what, ""
        self._jobs.put(job)
        return None

    def _work(self) -> None:
        try:
            while (job := self._next(self._jobs)) is not None:
                self._due = time.monotonic()
                try:
                    job()
                except PontineError as error:
                    self.failed(str(error))
                self._busy = ""
                self._look()
        except Exception as error:  # noqa: BLE001 - raised again by `wait`, in the thread that can end the program
            self._broken, self._busy = error, f"ended by a mistake in Pontine: {error}"
            self.failed(self._busy)

    def _next(self, waiting: queue.SimpleQueue[T]) -> T:
        """What comes next; a real table is looked at meanwhile."""
        while True:
            try:
                return waiting.get(timeout=IDLE if self.simulated is None else None)
            except queue.Empty:
                self._look()

    def _ask(self, question: Reading) -> str | None:
        """Wait for a person's answer; None when it was stopped."""
        with self._lock:
            if self._stopped:
                return None
            self.question = question
        self.changed()
        return self._next(self._answers)

    def _happened(self, event: Event) -> None:
        if isinstance(event, Heard) and self._stopped:
            self.session.stop(self._stopped)  # it was stopped when it was only about to begin
        self._look()

    def _moved(self) -> None:
        """After a control step: is the page still there, what holds now, and is it time for the next?"""
        if self.holding.gone and self.session.doing is not None:
            self.session.stop("the page that holds the arm is gone")
        self._steps += 1
        if self._steps % LOOKING == 0:
            self._look()
        else:
            self._follow()
        if self.speed > 0:
            self._due = max(self._due + CONTROL_SECONDS / self.speed, time.monotonic() - CONTROL_SECONDS)
            time.sleep(max(0.0, self._due - time.monotonic()))

    def _look(self) -> None:
        """Measure anew what is on the table. A camera that shows nothing is told of, and ends no thread: whatever moves
        the arm by it will meet that itself."""
        try:
            self.scene, self._blind = self.robot.scene(), ""
        except RobotError as error:
            self._blind = str(error)
        self._follow()
        self.changed()

    def _follow(self) -> None:
        """Have what is drawn be where it is."""
        if self.table.follow(self.scene, self.robot.observe()):
            self.laid()
        self.moved()

    def _put(self, table: SimulatedTable, slot: int, x: float, y: float) -> None:
        table.robot.robot.put(slot, x, y)
        for _ in range(SETTLING):
            self.robot.command(self.robot.observe().command)

    def _lay(self, table: SimulatedTable, seed: int) -> None:
        if table.lay is None:
            raise PontineError("this table is the only one")
        table.robot.robot = table.lay(seed)
        self.session.turns.clear()
        self.session.seed = seed
        self.laid()
