"""What a camera sees, in the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import viser

from pontine.envs.arrays import Image
from pontine.envs.errors import RobotError
from pontine.planner.console import camera_view, guard
from pontine.planner.console.camera_view import WIDTH, CameraView
from tests.planner.console.test_console import until

WIDE, SMALL = np.full((100, 2 * WIDTH, 3), 7, np.uint8), np.full((60, 80, 3), 9, np.uint8)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[viser.ViserServer]:
    monkeypatch.setattr(camera_view, "PERIOD", 0.001)
    started = guard.start(0, "test")
    yield started
    guard.stop(started)


def looking(*given: Image | Exception | None) -> tuple[Callable[[], Image | None], Callable[[], bool]]:
    """A look that comes to one of these after the other and then to nothing new, and whether it came to all."""
    left = list(given)

    def look() -> Image | None:
        one = left.pop(0) if left else None
        if isinstance(one, Exception):
            raise one
        return one

    return look, lambda: not left


def test_the_newest_picture_is_shown_and_no_wider_than_a_page_needs(server: viser.ViserServer) -> None:
    look, all_seen = looking(SMALL, None, WIDE, RobotError("the camera is gone"))
    with CameraView(server.gui, look, 0.0) as view:
        until(all_seen)
    assert view.shown is not None
    assert view.shown.shape == (50, WIDTH, 3)
    assert (view.shown == 7).all()


def test_a_mistake_of_ours_is_not_swallowed(server: viser.ViserServer) -> None:
    look, all_seen = looking(ZeroDivisionError("ours"))
    with pytest.raises(ZeroDivisionError, match="ours"), CameraView(server.gui, look, 0.0):
        until(all_seen)
