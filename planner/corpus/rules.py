"""Sentences and goal forms drawn together from rules that stand in data files, so that a new way of saying things is
a line in a file.

A rule has alternatives, each a text and, behind `=>`, the form that it means. Before a text may stand how often it is
taken. `{rule}` is a piece drawn from another rule; it stands for that piece's words in the text and for its form in the
form, and `{rule2}` is another piece of the same rule. Without `=>` the form is written as the text is: those are the
words that a form copies.

    "sentence": ["3: put {the} [in|into] {the2} => in {the}, {the2}", "grab {the} => hold {the}"],
    "the": ["[the|that] {words} => the {words}"],
    "words": ["{color} {noun}"]
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.planner.corpus.templates import Said, expand

_WEIGHT = re.compile(r"(\d+(?:\.\d+)?): ")
_SLOT = re.compile(r"\{([a-z_]+?)(\d*)\}")

BY_RULES = 0.55
"""Share of sentences that are drawn by the rules of the data files; the others are drawn by the corpus classes."""

DEEPEST = 24
"""Rules within rules before a grammar is taken for one that never ends."""


@dataclass(frozen=True)
class Alternative:
    """One way of a rule; `form` is None where the form copies the text."""

    text: str
    form: str | None
    weight: float = 1.0

    @classmethod
    def read(cls, line: str) -> Alternative:
        """The alternative that a line of a data file says."""
        led = _WEIGHT.match(line)
        text, arrow, form = line[led.end() if led else 0 :].partition(" => ")
        return cls(text, form if arrow else None, float(led[1]) if led else 1.0)


@dataclass
class Rules:
    """The rules of one language. `leaves` draw what rules cannot say, such as invented nouns.

    Example:
        >>> told = {"order": ["grab {it} => hold {it}"], "it": ["the {noun} => the {noun}"], "noun": ["[cup|cup]"]}
        >>> Rules(told).draw("order", random.Random(0))
        Said(text='grab the cup', form='hold the cup', plural=False)
    """

    told: Mapping[str, Sequence[str]]
    leaves: Mapping[str, Callable[[], Said]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rules = {name: [Alternative.read(line) for line in lines] for name, lines in self.told.items()}
        self._weights = {name: [way.weight for way in ways] for name, ways in self._rules.items()}

    def draw(self, rule: str, rng: random.Random, depth: int = 0) -> Said:
        """A piece drawn from a rule. Raises UnknownNameError for a rule that is not there, PontineError for rules
        that do not end."""
        if rule in self.leaves:
            return self.leaves[rule]()
        if rule not in self._rules:
            raise UnknownNameError("rule", rule, (*self._rules, *self.leaves))
        if depth > DEEPEST:
            raise PontineError(f"the rule {rule!r} does not end")
        way = rng.choices(self._rules[rule], self._weights[rule])[0]
        text = expand(way.text, rng)
        form = text if way.form is None else expand(way.form, rng)
        drawn: dict[str, Said] = {}
        for found in _SLOT.finditer(text + form):
            if found[0] not in drawn:
                drawn[found[0]] = self.draw(found[1], rng, depth + 1)
        return Said(
            _SLOT.sub(lambda found: drawn[found[0]].text, text),
            _SLOT.sub(lambda found: drawn[found[0]].form, form),
        )


def same(text: str) -> Said:
    """Words that a form copies."""
    return Said(text, text)
