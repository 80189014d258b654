"""What a hand can do with a thing of a scene, and where its frame is: the one place that answers.

What the scene itself says decides, or else the thing's declared kind. None means that neither does; then whoever asks
may guess from its noun.

Example:
    >>> from pontine.envs.scene import SceneObject
    >>> cube, bowl, pen = (SceneObject(name, name) for name in ("cube", "bowl", "pen"))
    >>> graspable(SceneObject("cube", "cube", graspable=False))
    False
    >>> graspable(cube), graspable(bowl), graspable(pen)
    (True, False, None)
    >>> takes_things_in(cube), takes_things_in(bowl), frame(bowl)
    (False, True, 'base')
"""

from __future__ import annotations

from .declarations.fixture_kind import FIXTURES
from .declarations.kind import Frame, declared, frame_of
from .scene import Fixture, SceneObject


def graspable(thing: SceneObject | Fixture) -> bool | None:
    """Whether the gripper can lift it; never a fixture."""
    if isinstance(thing, Fixture):
        return False
    kind = declared(thing.kind)
    return thing.graspable if thing.graspable is not None or kind is None else kind.graspable


def takes_things_in(thing: SceneObject | Fixture) -> bool | None:
    """Whether things can be put into it: its kind says so, or the scene does."""
    if isinstance(thing, Fixture):
        if thing.container is not None or thing.kind not in FIXTURES:
            return thing.container
        return FIXTURES[thing.kind].inside is not None
    kind = declared(thing.kind)
    if kind is None:
        return thing.container or None
    return thing.container or kind.container


def frame(thing: SceneObject) -> Frame:
    """Where its frame is: at the base of what its kind says, and of containers of kinds that nobody declared."""
    return frame_of(thing.kind, thing.container)
