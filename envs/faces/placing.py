"""What an episode is asked to begin with, over what its task draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..arrays import Array, Index
from ..errors import PontineError, SceneError, UnknownNameError
from ..fields import Fields
from ..io.json_text import expecting
from ..robot import JOINTS
from ..scene import SceneObject
from ..so101.model import RANGE
from ..tabletop.objects import ObjectSpec, from_scene_object
from ..tasks.base import Task
from ..tasks.starts import EasierStart, SceneStart, SeedStart, Start
from ..tasks.state import EpisodeState
from .seeds import whole

KEYS = ("name", "kind", "color", "size", "position", "orientation")
"""What may be said of an object, as a scene says it."""

_FIELDS = Fields(SceneError)


@dataclass(frozen=True)
class Placing:
    """What is asked for: `objects` by slot (None empties one), `arm` (n, 6) rad, `goal` by world, `start`."""

    task: Task
    objects: Mapping[int, Mapping[str, Any] | None] = field(default_factory=dict)
    arm: Array | None = None
    goal: Mapping[int, Any] = field(default_factory=dict)
    start: Start | None = None

    @classmethod
    def read(cls, task: Task, given: Mapping[str, Any], ids: Index, n: int) -> Placing:
        """What `given` asks of worlds `ids` of n. Raises PontineError for what cannot be."""
        arm, goal, start = given.get("arm"), given.get("goal"), given.get("start")
        if start is not None and not isinstance(start, Start):
            raise PontineError(f"options['start'] is a SeedStart, a SceneStart or an EasierStart, not {start!r}")
        if isinstance(start, SeedStart):
            whole(start.seed)
        if isinstance(start, SceneStart) and not task.takes_scenes():
            raise PontineError(f"an episode of {task.id} cannot begin at a SceneStart")
        if isinstance(start, EasierStart) and start.name not in task.easier:
            raise UnknownNameError(f"easier start of {task.id}", start.name, task.easier)
        return cls(
            task,
            _objects(task, given.get("objects")),
            None if arm is None else _joints(arm, n),
            {} if goal is None else _goals(goal, ids, n),
            start,
        )

    def lay(self, e: EpisodeState, i: int) -> None:
        """Lay world i's objects and place its arm as was asked for."""
        for slot, asked in self.objects.items():
            if asked is None:
                e.worlds.lay(i, slot, None)
                continue
            name = e.worlds.slots[slot].name
            spec, quat = _changed(e.worlds.specs[i][slot], name, asked)
            try:
                e.worlds.lay(i, slot, spec)
            except ValueError as error:
                raise PontineError(f"options['objects'][{name!r}]: {error}") from None
            if quat is not None:
                e.worlds.move_object(i, slot, np.array(spec.position), quat)
        if self.arm is not None:
            e.worlds.place_arm(i, self.arm[i])

    def aim(self, e: EpisodeState, ids: Index) -> None:
        """Ask those worlds for the goals, once all lies still."""
        for i in map(int, ids):
            if i in self.goal:
                with expecting(f"options['goal'] of {self.task.id}"):
                    self.task.set_goal(e, i, self.goal[i])


def _objects(task: Task, given: Any) -> dict[int, Mapping[str, Any] | None]:
    slots = [slot.name for slot in task.slots]
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise PontineError(f"options['objects'] says for each slot ({', '.join(slots)}) what is to lie there")
    for slot, asked in given.items():
        if slot not in slots:
            raise UnknownNameError("slot", slot, slots)
        if asked is not None and not isinstance(asked, Mapping):
            raise PontineError(f"options['objects'][{slot!r}] is None or says {', '.join(KEYS)}, not {asked!r}")
        for key in asked or ():
            if key not in KEYS:
                raise UnknownNameError("key of an object", key, KEYS)
    return {slots.index(slot): asked for slot, asked in given.items()}


def _joints(arm: Any, n: int) -> Array:
    try:
        joints = np.broadcast_to(np.asarray(arm, float), (n, len(JOINTS)))
    except (TypeError, ValueError, OverflowError):
        raise PontineError(f"options['arm'] is {len(JOINTS)} joint angles in rad, or a row of them a world") from None
    good = (joints >= RANGE[:, 0]) & (joints <= RANGE[:, 1])
    for world, joint in np.argwhere(~good):
        low, high = RANGE[joint]
        raise PontineError(f"options['arm']: {JOINTS[joint]} = {joints[world, joint]:g}, not in {low:g}..{high:g} rad")
    return joints


def _goals(goal: Any, ids: Index, n: int) -> dict[int, Any]:
    """The goal of each world: a row of its own where there are numbers for all n, else the same for all."""
    if isinstance(goal, np.ndarray) and goal.ndim == 2:
        if len(goal) != n:
            raise PontineError(f"options['goal']: {len(goal)} goals for {n} worlds")
        return {int(i): goal[i] for i in ids}
    return {int(i): goal for i in ids}


def _changed(laid: ObjectSpec | None, slot: str, asked: Mapping[str, Any]) -> tuple[ObjectSpec, Array | None]:
    """What lies in a slot but for what is asked for, and how it is turned if that was asked for."""
    at = f"options['objects'][{slot!r}]"
    said: dict[str, Any] = {"name": slot}
    if laid is not None:
        said = {"name": laid.name, "kind": laid.kind, "color": laid.color, "position": laid.position}
        if asked.get("kind", laid.kind) == laid.kind:
            said["size"] = laid.size
    said |= {key: _read(key, value, f"{at}.{key}") for key, value in asked.items()}
    if "kind" not in said or "position" not in said:
        raise SceneError(f"nothing lies in the slot {slot!r}: say its kind and position at least")
    where = said["position"]
    spec = from_scene_object(SceneObject(**{**said, "position": (*where, 0.0)[:3]}))
    if laid is not None and asked.get("orientation") is None:
        spec = spec.moved(np.array(spec.position), laid.yaw)
    if len(where) == 2:
        spec = spec.moved(np.array([*where, spec.rest_height]), spec.yaw)
    quat = None if asked.get("orientation") is None else np.array(said["orientation"])
    return spec, None if quat is None else quat / np.linalg.norm(quat)


def _read(key: str, given: Any, where: str) -> Any:
    """What is said of an object under a key, where a scene's file has it; a position may be x and y alone."""
    if key in ("name", "kind"):
        return _FIELDS.text(given, where)
    if key == "color":
        return _FIELDS.optional_text(given, where)
    try:
        numbers = np.asarray(given).tolist()
    except ValueError:  # rows of several lengths
        numbers = given
    if key == "position":
        count = 2 if isinstance(numbers, list) and len(numbers) == 2 else 3
        return _FIELDS.numbers(numbers, count, f"{where}, x and y, or x, y and z, in metres,")
    if numbers is None:
        return None
    return _FIELDS.size(numbers, where) if key == "size" else _FIELDS.orientation(numbers, where)
