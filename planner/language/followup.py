"""Set phrases that need no model and mean nothing else: what takes back what was done, and the words of skills that are
done to nothing, such as "go home".

They are regular expressions in `data/*/followup.json`, over the words without punctuation.
"""

from __future__ import annotations

import re

from pontine.planner.language import skills
from pontine.planner.language.form import SKILL, Clause, Form
from pontine.planner.language.languages import data, languages
from pontine.planner.language.segments import split_units


def set_phrase(instruction: str) -> Form | None:
    """The form of an instruction that is nothing but such a phrase; None if it is anything else."""
    words = [u for u in split_units(instruction) if any(c.isalnum() for c in u)]
    for code in languages():
        text = (" " if data(code, "language")["spaced"] else "").join(words)
        filler, undo, back, trailer = (data(code, "followup")[key] for key in ("filler", "undo", "back", "trailer"))
        if re.fullmatch(filler + undo, text):
            return Form.parse("undo")
        if re.fullmatch(filler + back, text):
            return Form.parse("back it")
        deed = split_units(re.sub(rf"^{filler}|{trailer}$", "", text))
        if skills.alone(deed):
            return Form((Clause(SKILL, (), deed),))
    return None
