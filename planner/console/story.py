"""What happens in a session, as a page tells it: events in, HTML out.

All text is escaped: names in a scene and what was said are shown, whatever is in them, and do nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from pontine.envs.io.plain_text import plain
from pontine.envs.predicates import Predicate, written
from pontine.envs.scene import Scene
from pontine.planner.execution.events import (
    Answered,
    Asked,
    Done,
    Event,
    Heard,
    Planned,
    Read,
    Recovering,
    Rehearsed,
    Scored,
    StepRecord,
    Stopped,
    Unrehearsed,
)
from pontine.planner.execution.showing.progress import steps_so_far, truths
from pontine.planner.planning.plan import Plan
from pontine.planner.planning.score import Estimate
from pontine.planner.reading import Reading
from pontine.planner.rehearsal.rehearsal import Rehearsal

STYLE = """<style>
.pontine { font-size: 0.95em; line-height: 1.45; padding: 0 0.75em 0.5em; overflow-wrap: anywhere }
.pontine p { margin: 0.3em 0 } .pontine ol, .pontine ul { margin: 0.2em 0; padding-left: 1.4em }
.pontine .said { font-weight: 600 } .pontine .dim { opacity: 0.65 }
.pontine .yes { color: #2b8a3e } .pontine .no { color: #c92a2a } .pontine .now { font-weight: 600 }
.pontine .end { font-weight: 600; font-size: 1.05em }
</style>"""

LONGEST = 600
"""Characters of one text that are shown."""

READY = "Say what is to be done, in English or Chinese, with the names of the things on the table."


def story(events: Sequence[Event], now: Scene, busy: str = "", trouble: str = "") -> str:
    """A run's events so far as HTML, with what of the goal holds in the scene `now`; `busy` is what goes on, in
    words, if something does, and `trouble` what is the matter with the arm."""
    parts = [_line(trouble, "no end")] if trouble else []
    parts.append(_line(f"{busy} …" if busy else READY, "dim"))
    chances: tuple[Estimate, ...] = ()
    for at, event in enumerate(events):
        match event:
            case Heard(instruction):
                parts.append(_line(f"“{instruction}”", "said"))
            case Asked(question):
                parts.append(_line(question.text, "now"))
            case Answered(text):
                parts.append(_line("no answer" if text is None else f"“{text}”", "said"))
            case Read(reading):
                parts += _reading(reading)
            case Scored(_, _, score):
                chances = score.steps
                if chances:
                    parts.append(_line(f"chance of the plan: {score.value:.0%}", "dim"))
            case Rehearsed(rehearsal, others):
                parts += _rehearsed(rehearsal, others)
            case Unrehearsed(why):
                parts.append(_line(f"not rehearsed: {why}", "no"))
            case Planned(plan, number, why):
                if why:
                    parts.append(_line(f"planning again: {why}", "no"))
                parts.append(_plan(plan, chances if number == 1 else (), steps_so_far(events[at + 1 :])))
            case Recovering(how):
                parts.append(_line(how, "dim"))
            case Stopped(why):
                parts.append(_line(f"stopped: {why}", "no end"))
            case Done():
                parts.append(_end(event))
    if known := truths(events, now):
        parts.append(_truths(known))
    return _page(parts)


def _reading(reading: Reading) -> list[str]:
    rests = " · ".join(f"“{word}”" for word in dict.fromkeys(reading.words))
    by = [_line(f"by the words {rests}", "dim")] if rests else []
    if reading.kind != "subgoals":
        return [_line(reading.text, "now" if reading.kind == "question" else ""), *by]
    sure = "" if reading.confidence is None else f" ({reading.confidence:.0%} sure)"
    said = "; then ".join(map(written, reading.subgoals)) or reading.text or "nothing to do"
    spots = (f"{s.name} is at x {100 * s.position[0]:.1f} cm, y {100 * s.position[1]:.1f} cm" for s in reading.spots)
    return [_line(f"read as {said}{sure}"), *by, *(_line(spot, "dim") for spot in spots)]


def _rehearsed(rehearsal: Rehearsal, others: Sequence[Rehearsal]) -> list[str]:
    best = f"the best of {1 + len(others)} plans; " if others else ""
    return [_line(f"rehearsed: {best}{rehearsal.text}", "dim")]


def _plan(plan: Plan, chances: Sequence[Estimate], progress: tuple[list[StepRecord], bool]) -> str:
    """A plan's steps as a list: done, failed, going on, or still ahead with their chances."""
    if not plan.steps:
        return _line("nothing to do, the goal holds already")
    ended, going = progress
    rows = []
    for i, step in enumerate(plan.steps):
        call = _shown(written((step.skill, *step.args)))
        chance = f" <span class='dim'>{chances[i].probability:.0%}</span>" if i < len(chances) else ""
        if i < len(ended):
            rows.append(_row("yes", "✓", call + chance) if ended[i].worked else _row("no", "✗", call + _why(ended[i])))
        elif i == len(ended) and going:
            rows.append(_row("now", "▶", call + chance))
        else:
            rows.append(_row("", "", call + chance))
    return f"<ol class='plan'>{''.join(rows)}</ol>"


def _why(record: StepRecord) -> str:
    """Why a step did not do what it was for."""
    if record.unseen:
        return f": nobody has seen {_shown(' and '.join(record.unseen))}"
    said = f": {' and '.join(map(written, record.unmet))} does not hold"
    return _shown(said + (f" ({record.reason})" if record.reason else ""))


def _end(done: Done) -> str:
    run = done.execution
    if run is None:
        return _line("nothing was moved", "dim")
    if run.goal_reached:
        return _line(f"goal reached, measured, after {done.seconds:.1f} s", "yes end")
    return _line(f"goal not reached ({run.cause}): {run.reason}", "no end")


def _truths(known: Sequence[tuple[Predicate, bool | None]]) -> str:
    rows = []
    for predicate, true in known:
        style, mark = {True: ("yes", "✓"), False: ("no", "✗"), None: ("dim", "?")}[true]
        rows.append(_row(style, mark, _shown(written(predicate))))
    return f"<p class='dim'>what is measured of the goal:</p><ul class='goal'>{''.join(rows)}</ul>"


def _row(style: str, mark: str, inside: str) -> str:
    return f"<li class='{style}'>{mark} {inside}</li>"


def _line(text: str, style: str = "") -> str:
    return f"<p class='{style}'>{_shown(text)}</p>"


def _shown(text: str) -> str:
    """A text as HTML that shows it."""
    return escape(plain(text, longest=LONGEST))


def _page(parts: Iterable[str]) -> str:
    return f"{STYLE}<div class='pontine' role='log' aria-live='polite'>{''.join(parts)}</div>"
