"""What `pontine plan` does: one instruction, or a file of them, to readings and plans."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.progress import Progress

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable, replacing
from pontine.envs.io import json_text
from pontine.envs.io.plain_text import plain, terminal
from pontine.envs.predicates import written
from pontine.envs.scene import Scene
from pontine.planner.brain import Brain, load_brain
from pontine.planner.brain.written_goal import WrittenGoal
from pontine.planner.execution.answer_file import AnswerFile
from pontine.planner.planning.plan import TIME_LIMIT, NoPlanError, planner_for
from pontine.planner.planning.problem import prepare
from pontine.policies.threads import torch_threads

LONGEST = 8 * 2**20
"""Bytes of the longest line of a batch that is read."""

CRASHED = 70
"""Exit status where Pontine itself was wrong."""


def plan_one(instruction: str, scene: Scene, brain: Brain, seconds: float = TIME_LIMIT) -> dict[str, Any]:
    """`{"instruction", "reading", "plan", "seconds"}` for one instruction.

    `plan` is None unless the reading is subgoals; where those cannot be reached it is None too and `error` says why.
    Raises PontineError for an empty instruction.
    """
    began = time.perf_counter()
    reading = brain.read(instruction, scene)
    out: dict[str, Any] = {"instruction": instruction, "reading": reading.to_json(), "plan": None}
    if reading.kind == "subgoals":
        try:
            plan = planner_for(reading)(scene.marked(reading.spots), reading.subgoals, time_limit=seconds)
            out["plan"] = plan.to_json()
        except NoPlanError as error:
            out["error"] = str(error)
    out["seconds"] = round(time.perf_counter() - began, 3)
    return out


def plan_verb(
    instruction: str | None = None,
    goal: str | None = None,
    scene: str | Path | None = None,
    out: str | Path | None = None,
    batch: str | Path | None = None,
    adapter: str | None = None,
    threads: int = 1,
    brain: str = "embedded",
    model: str | None = None,
    url: str | None = None,
    plan_seconds: float = TIME_LIMIT,
) -> int:
    """The verb `pontine plan`: `instruction` or `goal` and `scene` (a JSON file), or `batch` and `out` (JSON Lines).

    A goal is written as predicates and needs no language model.

    One instruction: the reading and plan are printed, and written to `out` if that is given. A batch: each line
    `{"id", "instruction", "scene"}` becomes a line `{"id", "reading", "plan", "seconds"}`; a line that cannot be
    read becomes `{"id", "reading": null, "plan": null, "error"}` and the rest goes on. Each answer is written as
    soon as it is known; a batch that was stopped goes on where it was.

    Returns the exit status: 0; 1 if one instruction came to no plan and no answer; 2 if lines of a batch could not be
    read, 70 if one met a mistake in Pontine. Raises PontineError on bad input.
    """
    if threads < 1:
        raise PontineError("threads must be at least 1")
    with torch_threads(threads):
        choice = (adapter, brain, model, url)
        return _plan(
            instruction, goal, scene, out, batch, lambda: load_brain(*choice), plan_seconds, (*choice, plan_seconds)
        )


def _plan(
    instruction: str | None,
    goal: str | None,
    scene: str | Path | None,
    out: str | Path | None,
    batch: str | Path | None,
    load: Callable[[], Brain],
    seconds: float,
    settings: object,
) -> int:
    if batch is not None:
        if instruction is not None or goal is not None or scene is not None:
            raise PontineError("give either batch= and out=, or instruction= and scene=, not both")
        if out is None:
            raise PontineError("batch= needs out=, the file to write")
        return _plan_batch(Path(batch), Path(out), load, seconds, settings)
    if instruction is not None and goal is not None:
        raise PontineError("give either instruction= or goal=, not both")
    wanted = instruction if goal is None else goal
    if wanted is None or scene is None:
        raise PontineError("pontine plan needs instruction= (or goal=) and scene=, or batch= and out=")
    if not wanted.strip():
        raise PontineError("the instruction is empty; say what the arm should do")
    told = plan_one(wanted, Scene.read(scene), WrittenGoal() if goal is not None else load(), seconds)
    show(told)
    if out is not None:
        _write(Path(out), json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return 0 if told["plan"] is not None or told["reading"]["kind"] == "answer" else 1


def show(told: dict[str, Any]) -> None:
    """Print a reading and its plan for a person."""
    console = terminal()
    reading, plan = told["reading"], told["plan"]
    if reading["kind"] == "subgoals":
        goals = " · ".join(written(g) for g in reading["subgoals"])
        console.print("subgoals  " + (goals or plain(reading.get("text", ""))))
        for spot in reading.get("spots", ()):
            x, y = spot["position"]
            console.print(f"{spot['name']:<9} x {x:.3f} m, y {y:.3f} m")
        if plan is None:
            console.print(f"no plan   {plain(told['error'])}")
        else:
            steps = " · ".join(written([s["skill"], *s["args"]]) for s in plan["steps"])
            console.print("plan      " + (steps or "nothing to do: the goal is true already"))
    else:
        console.print(f"{reading['kind']:9} {plain(reading['text'])}")


def _plan_batch(batch: Path, out: Path, load: Callable[[], Brain], seconds: float, settings: object) -> int:
    check_writable(out, "answers")
    total = _count(batch)
    if out.exists() and out.samefile(batch):
        raise PontineError(f"batch= and out= are the same file, {str(out)!r}")
    brain = load()
    prepare()
    with AnswerFile(out, settings) as answers, Progress(console=terminal(stderr=True)) as bar:
        shown = bar.add_task("planning", total=total)
        try:
            for number, line in _lines(batch):
                bar.update(shown, advance=1)
                if answers.has(line):
                    continue
                answer, crash = _plan_line(line, number, brain, seconds)
                answers.add(line, answer, bad=answer["reading"] is None, crashed=crash)
        except BaseException:
            onward = "; the same command goes on after them" if answers.resumable and total is not None else ""
            print(plain(f"{answers.count} lines are answered in {out}{onward}"), file=sys.stderr)
            raise
    if bad := answers.bad:
        print(plain(f'{bad} of {answers.count} lines could not be read; see their "error" in {out}'), file=sys.stderr)
    return CRASHED if answers.crashed else 2 if bad else 0


def _count(batch: Path) -> int | None:
    """How many lines a batch has; None for what can be read only once. Raises PontineError."""
    if batch.exists() and not batch.is_file() and not batch.is_dir():
        return None
    return sum(1 for _ in _lines(batch))


def _lines(batch: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that are not blank, with their numbers; of those that are too long, the beginning.

    Only a line feed ends a line. Raises PontineError if it cannot be read.
    """
    try:
        with batch.open("rb") as file:
            number = 0
            while line := file.readline(LONGEST + 1):
                rest = line
                while len(rest) > LONGEST and not rest.endswith(b"\n"):
                    rest = file.readline(LONGEST + 1)
                number += 1
                if line.strip():
                    yield number, line.rstrip(b"\r\n")
    except OSError as error:
        raise PontineError(f"cannot read batch {str(batch)!r}: {error.strerror or error}") from None


def _plan_line(line: bytes, number: int, brain: Brain, seconds: float) -> tuple[dict[str, Any], bool]:
    """The answer to one line, and whether that is a mistake in Pontine."""
    name: Any = None
    try:
        if len(line) > LONGEST:
            raise PontineError(f"line {number} has more than {LONGEST >> 20} MB")
        data = json_text.parse(line, f"line {number}")
        if not isinstance(data, dict):
            raise PontineError(f"line {number} must be a JSON object with id, instruction and scene")
        name = data.get("id")
        if not isinstance(data.get("instruction"), str):
            raise PontineError(f'line {number} has no text in "instruction"')
        told = plan_one(data["instruction"], Scene.from_json(data.get("scene")), brain, seconds)
    except PontineError as error:
        return {"id": name, "reading": None, "plan": None, "error": str(error)}, False
    except Exception as error:  # noqa: BLE001 - the other lines are worth as much; the answer and the status say it
        said = f"a mistake in Pontine: {type(error).__name__}: {plain(error, longest=500)}"
        return {"id": name, "reading": None, "plan": None, "error": said}, True
    del told["instruction"]
    return {"id": name, **told}, False


def _write(path: Path, text: str) -> None:
    try:
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PontineError(f"cannot write {str(path)!r}: {error.strerror or error}") from None
