"""Measuring a brain on hand-written items: right means exactly the final state that was asked for, or the right
kind of question or refusal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pontine.envs.errors import PontineError
from pontine.envs.predicates import Predicate
from pontine.envs.scene import Scene
from pontine.planner.reading import Reading
from pontine.policies.statistics import wilson


def load_items(items: str | Path) -> list[dict[str, Any]]:
    """The items of a JSON Lines file, their scenes put in from `brain_scenes.json` beside it.

    Raises PontineError if either file cannot be read.
    """
    path = Path(items)
    try:
        scenes = json.loads((path.parent / "brain_scenes.json").read_text(encoding="utf-8"))
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, json.JSONDecodeError) as error:
        raise PontineError(f"cannot read the test items {str(path)!r}: {error}") from None
    return [{**row, "scene": Scene.from_json(scenes[row["scene"]])} for row in rows]


def final_state(goals: Iterable[Predicate], scene: Scene) -> frozenset[Predicate]:
    """What is true of the things the goals name once they are reached in order, as facts that can be compared.

    `on` a container is the same as `in` it, and a goal that a later one undoes does not count.
    """
    facts: dict[tuple[str, str], Predicate] = {}
    containers = {o.name for o in scene.objects if o.container}
    for goal in goals:
        name = goal[0]
        if name in ("open", "closed", "pressed"):
            facts["state", goal[1]] = goal
        elif name in ("on", "in", "holding"):
            place = goal[2] if len(goal) > 2 else ""
            facts = {k: v for k, v in facts.items() if not (k[0].startswith("beside") and k[1] == goal[1])}
            facts["place", goal[1]] = ("in" if place in containers else name, *goal[1:])
        elif name == "not":
            facts["not", " ".join(goal)] = goal
        else:
            facts.pop(("place", goal[1]), None)
            facts[f"beside {name} {goal[2]}", goal[1]] = goal
    return frozenset(facts.values())


def right(reading: Reading, item: Mapping[str, Any]) -> bool:
    """Whether a reading is one of those the item accepts."""
    for wanted in item["accept"]:
        if wanted["kind"] != reading.kind:
            continue
        if reading.kind == "refusal" and wanted.get("reason") not in (None, reading.reason):
            continue
        if reading.kind != "subgoals":
            return True
        goals = [tuple(g) for g in wanted["subgoals"]]
        if final_state(reading.subgoals, item["scene"]) == final_state(goals, item["scene"]):
            return True
    return False


def grade(readings: Iterable[Reading], items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts and Wilson intervals over all items, by language and by class, the confusion of execute, ask and
    refuse, and what went wrong."""
    groups: dict[str, list[bool]] = {}
    confusion: dict[str, int] = {}
    wrong = []
    for reading, item in zip(readings, items, strict=True):
        good = right(reading, item)
        for group in ("total", item["language"], f"class {item['class']}", f"{item['language']} {item['class']}"):
            groups.setdefault(group, []).append(good)
        wanted = "/".join(dict.fromkeys(w["kind"] for w in item["accept"]))
        pair = f"{wanted} -> {reading.kind}" + ("" if good else " (wrong)")
        confusion[pair] = confusion.get(pair, 0) + 1
        if not good:
            wrong.append({"id": item["id"], "instruction": item["instruction"], "reading": reading.to_json()})
    scores = {name: _score(group) for name, group in groups.items()}
    return {"scores": scores, "confusion": dict(sorted(confusion.items())), "wrong": wrong}


def _score(group: list[bool]) -> dict[str, Any]:
    interval = [round(bound, 4) for bound in wilson(sum(group), len(group))]
    return {"right": sum(group), "items": len(group), "rate": round(sum(group) / len(group), 4), "wilson95": interval}
