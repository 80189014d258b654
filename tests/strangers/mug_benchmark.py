"""How often the shipped policies pick the mug up and put it down where it is wanted.

`PONTINE_PLUGINS=tests/strangers/pontine_mug python tests/strangers/mug_benchmark.py 100`, or without the folder where
the package is installed.

Every scene has the mug, a bowl, a box or a plate for it, and one to three other things; pick and place are each tried
once, with nothing to correct them. The last line is JSON.
"""

from __future__ import annotations

import json
import sys

import numpy as np
import torch

from pontine.envs.declarations.kind import names_of_own
from pontine.envs.predicates import holds
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.layout import lay_kinds
from pontine.policies.skills.loading import load_library
from pontine.policies.statistics import wilson

STREAM = 71


def scene(seed: int) -> tuple[SimulatedRobot, str, str]:
    """A table, the mug's name, and that of what it is to go to."""
    rng = np.random.default_rng([STREAM, seed])
    wide, solid = names_of_own(graspable=False), names_of_own(graspable=True)
    while True:
        others = rng.choice(solid, int(rng.integers(1, 4)))
        laid = lay_kinds(rng, [str(rng.choice(wide)), "mug", *map(str, others)], [])
        if laid is not None:
            return SimulatedRobot(laid), laid[1].name, laid[0].name


def measure(scenes: int) -> dict[str, object]:
    """Successes of picking, and of picking and placing."""
    torch.set_num_threads(1)
    skills = load_library()
    picked, placed = 0, 0
    for seed in range(scenes):
        robot, mug, there = scene(seed)
        skills["pick"].execute(robot, (mug,))
        lifted = holds(robot.scene(), ("holding", mug))
        relation = "in" if robot.scene().object(there).container else "on"
        if lifted:
            skills["place"].execute(robot, (mug, relation, there))
        done = lifted and holds(robot.scene(), (relation, mug, there))
        picked, placed = picked + lifted, placed + done
        print(f"{seed}: {relation} {there}: {'done' if done else 'held' if lifted else 'missed'}", file=sys.stderr)
    return {
        "scenes": scenes,
        "picked": picked,
        "placed": placed,
        "interval": [round(end, 3) for end in wilson(placed, scenes)],
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100)))
