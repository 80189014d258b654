"""Failures as a file, and as starts to train on: one JSON object a line.

Of an evaluation: `{"task": "pick", "seed": 20000017, "randomization": "real"}`, an episode
that its seed gives again.
Of the executive: `{"skill": "place", "args": ["red_cube", "in", "bowl"], "scene": {...},
"position": [6 numbers], "command": [6 numbers]}`, the measured scene and the arm's joint
angles and targets (rad) when the skill began.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pontine.envs.errors import PontineError, WriteError
from pontine.envs.io import json_text
from pontine.envs.robot import JOINTS
from pontine.envs.scene import Scene
from pontine.envs.so101.kinematics import tool_pose
from pontine.envs.tasks import Task
from pontine.envs.tasks import task as task_of
from pontine.envs.tasks.starts import Curriculum, SceneStart, SeedStart, Start

from ..skills.loading import SKILLS
from ..skills.placement import goal_for


def append_failures(path: str | Path, failures: Iterable[Mapping[str, Any]]) -> None:
    """Add failures to a file, all of them or, where the disk is full, none. Raises WriteError."""
    lines = "".join(json.dumps(failure, ensure_ascii=False) + "\n" for failure in failures)
    if not lines:
        return
    try:
        with Path(path).open("ab") as file:
            before = file.tell()
            try:
                file.write(lines.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.truncate(path, before)
                raise
    except OSError as error:
        raise WriteError(f"cannot write {str(path)!r}: {error.strerror}") from error


def read_curriculum(path: str | Path, task: Task, share: float) -> Curriculum:
    """The file's failures at this task, as starts for `share` of its episodes. Those at other tasks are left out.

    Raises PontineError naming the line that cannot be used, or if the file has nothing for this task.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise PontineError(f"cannot read starts {str(path)!r}: {error}") from None
    starts: list[Start] = []
    names: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json_text.parse(line, "it")
            name = str(entry["task"]) if "task" in entry else _task_of_skill(str(entry["skill"]))
            names.add(name)
            if task_of(name).name == task.name:
                starts.append(_start(entry, task))
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, PontineError) as error:
            reason = f"{error} is missing" if type(error) is KeyError else error
            raise PontineError(f"{path}, line {number} is not a start: {reason}") from None
    if not starts:
        raise PontineError(f"{path} has no starts for {task.name}; it has: {', '.join(sorted(names)) or 'nothing'}")
    return Curriculum(tuple(starts), share)


def _task_of_skill(name: str) -> str:
    return SKILLS[name].task


def _start(entry: Mapping[str, Any], task: Task) -> Start:
    if "seed" in entry:
        return SeedStart(int(entry["seed"]))
    if not task.takes_scenes():
        raise PontineError(f"{task.name} takes seeds for starts, not scenes")
    scene, args = Scene.from_json(entry["scene"]), [str(word) for word in entry["args"]]
    position, command = (np.array(entry[key], float) for key in ("position", "command"))
    for angles in (position, command):
        if angles.shape != (len(JOINTS),) or not np.isfinite(angles).all():
            raise ValueError(f"position and command need {len(JOINTS)} numbers each")
    if scene.object(args[0]).position is None:
        raise PontineError(f"the position of {args[0]!r} is not known")
    if len(args) < 3:
        return SceneStart(scene, position, command, args[0])
    tool = tool_pose(position[None]).position[0]
    goal = goal_for(scene, args[0], args[1], args[2], (float(tool[0]), float(tool[1])))
    return SceneStart(scene, position, command, args[0], goal, args[1], args[2])
