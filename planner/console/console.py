"""`Console`: a session with a person at a page in the browser."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from pontine.envs.errors import PontineError
from pontine.envs.robot import CONTROL_SECONDS
from pontine.envs.simulated import SimulatedRobot
from pontine.planner.console.holding import Holding
from pontine.planner.execution.events import Event, Heard
from pontine.planner.execution.session import Session
from pontine.planner.execution.showing.watched import WatchedRobot
from pontine.planner.reading import Reading

LONGEST = 2000
"""Characters of the longest instruction or answer that is taken."""

LOOKING = 5
"""Control steps after which what holds is measured anew."""

SETTLING = 12
"""Control steps in which a thing comes to rest that was put down elsewhere."""

Job = Callable[[], object]


class Console:
    """What pages do with a session, and where they learn what happens in it. Nothing is read, planned or carried out
    here: that is the session's.

    One thread of its own does one thing after another: an instruction, a table that is laid anew, a thing that is put
    elsewhere. What comes while it is at something is refused with what it is at. `say`, `answer`, `stop` and `put` are
    for any thread, and return at once: None, or why not.

    `robot` is the simulated one inside the session's; `speed` is how many times as fast as a real arm it moves, 0 for
    as fast as it can. Whoever shows it sets what is called in the thread that moves the arm: `changed` for every event
    and when what holds was measured anew, `moved` after every control step, `laid` for another table, and `failed` with
    what a person should know.
    """

    def __init__(
        self,
        session: Session,
        robot: WatchedRobot[SimulatedRobot],
        holding: Holding,
        *,
        speed: float = 1.0,
        lay: Callable[[int], SimulatedRobot] | None = None,
    ) -> None:
        """`lay` makes the table of a seed, where tables can be laid."""
        self.session, self.robot, self.holding, self.speed = session, robot, holding, speed
        self.lay = lay
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
        """Put an object of the simulated table down elsewhere (m)."""
        return self._begin("moving a thing", lambda: self._put(slot, x, y))

    def another_table(self, seed: int) -> str | None:
        """Lay the table of another seed."""
        return self._begin("laying a table", lambda: self._lay(seed))

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
        while (job := self._jobs.get()) is not None:
            self._due = time.monotonic()
            try:
                job()
            except PontineError as error:
                self.failed(str(error))
            except Exception as error:  # noqa: BLE001 - raised again by `wait`, in the thread that can end the program
                self._broken, self._busy = error, f"ended by a mistake in Pontine: {error}"
                self.failed(self._busy)
                return
            self._busy = ""
            self.scene = self.robot.scene()
            self.moved()
            self.changed()

    def _ask(self, question: Reading) -> str | None:
        """Wait for a person's answer; None when it was stopped."""
        with self._lock:
            if self._stopped:
                return None
            self.question = question
        self.changed()
        return self._answers.get()

    def _happened(self, event: Event) -> None:
        if isinstance(event, Heard) and self._stopped:
            self.session.stop(self._stopped)  # it was stopped when it was only about to begin
        self.scene = self.robot.scene()
        self.changed()

    def _moved(self) -> None:
        """After a control step: is the page still there, what holds now, and is it time for the next?"""
        if self.holding.gone and self.session.doing is not None:
            self.session.stop("the page that holds the arm is gone")
        self.moved()
        self._steps += 1
        if self._steps % LOOKING == 0:
            self.scene = self.robot.scene()
            self.changed()
        if self.speed > 0:
            self._due = max(self._due + CONTROL_SECONDS / self.speed, time.monotonic() - CONTROL_SECONDS)
            time.sleep(max(0.0, self._due - time.monotonic()))

    def _put(self, slot: int, x: float, y: float) -> None:
        self.robot.robot.put(slot, x, y)
        for _ in range(SETTLING):
            self.robot.command(self.robot.observe().command)

    def _lay(self, seed: int) -> None:
        assert self.lay is not None
        self.robot.robot = self.lay(seed)
        self.session.turns.clear()
        self.session.seed = seed
        self.laid()
