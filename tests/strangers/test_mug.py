"""A stranger's package that declares a kind of object: a mug with a handle, from a mesh file.

It is installed from its wheel beside Pontine's; then tables take it, the planner plans with it, the shipped policies
pick it up, and it is called by its words.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.strangers.conftest import Runner, Stranger

SCENE = {
    "objects": [
        {"name": "red_mug", "kind": "mug", "color": "red", "position": [0.2, 0.08, 0.02]},
        {"name": "box", "kind": "box", "color": "blue", "position": [0.22, -0.1, 0.0]},
        {"name": "green_ball", "kind": "ball", "color": "green", "position": [0.16, 0.0, 0.02]},
    ]
}
BENCHMARK = Path(__file__).parent / "mug_benchmark.py"
SCENES = 8
"""Of the hundred that `make benchmarks` plays."""


def test_the_package_declares_its_kind(stranger: Stranger, run: Runner) -> None:
    bin_folder = stranger("pontine_mug")
    code = (
        "from pontine.envs.affordances import graspable, takes_things_in\n"
        "from pontine.envs.declarations.kind import KINDS, check\n"
        "from pontine.envs.scene import SceneObject\n"
        "mug = KINDS['mug']; check(mug); thing = SceneObject('it', 'mug')\n"
        "print(KINDS.origin('mug'), mug.said('zh'), mug in KINDS.own(), graspable(thing), takes_things_in(thing))"
    )
    ran = run(bin_folder / "python", "-W", "error", "-c", code)
    assert ran.stdout == "pontine-mug 马克杯 False True True\n", ran.stderr


def test_it_is_laid_said_planned_and_put_into_the_box(stranger: Stranger, run: Runner, tmp_path: Path) -> None:
    (tmp_path / "scene.json").write_text(json.dumps(SCENE))
    words = ["instruction=put the mug in the box", "scene=scene.json", "report=run.json"]
    ran = run(stranger("pontine_mug") / "pontine", "demo", *words)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    report = json.loads((tmp_path / "run.json").read_text())
    assert report["goal_reached"] is True
    assert report["reading"]["subgoals"] == [["in", "red_mug", "box"]]
    mug = next(o for o in report["final_scene"]["objects"] if o["name"] == "red_mug")
    assert mug["support"] == "box"


def test_a_size_that_it_cannot_have_is_said(stranger: Stranger, run: Runner, tmp_path: Path) -> None:
    wide = {**SCENE["objects"][0], "size": [0.2, 0.2, 0.2]}
    (tmp_path / "scene.json").write_text(json.dumps({"objects": [wide]}))
    ran = run(stranger("pontine_mug") / "pontine", "demo", "instruction=lift the mug", "scene=scene.json")
    assert ran.returncode == 2
    assert "a mug of size [0.2, 0.2, 0.2] m cannot be laid" in ran.stderr


def test_the_shipped_policies_pick_it_up_and_put_it_down(stranger: Stranger, run: Runner) -> None:
    ran = run(stranger("pontine_mug") / "python", str(BENCHMARK), str(SCENES))
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found["placed"] >= 0.8 * SCENES, ran.stderr
