"""Whether every word of an instruction is explained by its goal form.

Where all that a form asks for is so already, nothing would be done, and nobody would see that something was dropped.
Then each word must be copied, be one that the verbs and relations of the form stand for, or be one that says nothing.
The words are in `language/data/*/ordinary.json`.
"""

from __future__ import annotations

from collections.abc import Iterator

from pontine.planner.honesty.doubts import copied, terms
from pontine.planner.language import lexicon
from pontine.planner.language.form import Form
from pontine.planner.language.grammar import COUNTS, DETERMINERS, SIDES
from pontine.planner.language.languages import data, languages
from pontine.planner.language.segments import is_cjk, is_word, split_units

_PUT = {
    "in", "on", "near", "move", "row", "closer", "farther", "out", "stack", "down", "apart", "together", "back", *SIDES,
}  # fmt: skip
"""Verbs for bringing things somewhere, which people say with the same words."""


def unexplained(form: Form, instruction: str) -> str | None:
    """The first word of the instruction that nothing in its form explains; None if there is none.

    Example:
        >>> unexplained(Form.parse("close the drawer"), "please close the drawer")
        >>> unexplained(Form.parse("close the drawer"), "open and close the drawer")
        'open'
        >>> unexplained(Form.parse("close the 抽屉"), "把抽屉锁上")
        '锁'
    """
    phrases = [phrase for clause in form.clauses for phrase in copied(clause, excluded=True)]
    known = {unit for phrase in phrases for unit in split_units(phrase)} | lexicon.GENERIC
    known |= set(_explained(form))
    units = split_units(instruction)
    left = "".join(unit if is_word(unit) else "\n" for unit in units)
    for word in sorted({*phrases, *known}, key=len, reverse=True):
        if is_cjk(word[0]):
            left = left.replace("".join(split_units(word)), "\n")
    for unit in units:
        if is_word(unit) and (unit in left if is_cjk(unit[0]) else unit.replace("'s", "") not in known):
            return unit
    return None


def _explained(form: Form) -> Iterator[str]:
    verbs = {clause.verb for clause in form.clauses}
    keys = {"always", *verbs, *({"put"} if verbs & _PUT else ())}
    keys |= {term.relation for term in terms(form) if term.relation}
    keys |= {term.determiner for term in terms(form)} & {*DETERMINERS}
    counts = {COUNTS[term.determiner] for term in terms(form) if term.determiner in COUNTS}
    for code in languages():
        numbers = data(code, "doubts")["numbers"]
        yield from (word for word, number in numbers.items() if number in counts)
        yield from data(code, "doubts")["number_units"].strip("[]") if counts else ()
        told = data(code, "ordinary")
        for key in keys:
            yield from told.get(key, ())
