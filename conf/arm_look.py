"""`pontine arm look`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable
from pontine.envs.io.plain_text import terminal

from .options import ArmOptions, text

if TYPE_CHECKING:
    from pontine.envs.arrays import Array
    from pontine.sim2real.vision.camera import Camera
    from pontine.sim2real.vision.drawing.painter import Painter

LOOKS = 5
"""Pictures that are looked at before one is written: the camera's pose and the things' are averages."""

WINDOW = "pontine arm look"


@dataclass
class Config(ArmOptions):
    """Options of `pontine arm look`; arm_look.yaml says what each means."""

    camera: str | None = text()
    out: str | None = text()
    markers: str = text("markers.json")
    lens: str = text("lens.json")

    def __post_init__(self) -> None:
        if self.port:
            super().__post_init__()
        if self.camera is None:
            raise PontineError("camera= is missing: give its number, its device, or the address of its stream")
        if self.out is not None and Path(self.out).suffix.lower() != ".png":
            raise PontineError(f"out={self.out} must end in .png")


def run(config: Config) -> int:
    """Exit status 0 once the picture is written or the window closed."""
    from pontine.sim2real.vision.camera import open_camera
    from pontine.sim2real.vision.drawing.painter import Painter
    from pontine.sim2real.vision.lens import Lens
    from pontine.sim2real.vision.markers import Markers

    check_writable(config.out, "the picture")
    if config.out is None and not _screen():
        raise PontineError("there is no screen here on which Matplotlib could open a window: give out=seen.png")
    markers, lens = Markers.read(config.markers), Lens.read(config.lens)
    assert config.camera is not None
    with ExitStack() as stack:
        camera = stack.enter_context(open_camera(config.camera, (lens.width, lens.height)))
        joints = _joints(config, stack) if config.port else None
        painter = Painter(markers, lens)
        if config.out is None:
            return _live(camera, painter, joints)
        return _once(camera, painter, joints, config.out)


def _once(camera: Camera, painter: Painter, joints: Callable[[], Array] | None, out: str) -> int:
    import numpy as np

    from pontine.sim2real.vision.drawing.overlay import save

    console, seen = terminal(), -np.inf
    for _ in range(LOOKS):
        picture, seen = camera.frame(after=seen)
        painted = painter.paint(picture, seen, None if joints is None else joints())
    save(painted.picture, out)
    for line in painted.lines:
        console.print(line, markup=False, soft_wrap=True)
    console.print(f"wrote {out}", markup=False, soft_wrap=True)
    return 0


def _live(camera: Camera, painter: Painter, joints: Callable[[], Array] | None) -> int:
    import matplotlib.pyplot as plt
    import numpy as np

    figure = plt.figure(WINDOW, figsize=(12.8, 7.2))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    shown, seen = None, -np.inf
    plt.show(block=False)
    while plt.fignum_exists(figure.number):
        picture, seen = camera.frame(after=seen)
        painted = painter.paint(picture, seen, None if joints is None else joints())
        if shown is None:
            shown = axes.imshow(painted.picture)
        shown.set_data(painted.picture)
        plt.pause(0.01)
    return 0


def _joints(config: Config, stack: ExitStack) -> Callable[[], Array]:
    """What asks the arm how it stands; no torque is switched."""
    import numpy as np

    from pontine.envs.robot import JOINTS

    calibration = config.read_aligned(config.markers)
    bus = stack.enter_context(config.open_bus(calibration))

    def ask() -> Array:
        measured = bus.measure()
        return calibration.to_model(np.array([measured[joint].angle for joint in JOINTS]))

    return ask


def _screen() -> bool:
    """Whether windows can be opened."""
    import matplotlib.pyplot as plt
    from matplotlib import get_backend
    from matplotlib.backends import BackendFilter, backend_registry  # type: ignore[attr-defined]

    windows = {name.lower() for name in backend_registry.list_builtin(BackendFilter.INTERACTIVE)}
    plt.switch_backend(get_backend())
    return get_backend().lower() in windows
