"""Scenes: the file that says what is on the table, as `plan` and `demo` take it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from pontine.envs.declarations.fixture_kind import FIXTURES
from pontine.envs.declarations.kind import KINDS
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.layout import fixtures_from_scene, from_scene, random_fixtures, random_table
from tests.fuzz.frame import LostError, door
from tests.fuzz.mutations import mutated_text, nasty


def scene(rng: random.Random) -> dict[str, Any]:
    """A scene that is right: a random table as it lies in simulation, now and then with a spoon nobody knows."""
    mounted = random_fixtures(rng.randrange(50), rng.sample(["drawer", "button"], rng.randrange(2)))
    robot = SimulatedRobot(random_table(rng.randrange(50), rng.randrange(1, 5), mounted), mounted)
    out = robot.scene().to_json()
    if rng.random() < 0.5:
        out["objects"].append({"name": "spoon", "kind": "spoon", "aliases": ["勺子", "ladle"], "color": "silver"})
    return out


SCENES = [scene(random.Random(number)) for number in range(6)]


@door("scenes", lambda rng: mutated_text(rng.choice(SCENES), rng))
def read_scene(data: bytes, folder: Path) -> None:
    """Read, said again as JSON, and laid on a table."""
    (folder / "scene.json").write_bytes(data)
    found = Scene.read(folder / "scene.json")
    if Scene.from_json(found.to_json()) != found:
        raise LostError("the scene does not survive being written")
    if all(thing.kind in KINDS for thing in found.objects) and all(f.kind in FIXTURES for f in found.fixtures):
        SimulatedRobot(from_scene(found), fixtures_from_scene(found))


@door("scene values", lambda rng: nasty(rng))
def scene_value(value: Any, folder: Path) -> None:
    """Values that never were JSON text, as a Python caller may hand them in."""
    Scene.from_json(value)
