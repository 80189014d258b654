"""The grammar of the goal form: its keywords, and what may follow what.

`State` is the one description of it: parsing and constrained decoding both walk it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pontine.envs.errors import PontineError

TWO_PLACE = ("in", "on", "near", "swap", "closer", "farther")
TWO_OR_ONE_PLACE = ("left", "right", "front", "behind", "out", "move", "row")
ONE_PLACE = (
    "hold", "open", "close", "press", "keep", "stack", "down", "back", "apart", "together", "unstack", "same",
    "instead",
)  # fmt: skip
SKILL = "do"
"""The verb whose meaning stands in the words that are copied after it."""

ALONE = ("unsafe", "cannot", "undo", "stop", "again", "why", "did")
"""Verbs that are a whole form."""

DEEDS = (*TWO_PLACE, *TWO_OR_ONE_PLACE, *ONE_PLACE, SKILL)
"""Verbs for what is to be done, with `not` before them for what must not be."""

CONDITIONS = ("is", "there", "in", "on", "near", "left", "right", "front", "behind", "hold", "more", "equal")
"""What `if` and `ask` may be about."""

ASKED = ("which", "count", "where", "what")
"""Verbs of questions that yes and no do not answer."""

IF, ELSE, ENDIF, ASK, NOT = "if", "else", "endif", "ask", "not"
VERBS = (*DEEDS, *ASKED, ELSE, ENDIF, IF, ASK, NOT, *ALONE)
"""All that a clause may begin with."""

FOLLOW_UP = ("back", "undo", "again", "same", "instead", "why", "did")
"""Verbs about what was said before."""

COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
DETERMINERS = ("the", "a", "all", "both", *COUNTS, "half", "any", "other", "rest", "it")
BARE = ("all", "both", *COUNTS, "half", "any", "other", "rest", "it", "own")
"""Determiners that need no word after them."""

SPOT, OFFSET, PROPERTY = "spot", "by", "as"
SECOND = (SPOT, OFFSET, PROPERTY, "each", "own")
"""Determiners that only stand in a clause's second noun phrase: `PLACES` says after which verbs."""

PLACES = {
    "move": (OFFSET, SPOT),
    "row": (OFFSET,),
    "what": (PROPERTY,),
    "is": (PROPERTY,),
    SKILL: (*DETERMINERS, OFFSET, SPOT),
    **dict.fromkeys(("in", "on", "near", "left", "right", "front", "behind"), (*DETERMINERS, "each", "own")),
}
"""The determiners of the second noun phrase, where they are not those of the first."""

SIDES = ("left", "right", "front", "behind")
ALONE_RELATIONS = (*SIDES, "nearest", "farthest", "held")
"""Relations that need no term after them."""

RELATIONS = (
    *SIDES, "near", "in", "on", "under", "between", "has", "of", "bigger", "smaller", "nearest", "farthest", "held",
    "is",
)  # fmt: skip
SPOT_RELATIONS = (*SIDES, "near", "in", "on", "between", "where")

OLD = (
    "in", "on", "near", "swap", "left", "right", "front", "behind", "out", "hold", "open", "close", "press", "keep",
    "stack", "down", "move", "unsafe", "cannot", "the", "a", "all", "both", "two", "three", "four", "five", "other",
    "rest", "it", "under", "between",
)  # fmt: skip
"""Keywords that the language always had."""

END = "end"
PUNCTUATION = (",", ";", "@", "&", "!")
KEYWORDS = tuple(dict.fromkeys((*VERBS, *CONDITIONS, *DETERMINERS, *SECOND, *RELATIONS, *SPOT_RELATIONS, "from")))
LATER = tuple(word for word in KEYWORDS if word not in OLD)
"""Keywords that the language did not always have: an adapter knows those that its `adapter.json` lists."""

MAX_CLAUSES, MAX_TERMS, MAX_DEPTH, MAX_WORDS, MAX_VERB_WORDS = 24, 12, 2, 12, 6


class FormError(PontineError):
    """A text that is not a goal form."""


@dataclass(frozen=True)
class Symbol:
    """One piece of a form: a keyword, or a word copied from the instruction."""

    text: str
    copied: bool = False


@dataclass(frozen=True)
class State:
    """Where in a form we are, and so what may come next.

    `mark` is what the clause began with (`if`, `ask` or `not`), `branch` the part of a condition that the clauses
    stand in (`if`, `else` or none), `head` the determiner of the term that relations belong to.
    """

    phase: str = "verb"
    clauses: int = 1
    mark: str = ""
    negated: bool = False
    branch: str = ""
    verb: str = ""
    slot: int = 0
    terms: int = 1
    excluding: bool = False
    depth: int = 0
    owed: bool = False
    head: str = ""
    determiner: str = ""
    relation: str = ""
    spoken: int = 0

    def words(self) -> bool:
        """Whether a copied word may come next."""
        if self.phase == "skill":
            return self.spoken < MAX_VERB_WORDS
        return self.phase == "term" and self.determiner != "it" and self.spoken < MAX_WORDS

    def keywords(self) -> tuple[str, ...]:
        """The keywords that may come next; `END` among them where the form may stop."""
        if self.phase == "verb":
            return self._verbs()
        if self.phase == "skill":
            return (*DETERMINERS, *self._after_clause()) if self.spoken else ()
        if self.phase == "determiner":
            return self._determiners()
        if self.phase == "relation":
            return self._relations()
        if self.phase == "related":
            return DETERMINERS + self._after_term()
        if self.phase == "term" and not self.spoken and self.determiner not in BARE:
            return ("@",) if self.determiner == SPOT else ()
        return self._after_term()

    def _verbs(self) -> tuple[str, ...]:
        if self.mark in (IF, ASK):
            return CONDITIONS if self.negated else (*CONDITIONS, NOT)
        if self.mark == NOT:
            return DEEDS
        out: tuple[str, ...] = (*DEEDS, *ASKED, ASK, NOT)
        if self.clauses < MAX_CLAUSES:
            out = (*out, IF, *{"if": (ELSE, ENDIF), "else": (ENDIF,)}.get(self.branch, ()))
        return (*out, *ALONE) if self.clauses == 1 else out

    def _determiners(self) -> tuple[str, ...]:
        if self.relation == "is":
            return (PROPERTY,)
        if self.slot == 1 and self.depth == 0 and not self.excluding:
            return PLACES.get(self.verb, DETERMINERS)
        return DETERMINERS

    def _relations(self) -> tuple[str, ...]:
        if self.depth == 0 and self.determiner == OFFSET:
            return ("from",)
        return SPOT_RELATIONS if self.depth == 0 and self.determiner == SPOT else RELATIONS

    def _two(self) -> bool:
        """Whether the clause must have a second noun phrase."""
        if self.mark in (IF, ASK):
            return self.verb not in ("there", "hold")
        return self.verb in TWO_PLACE or self.verb == "what"

    def _after_term(self) -> tuple[str, ...]:
        if self.phase == "alone":
            return self._after_clause() if self.verb in (ELSE, ENDIF) else (END,)
        if self.owed:
            return ("@", "&") if self.depth < MAX_DEPTH else ("&",)
        out: list[str] = []
        if self.depth < MAX_DEPTH and self.phase == "term" and self.determiner not in (PROPERTY, "own"):
            out.append("@")
        if self.terms < MAX_TERMS:
            out += ["&"] if self.excluding or self.head in SECOND else ["&", "!"]
        if self.slot == 0 and (self._two() or (self.mark in ("", NOT) and self.verb in (*TWO_OR_ONE_PLACE, SKILL))):
            out.append(",")
        if self.slot == 1 or not self._two():
            out += self._after_clause()
        return tuple(out)

    def _after_clause(self) -> tuple[str, ...]:
        if self.mark == IF or self.verb in (ELSE, ENDIF):
            return (";",)
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
            return self._after_verb(text)
        if text in PUNCTUATION or text == END:
            return self._after_punctuation(text)
        if self.phase == "relation":
            phase = "bare" if text == "held" else "related" if text in ALONE_RELATIONS else "determiner"
            return replace(self, phase=phase, relation=text, depth=self.depth + 1, owed=text == "between")
        head = self.head if self.depth else text
        return replace(self, phase="term", head=head, determiner=text, relation="", spoken=0)

    def _after_verb(self, text: str) -> State:
        if text == NOT:
            return replace(self, mark=self.mark or NOT, negated=True)
        if text in (IF, ASK):
            return replace(self, mark=text, branch=IF if text == IF else self.branch)
        if text in (ELSE, ENDIF):
            return replace(self, phase="alone", verb=text, branch=ELSE if text == ELSE else "")
        phase = "alone" if text in ALONE else "skill" if text == SKILL else "determiner"
        return replace(self, phase=phase, verb=text, slot=0, terms=1)

    def _after_punctuation(self, text: str) -> State:
        if text == ";":
            return State(clauses=self.clauses + 1, branch=self.branch)
        if text == ",":
            return replace(self, phase="determiner", slot=1, terms=1, excluding=False, depth=0, head="", relation="")
        if text == "@":
            return replace(self, phase="relation")
        if text == "&" and self.owed:
            return replace(self, phase="determiner", owed=False, depth=MAX_DEPTH, relation="")
        if text in ("&", "!"):
            return replace(
                self,
                phase="determiner",
                terms=self.terms + 1,
                depth=0,
                relation="",
                excluding=self.excluding or text == "!",
            )
        return replace(self, phase="ended")
