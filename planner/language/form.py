"""The goal form: the short language in which the model writes down what an instruction asks for.

    form    = clause { ";" clause }
    clause  = verb np [ "," np ] | "do" copied word { copied word } [ np [ "," np ] ]
    np      = term { "&" term } [ "!" term { "&" term } ]       "!" excludes
    term    = determiner { copied word } { "@" relation [ term ] }

Copied words come from the instruction as they stand there; everything else is a keyword. For example
`in all cubes ! the red one, the bowl @left; close the drawer`. `it` takes no words. A relation without a
term is a side of the table (`@left`); `@between` takes two terms joined by `&`. Relations apply to the last
term. `back` puts things where they were, `undo` takes back what was done last. `do` is for all that has no verb
here: its verb is copied too, as in `do knock over the red cup`. Its words stand in the instruction in this order, but
not always side by side ("knock the cup over"), and none of them is a determiner. The language is finite, so whatever
follows the grammar also ends.

`State` is the one description of the grammar: parsing and constrained decoding both walk it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pontine.envs.errors import PontineError
from pontine.planner.language.segments import is_word, join_units, split_units

TWO_PLACE = ("in", "on", "near", "swap")
TWO_OR_ONE_PLACE = ("left", "right", "front", "behind", "out")
ONE_PLACE = ("hold", "open", "close", "press", "keep", "stack", "down", "move", "back")
SKILL = "do"
"""The verb whose meaning stands in the words that are copied after it."""

ALONE = ("unsafe", "cannot", "undo")
VERBS = (*TWO_PLACE, *TWO_OR_ONE_PLACE, *ONE_PLACE, SKILL, *ALONE)

FOLLOW_UP = ("back", "undo")
"""Verbs about what was said before."""

LATER = (*FOLLOW_UP, SKILL)
"""Verbs that the language did not always have: adapters whose `adapter.json` does not list them know none of them."""

COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5}
DETERMINERS = ("the", "a", "all", "both", *COUNTS, "other", "rest", "it")
BARE = ("all", "both", *COUNTS, "other", "rest", "it")
"""Determiners that need no word after them."""

SIDES = ("left", "right", "front", "behind")
RELATIONS = (*SIDES, "near", "in", "on", "under", "between")

END = "end"
PUNCTUATION = (",", ";", "@", "&", "!")
MAX_CLAUSES, MAX_TERMS, MAX_DEPTH, MAX_WORDS, MAX_VERB_WORDS = 8, 6, 2, 12, 6


@dataclass(frozen=True)
class Symbol:
    """One piece of a form: a keyword, or a word copied from the instruction."""

    text: str
    copied: bool = False


@dataclass(frozen=True)
class Term:
    """One query: a determiner, the copied words, and at most a relation to other terms."""

    determiner: str
    words: tuple[str, ...] = ()
    relation: str | None = None
    reference: tuple[Term, ...] = ()


@dataclass(frozen=True)
class NounPhrase:
    """Terms taken together, and the terms taken out of them."""

    terms: tuple[Term, ...]
    excluded: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Clause:
    """A verb and its arguments; `words` are those of a copied verb."""

    verb: str
    arguments: tuple[NounPhrase, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """Clauses in the order in which they are to be done.

    Example:
        >>> form = Form.parse("in the red cube, the bowl; do knock over the cup")
        >>> [(clause.verb, len(clause.arguments), clause.words) for clause in form.clauses]
        [('in', 2, ()), ('do', 1, ('knock', 'over'))]
        >>> str(form)
        'in the red cube, the bowl; do knock over the cup'
    """

    clauses: tuple[Clause, ...]

    def __str__(self) -> str:
        return print_symbols(self.symbols())

    def symbols(self) -> list[Symbol]:
        """The form as keywords and copied words, `END` excluded."""
        out: list[Symbol] = []
        for clause in self.clauses:
            out += [Symbol(";")] * bool(out) + [Symbol(clause.verb), *(Symbol(word, True) for word in clause.words)]
            for i, phrase in enumerate(clause.arguments):
                out += [Symbol(",")] * bool(i) + _joined(phrase.terms)
                if phrase.excluded:
                    out += [Symbol("!"), *_joined(phrase.excluded)]
        return out

    @classmethod
    def parse(cls, text: str) -> Form:
        """A form from its printed text. Raises FormError where it leaves the grammar."""
        state, symbols = State(), []
        for piece in split_units(text):
            copied = is_word(piece) and state.words() and not (state.phase == "skill" and piece in DETERMINERS)
            symbols.append(Symbol(piece, copied))
            state = state.advance(symbols[-1])
        return cls.from_symbols(symbols)

    @classmethod
    def from_symbols(cls, symbols: Iterable[Symbol]) -> Form:
        """A form from its symbols. Raises FormError where they leave the grammar."""
        reader = _Reader(list(symbols))
        return cls(tuple(reader.clauses()))


class FormError(PontineError):
    """A text that is not a goal form."""


@dataclass(frozen=True)
class State:
    """Where in a form we are, and so what may come next."""

    phase: str = "verb"
    clauses: int = 1
    verb: str = ""
    slot: int = 0
    terms: int = 1
    excluding: bool = False
    depth: int = 0
    owed: bool = False
    determiner: str = ""
    spoken: int = 0

    def words(self) -> bool:
        """Whether a copied word may come next."""
        if self.phase == "skill":
            return self.spoken < MAX_VERB_WORDS
        return self.phase == "term" and self.determiner != "it" and self.spoken < MAX_WORDS

    def keywords(self) -> tuple[str, ...]:
        """The keywords that may come next; `END` among them where the form may stop."""
        if self.phase == "verb":
            return VERBS if self.clauses == 1 else VERBS[: -len(ALONE)]
        if self.phase == "skill":
            return (*DETERMINERS, *self._after_clause()) if self.spoken else ()
        if self.phase == "determiner":
            return DETERMINERS
        if self.phase == "relation":
            return RELATIONS
        if self.phase == "related":
            return DETERMINERS + self._after_term()
        if self.phase == "term" and not self.spoken and self.determiner not in BARE:
            return ()
        return self._after_term()

    def _after_term(self) -> tuple[str, ...]:
        if self.phase == "alone":
            return (END,)
        if self.owed:
            return ("@", "&") if self.depth < MAX_DEPTH else ("&",)
        out: list[str] = []
        if self.depth < MAX_DEPTH and self.phase == "term":
            out.append("@")
        if self.terms < MAX_TERMS:
            out += ["&"] if self.excluding else ["&", "!"]
        if self.slot == 0 and self.verb in (*TWO_PLACE, *TWO_OR_ONE_PLACE, SKILL):
            out.append(",")
        if self.slot == 1 or self.verb not in TWO_PLACE:
            out += self._after_clause()
        return tuple(out)

    def _after_clause(self) -> tuple[str, ...]:
        return (";", END) if self.clauses < MAX_CLAUSES else (END,)

    def advance(self, symbol: Symbol) -> State:
        """The state after `symbol`. Raises FormError if the grammar does not allow it here."""
        text = symbol.text
        if symbol.copied:
            if not self.words() or (self.phase == "skill" and text in DETERMINERS):
                raise FormError(f"a goal form has no place for the word {text!r} here")
            return replace(self, spoken=self.spoken + 1)
        if text not in self.keywords():
            raise FormError(
                f"a goal form cannot have {text!r} here; it can have: {', '.join(self.keywords()) or 'a copied word'}"
            )
        if self.phase == "verb":
            phase = "alone" if text in ALONE else "skill" if text == SKILL else "determiner"
            return replace(self, phase=phase, verb=text, slot=0, terms=1)
        if text in PUNCTUATION or text == END:
            return self._after_punctuation(text)
        if self.phase == "relation":
            if text in SIDES:
                return replace(self, phase="related", depth=self.depth + 1)
            return replace(self, phase="determiner", depth=self.depth + 1, owed=text == "between")
        return replace(self, phase="term", determiner=text, spoken=0)

    def _after_punctuation(self, text: str) -> State:
        if text == ";":
            return State(clauses=self.clauses + 1)
        if text == ",":
            return replace(self, phase="determiner", slot=1, terms=1, excluding=False, depth=0)
        if text == "@":
            return replace(self, phase="relation")
        if text == "&" and self.owed:
            return replace(self, phase="determiner", owed=False, depth=MAX_DEPTH)
        if text in ("&", "!"):
            return replace(
                self, phase="determiner", terms=self.terms + 1, depth=0, excluding=self.excluding or text == "!"
            )
        return replace(self, phase="ended")


class _Reader:
    """Builds the clauses from symbols, checking each against `State`."""

    def __init__(self, symbols: list[Symbol]) -> None:
        state = State()
        for symbol in symbols:
            state = state.advance(symbol)
        if END not in state.keywords():
            raise FormError(f"the goal form stops too early: {print_symbols(symbols)!r}")
        self._rest = symbols[::-1]

    def _next(self) -> str | None:
        return self._rest[-1].text if self._rest and not self._rest[-1].copied else None

    def _take(self, *texts: str) -> bool:
        if self._next() in texts:
            self._rest.pop()
            return True
        return False

    def clauses(self) -> list[Clause]:
        out = [self._clause()]
        while self._take(";"):
            out.append(self._clause())
        return out

    def _clause(self) -> Clause:
        verb = self._rest.pop().text
        if verb in ALONE:
            return Clause(verb)
        words = self._words() if verb == SKILL else ()
        if words and self._next() not in DETERMINERS:
            return Clause(verb, (), words)
        arguments = [self._phrase()]
        if self._take(","):
            arguments.append(self._phrase())
        return Clause(verb, tuple(arguments), words)

    def _phrase(self) -> NounPhrase:
        terms = self._terms()
        return NounPhrase(terms, self._terms() if self._take("!") else ())

    def _terms(self) -> tuple[Term, ...]:
        out = [self._term()]
        while self._take("&"):
            out.append(self._term())
        return tuple(out)

    def _term(self) -> Term:
        determiner = self._rest.pop().text
        words = self._words()
        if not self._take("@"):
            return Term(determiner, words)
        relation = self._rest.pop().text
        reference: tuple[Term, ...] = ()
        if self._next() in DETERMINERS:
            reference = (self._term(),)
            if relation == "between" and self._take("&"):
                reference += (self._term(),)
        return Term(determiner, words, relation, reference)

    def _words(self) -> tuple[str, ...]:
        words: list[str] = []
        while self._rest and self._rest[-1].copied:
            words.append(self._rest.pop().text)
        return tuple(words)


def _joined(terms: tuple[Term, ...]) -> list[Symbol]:
    out: list[Symbol] = []
    for i, term in enumerate(terms):
        out += [Symbol("&")] * bool(i) + _term_symbols(term)
    return out


def _term_symbols(term: Term) -> list[Symbol]:
    out = [Symbol(term.determiner), *(Symbol(word, True) for word in term.words)]
    if term.relation:
        out += [Symbol("@"), Symbol(term.relation), *_joined(term.reference)]
    return out


def print_symbols(symbols: Iterable[Symbol]) -> str:
    """Symbols as text that `Form.parse` reads back."""
    out, run = "", []
    for symbol in (*symbols, Symbol("")):
        if symbol.copied:
            run.append(symbol.text)
            continue
        if run:
            out, run = f"{out} {join_units(run)}", []
        out += symbol.text if symbol.text in (",", ";", "") or out.endswith("@") else f" {symbol.text}"
    return out.strip()
