"""`pontine arm markers`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pontine.envs.files import check_writable

from .options import text


@dataclass
class Config:
    """Options of `pontine arm markers`; arm_markers.yaml says what each means."""

    markers: str = text("markers.json")
    out: str = text("markers.pdf")
    board: bool = False


def run(config: Config) -> int:
    """Exit status 0 once the files are written."""
    from rich.console import Console

    from pontine.envs.tabletop.objects import ObjectSpec
    from pontine.sim2real.emulation.tagging import marked
    from pontine.sim2real.vision import sheet
    from pontine.sim2real.vision.markers import Markers

    console = Console(highlight=False)
    check_writable(config.out, "the sheet")
    if config.board:
        pages = [sheet.board()]
    else:
        if not Path(config.markers).exists():
            check_writable(config.markers, "the example of a markers file")
            cube = ObjectSpec("red_cube", "cube", "red", (0.03, 0.03, 0.03))
            bowl = ObjectSpec("bowl", "bowl", "white", (0.12, 0.12, 0.04))
            marked([cube, bowl]).write(config.markers)
            console.print(f"{config.markers} is an example: edit it to what is on your table", soft_wrap=True)
        pages = sheet.pages(Markers.read(config.markers))
    written = sheet.write(pages, config.out)
    console.print(f"wrote {', '.join(map(str, written))}: print at 100 %, then measure a tag", soft_wrap=True)
    return 0
