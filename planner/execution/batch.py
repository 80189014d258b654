"""What `pontine plan` does: one instruction, or a file of them, to readings and plans."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.progress import track

from pontine.envs.errors import PontineError
from pontine.envs.files import replacing
from pontine.envs.io.plain_text import plain, terminal
from pontine.envs.predicates import written
from pontine.envs.scene import Scene
from pontine.planner.brain import Brain, load_brain
from pontine.planner.brain.written_goal import WrittenGoal
from pontine.planner.planning.plan import NoPlanError, make_plan
from pontine.planner.planning.problem import prepare
from pontine.policies.threads import torch_threads


def plan_one(instruction: str, scene: Scene, brain: Brain) -> dict[str, Any]:
    """`{"instruction", "reading", "plan", "seconds"}` for one instruction.

    `plan` is None unless the reading is subgoals; where those cannot be reached it is None too and `error` says why.
    Raises PontineError for an empty instruction.
    """
    began = time.perf_counter()
    reading = brain.read(instruction, scene)
    out: dict[str, Any] = {"instruction": instruction, "reading": reading.to_json(), "plan": None}
    if reading.kind == "subgoals":
        try:
            out["plan"] = make_plan(scene, reading.subgoals).to_json()
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
) -> int:
    """The verb `pontine plan`: `instruction` or `goal` and `scene` (a JSON file), or `batch` and `out` (JSON Lines).

    A goal is written as predicates and needs no language model.

    One instruction: the reading and plan are printed, and written to `out` if that is given. A batch: each line
    `{"id", "instruction", "scene"}` becomes a line `{"id", "reading", "plan", "seconds"}`; a line that cannot be
    read becomes `{"id", "reading": null, "plan": null, "error"}` and the rest goes on. Files are written whole or
    not at all.

    Returns the exit status: 0, or 2 if lines of a batch could not be read. Raises PontineError on bad input.
    """
    if threads < 1:
        raise PontineError("threads must be at least 1")
    with torch_threads(threads):
        return _plan(instruction, goal, scene, out, batch, lambda: load_brain(adapter, brain, model, url))


def _plan(
    instruction: str | None,
    goal: str | None,
    scene: str | Path | None,
    out: str | Path | None,
    batch: str | Path | None,
    load: Callable[[], Brain],
) -> int:
    if batch is not None:
        if instruction is not None or goal is not None or scene is not None:
            raise PontineError("give either batch= and out=, or instruction= and scene=, not both")
        if out is None:
            raise PontineError("batch= needs out=, the file to write")
        return _plan_batch(Path(batch), Path(out), load)
    if instruction is not None and goal is not None:
        raise PontineError("give either instruction= or goal=, not both")
    wanted = instruction if goal is None else goal
    if wanted is None or scene is None:
        raise PontineError("pontine plan needs instruction= (or goal=) and scene=, or batch= and out=")
    if not wanted.strip():
        raise PontineError("the instruction is empty; say what the arm should do")
    told = plan_one(wanted, Scene.read(scene), WrittenGoal() if goal is not None else load())
    if out is not None:
        _write(Path(out), json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    show(told)
    return 0


def show(told: dict[str, Any]) -> None:
    """Print a reading and its plan for a person."""
    console = terminal()
    reading, plan = told["reading"], told["plan"]
    if reading["kind"] == "subgoals":
        console.print("subgoals  " + " · ".join(written(g) for g in reading["subgoals"]))
        if plan is None:
            console.print(f"no plan   {plain(told['error'])}")
        else:
            steps = " · ".join(written([s["skill"], *s["args"]]) for s in plan["steps"])
            console.print("plan      " + (steps or "nothing to do: the goal is true already"))
    else:
        console.print(f"{reading['kind']:9} {plain(reading['text'])}")


def _plan_batch(batch: Path, out: Path, load: Callable[[], Brain]) -> int:
    try:
        lines = [line for line in batch.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise PontineError(f"cannot read batch {str(batch)!r}: {getattr(error, 'strerror', None) or error}") from None
    if not out.parent.is_dir():
        raise PontineError(f"cannot write {str(out)!r}: there is no folder {str(out.parent)!r}")
    brain = load()
    prepare()
    told = [
        _plan_line(line, number, brain)
        for number, line in enumerate(track(lines, "planning", console=terminal(stderr=True)), start=1)
    ]
    _write(out, "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in told))
    bad = sum(entry["reading"] is None for entry in told)
    if bad:
        print(plain(f'{bad} of {len(told)} lines could not be read; see their "error" in {out}'), file=sys.stderr)
    return 2 if bad else 0


def _plan_line(line: str, number: int, brain: Brain) -> dict[str, Any]:
    """The output line for one input line."""
    name: Any = None
    try:
        try:
            data = json.loads(line)
        except json.JSONDecodeError as error:
            raise PontineError(f"line {number} is not JSON: {error}") from None
        if not isinstance(data, dict):
            raise PontineError(f"line {number} must be a JSON object with id, instruction and scene")
        name = data.get("id")
        if not isinstance(data.get("instruction"), str):
            raise PontineError(f'line {number} has no text in "instruction"')
        told = plan_one(data["instruction"], Scene.from_json(data.get("scene")), brain)
    except PontineError as error:
        return {"id": name, "reading": None, "plan": None, "error": str(error)}
    del told["instruction"]
    return {"id": name, **told}


def _write(path: Path, text: str) -> None:
    try:
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PontineError(f"cannot write {str(path)!r}: {error.strerror or error}") from None
