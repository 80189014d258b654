"""Whether test items are sound: every label can be told right from wrong on its scene."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pontine.envs.declarations.predicate_kind import PREDICATES
from pontine.envs.errors import PontineError
from pontine.envs.scene import Scene
from pontine.planner.benchmarks.outcomes import COMING, LAYOUTS, check_goal, outcome
from pontine.planner.benchmarks.regions import place
from pontine.planner.reading import Reason
from pontine.planner.spots.wishes import WAYS

FIELDS = {
    "subgoals": {"kind", "subgoals", "ordered", "layout"},
    "question": {"kind", "options", "offers"},
    "refusal": {"kind", "reason", "says"},
    "answer": {"kind", "facts", "absent"},
}
"""The kinds of reading a label may accept, and the fields of each."""


def faults(items: Iterable[Mapping[str, Any]]) -> list[str]:
    """What is wrong with items that were loaded, each named; empty if they are sound.

    Names must be in the scene, predicates known, regions within reach, ids unique.
    """
    found, seen = [], set()
    for item in items:
        if item["id"] in seen:
            found.append(f"{item['id']}: there are two of this id")
        seen.add(item["id"])
        if not item["accept"]:
            found.append(f"{item['id']}: nothing is accepted")
        found += [f"{item['id']}: {fault}" for wanted in item["accept"] for fault in _faults(wanted, item["scene"])]
        names = {*PREDICATES, *COMING, "*"}
        found += [f"{item['id']}: forbids {begin}" for begin in item.get("forbid", ()) if begin[0] not in names]
        found += [
            f"{item['id']}: forbids {begin}"
            for begin in item.get("forbid", ())
            if not {*begin[1:]} <= {*_names(item["scene"]), "*"}
        ]
    return found


def _names(scene: Scene) -> list[str]:
    return ["table", *(o.name for o in scene.objects), *(f.name for f in scene.fixtures)]


def _faults(wanted: Mapping[str, Any], scene: Scene) -> list[str]:
    kind = wanted.get("kind")
    if kind not in FIELDS:
        return [f"no reading is a {kind!r}"]
    if extra := set(wanted) - FIELDS[kind]:
        return [f"a {kind} has no {sorted(extra)}"]
    there = _names(scene)
    if kind == "subgoals":
        return _unsound(wanted, scene)
    if kind == "question":
        return [
            f"offers {name!r}" for key in ("options", "offers") for name in wanted.get(key, ()) if name not in there
        ]
    if kind == "refusal":
        reasons = wanted.get("reason", [])
        told = reasons if isinstance(reasons, list) else [reasons]
        return [f"no refusal is {reason!r}" for reason in told if reason not in get_args(Reason)]
    return [] if wanted.get("facts") else ["an answer without facts"]


def _unsound(wanted: Mapping[str, Any], scene: Scene) -> list[str]:
    try:
        for goal in wanted["subgoals"]:
            check_goal(goal, scene)
        plain = [tuple(g) for g in wanted["subgoals"] if not isinstance(g[-1], dict)]
        outcome(scene, plain, {})
        for terms in wanted.get("layout", ()):
            (key,) = (key for key in LAYOUTS if key in terms)
            for name in terms[key]:
                place(scene, name)
            if key == "order" and terms.get("along") not in WAYS:
                return [f"an order along one of: {', '.join(WAYS)}"]
    except (PontineError, KeyError, ValueError) as error:
        return [str(error)]
    return []
