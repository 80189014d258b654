"""`pontine/Stack-v0`: put the held object on something as narrow as itself."""

from __future__ import annotations

from .place import Place


class Stack(Place):
    """Put the object in the gripper on a cube, block or cylinder, let go and draw back.

    The hardest of the placements, measured by itself: the skill is Place's. Observation:
    `observation.LAYOUT`. Randomised: the object's kind (cube, block, cylinder) and size, how it
    sits in the jaws, what it goes on and where that stands, one more object. Success, for 5
    control steps: the object rests on the other and nowhere else, the jaws do not touch it
    and the tool is 5 cm away.

    History: v0, first version.
    """

    name = "Stack"
    things = ("cube", "block", "cylinder")
    destinations = (0.0, 1.0, 0.0)
    tops = ("cube", "block", "cylinder")
