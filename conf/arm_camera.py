"""`pontine arm camera`."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable
from pontine.envs.io.plain_text import terminal

from .options import at_least, text

if TYPE_CHECKING:
    from rich.console import Console

    from pontine.sim2real.vision.camera import Camera
    from pontine.sim2real.vision.camera_calibration import Views
    from pontine.sim2real.vision.lens import Lens
    from pontine.sim2real.vision.markers import Markers

LOOKS = 5
"""Pictures of the table that the check of the camera's pose averages over."""

PATIENCE = 30.0
"""How long (s) the table's tags may stay hidden, by the board for instance, before the check is over."""


@dataclass
class Config:
    """Options of `pontine arm camera`; arm_camera.yaml says what each means."""

    source: str | None = text()
    pictures: str | None = text()
    out: str = text("lens.json")
    lens: str | None = text()
    markers: str | None = text()
    views: int = 16
    size: list[int] = field(default_factory=lambda: [1280, 720])

    def __post_init__(self) -> None:
        if self.lens and self.pictures:
            raise PontineError("pictures= calibrates, lens= says that it was done before: give one of them")
        if self.lens and not self.markers:
            raise PontineError("lens= is for a check of the camera's pose: give markers= too")
        if not self.source and (self.markers or not self.pictures):
            raise PontineError("source= is missing: give the camera's address (http://...), its number or its device")
        at_least("views", self.views, 8)
        if len(self.size) != 2 or min(self.size) < 1:
            raise PontineError(f"size={self.size} must be a width and a height in pixels")


def run(config: Config) -> int:
    """Exit status 0 once the camera file is written and the table's tags are where they should be, 1 if they
    are not."""
    from contextlib import nullcontext

    from rich.text import Text

    from pontine.sim2real.vision.camera import open_camera
    from pontine.sim2real.vision.camera_calibration import Views, calibrate
    from pontine.sim2real.vision.lens import Lens
    from pontine.sim2real.vision.markers import Markers

    console = terminal()
    markers = None if config.markers is None else Markers.read(config.markers)
    lens = None if config.lens is None else Lens.read(config.lens)
    if lens is None:
        check_writable(config.out, "the camera file")
    size = (config.size[0], config.size[1])
    # A camera that is not there is told before the folder is read.
    with nullcontext() if config.source is None else open_camera(config.source, size) as camera:
        if lens is None:
            views = Views(config.views)
            if config.pictures is not None:
                _read(config.pictures, views, console)
            elif camera is not None:
                _watch(camera, views, console)
            lens = calibrate(views.taken)
            lens.write(config.out)
            if views.missing():
                console.print(Text(f"it could be better: {views.missing()}", "yellow"), soft_wrap=True)
            said = f"focal length {lens.focal[0]:.1f}, {lens.focal[1]:.1f} pixels, off by {lens.error:.2f} on average"
            console.print(Text(f"wrote {config.out}: {len(views.taken)} views, {said}"), soft_wrap=True)
        if markers is None or camera is None:
            return 0
        return _check(camera, markers, lens, console)


def _read(folder: str, views: Views, console: Console) -> None:
    """Take the pictures of a folder, and say which were of no use."""
    from rich.text import Text

    from pontine.sim2real.vision.camera_calibration import read_views

    with console.status(f"looking for the board in the pictures of {folder}"):
        left = read_views(folder, views)
    for name, why in left.items():
        console.print(Text(f"{name} is not used: {why}"), soft_wrap=True)


def _watch(camera: Camera, views: Views, console: Console) -> None:
    """Take views from the camera until they suffice."""
    import numpy as np
    from rich.live import Live

    from pontine.sim2real.bringup.tables import coverage
    from pontine.sim2real.vision.camera_calibration import find_board

    console.print(
        "Hold the board before the camera, still, all of it in the picture, as large as fits: in the middle, "
        "at every edge and corner, each time tilted another way. Ctrl-C stops and writes nothing.",
        soft_wrap=True,
    )
    wanted: str | None = "show it to the camera"
    seen = -np.inf
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while wanted is not None:
            picture, seen = camera.frame(after=seen)
            refused = views.offer(find_board(picture))
            if refused is None:
                wanted = views.missing()
                if not console.is_terminal:
                    console.print(f"view {len(views.taken)} taken; {wanted or 'that is enough'}", soft_wrap=True)
            said = wanted if refused is None else f"{wanted} ({refused})"
            live.update(coverage(views, said or ""), refresh=console.is_terminal)


def _check(camera: Camera, markers: Markers, lens: Lens, console: Console) -> int:
    """Compare where the table's tags are seen with where they should be; 0 if they agree."""
    import numpy as np
    from rich.text import Text

    from pontine.sim2real.bringup.tables import pose_table
    from pontine.sim2real.vision.camera_calibration import find_board
    from pontine.sim2real.vision.camera_pose import PoseChecker
    from pontine.sim2real.vision.tag_pose import SightError

    checker, check, problem = PoseChecker(markers, lens), None, None
    looks, seen, end = 0, -np.inf, time.monotonic() + PATIENCE
    with console.status("looking at the table's tags: take away the board and all that hides them"):
        while looks < LOOKS and time.monotonic() < end:
            picture, seen = camera.frame(after=seen)
            if find_board(picture) is not None:
                # Held up, it hides tags, or parts of them.
                problem = SightError("the board is still in the picture: put it away")
                continue
            try:
                check = checker.see(picture)
            except SightError as error:
                problem = error
                continue
            looks += check.enough
    if check is None:
        raise problem or SightError("the camera sent no picture")
    console.print(pose_table(check))
    for line in check.problems:
        console.print(Text(f"  {line}", "red"), soft_wrap=True)
    console.print(Text(check.verdict, "bold red" if check.problems else "bold green"), soft_wrap=True)
    return 1 if check.problems else 0
