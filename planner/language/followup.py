"""Set phrases that need no model and mean nothing else: what takes back what was done, and the words of skills that are
done to nothing, such as "go home"."""

from __future__ import annotations

import re

from pontine.planner.language import skills
from pontine.planner.language.form import SKILL, Clause, Form
from pontine.planner.language.segments import split_units

_FILLER = r"(?:(?:ok|okay|hm|hmm|oh|no|now|actually|sorry|wait|please|just|then|and|again|well) )*"
_THEM = "(?:it|that|this|them|those|these|him|her|everything)"
_WHERE = (
    "(?: to)?(?: where (?:it|they|he|she) (?:was|were|came from|belongs?|stood)| (?:its|their|the) (?:old )?places?)?"
)
_UNDO = re.compile(
    rf"{_FILLER}(?:undo|revert)(?: (?:that|it|this|what you did|(?:the|your|my) last (?:step|thing|move|action|one)))?"
    r"(?: again)?(?: please)?"
)
_BACK = re.compile(rf"{_FILLER}(?:put|place|set|move|bring) {_THEM} back{_WHERE}(?: again| now)*(?: please)?")
_FILLER_ZH = "(?:算了|不对|现在|请|麻烦|你|还是|那|再|帮我|给我|把)*"
_UNDO_ZH = re.compile(
    rf"{_FILLER_ZH}(?:撤销|撤回|恢复原样|恢复原状|还原|复原)(?:刚才|刚刚|上|那|这)*(?:一步|步|的|操作|动作|个)*[吧了]*"
)
_BACK_ZH = re.compile(
    rf"{_FILLER_ZH}(?:它们|它|那个|这个|东西)?{_FILLER_ZH}(?:都|全|全部)?(?:给我)?"
    r"(?:放回|摆回|送回|拿回)(?:去|原处|原位|原来的地方|原来的位置|原地)[吧了]*"
)


def set_phrase(instruction: str) -> Form | None:
    """The form of an instruction that is nothing but such a phrase; None if it is anything else."""
    words = [u for u in split_units(instruction) if any(c.isalnum() for c in u)]
    spaced, tight = " ".join(words), "".join(words)
    if _UNDO.fullmatch(spaced) or _UNDO_ZH.fullmatch(tight):
        return Form.parse("undo")
    if _BACK.fullmatch(spaced) or _BACK_ZH.fullmatch(tight):
        return Form.parse("back it")
    deed = split_units(re.sub(rf"^{_FILLER}|(?: please| now)*$", "", spaced) if spaced.isascii() else _bare(tight))
    if skills.alone(deed):
        return Form((Clause(SKILL, (), deed),))
    return None


def _bare(tight: str) -> str:
    return re.sub(rf"^{_FILLER_ZH}|[吧了]*$", "", tight)
