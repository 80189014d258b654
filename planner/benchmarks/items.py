"""Measuring a brain on hand-written items: right means exactly the final state that was asked for, or the right
kind of question or refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pontine.envs.errors import PontineError
from pontine.envs.predicates import Predicate
from pontine.envs.scene import Scene
from pontine.planner.planning.plan import NoPlanError, make_plan
from pontine.planner.reading import Reading, Turn

SHIPPED = Path(__file__).parent / "items.jsonl"
"""Hand-written items that come with Pontine. They are for measuring; nothing may ever be trained on them."""

UNFORESEEN = SHIPPED.with_name("unforeseen.jsonl")
"""More of them, with verbs that name no skill, or an old one in a new word."""


def load_items(items: str | Path | None = None) -> list[dict[str, Any]]:
    """The items of a JSON Lines file, those that come with Pontine if None; `scenes.json` beside it has the scenes.

    An item is `{"id", "language", "class", "scene", "instruction", "accept"}` and may have `tags`, `unseen` (nouns the
    training vocabulary lacks), `form` (a right goal form) and `said`: the `{"instruction", "subgoals"}` that were
    said and done before. A refusal to be accepted may have `says`, a word that it must name. The scene is put in as it
    is when the instruction is said, `turns` as the dialogue so far.

    Raises PontineError if either file cannot be read.
    """
    path = SHIPPED if items is None else Path(items)
    try:
        scenes = json.loads((path.parent / "scenes.json").read_text(encoding="utf-8"))
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [_laid(row, Scene.from_json(scenes[row["scene"]])) for row in rows]
    except (OSError, json.JSONDecodeError, KeyError) as error:
        raise PontineError(f"cannot read the test items {str(path)!r}: {error}") from None


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
    """Whether a reading is one of those the item accepts: the same final state, or the same kind of answer."""
    return any(_same(reading, wanted, item["scene"]) for wanted in item["accept"])


def _same(reading: Reading, wanted: Mapping[str, Any], scene: Scene) -> bool:
    if wanted["kind"] != reading.kind:
        return False
    if reading.kind == "refusal":
        return wanted.get("reason") in (None, reading.reason) and wanted.get("says", "") in reading.text
    if reading.kind == "question":
        return set(wanted.get("options", reading.options)) == set(reading.options)
    try:
        return final_state(reading.subgoals, scene) == final_state([tuple(g) for g in wanted["subgoals"]], scene)
    except NoPlanError:
        return False
