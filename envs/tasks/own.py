"""The tasks that come with Pontine."""

from __future__ import annotations

from . import TASKS
from .button import Button
from .drawer import Drawer
from .pick import Pick
from .pick_place import PickPlace
from .place import Place
from .push import Push
from .reach import Reach
from .stack import Stack
from .tabletop import Tabletop

for _task in (Reach, Pick, Place, Stack, Push, PickPlace, Drawer, Button, Tabletop):
    TASKS.register(_task)
