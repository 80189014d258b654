"""The goal form: the short language in which the model writes down what an instruction asks for.

    form    = clause { ";" clause }
    clause  = [ "not" ] deed | "if" [ "not" ] condition | "else" | "endif"
            | "ask" [ "not" ] condition | asked np [ "," np ] | alone
    deed    = verb np [ "," np ] | "do" copied word { copied word } [ np [ "," np ] ]
    np      = term { "&" term } [ "!" term { "&" term } ]       "!" excludes
    term    = determiner { copied word } { "@" relation [ term ] }

Copied words come from the instruction as they stand there; everything else is a keyword. For example
`in all cubes ! the red one, the bowl @left; close the drawer`. `it` takes no words. A relation without a
term is a side of the table (`@left`); `@between` takes two terms joined by `&`. Relations apply to the last
term. A form holds what is wanted in the end: of "the red one, no, the blue one" only the blue one. The language is
finite, so whatever follows the grammar also ends.

`planner/README.md` shows how what people say is written. `if` holds for the clauses up to `else`, `endif`, another
`if` or the end. `any` is something, whatever it is (with a noun behind it: any of those). `by` copies way and amount of
an offset, `spot` the words for a part of the table or, with `@on`, of a thing; `as` those for a property; `own` is the
place that has what each thing has, such as its colour.
`back` puts things where they were, `undo` takes back what was done last. `do` is for all that has no verb here: its
verb is copied too, as in `do knock over the red cup`. Its words stand in the instruction in this order, but not always
side by side ("knock the cup over"), and none of them is a determiner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from pontine.planner.language.grammar import (
    ALONE,
    ASK,
    DETERMINERS,
    ELSE,
    END,
    ENDIF,
    IF,
    NOT,
    SECOND,
    SKILL,
    FormError,
    State,
    Symbol,
)
from pontine.planner.language.segments import is_word, join_units, split_units


@dataclass(frozen=True)
class Term:
    """One query: a determiner, the copied words, and at most a relation to other terms."""

    determiner: str
    words: tuple[str, ...] = ()
    relation: str | None = None
    reference: tuple[Term, ...] = ()

    def nested(self) -> Iterator[Term]:
        """The term itself and those that it is related to."""
        yield self
        for inner in self.reference:
            yield from inner.nested()


@dataclass(frozen=True)
class NounPhrase:
    """Terms taken together, and the terms taken out of them."""

    terms: tuple[Term, ...]
    excluded: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Clause:
    """A verb and its arguments; `words` are those of a copied verb. `mark` is the `if` or `ask` before it, `negated`
    whether there is a `not`."""

    verb: str
    arguments: tuple[NounPhrase, ...] = ()
    words: tuple[str, ...] = ()
    mark: str = ""
    negated: bool = False


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
            out += [Symbol(";")] * bool(out) + [Symbol(clause.mark)] * bool(clause.mark)
            out += [Symbol(NOT)] * clause.negated + [Symbol(clause.verb), *(Symbol(w, True) for w in clause.words)]
            for i, phrase in enumerate(clause.arguments):
                out += [Symbol(",")] * bool(i) + _joined(phrase.terms)
                if phrase.excluded:
                    out += [Symbol("!"), *_joined(phrase.excluded)]
        return out

    def copied(self) -> tuple[str, ...]:
        """The words that it has from the instruction, those that stand side by side as one.

        Example:
            >>> Form.parse("in the red cube, the bowl; do knock over the cup").copied()
            ('red cube', 'bowl', 'knock over', 'cup')
        """
        runs = groupby(self.symbols(), key=lambda symbol: symbol.copied)
        return tuple(join_units([symbol.text for symbol in run]) for copied, run in runs if copied)

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
        mark = self._rest.pop().text if self._next() in (IF, ASK) else ""
        negated = self._take(NOT)
        verb = self._rest.pop().text
        if verb in (*ALONE, ELSE, ENDIF):
            return Clause(verb)
        words = self._words() if verb == SKILL else ()
        if words and self._next() not in DETERMINERS:
            return Clause(verb, (), words, mark, negated)
        arguments = [self._phrase()]
        if self._take(","):
            arguments.append(self._phrase())
        return Clause(verb, tuple(arguments), words, mark, negated)

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
        if self._next() in (*DETERMINERS, *SECOND):
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
