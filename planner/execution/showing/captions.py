"""What stands in the picture of a film: what was said, the plan, and what of the goal holds."""

from __future__ import annotations

from collections.abc import Sequence

from pontine.envs.io.plain_text import plain
from pontine.envs.predicates import written
from pontine.envs.scene import Scene
from pontine.planner.execution.events import Event, Heard, Planned, Read
from pontine.planner.execution.showing.progress import steps_so_far, truths

LONGEST = 64
"""Characters of the longest line."""

_MARKS = {True: "[x]", False: "[ ]", None: "[?]"}


def caption(events: Sequence[Event], now: Scene) -> str:
    """A run's events so far as a few lines, with what of the goal holds in the scene `now`; empty before anything was
    said."""
    lines: list[str] = []
    for at, event in enumerate(events):
        if isinstance(event, Heard):
            lines = [f'"{event.instruction}"']
        elif isinstance(event, Read) and event.reading.kind == "subgoals":
            lines.append("; then ".join(map(written, event.reading.subgoals)))
        elif isinstance(event, Planned):
            ended, going = steps_so_far(events[at + 1 :])
            steps = event.plan.steps
            del lines[2:]
            for i, step in enumerate(steps):
                mark = "+-"[not ended[i].worked] if i < len(ended) else ">" if going and i == len(ended) else " "
                lines.append(f"{mark} {written((step.skill, *step.args))}")
    lines += [f"{_MARKS[true]} {written(wanted)}" for wanted, true in truths(events, now)]
    return "\n".join(plain(line, longest=LONGEST) for line in lines)
