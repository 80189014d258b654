"""Looking again: from here, from the rest pose, and with the arm to either side, until things have been seen.

A camera may be slow, and the arm may stand between it and what was just let go. What is simulated is seen always, so
that nothing of this happens there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from pontine.envs.robot import JOINTS, Robot, straight
from pontine.envs.scene import Scene

PATIENCE = 38
"""Control steps (1.5 s) for which each pose is held: a picture's way takes some of them, and what has come to rest is
believed when it was seen twice."""

NOT_SEEN = "could not be seen, from wherever the arm looked"
"""What is said of things that `look_for` did not find."""

ASIDE = 0.6
"""How far (rad) the arm turns from its rest pose, to one side and to the other."""

_PAN, _STEP = JOINTS.index("shoulder_pan"), 0.02


def lost(scene: Scene, names: Iterable[str]) -> tuple[str, ...]:
    """Those of the things that nobody has seen where the scene has them, or that it has nowhere."""
    nowhere = {thing.name for thing in scene.objects if thing.position is None}
    return tuple(name for name in dict.fromkeys(names) if name in nowhere or name in scene.unseen)


def look_for(robot: Robot, names: Iterable[str]) -> Scene:
    """The scene once these things have been seen, or when the arm has looked from everywhere.

    With something in the gripper the arm only waits: on its way to another pose it would carry that along.
    """
    sought = tuple(names)
    scene = _hold(robot, sought)
    if scene.holding is not None or not lost(scene, sought):
        return scene
    robot.reset()
    scene, rest = _hold(robot, sought), robot.observe().command
    for side in (ASIDE, -ASIDE):
        if not lost(scene, sought):
            return scene
        for target in straight(robot.observe().command, rest + side * np.eye(len(JOINTS))[_PAN], _STEP):
            robot.command(target)
        scene = _hold(robot, sought)
    # Skills begin at rest.
    robot.reset()
    return scene if not lost(scene, sought) else _hold(robot, sought)


def _hold(robot: Robot, sought: Sequence[str]) -> Scene:
    """The scene as soon as all has been seen, with the arm still."""
    target, scene = robot.observe().command, robot.scene()
    for _ in range(PATIENCE):
        if not lost(scene, sought):
            break
        robot.command(target)
        scene = robot.scene()
    return scene
