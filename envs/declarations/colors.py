"""Colours of objects: how they are drawn, and their words."""

from __future__ import annotations

from ..arrays import Triple

_TABLE: dict[str, tuple[Triple, dict[str, tuple[str, ...]]]] = {
    "red": ((0.80, 0.10, 0.10), {"en": ("red",), "zh": ("红色", "红")}),
    "green": ((0.13, 0.60, 0.20), {"en": ("green",), "zh": ("绿色", "绿")}),
    "blue": ((0.10, 0.25, 0.80), {"en": ("blue",), "zh": ("蓝色", "蓝")}),
    "yellow": ((0.95, 0.80, 0.10), {"en": ("yellow",), "zh": ("黄色", "黄")}),
    "orange": ((0.95, 0.50, 0.10), {"en": ("orange",), "zh": ("橙色", "橙")}),
    "purple": ((0.50, 0.20, 0.65), {"en": ("purple",), "zh": ("紫色", "紫")}),
    "pink": ((0.95, 0.55, 0.70), {"en": ("pink",), "zh": ("粉色", "粉")}),
    "brown": ((0.45, 0.28, 0.15), {"en": ("brown",), "zh": ("棕色", "棕")}),
    "white": ((0.93, 0.93, 0.93), {"en": ("white",), "zh": ("白色", "白")}),
    "black": ((0.10, 0.10, 0.10), {"en": ("black",), "zh": ("黑色", "黑")}),
    "gray": ((0.50, 0.50, 0.50), {"en": ("gray", "grey"), "zh": ("灰色", "灰")}),
    "cyan": ((0.10, 0.75, 0.80), {"en": ("cyan",), "zh": ("青色", "青")}),
}

COLORS = {name: rgb for name, (rgb, _) in _TABLE.items()}
"""Colour names and their RGB."""

COLOR_WORDS = {name: words for name, (_, words) in _TABLE.items()}
"""Colour names and their words by language; the first is the one that is said."""
