"""`pontine arm markers`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pontine.envs.files import check_writable

from .options import text

if TYPE_CHECKING:
    from pontine.envs.tabletop.objects import ObjectSpec


@dataclass
class Config:
    """Options of `pontine arm markers`; arm_markers.yaml says what each means."""

    markers: str = text("markers.json")
    out: str = text("markers.pdf")
    board: bool = False


def _example() -> list[ObjectSpec]:
    """Something to grasp and something to put it into."""
    from pontine.envs.declarations.kind import KINDS
    from pontine.envs.tabletop.objects import ObjectSpec

    solid = next(kind for kind in KINDS.own() if kind.graspable and kind.cubic and not kind.round)
    open_one = next(kind for kind in KINDS.own() if kind.container and kind.round)
    return [
        ObjectSpec(f"red_{solid.name}", solid.name, "red", (0.03, 0.03, 0.03)),
        ObjectSpec(open_one.name, open_one.name, "white", (0.12, 0.12, 0.04)),
    ]


def run(config: Config) -> int:
    """Exit status 0 once the files are written."""
    from pontine.envs.io.plain_text import terminal
    from pontine.sim2real.emulation.tagging import marked
    from pontine.sim2real.vision import sheet
    from pontine.sim2real.vision.drawing.plan import table_plan
    from pontine.sim2real.vision.markers import Markers

    console = terminal()
    check_writable(config.out, "the sheet")
    if config.board:
        pages = [sheet.board()]
    else:
        if not Path(config.markers).exists():
            check_writable(config.markers, "the example of a markers file")
            marked(_example()).write(config.markers)
            console.print(f"{config.markers} is an example: edit it to what is on your table", soft_wrap=True)
        markers = Markers.read(config.markers)
        pages = [table_plan(markers), *sheet.pages(markers)]
    written = sheet.write(pages, config.out)
    console.print(f"wrote {', '.join(map(str, written))}: print at 100 %, then measure a tag", soft_wrap=True)
    return 0
