"""What a model behind a server wrote, read for the goal form that is in it.

Small models wrap what they were asked for: in thoughts, in the marks of their chat template, in quotes or a code
block, behind "Form:", before an explanation. What is taken is always a whole form whose words stand in the
instruction; where several lines are forms, the last word counts, unless the lines are one form in parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from pontine.planner.language.form import Form
from pontine.planner.language.grammar import FormError
from pontine.planner.language.segments import split_units

MOST = 200
"""Lines of an answer that are looked at, from its end, and characters of each are five times as many."""

MOST_OF_A_LINE, MOST_TRIES = 32, 1000
"""Readings of one line, and of a whole answer, that are tried: what a server sends may be made to have many."""

_THOUGHTS = re.compile(r"<(think|thinking|reasoning|thought)>.*?(?:</\1>|$)", re.DOTALL | re.IGNORECASE)
_THOUGHT_OF = re.compile(r"</(?:think|thinking|reasoning|thought)>", re.IGNORECASE)
_FINAL = re.compile(r"<\|channel\|>\s*final\b[^<]*<\|message\|>")
_CHANNEL = re.compile(r"<\|channel\|>[^<]*<\|message\|>")
_TURN_ENDS = re.compile(
    r"<\|(?:im_end|end|return|eot_id|eom_id|end_of_text|endoftext|end_of_turn|call)\|>|</s>|<end_of_turn>|<eos>|\[/INST\]"
)
_MARK = re.compile(r"<\|[^|<>]*\|>|<start_of_turn>|<s>|<bos>|\[INST\]")
_LABEL = re.compile(
    r"(?:the\s+)?(?:goal\s+|final\s+)?(?:form|answer|output|result)\s*(?:is\s*)?[:：=]\s*", re.IGNORECASE
)
_BULLET = re.compile(r"^\s*(?:[-*+>#•]+|\d{1,2}[.)])\s+")
_QUOTES = "\"'`*_“”‘’«»「」『』"
_INSIDE = re.compile(r"\*\*([^*]+)\*\*|`+([^`]+)`+|\"([^\"]+)\"|“([^”]+)”|「([^」]+)」")
_AFTER = re.compile(
    r"\s*[(（#]|\s+(?:-+|–|—|//|because|since|as|which|where)\s|[.。!！:：]\s|[.。]$|\s{3,}", re.IGNORECASE
)


def answer_of(message: dict[str, Any]) -> str:
    """The text of a chat message without the thoughts before it.

    The content may be one text or parts of one. Thoughts stand between `<think>` and `</think>`, the first of which a
    chat template may have swallowed, or in channels of their own. Where all is thoughts, what stands in
    `reasoning_content` or `reasoning` is the text.
    """
    for name in ("content", "reasoning_content", "reasoning", "refusal"):
        text = _joined(message.get(name))
        if name != "content":
            text = text.replace("<think>", "")
        if text := _last_turn(_final(text)):
            return text
    return ""


def form_in(answer: str, instruction: str) -> Form:
    """The form in an answer. Raises FormError if there is none, or it has words the instruction does not have."""
    lines = [line[: 5 * MOST].strip() for line in answer.splitlines()[-MOST:]]
    lines = [line for line in lines if line.strip("`")]
    if not lines:
        raise FormError("the answer is empty")
    labelled = [line for line in lines if _LABEL.match(_BULLET.sub("", line, count=1).lstrip(_QUOTES))]
    tries = iter(range(MOST_TRIES))
    for chosen in (labelled, lines) if labelled != lines else (lines,):
        if (found := _last_form(chosen, instruction, tries)) is not None:
            return found
    for line in reversed(lines):
        for inside in _INSIDE.finditer(line):
            if (found := _form(next(filter(None, inside.groups())), instruction, tries)) is not None:
                return found
    return checked(lines[-1].strip(_QUOTES + " "), instruction)


def checked(answer: str, instruction: str) -> Form:
    """The form an answer is. Raises FormError if it is none, or has words the instruction does not have."""
    if not answer:
        raise FormError("the answer is empty")
    form = Form.parse(answer)
    said = f" {' '.join(split_units(instruction))} "
    run: list[str] = []
    for symbol in (*form.symbols(), None):
        if symbol is not None and symbol.copied:
            run.append(symbol.text)
        elif run:
            if f" {' '.join(run)} " not in said:
                raise FormError(f"{' '.join(run)!r} does not stand in the instruction")
            run = []
    return form


def _joined(content: Any) -> str:
    """The text of a message's content: a text, or a list of parts, those of thoughts left out."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = [p if isinstance(p, str) else p.get("text") for p in content if isinstance(p, str | dict)]
    return "".join(part for part in parts if isinstance(part, str))


def _final(text: str) -> str:
    """The text without thoughts; of channels the final one."""
    if final := list(_FINAL.finditer(text)):
        return text[final[-1].end() :]
    text = _CHANNEL.sub("\n", text)
    return _THOUGHT_OF.split(_THOUGHTS.sub("", text))[-1]


def _last_turn(text: str) -> str:
    """The first turn in the text that says something, without the marks of chat templates."""
    for turn in _TURN_ENDS.split(text):
        if said := _MARK.sub("\n", turn).strip():
            return said
    return ""


def _last_form(lines: list[str], instruction: str, tries: Iterator[int]) -> Form | None:
    """The form of the last lines that are one, put together where they are its parts."""
    found: Form | None = None
    for line in reversed(lines):
        form = _form(line, instruction, tries)
        if form is None:
            if found is not None:
                break
            continue
        part = line.rstrip(_QUOTES + " ").endswith((";", "；")) or _BULLET.match(line) is not None
        if found is None:
            found = form
        elif part:
            found = Form((*form.clauses, *found.clauses))
        else:
            break
    return found


def _form(line: str, instruction: str, tries: Iterator[int]) -> Form | None:
    """The form that a line is, once what wraps it is taken off; None if it is none, or the `tries` are used up."""
    for candidate, _ in zip(islice(_unwrapped(line), MOST_OF_A_LINE), tries, strict=False):
        try:
            return checked(candidate, instruction)
        except FormError:
            continue
    return None


def _unwrapped(line: str) -> Iterator[str]:
    """A line as it is, then with less and less around it."""
    while True:
        yield line
        bare = _BULLET.sub("", line, count=1).strip(_QUOTES + " ")
        bare = _LABEL.sub("", bare, count=1).strip(_QUOTES + " ") if _LABEL.match(bare) else bare
        bare = bare.rstrip(_QUOTES + " ;；")
        yield bare
        for end in _AFTER.finditer(bare):
            if end.start():
                yield bare[: end.start()].strip(_QUOTES + " ;；,，")
        if (label := _LABEL.search(bare)) is None:
            return
        line = bare[label.end() :]
