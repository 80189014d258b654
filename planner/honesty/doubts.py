"""What an instruction asks for in words that its goal form shows no sign of: "don't", "if", "half", a question.

A model that misses such a word writes a form that is whole, grounds well, and does what nobody asked for. The words
are regular expressions in `language/data/*/doubts.json`; what they stand for is looked for in the form. Nothing here
knows the scene.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from pontine.envs.predicates import Predicate
from pontine.planner.grounding import skills
from pontine.planner.language.form import Clause, Form, NounPhrase, Term
from pontine.planner.language.grammar import ALONE, ASK, ASKED, COUNTS, ELSE, ENDIF, IF, OFFSET, SIDES, SPOT
from pontine.planner.language.languages import data, every, languages
from pontine.planner.language.segments import is_cjk, join_units, split_units

_FREE, _BEFORE, _BEHIND = 0, 1, 2
"""Where a word stands: outside what a word of forbidding is about, before such a word, or behind it."""

_AWAY = ("out", "farther", "apart")
"""Verbs by which a thing ends up where it must not be no longer."""

_PLACING = {*SIDES, "near", "closer", "farther", "between", "nearest", "farthest", "do"}
"""Verbs and relations that words for ways may stand for."""


@dataclass(frozen=True)
class Doubt:
    """What is not in a form: `key` names the message that asks about it, `words` are those of the instruction."""

    key: str
    words: str = ""


def doubt(form: Form, instruction: str, goals: Sequence[Predicate] = ()) -> Doubt | None:
    """The first thing that the instruction asks for and the form, read as `goals`, has no sign of; None if there is
    none.

    Example:
        >>> doubt(Form.parse("press the button"), "whatever you do, don't press the button")
        Doubt(key='forbidden', words="don't press the button")
        >>> doubt(Form.parse("not press the button"), "whatever you do, don't press the button") is None
        True
    """
    said = plain(instruction)
    # Of "the second one, no, the blue one" no word is looked for that was taken back.
    behind = kept(said)
    return (
        _forbidden(form, _blot(_blot(said, "taking_back"), "if_not") if _decides(form) else _blot(said, "taking_back"))
        or _conditional(form, said)
        or _asked(form, said)
        or _undoable(form, said)
        or _taken_back(form, said)
        or _numbers(form, behind, goals)
        or _ways(form, behind)
    )


def _decides(form: Form) -> bool:
    return any(clause.mark == IF for clause in form.clauses)


def plain(instruction: str) -> str:
    """An instruction as it is compared here: its units, what only looks like a word of those looked for blotted out."""
    return _blot(spoken(instruction), "pardon")


def spoken(instruction: str) -> str:
    """An instruction as one line of its units."""
    return join_units([unit.replace("’", "'") for unit in split_units(instruction)])


def _blot(text: str, key: str) -> str:
    for pattern in _patterns(key):
        text = pattern.sub(lambda found: "·" * len(found[0]), text)
    return text


@cache
def _patterns(key: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of all languages under a key; those of languages with spaces match whole words."""
    found = []
    for code in languages():
        told = data(code, "doubts")[key]
        for text in [told] if isinstance(told, str) else told:
            spaced = data(code, "language")["spaced"] and not isinstance(told, str)
            ahead = "" if text.startswith(("^", "(?:^")) else r"(?<![\w'])"
            behind = "" if text.endswith(("\\?", "\\b", "]", "\\.)")) else r"(?![\w'])"
            found.append(re.compile(f"{ahead}(?:{text}){behind}" if spaced else text))
    return tuple(found)


def asks_for(key: str, said: str) -> list[str]:
    """The words of that sort in a text that is `plain` or `spoken`."""
    return [said[begin:end] for begin, end in spans(said, key)]


def kept(said: str) -> str:
    """A text with everything blotted out before the last words with which something is taken back."""
    found = [end for _, end in spans(_blot(said, "courtesy"), "taking_back") if re.search(r"\w", said[end:])]
    return "·" * found[-1] + said[found[-1] :] if found else said


def spans(text: str, *keys: str) -> list[tuple[int, int]]:
    """Where the text has words of these sorts, in order."""
    return sorted({match.span() for key in keys for pattern in _patterns(key) for match in pattern.finditer(text)})


def _forbidden(form: Form, said: str) -> Doubt | None:
    """What is to be done although a word of forbidding stands before it, or it is all that the word can be about."""
    spared = {phrase for clause in form.clauses if clause.verb == "keep" for phrase in copied(clause)}
    done = {p for c in form.clauses if c.verb != "keep" and not (c.negated or c.mark) for p in copied(c)}
    if spared & done:
        return Doubt("forbidden", min(spared & done))
    heeded = [at for phrase in _heeded(form) for at in where(phrase, said)]
    heeded += _numbered(form, said)
    verbs = {clause.verb for clause in form.clauses}
    keys = ("forbidding",) if "instead" in verbs else ("forbidding", "sparing")
    alone = not any((c.negated or c.verb == "keep") and not copied(c) for c in form.clauses)
    reaches = [r for key in keys for r in _reaches(said, key, alone)]
    reaches = [(start, word, stop) for start, word, stop in reaches if not any(word <= at < stop for at in heeded)]
    if not reaches:
        return None
    about = said[min(r[1] for r in reaches) : max(r[2] for r in reaches)].strip(" ,.")
    for clause in form.clauses:
        moved = [join_units(t.words) for phrase in clause.arguments[:1] for t in phrase.terms if t.words]
        asked = not (clause.negated or clause.mark or clause.verb in ("keep", *_AWAY, *ASKED))
        if asked and any(_barely(said[start:stop], phrase) for start, _, stop in reaches for phrase in moved):
            return Doubt("forbidden", about)  # "Put the nut and the bolt in the box. Forget the nut."
    free = any(_stands(phrase, said, reaches) == _FREE for clause in form.clauses for phrase in copied(clause))
    for clause in form.clauses:
        if (
            clause.verb in (*ALONE, *_AWAY, ELSE, ENDIF, "keep")
            or clause.negated
            or clause.mark
            or clause.verb in ASKED
        ):
            continue
        if any(_says(clause.verb, said[word:stop]) for _, word, stop in reaches):
            return Doubt("forbidden", about)
        places = [_stands(phrase, said, reaches) for phrase in copied(clause)]
        if not places and (_little(said, reaches) or not free):
            return Doubt("forbidden", about)
        if _BEHIND in places or (places and _FREE not in places) or _spared_later(clause, said, reaches):
            return Doubt("forbidden", about)
    return None


def _barely(said: str, phrase: str) -> bool:
    """Whether a text forbids something and names only this: "forget the nut", 螺母就不用了."""
    if next(where(phrase, said), None) is None:
        return False
    rest = _blot(_blot(said, "forbidding"), "sparing").replace(phrase, " ")
    ordinary = {*every("doubts", "backward"), *every("doubts", "polite"), *every("lexicon", "articles"), ",", "，"}
    return {*split_units(rest.replace("·", " "))} <= ordinary


def _says(verb: str, said: str) -> bool:
    """Whether a text forbids only to open, close or press, if the verb is that: "the drawer stays, 别关"."""
    words = [word for code in languages() for word in data(code, "doubts")["state_verbs"].get(verb, ())]
    rest = _blot(said, "forbidding").replace("·", " ")
    left = ({*split_units(rest.replace(word, " "))} for word in words if word in rest)
    return any(units <= {*every("doubts", "backward")} for units in left)


def _spared_later(clause: Clause, said: str, reaches: Iterable[tuple[int, int, int]]) -> bool:
    """Whether what is moved stands only where something is forbidden, and the place where it is to go only before that:
    "put the ball in the cup, and leave the coin"."""
    phrases = [[join_units(t.words) for t in phrase.terms if t.words] for phrase in clause.arguments]
    moved, rest = [*chain(*phrases[:1])], [*chain(*phrases[1:])]
    if not moved or not rest or any(_stands(phrase, said, reaches) == _FREE for phrase in moved):
        return False
    last = max((at for phrase in rest for at in where(phrase, said)), default=len(said))
    moved_at = [at for phrase in moved for at in where(phrase, said)]
    return all(last < start for start, _, stop in reaches if any(start <= at < stop for at in moved_at))


def _heeded(form: Form) -> Iterator[str]:
    """The copied phrases of what a form leaves out, leaves alone, takes away or says must not be done."""
    for clause in form.clauses:
        if clause.verb in ("keep", *_AWAY) or clause.negated:
            yield from copied(clause)
        for phrase in clause.arguments:
            yield from (join_units(t.words) for term in phrase.excluded for t in term.nested() if t.words)


def _numbered(form: Form, said: str) -> list[int]:
    """Where the number of things stands that a form leaves out, as of "all but one"."""
    counts = [
        COUNTS[term.determiner]
        for clause in form.clauses
        for phrase in clause.arguments
        for term in phrase.excluded
        if term.determiner in COUNTS and not term.words
    ]
    spoken = {
        word for code in languages() for word, number in data(code, "doubts")["numbers"].items() if number in counts
    }
    spoken |= {*every("doubts", "single")} if 1 in counts else set()
    return [at for word in spoken for at in where(word, said)]


def _reaches(said: str, key: str, alone: bool) -> Iterator[tuple[int, int, int]]:
    """What words of forbidding are about: from where in the text (for `sparing` words the word itself), where the word
    stands, and up to where. `alone` says that what has no noun ("don't touch it") is about what was said before."""
    breaks = [match.span() for pattern in _patterns("boundary") for match in pattern.finditer(said)]
    ends = [match.start() for pattern in _patterns("end") for match in pattern.finditer(said)]
    for begin, end in spans(said, key):
        start = max((b for _, b in breaks if b <= begin), default=0)
        stop = min((e for e in ends if e >= end), default=len(said))
        if key == "sparing":
            start = begin
        elif alone and all(
            unit in every("doubts", "backward") for unit in split_units(said[start:begin] + said[end:stop])
        ):
            start = 0  # "it would be a bad idea to open it, so don't", "that is hot, do not touch it"
        yield start, begin, stop


def _stands(phrase: str, said: str, reaches: Iterable[tuple[int, int, int]]) -> int:
    """Where a copied phrase stands: the freest of the places that it may come from."""
    found = []
    for at in where(phrase, said):
        inside = [_BEHIND if at >= word else _BEFORE for start, word, stop in reaches if start <= at < stop]
        found.append(max(inside, default=_FREE))
    return min(found, default=_FREE)


def where(phrase: str, said: str) -> Iterator[int]:
    edges = (r"(?<!\w)", r"(?!\w)") if phrase and not is_cjk(phrase[0]) else ("", "")
    yield from (m.start() for m in re.finditer(edges[0] + re.escape(phrase) + edges[1], said))


def _little(said: str, reaches: Iterable[tuple[int, int, int]]) -> bool:
    """Whether hardly anything is said beside what is forbidden."""
    rest = list(said)
    for start, _, stop in reaches:
        rest[start:stop] = " " * (stop - start)
    words = [u for u in split_units("".join(rest)) if u.isalnum() and u not in every("doubts", "polite")]
    return len(words) < 2


def _conditional(form: Form, said: str) -> Doubt | None:
    found = spans(_blot(said, "courtesy"), "conditional")
    if not found or any(clause.mark == IF for clause in form.clauses) or _is_declined(form):
        return None
    # "Close any drawer that is open" needs no `if`, and "whichever is empty" or "is nearest" none either.
    if any(term.relation == "is" for term in terms(form)):
        return None
    picked = {term.relation for term in terms(form)} & {"nearest", "farthest", "bigger", "smaller"}
    if (picked or any(clause.verb == "back" for clause in form.clauses)) and all(
        said[begin:end] in asks_for("choosing", said) for begin, end in found
    ):
        return None
    return Doubt("condition", _around(said, found[0]))


def _asked(form: Form, said: str) -> Doubt | None:
    found = spans(_blot(_blot(_blot(said, "courtesy"), "requesting"), "choosing"), "asking")
    known = any(c.mark or c.verb in (*ASKED, "why", "did") for c in form.clauses)
    return Doubt("question", said) if found and not known and not _is_declined(form) else None


def _undoable(form: Form, said: str) -> Doubt | None:
    """A deed that no skill has words for ("pour") and that the form makes something else of."""
    if any(clause.verb in ALONE for clause in form.clauses):
        return None
    phrases = [phrase for clause in form.clauses for phrase in copied(clause, excluded=True)]
    # "Hang on" hangs nothing.
    for begin, end in spans(_blot(said, "taking_back"), "deeds"):
        deed = said[begin:end]
        known = bool(skills.meant(split_units(deed)) or skills.states(split_units(deed)))
        known = known or any(set(split_units(deed)) <= {*clause.words} for clause in form.clauses)
        if not known and not any(at < end and begin < at + len(p) for p in phrases for at in where(p, said)):
            return Doubt("no_skill", deed)
    return None


def _taken_back(form: Form, said: str) -> Doubt | None:
    """Where something is taken back: what is wanted in the end must be what was said after that, or leave that out."""
    found = spans(_blot(said, "courtesy"), "taking_back")
    if (
        found
        and not re.search(r"\w", said[found[-1][1] :])
        and said[slice(*found[-1])] in every("doubts", "afterthoughts")
    ):
        found = found[:-1]  # "... in the pot, I should say"
    if not found or _is_declined(form):
        return None
    begin, end = found[-1]
    left_out = [join_units(t.words) for clause in form.clauses for p in clause.arguments for t in p.excluded if t.words]
    if any(at >= end or 0 <= begin - at - len(words) < 3 for words in left_out for at in where(words, said)):
        # "Never mind the cubes", 砚台就算了: it is what the form leaves out that is taken back.
        return None
    if not re.search(r"[^\W·]", said[end:]):
        # "... never mind": all of it, unless the word stands at the beginning.
        return Doubt("taken_back", said[begin:end]) if re.search(r"\w", said[:begin]) else None
    if not re.search(r"\w", said[: found[0][0]]):
        return None
    later = [[max(where(p, said), default=-1) >= end for p in copied(c)] for c in form.clauses if not c.negated]
    if any(later) and not any(any(places) for places in later):
        return Doubt("taken_back", said[begin:].strip(" ,.·"))
    before = {c.verb for c, places in zip(form.clauses, later, strict=False) if places and not any(places)}
    if any(c.verb in before for c, places in zip(form.clauses, later, strict=False) if any(places)):
        return Doubt("taken_back", said[begin:].strip(" ,.·"))
    for phrase in (phrase for clause in form.clauses for phrase in clause.arguments):
        sides = {max(where(join_units(t.words), said), default=-1) >= end for t in phrase.terms if t.words}
        if len(sides) > 1:
            return Doubt("taken_back", said[begin:].strip(" ,.·"))
    return None


def _numbers(form: Form, said: str, goals: Sequence[Predicate]) -> Doubt | None:
    """A number of things, or which of them by order, that no determiner says, nothing copied, and no goals come to."""
    if _is_declined(form) or any(clause.verb in (*ALONE, *ASKED) or clause.mark for clause in form.clauses):
        return None
    determiners = {term.determiner for term in terms(form)}
    known = {COUNTS.get(term.determiner, 2 if term.determiner == "both" else -1) for term in terms(form)}
    known |= {len({goal[1] for goal in goals if len(goal) > 1}), len({goal[-1] for goal in goals if len(goal) > 1})}
    known |= {len(phrase.terms) for clause in form.clauses for phrase in clause.arguments}
    if determiners & {"half", "each"}:
        known |= {*COUNTS.values()}
    phrases = [phrase for clause in form.clauses for phrase in copied(clause, excluded=True)]
    for begin, end, number in _counted(_blot(said, "measures")):
        inside = any(at <= begin < at + len(p) for p in phrases for at in where(p, said))
        if not inside and (number not in known if number else "half" not in determiners):
            return Doubt("leftover", said[begin:end])
    relations = {term.relation for term in terms(form)}
    for begin, end in spans(said, "ordinals"):
        first = re.split(r"\s", said[begin:end])[0]
        if relations & {"near", "nearest", "farthest", "bigger", "smaller"} and first not in ("second", "third"):
            continue
        if not any(at < end and begin < at + len(p) and first in p for p in phrases for at in where(p, said)):
            return Doubt("leftover", said[begin:end])
    return None


def _counted(said: str) -> Iterator[tuple[int, int, int]]:
    for code in languages():
        told = data(code, "doubts")
        spaced = data(code, "language")["spaced"]
        for word, number in told["numbers"].items():
            pattern = rf"(?<![\w.]){word}(?![\w.])" if spaced else rf"(?<![第十\d.]){word}{told['number_units']}"
            yield from ((m.start(), m.end(), number) for m in re.finditer(pattern, said))


def _ways(form: Form, said: str) -> Doubt | None:
    """A distance, a way or a part of the table that the form says nothing of."""
    if _is_declined(form):
        return None
    told = list(terms(form))
    verbs = {clause.verb for clause in form.clauses} | {term.relation for term in told}
    if verbs & _PLACING:
        keys: tuple[str, ...] = ("measures",)
    else:
        keys = ("measures", "ways")
    if verbs & {"row", "apart", "together", "back", "undo"} or any(c.mark for c in form.clauses):
        return None
    for clause in form.clauses:
        aside = clause.verb in ("left", "right") and len(clause.arguments) == 2
        if aside and not is_cjk(said[:1] or " ") and not spans(said, "beside") and spans(said, "ways"):
            return Doubt("leftover", said[slice(*spans(said, "ways")[0])])
    phrases = [phrase for clause in form.clauses for phrase in copied(clause, excluded=True)]
    spotted = any(term.determiner in (OFFSET, SPOT) for term in told)
    for begin, end in spans(said, *keys):
        if any(at < end and begin < at + len(p) for p in phrases for at in where(p, said)):
            continue
        if not spotted:
            return Doubt("leftover", said[begin:end])
    return None


def _around(said: str, span: tuple[int, int]) -> str:
    """The words from there to the next pause."""
    rest = re.split(r"[,.;:!?，。；：！？]", said[span[0] :])[0]
    return rest.strip(" ·")


def _is_declined(form: Form) -> bool:
    return form.clauses[0].verb in (*ALONE, ASK)


def copied(clause: Clause, excluded: bool = False) -> list[str]:
    """The copied phrases of a clause, without those of what it excludes."""
    words = [join_units(clause.words)] if clause.words else []
    for phrase in clause.arguments:
        for term in (*phrase.terms, *(phrase.excluded if excluded else ())):
            words += [join_units(t.words) for t in term.nested() if t.words]
    return words


def terms(form: Form) -> Iterator[Term]:
    """All terms of a form, those of relations too."""
    phrases: Iterable[NounPhrase] = (phrase for clause in form.clauses for phrase in clause.arguments)
    for phrase in phrases:
        for term in (*phrase.terms, *phrase.excluded):
            yield from term.nested()
