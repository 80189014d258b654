"""`Way`: where the gripper went in a rehearsal, and what it carried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pontine.envs.arrays import Array


@dataclass(frozen=True, eq=False)
class Carried:
    """A thing in the gripper: where it went (n, 3) m, and the position (3,) m and orientation (4,) in which it came to
    rest."""

    name: str
    points: Array
    position: Array
    orientation: Array


@dataclass(frozen=True, eq=False)
class Way:
    """Where the gripper went (n, 3) m in a copy of a scene, a point a control step, and what it carried, in order."""

    tool: Array
    carried: tuple[Carried, ...]

    @classmethod
    def of(cls, tool: Array, held: NDArray[np.int_], position: Array, quat: Array, names: Sequence[str]) -> Way:
        """From what was measured at each of n control steps: the gripper (n, 3) m, the slot that it held (n,) (one of
        `names`; what is none of them is nothing), and where the k things were, (n, k, 3) m and (n, k, 4).

        Example:
            >>> held, still = np.array([-1, 0, 0, -1]), np.zeros((4, 1, 4))
            >>> things = np.arange(12.0).reshape(4, 1, 3)
            >>> way = Way.of(np.zeros((4, 3)), held, things, still, ["red_cube"])
            >>> [(one.name, len(one.points), one.position.tolist()) for one in way.carried]
            [('red_cube', 2, [9.0, 10.0, 11.0])]
        """
        slots = np.where((held >= 0) & (held < len(names)), held, -1)
        bounds = [0, *(np.flatnonzero(np.diff(slots)) + 1).tolist(), len(slots)]
        runs = [(a, b, int(slots[a])) for a, b in pairwise(bounds) if a < b]
        carried = []
        for at, (a, b, slot) in enumerate(runs):
            if slot < 0:
                continue
            again = next((later for later, _, other in runs[at + 1 :] if other == slot), len(slots))
            carried.append(Carried(names[slot], position[a:b, slot], position[again - 1, slot], quat[again - 1, slot]))
        return cls(tool, tuple(carried))
