"""Skills that work a fixture: open and close a drawer, press a button."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.declarations.fixture_kind import FIXTURES, FixtureKind
from pontine.envs.robot import Robot
from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.envs.tabletop.fixture_parts import part_of
from pontine.envs.tabletop.fixtures import BUTTON, DRAWER
from pontine.envs.tasks.button import Button
from pontine.envs.tasks.drawer import Drawer
from pontine.envs.tasks.fixture import CLEAR

from .handling import HandlingSkill, Moment
from .operator import Operator
from .skill import SKILLS


class FixtureSkill(HandlingSkill):
    """Bring a fixture of a kind into a state and draw back.

    A subclass that says its `fixture` and `state` has its operator and its words from there.
    """

    fixture: ClassVar[FixtureKind]
    state: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "state" in vars(cls):
            made = Operator(
                parameters={"fixture": "fixture"},
                preconditions=(("not", cls.state, "?fixture"), ("not", "holding", "*")),
                effects=((cls.state, "?fixture"),),
            )
            cls.operator = vars(cls).get("operator", made)
            cls.words = vars(cls).get("words", cls.fixture.state_words.get(cls.state, {}))
        super().__init_subclass__(**kwargs)

    @classmethod
    def suits(cls, thing: SceneObject | Fixture) -> str | None:
        if isinstance(thing, Fixture) and (thing.kind == cls.fixture.name or thing.kind not in FIXTURES):
            return None
        return f"{thing.name!r} is a {thing.kind}, and {cls.name} works on a {cls.fixture.name}"

    def refuses(self, scene: Scene, args: Sequence[str]) -> str | None:
        fixture = scene.fixture(args[0])
        if fixture.kind != self.fixture.name:
            return f"{fixture.name!r} is a {fixture.kind}, and {self.name} works on a {self.fixture.name}"
        if scene.holding is not None:
            return f"the gripper holds {scene.holding!r}"
        return None if part_of(fixture) is not None else f"nobody knows where {fixture.name!r} is"

    def watched(self, scene: Scene, args: Sequence[str]) -> SceneObject | None:
        return part_of(scene.fixture(args[0]))

    def goal(self, robot: Robot, scene: Scene, args: Sequence[str]) -> Array:
        part = part_of(scene.fixture(args[0]), self.state)
        assert part is not None, "a fixture of unknown position is refused"
        return np.array(part.position)

    def there(self, moment: Moment) -> bool:
        clear = float(np.linalg.norm(moment.tool - np.array(moment.now.position))) > CLEAR
        return clear and moment.scene.fixture(moment.now.name).state == self.state


@SKILLS.register
class OpenSkill(FixtureSkill):
    """Pull a drawer open."""

    name, task, max_steps = "open", Drawer.name.lower(), Drawer.max_steps
    fixture, state = DRAWER, DRAWER.states[0]


@SKILLS.register
class CloseSkill(FixtureSkill):
    """Push a drawer closed."""

    name, task, max_steps = "close", Drawer.name.lower(), Drawer.max_steps
    fixture, state = DRAWER, DRAWER.states[1]

    def refuses(self, scene: Scene, args: Sequence[str]) -> str | None:
        room = DRAWER.inside
        assert room is not None
        for thing in scene.objects:
            # what lies on the floor reaches as far above its middle as that is above the floor
            tall = 2 * (thing.position[2] - room.low[2]) if thing.position else 0.0
            if thing.support == args[0] and tall > room.tallest + 0.002:
                return f"{thing.name!r} stands too high in {args[0]!r} for it to close"
        return super().refuses(scene, args)


@SKILLS.register
class PressSkill(FixtureSkill):
    """Press a button until it latches."""

    name, task, max_steps = "press", Button.name.lower(), Button.max_steps
    fixture, state = BUTTON, BUTTON.states[0]
