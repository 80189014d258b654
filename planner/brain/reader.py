"""What every brain does: have a goal form written, ground it, and doubt it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pontine.envs.errors import PontineError
from pontine.envs.scene import Scene
from pontine.planner.brain.coverage import unspoken
from pontine.planner.brain.followup import set_phrase
from pontine.planner.brain.form import Form
from pontine.planner.brain.grounder import ground
from pontine.planner.brain.safety import harmful
from pontine.planner.brain.units import is_chinese
from pontine.planner.brain.wording import word
from pontine.planner.reading import Reading, Turn, question, refusal

LEAST = 0.05
"""Probability below which a second choice is not carried out even if it leaves nothing out."""


class NoFormError(PontineError):
    """The model did not write a goal form."""


class FormBrain(ABC):
    """Reads instructions by way of goal forms.

    A form whose probability is below `ask_below` becomes a question instead of being carried out.
    """

    ask_below: float = 0.0

    @abstractmethod
    def write_form(self, instruction: str) -> tuple[Form, float | None]:
        """The goal form of an instruction, and its probability if that is known. Raises NoFormError."""

    def read(self, instruction: str, scene: Scene, turns: Sequence[Turn] = ()) -> Reading:
        """What the instruction asks for in the scene, after the `turns` that were carried out before it.

        Raises PontineError if it is empty or far too long.
        """
        if not instruction.strip():
            raise PontineError("the instruction is empty; say what the arm should do")
        chinese = is_chinese(instruction)
        form, confidence = set_phrase(instruction), None
        if form is None:
            try:
                form, confidence = self.write_form(instruction)
            except NoFormError:
                return question(word("unclear", chinese))
        reading = self.weigh(form, confidence, instruction, scene, turns)
        if reading.half:
            for other, chance in self.other_forms(instruction):
                again = self.weigh(other, chance, instruction, scene, turns)
                if again.kind == "subgoals" and (chance is None or chance >= LEAST):
                    return again
        return reading

    def other_forms(self, instruction: str) -> Iterator[tuple[Form, float | None]]:
        """Less likely forms of the instruction, for when the likeliest leaves out something that was said."""
        return iter(())

    def weigh(
        self, form: Form, confidence: float | None, instruction: str, scene: Scene, turns: Sequence[Turn] = ()
    ) -> Reading:
        """The reading of an instruction for which `form` was written with this confidence."""
        reading = weigh(form, instruction, scene, turns)
        if reading.kind == "subgoals" and confidence is not None and confidence < self.ask_below:
            reading = question(word("unclear", is_chinese(instruction)))
        return replace(reading, confidence=confidence)


def weigh(form: Form, instruction: str, scene: Scene, turns: Sequence[Turn] = ()) -> Reading:
    """The reading of an instruction for which `form` was written."""
    chinese = is_chinese(instruction)
    reading = ground(form, scene, chinese, turns)
    if reading.kind == "subgoals" and (dropped := unspoken(form, instruction, scene, reading.subgoals)) is not None:
        reading = replace(question(word("leftover", chinese, dropped)), half=True)
    if reading.reason != "unsafe" and harmful(instruction, scene):
        reading = refusal("unsafe", word("unsafe", chinese))
    return reading
