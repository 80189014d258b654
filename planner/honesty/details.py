"""Details of an instruction that its goal form has no word for and says nothing of: how often, when, how far open,
which way up, in which shape, somewhere else than on the table, one or the other, in which order.

A form without them is whole and does a part of what was asked. The words are regular expressions in
`language/data/*/doubts.json`, beside those of `doubts`. What stands in a part of the sentence that the form has no
word of is talk, and not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pontine.planner.honesty.doubts import Doubt, asks_for, copied, kept, plain, spans, terms, where
from pontine.planner.language.form import Form
from pontine.planner.language.grammar import ALONE, ASK, ASKED, COUNTS, IF, OFFSET, SPOT
from pontine.planner.language.segments import join_units, split_units

_SETTING = {"open", "close", "press"}
"""Verbs that bring a fixture into one of its states, of which there is no half."""


_ARRANGING = {"row", "stack", "together", "apart", "move", "near", "on"}
"""Verbs by which several things make something."""


def detail(form: Form, instruction: str) -> Doubt | None:
    """The first detail that the form has no sign of; None if there is none.

    Example:
        >>> detail(Form.parse("press the button"), "press the button twice")
        Doubt(key='leftover', words='twice')
        >>> detail(Form.parse("hold the cup"), "hold the cup upside down")
        Doubt(key='turning', words='upside down')
        >>> detail(Form.parse("press the button"), "I told you twice, press the button") is None
        True
    """
    first = form.clauses[0].verb
    if first in (*ALONE, *ASKED, "same", "instead", "back") or any(clause.mark == ASK for clause in form.clauses):
        return None
    said = kept(plain(instruction))
    return _turned(form, said) or _shaped(form, said) or _left(form, said) or _either(form, said) or _late(form, said)


def _turned(form: Form, said: str) -> Doubt | None:
    """Which way up or round a thing is to be: no skill turns things."""
    if any(term.determiner in (OFFSET, SPOT) for term in terms(form)) or any(c.verb == "row" for c in form.clauses):
        return None
    return next((Doubt("turning", words) for words in _spoken(form, said, "turning")), None)


def _shaped(form: Form, said: str) -> Doubt | None:
    """A shape that several things are to make together, which is no row, tower or heap."""
    if not any(clause.verb in _ARRANGING for clause in form.clauses):
        return None
    return next((Doubt("shape", words) for words in _spoken(form, said, "shapes")), None)


def _left(form: Form, said: str) -> Doubt | None:
    verbs = {clause.verb for clause in form.clauses}
    keys = ["times", "elsewhere"]
    if verbs & {"row", "stack"}:
        keys.append("ordering")
    marked = any(clause.mark for clause in form.clauses)
    if not marked and not {term.determiner for term in terms(form)} & {"half", "each", "any", "a", *COUNTS}:
        keys.append("vague")
    if verbs <= _SETTING:
        keys.append("partly")
    found = next((Doubt("leftover", words) for key in keys for words in _spoken(form, said, key)), None)
    if found is None and not marked and OFFSET not in {term.determiner for term in terms(form)}:
        found = next((Doubt("condition", words) for words in _spoken(form, said, "until")), None)
    return found


def _spoken(form: Form, said: str, key: str) -> Iterator[str]:
    """The words of a sort that no phrase of the form has, in parts of the sentence of which it has some."""
    phrases = [(at, at + len(p)) for c in form.clauses for p in copied(c, excluded=True) for at in where(p, said)]
    for begin, end in spans(said, key):
        start = max((m.end() for m in re.finditer(r"[,.;:!?，。；：！？]", said[:begin])), default=0)
        stop = re.search(r"[,.;:!?，。；：！？]|$", said[end:])
        until = end + (stop.start() if stop else 0)
        inside = any(at <= begin < to or at < end <= to for at, to in phrases)
        # The switch of "turn on the ceiling switch" is no ceiling.
        inside = inside or (key == "elsewhere" and any(at == end + 1 for at, _ in phrases))
        if not inside and (not phrases or any(start <= at < until for at, _ in phrases)):
            yield said[begin:end]


def _either(form: Form, said: str) -> Doubt | None:
    """Of two things with "or" between them, one is to do, not both."""
    done = [c for c in form.clauses if not (c.negated or c.mark or c.verb == "keep")]
    if any(clause.mark == IF for clause in form.clauses):
        return None
    phrases = {p for clause in done for p in copied(clause)}
    for begin, end in spans(said, "either"):
        touching = ((p, at + len(p)) for p in phrases for at in where(p, said))
        before = {p for p, to in touching if to <= begin and not said[to:begin].strip()}
        behind = {p for p in phrases for at in where(p, said) if end <= at and not asks_for("pause", said[end:at])}
        nearest = min(behind, key=lambda p: min(at for at in where(p, said) if at >= end), default=None)
        if before and nearest is not None and nearest not in before:
            words = (max(before, key=len), said[begin:end].strip(), nearest)
            return Doubt("leftover", join_units(split_units(" ".join(words))))
    return None


def _late(form: Form, said: str) -> Doubt | None:
    """Whether "before" or "after" asks for another order than that of the form."""
    places = [[at for p in copied(c) for at in where(p, said)] for c in form.clauses if not c.mark]
    if len(places) < 2 or not all(places):
        return None
    for key, sooner in (("after", False), ("before", True)):
        for begin, end in spans(said, key):
            if any(min(p) < begin <= max(p) for p in places):
                continue  # A clause with words on both sides: nobody can tell.
            front = [i for i, p in enumerate(places) if max(p) < begin]
            behind = [i for i, p in enumerate(places) if min(p) >= end]
            if not behind:
                continue
            nearest = min(behind, key=lambda i: min(places[i]))
            if front:
                one, other = max(front, key=lambda i: max(places[i])), nearest
            else:
                # "Before you close it, ..." with the deed behind the pause.
                rest = [
                    i for i in behind if i != nearest and asks_for("pause", said[max(places[nearest]) : min(places[i])])
                ]
                if not rest:
                    continue
                one, other = min(rest, key=lambda i: min(places[i])), nearest
            if (one < other) != sooner:
                return Doubt("leftover", said[begin:end])
    return None
