"""Constrained decoding: which tokens may come next so that the output is a goal form whose words are copied.

The constraint is exact at the level of tokens. Keywords are spelled one way each (in a single token where the
tokenizer has one), and a copied phrase is a run of consecutive units of the instruction, spelled with the very tokens
that spell it in the prompt; so while a phrase is being copied the state is the set of places in the
instruction that it may be coming from.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from pontine.envs.scene import Scene
from pontine.planner.grounding.atoms import continued
from pontine.planner.language.grammar import DETERMINERS, END, KEYWORDS, PUNCTUATION, SKILL, State, Symbol
from pontine.planner.language.segments import is_cjk, is_word, split_units

START_TOKEN, END_TOKEN = 1, 2


@dataclass(frozen=True)
class Vocabulary:
    """The tokens of keywords and of units, for one tokenizer."""

    tokenizer: Any
    keywords: dict[str, tuple[int, ...]] = field(default_factory=dict)
    separator: int = 0

    @classmethod
    def of(cls, tokenizer: Any, end: tuple[int, ...] = (END_TOKEN,), without: Collection[str] = ()) -> Vocabulary:
        """The vocabulary of a `tokenizers.Tokenizer`.

        Args:
            end: the tokens that end a form.
            without: keywords that the model does not know, which it is never offered.

        Raises ValueError if a keyword is spelled as another one begins.
        """
        keywords = {END: end}
        for word in sorted({*KEYWORDS, *PUNCTUATION} - set(without)):
            ids = tuple(tokenizer.encode(word if word in (",", ";") else f" {word}", add_special_tokens=False).ids)
            keywords[word] = ids
        for word, ids in keywords.items():
            for other, longer in keywords.items():
                if word != other and longer[: len(ids)] == ids:
                    raise ValueError(f"this tokenizer spells {other!r} as {word!r} begins")
        return cls(tokenizer, keywords, tokenizer.encode("\n", add_special_tokens=False).ids[0])

    def unit(self, unit: str) -> tuple[int, ...]:
        """The tokens of one unit: words carry the space before them."""
        spelled = f" {unit}" if is_word(unit) and not is_cjk(unit[0]) else unit
        return tuple(self.tokenizer.encode(spelled, add_special_tokens=False).ids)

    def prompt(self, instruction: str) -> list[int]:
        """The tokens of the prompt for an instruction."""
        return [START_TOKEN, *(t for unit in split_units(instruction) for t in self.unit(unit)), self.separator]

    def target(self, symbols: Sequence[Symbol]) -> list[int]:
        """The tokens of a form, the end token included."""
        out: list[int] = []
        for symbol in symbols:
            out += self.unit(symbol.text) if symbol.copied else self.keywords[symbol.text]
        return [*out, *self.keywords[END]]


@dataclass(frozen=True)
class Source:
    """An instruction as units and their tokens; `copyable` marks the units a form may copy. Before those that are
    `continued` a copied phrase neither begins nor ends."""

    units: tuple[str, ...]
    tokens: tuple[tuple[int, ...], ...]
    copyable: tuple[bool, ...]
    continued: Set[int] = frozenset()

    @classmethod
    def of(cls, instruction: str, vocabulary: Vocabulary, scene: Scene | None = None) -> Source:
        """The source for one instruction; with a scene, what its things are called is copied whole or not at all."""
        units = split_units(instruction)
        whole = continued(units, scene) if scene is not None else frozenset()
        return cls(units, tuple(vocabulary.unit(u) for u in units), tuple(is_word(u) for u in units), whole)


@dataclass(frozen=True)
class Constraint:
    """What has been decoded so far, and what may follow.

    `places` are (unit index, tokens of it already written) pairs where the phrase being copied may stand; a
    unit that is fully written counts in the grammar only once the next token shows that it has ended. `spelled`
    are the tokens already written of a keyword that takes several.
    """

    source: Source
    vocabulary: Vocabulary
    state: State = field(default_factory=State)
    places: frozenset[tuple[int, int]] = frozenset()
    symbols: tuple[Symbol, ...] = ()
    spelled: tuple[int, ...] = ()

    def allowed(self) -> list[int]:
        """The token ids that may come next, sorted; empty once the form has ended."""
        if self.spelled:
            return sorted({ids[len(self.spelled)] for ids in self._keywords(self.state, self.spelled).values()})
        out: set[int] = set()
        ended = self._ended_unit()
        out.update(self.source.tokens[i][n] for i, n in self.places if n < len(self.source.tokens[i]))
        if not self.places or ended is not None:
            state = self._settled(ended)
            if state.words():
                out.update(self.source.tokens[i][0] for i in self._starts())
            if self._between_words() or not out:
                out.update(ids[0] for ids in self._keywords(state).values())
        return sorted(out)

    def advance(self, token: int) -> Constraint:
        """The constraint after `token`, which must be an allowed one."""
        inside = frozenset(
            (i, n + 1) for i, n in self.places if n < len(self.source.tokens[i]) and self.source.tokens[i][n] == token
        )
        ended = self._ended_unit()
        if self.places and ended is None:
            return replace(self, places=inside)
        state = self._settled(ended)
        symbols = self.symbols if ended is None else (*self.symbols, Symbol(ended, True))
        starts = self._starts() if state.words() and not self.spelled else []
        begun = frozenset((i, 1) for i in starts if self.source.tokens[i][0] == token)
        if begun or inside:
            # Two units may share their first tokens; the longer reading stays possible until it is ruled out.
            return replace(
                self,
                state=state if begun else self.state,
                places=begun or inside,
                symbols=symbols if begun else self.symbols,
            )
        spelled = (*self.spelled, token)
        keyword = next(k for k, ids in self._keywords(state, spelled).items())
        if self.vocabulary.keywords[keyword] != spelled:
            return replace(self, state=state, places=frozenset(), symbols=symbols, spelled=spelled)
        return replace(
            self,
            state=state.advance(Symbol(keyword)),
            places=frozenset(),
            symbols=symbols if keyword == END else (*symbols, Symbol(keyword)),
            spelled=(),
        )

    def copied_next(self) -> int | None:
        """The token that goes on with the phrase being copied, if there is one place it comes from."""
        if len(self.places) != 1:
            return None
        ((index, written),) = self.places
        if written < len(self.source.tokens[index]):
            return self.source.tokens[index][written]
        onward = self._starts() if self._settled(self.source.units[index]).words() else []
        return self.source.tokens[onward[0]][0] if onward else None

    @property
    def finished(self) -> bool:
        """Whether the form has ended."""
        return self.state.phase == "ended"

    def _keywords(self, state: State, begun: tuple[int, ...] = ()) -> dict[str, tuple[int, ...]]:
        """The keywords that may come next and whose spelling begins so, with their tokens."""
        known = self.vocabulary.keywords
        found = {k: known[k] for k in state.keywords() if k in known and known[k][: len(begun)] == begun}
        if len(known) < len(KEYWORDS) + len(PUNCTUATION) + 1:
            # Where the model knows no word that could follow, it would be stuck.
            found = {k: ids for k, ids in found.items() if self._goes_on(state, k)}
        if SKILL in found and not any(map(self._is_verb, range(len(self.source.units)))):
            del found[SKILL]
        return found

    def _goes_on(self, state: State, keyword: str) -> bool:
        """Whether something that the model knows may follow a keyword, or nothing need."""
        after = state.advance(Symbol(keyword))
        return (
            after.phase == "ended" or after.words() or not self.vocabulary.keywords.keys().isdisjoint(after.keywords())
        )

    def _ended_unit(self) -> str | None:
        for i, n in sorted(self.places):
            if n == len(self.source.tokens[i]):
                return self.source.units[i]
        return None

    def _between_words(self) -> bool:
        """Whether the phrase being copied, if there is one, may have reached the end of a word."""
        ends = [i for i, n in self.places if n == len(self.source.tokens[i])]
        return not self.places or any(i + 1 not in self.source.continued for i in ends)

    def _settled(self, ended: str | None) -> State:
        return self.state if ended is None else self.state.advance(Symbol(ended, True))

    def _starts(self) -> list[int]:
        """The units with which the copied phrase may go on, or begin."""
        begins = [i for i in range(len(self.source.units)) if self._begins(i)]
        onward = {i + 1 for i, n in self.places if n == len(self.source.tokens[i])}
        found = [i for i in sorted(onward) if i < len(self.source.units) and self.source.copyable[i]]
        if not self.places:
            found = begins
        elif self.state.phase == "skill" and (ended := onward - self.source.continued):
            # The words of a verb may stand apart, as in "knock the cup over".
            found += [i for i in begins if i > min(ended)]
        if self.state.phase == "skill":
            found = [i for i in found if self._is_told(i)]
        return list(dict.fromkeys(found))

    def _begins(self, unit: int) -> bool:
        """Whether a copied phrase may begin with a unit."""
        return self.source.copyable[unit] and unit not in self.source.continued

    def _is_told(self, unit: int) -> bool:
        """Whether a unit can be told from a determiner by its first token, as the words of a verb must be."""
        known = (self.vocabulary.keywords[word][0] for word in DETERMINERS if word in self.vocabulary.keywords)
        return self.source.units[unit] not in DETERMINERS and self.source.tokens[unit][0] not in set(known)

    def _is_verb(self, unit: int) -> bool:
        """Whether a copied verb may begin with a unit."""
        return self._begins(unit) and self._is_told(unit)
