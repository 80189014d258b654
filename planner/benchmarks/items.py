"""Measuring a brain on hand-written items: right means exactly the final state that was asked for, or the right
kind of question or refusal."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pontine.envs.errors import PontineError
from pontine.envs.io import json_text
from pontine.envs.predicates import Predicate, holds
from pontine.envs.scene import Scene
from pontine.planner.benchmarks.answers import answers
from pontine.planner.benchmarks.outcomes import COMING, outcome, same
from pontine.planner.planning.plan import make_plan
from pontine.planner.reading import Reading, Turn
from pontine.policies.skills.operator import SPOT

SHIPPED = Path(__file__).parent / "items.jsonl"
"""Hand-written items that come with Pontine. They are for measuring; nothing may ever be trained on them."""

UNFORESEEN = SHIPPED.with_name("unforeseen.jsonl")
"""More of them, with verbs that name no skill, or an old one in a new word."""


PEOPLE = SHIPPED.with_name("people.jsonl")
"""Instructions as many different people would say them, half of them lines of DROID's crowd workers; README.md has the
format. They are for measuring too."""

PEOPLE_LAST = SHIPPED.with_name("people_last.jsonl")
"""Such instructions again, labelled by another pass, to be looked at only once, at the end of the work on reading."""

SETS = {"shipped": SHIPPED, "unforeseen": UNFORESEEN, "people": PEOPLE, "people_last": PEOPLE_LAST}
"""The sets that have a name."""


def load_items(items: str | Path | None = None, sentences: str | Path | None = None) -> list[dict[str, Any]]:
    """The items of a JSON Lines file or of one of `SETS`, those that come with Pontine if None. Their scenes are in
    `scenes.json` beside the file, or in a file called like it (`people_scenes.json`).

    An item is `{"id", "language", "class", "scene", "instruction", "accept"}` and may have `tags`, `unseen` (nouns the
    training vocabulary lacks), `form` (a right goal form), `forbid` (goals that must not be in a reading) and `said`:
    the `{"instruction", "subgoals"}` that were said and done before. The scene is put in as it is when the instruction
    is said, `turns` as the dialogue so far. An item with `line` and `sha256` instead of `instruction` takes it from
    that line, from 1, of the file `sentences`; without the file its instruction is empty.

    Raises PontineError if a file cannot be read, or if a line is not the one that was meant.
    """
    path = SETS.get(str(items), Path(items)) if items is not None else SHIPPED
    own = path.with_name(f"{path.stem}_scenes.json")
    try:
        texts = path.read_bytes().split(b"\n")
        lines = None if sentences is None else Path(sentences).read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise PontineError(f"cannot read the test items {str(path)!r}: {error}") from None
    scenes = json_text.read(own if own.exists() else path.parent / "scenes.json", "the scenes of the test items")
    rows = [json_text.parse(text, f"line {n} of {path.name}") for n, text in enumerate(texts, 1) if text.strip()]
    with json_text.expecting(f"the set of test items {str(path)!r}"):
        return [_laid(_told(row, lines), Scene.from_json(scenes[row["scene"]])) for row in rows]


def _told(row: dict[str, Any], lines: Sequence[str] | None) -> dict[str, Any]:
    if "line" not in row:
        return row
    if lines is None:
        return {**row, "instruction": ""}
    said = lines[row["line"] - 1]
    if not hashlib.sha256(said.encode()).hexdigest().startswith(row["sha256"]):
        raise PontineError(f"line {row['line']} of the sentences is not the one that {row['id']} is about")
    return {**row, "instruction": said}


def _laid(row: dict[str, Any], scene: Scene) -> dict[str, Any]:
    turns: list[Turn] = []
    for said in row.get("said", ()):
        goals = tuple(tuple(g) for g in said["subgoals"])
        turns.append(Turn(said["instruction"], scene, goals))
        scene = played(scene, goals)
    return {**row, "scene": scene, "turns": tuple(turns)}


def final_state(goals: Sequence[Predicate], scene: Scene) -> frozenset[Predicate]:
    """What is known to hold when the plan for these goals has been played. Raises NoPlanError if there is no plan."""
    return make_plan(scene, goals).end


def played(scene: Scene, goals: Sequence[Predicate]) -> Scene:
    """The scene when the plan for these goals has been played. What was put down somewhere has no known position."""
    plan = make_plan(scene, goals)
    support = {fact[1]: fact[2] for fact in plan.end if fact[0] == "on"}
    states = {fact[1]: fact[0] for fact in plan.end if len(fact) == 2}
    moved = {predicate[1] for step in plan.steps for predicate in step.post if len(predicate) > 2}
    moved |= {fact[1] for fact in plan.end if fact[0] == "holding"}
    objects = tuple(
        replace(o, support=support.get(o.name), position=None) if o.name in moved else o for o in scene.objects
    )
    fixtures = tuple(replace(f, state=states[f.name]) for f in scene.fixtures)
    held = next((fact[1] for fact in plan.end if fact[0] == "holding"), None)
    return Scene(objects, fixtures, held)


def right(reading: Reading, item: Mapping[str, Any]) -> bool:
    """Whether a reading is one of those the item accepts: what it comes to is the same, or the kind of answer is."""
    scene = item["scene"]
    return any(_same(reading, wanted, scene) for wanted in item["accept"]) or any(
        reading.kind == wanted["kind"] == "subgoals" and _ends_as(reading, wanted, scene) for wanted in item["accept"]
    )


def forbidden(reading: Reading, item: Mapping[str, Any]) -> list[Predicate]:
    """The subgoals of a reading that the item forbids, and that do not hold anyway.

    `forbid` has the beginnings of such goals; `*` stands for any word: `["*", "cup"]` is all that is done with the cup.
    """
    return [
        goal
        for goal in reading.subgoals
        for beginning in item.get("forbid", ())
        if len(beginning) <= len(goal) and all(b in ("*", word) for b, word in zip(beginning, goal, strict=False))
        if not _already(goal, item["scene"].marked(reading.spots))
    ]


def _already(goal: Predicate, scene: Scene) -> bool:
    if goal[0] in COMING:
        return False
    states = {f.name: f.state for f in scene.fixtures}
    return states.get(goal[1]) == goal[0] if len(goal) == 2 and goal[1] in states else holds(scene, goal)


def _same(reading: Reading, wanted: Mapping[str, Any], scene: Scene) -> bool:
    if wanted["kind"] != reading.kind:
        return False
    if reading.kind == "refusal":
        says = _several(wanted.get("says", ""))
        return reading.reason in _several(wanted.get("reason", reading.reason)) and any(
            said.lower() in reading.text.lower() for said in says
        )
    if reading.kind == "question":
        return set(wanted.get("options", reading.options)) == set(reading.options) and set(
            wanted.get("offers", ())
        ) <= set(reading.options)
    if reading.kind == "answer":
        return answers(reading.text, wanted, scene)
    return _comes_to(reading, wanted, scene)


def _several(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _comes_to(reading: Reading, wanted: Mapping[str, Any], scene: Scene) -> bool:
    spots = {spot.name: spot.position for spot in reading.spots}
    if any(goal[0] == "at" and goal[2] not in spots for goal in reading.subgoals):
        return False
    if wanted.get("ordered") and not _in_order([tuple(g) for g in wanted["subgoals"]], reading.subgoals):
        return False
    return same(outcome(scene, reading.subgoals, spots), wanted, scene)


def _ends_as(reading: Reading, wanted: Mapping[str, Any], scene: Scene) -> bool:
    """Whether playing the plans ends the same, which costs more to find out: with what is above put aside, say."""
    goals = [tuple(goal) for goal in wanted["subgoals"]]
    if (
        "layout" in wanted
        or wanted.get("ordered")
        or any(goal[0] in (*COMING, SPOT) for goal in (*reading.subgoals, *goals))
    ):
        return False
    if not {name for goal in goals for name in goal[1:]} <= {name for goal in reading.subgoals for name in goal}:
        return False  # no plan for other things ends the same
    try:
        return final_state(reading.subgoals, scene) == final_state(goals, scene)
    except PontineError:
        return False


def _in_order(wanted: Sequence[Predicate], goals: Sequence[Predicate]) -> bool:
    """Whether the wanted goals come in their order; of a spot only the thing is compared."""
    rest = iter(goals)
    return all(any(g == w or (g[0] == w[0] == "at" and g[1] == w[1]) for g in rest) for w in wanted)
