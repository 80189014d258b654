"""What every brain does: have a goal form written, ground it, and doubt it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pontine.envs.errors import PontineError
from pontine.envs.predicates import holds
from pontine.envs.scene import TABLE, Scene
from pontine.planner.dialogue import conversation
from pontine.planner.dialogue.followup import set_phrase, skill_phrase
from pontine.planner.grounding import skills, verbs
from pontine.planner.grounding.grounder import ground
from pontine.planner.grounding.naming.spelling import mended
from pontine.planner.honesty.coverage import unspoken
from pontine.planner.honesty.details import detail
from pontine.planner.honesty.doubts import doubt, terms
from pontine.planner.honesty.explained import unexplained
from pontine.planner.honesty.safety import harmful
from pontine.planner.language.form import Form
from pontine.planner.language.languages import language_of
from pontine.planner.language.messages import word
from pontine.planner.language.segments import split_units
from pontine.planner.reading import Reading, Turn, question, refusal
from pontine.policies.skills.skill import Skill

LEAST = 0.05
"""Probability below which a second choice is not carried out."""

CREDIT = {"half": 0.02, "declined": 0.06, "unsupported": 0.15}
"""How likely it is that the right form comes to nothing so: because it leaves out something that was said, makes no
sense, means nothing or too much in the scene, or is beyond the arm. A wrong form comes to nothing much more often, so
a form that can be carried out is to be preferred to a likelier one that cannot. Chosen on half of
the people's items."""


NAMED = 0.01
"""Probability from which a form is believed that calls a skill in the words in which it was asked for."""


class NoFormError(PontineError):
    """The model did not write a goal form; `wrote` is what it wrote instead, in short."""

    def __init__(self, message: str, wrote: str = "") -> None:
        super().__init__(message)
        self.wrote = wrote


class FormBrain(ABC):
    """Reads instructions by way of goal forms.

    A form whose probability is below `ask_below` becomes a question instead of being carried out.
    """

    ask_below: float = 0.0

    @abstractmethod
    def forms(self, instruction: str, scene: Scene | None = None) -> Iterator[tuple[Form, float | None]]:
        """Goal forms of an instruction (about the scene), each with its probability if that is known; the likeliest
        first. Raises NoFormError."""

    def write_form(self, instruction: str, scene: Scene | None = None) -> tuple[Form, float | None]:
        """The likeliest form and its probability. Raises NoFormError."""
        return next(self.forms(instruction, scene))

    def read(self, instruction: str, scene: Scene, turns: Sequence[Turn] = ()) -> Reading:
        """What the instruction asks for in the scene, after the `turns` that were carried out before it.

        Raises PontineError if it is empty or far too long.
        """
        if not instruction.strip():
            raise PontineError("the instruction is empty; say what the arm should do")
        instruction = mended(instruction, scene)
        reply = conversation.reply(instruction, scene, turns, lambda said, before: self.read(said, scene, before))
        if reply is not None:
            return reply
        if (phrase := set_phrase(instruction) or skill_phrase(instruction, scene)) is not None:
            return weigh(phrase, instruction, scene, turns)
        language = language_of(instruction)
        try:
            return self._best(instruction, scene, turns)
        except NoFormError as error:
            return question(word("unclear_written" if error.wrote else "unclear", language, error.wrote))

    def _best(self, instruction: str, scene: Scene, turns: Sequence[Turn]) -> Reading:
        """The reading of the form that is the likeliest one in this scene."""
        best, most, unskilled, left = None, 0.0, False, 1.0
        wanted = skills.named(split_units(instruction))
        for form, chance in self.forms(instruction, scene):
            left -= chance or 0.0
            if any(clause.words and skills.no_verb(clause.words, scene) for clause in form.clauses):
                continue
            if any(term.words and skills.no_thing(term.words) for term in terms(form)):
                continue
            reading = replace(weigh(form, instruction, scene, turns), confidence=chance)
            credit = credit_of(reading)
            if wanted & called(form) and reading.reason != "unsafe" and (chance is None or chance >= NAMED):
                # Said in the very words of a skill that the goal form has no verb for.
                best = reading
                break
            if unskilled and reading.reason == "unsafe":
                credit = CREDIT["unsupported"]
            if chance is None or (best is None and credit == 1.0):
                best, most = best or reading, chance or 1.0
                if wanted:
                    continue
                break
            if best is None or (chance * credit > most and (credit < 1.0 or chance >= LEAST)):
                unskilled = best is None and bool(form.clauses[0].words)
                best, most = reading, chance * credit
            if _at_most(left) <= most and (left < NAMED or not wanted):
                break  # No other form, whatever it is, would be preferred to this one.
        if best is None:
            raise NoFormError("every form that the model wrote has a verb that is none")
        if best.kind == "subgoals" and best.confidence is not None and best.confidence < self.ask_below:
            return replace(question(word("unclear", language_of(instruction))), confidence=best.confidence)
        return best


def _at_most(chance: float) -> float:
    """The most that a form of this probability can count for."""
    return chance if chance >= LEAST else chance * max(CREDIT.values())


def called(form: Form) -> set[type[Skill]]:
    """The skills that the copied verbs of a form mean."""
    return {skill for clause in form.clauses if clause.words for skill in skills.meant(clause.words)}


def credit_of(reading: Reading) -> float:
    """How likely it is that the right form comes to such a reading, against its being carried out."""
    if reading.kind in ("subgoals", "answer") or reading.reason == "unsafe":
        return 1.0
    if reading.half:
        return CREDIT["half"]
    if reading.reason == "unsupported":
        return CREDIT["unsupported"]
    return CREDIT["declined"]


def weigh(form: Form, instruction: str, scene: Scene, turns: Sequence[Turn] = ()) -> Reading:
    """The reading of an instruction for which `form` was written."""
    language, form = language_of(instruction), verbs.told(form)
    reading = ground(form, scene, language, turns, instruction)
    if reading.kind == "subgoals" and (dropped := unspoken(form, instruction, scene, reading.subgoals)) is not None:
        reading = replace(question(word("leftover", language, dropped)), half=True)
    missed = doubt(form, instruction, reading.subgoals) or detail(form, instruction)
    if reading.kind == "subgoals" and missed is not None:
        told = word(missed.key, language, missed.words)
        unable = missed.key in ("no_skill", "turning", "shape")
        reading = refusal("unsupported", told) if unable else replace(question(told), half=True)
    if _so_already(reading, scene) and (left := unexplained(form, instruction)) is not None:
        reading = replace(question(word("leftover", language, left)), half=True)
    if (idle := _idle(reading, scene)) is not None:
        reading = replace(question(word("already_there", language, idle), (idle,)), half=True)
    if reading.reason != "unsafe" and harmful(instruction, scene):
        reading = refusal("unsafe", word("unsafe", language))
    return replace(reading, words=form.copied())


def _so_already(reading: Reading, scene: Scene) -> bool:
    """Whether all that is asked for is so already."""
    marked = scene.marked(reading.spots)
    return bool(reading.subgoals) and all(holds(marked, goal) for goal in reading.subgoals)


def _idle(reading: Reading, scene: Scene) -> str | None:
    """What should be put on the table where all that is asked for is so already: nobody asks for that in earnest."""
    if any(goal[0] not in ("on", "in") or not holds(scene, goal) for goal in reading.subgoals):
        return None
    return next((goal[1] for goal in reading.subgoals if goal[0] == "on" and goal[2] == TABLE), None)
