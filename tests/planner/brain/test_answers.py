"""What servers and small models put around a goal form."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pontine.planner.brain import answers
from pontine.planner.brain.answers import answer_of, checked, form_in
from pontine.planner.language.form import Form
from pontine.planner.language.grammar import FormError

SAID = "Put the red cube in the bowl, then close the drawer."
FORM = "in the red cube, the bowl; close the drawer"

WRAPPED = [
    FORM,
    f"Form: {FORM}",
    f"form： {FORM}",
    f"Goal form: {FORM}.",
    f"**Form:** {FORM}",
    f"Form:\n{FORM}",
    f'"{FORM}"',
    f"“{FORM}”",
    f"**{FORM}**",
    f"`{FORM}`",
    f"```\n{FORM}\n```",
    f"```text\n{FORM}\n```",
    f"- {FORM}",
    f"> {FORM}",
    f"{FORM}.",
    f"{FORM}。",
    FORM.capitalize(),
    f"{FORM}<|im_end|>",
    f"{FORM}<|im_end|>\n<|im_start|>user\nhold the bowl",
    f"{FORM}</s>",
    f"{FORM}<end_of_turn>",
    f"<|im_start|>assistant\n{FORM}<|im_end|>",
    f"{FORM}\n\nThis puts the red cube in the bowl and then closes the drawer.",
    f"{FORM}\nExplanation: the drawer is closed last.",
    f"{FORM} (the drawer is closed last)",
    f"{FORM} - because the drawer comes last",
    f"{FORM}. The drawer is closed last.",
    f"{FORM}  # the drawer last",
    f"Sure! The goal form is: {FORM}",
    f"Here you are:\n\n{FORM}\n\nLet me know if you need more.",
    f"The answer is **{FORM}**, I think.",
    f'{{"form": "{FORM}"}}',
    "1. in the red cube, the bowl\n2. close the drawer",
    "in the red cube, the bowl;\nclose the drawer",
    f"close the drawer\nWait, no.\n{FORM}",
    f"<think>hold the bowl</think>{FORM}",
    f"<think>\n{FORM.replace('bowl', 'drawer')}\n</think>\n{FORM}\n",
    f"<thinking>hold the bowl</thinking>\n{FORM}",
    f"so the cube\n</think>{FORM}",
    f"<|channel|>analysis<|message|>hold the bowl<|end|><|start|>assistant<|channel|>final<|message|>{FORM}<|return|>",
    f"<|channel|>final <|constrain|>text<|message|>{FORM}",
]


@pytest.mark.parametrize("answer", WRAPPED)
def test_a_form_is_found_in_what_is_around_it(answer: str) -> None:
    assert str(form_in(answer_of({"content": answer}), SAID)) == FORM


@pytest.mark.parametrize(
    "message",
    [
        {"content": [{"type": "text", "text": FORM}]},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hold the bowl"}]},
                     {"type": "text", "text": "in the red cube, "},
                     {"type": "text", "text": "the bowl; close the drawer"}]},
        {"content": None, "reasoning_content": f"They want two things.\n{FORM}"},
        {"content": "", "reasoning": f"They want two things.\nForm: {FORM}"},
        {"content": FORM, "reasoning_content": "hold the bowl"},
        {"content": "\n\n", "reasoning_content": f"<think>{FORM}"},
    ],
)  # fmt: skip
def test_the_text_of_a_message_wherever_it_stands(message: dict[str, Any]) -> None:
    assert str(form_in(answer_of(message), SAID)) == FORM


@pytest.mark.parametrize(
    "answer",
    ["", "<think>never ends", "Sure, I will put the red cube in the bowl.", "in the red cube, the",
     "in the moon, the bowl", "hold the bowl red", "in the red cube", "```\n```", "I would not say `hold the moon`.",
     "{}", "\n\n", "**", "Form:"],
)  # fmt: skip
def test_what_has_no_form_is_none(answer: str) -> None:
    with pytest.raises(FormError):
        form_in(answer_of({"content": answer}), SAID)


@pytest.mark.parametrize(
    "answer",
    ["\n".join(["form: " * 166] * 200), "\n".join([FORM + " (" * 400] * 200).replace("red", "blue"),
     "\n".join(['"hold"' * 160] * 200), "\n".join(["so. " * 250] * 200)],
)  # fmt: skip
def test_an_answer_made_to_have_many_readings_is_soon_given_up(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def counted(text: str, instruction: str) -> Form:
        tried.append(text)
        return checked(text, instruction)

    monkeypatch.setattr(answers, "checked", counted)
    with pytest.raises(FormError):
        form_in(answer, SAID)
    assert len(tried) <= answers.MOST_TRIES + 1


def test_a_label_far_behind_its_colon_is_looked_for_in_no_more_than_linear_time() -> None:
    """Where two runs of blanks may stand beside each other, each is tried at every length, for minutes."""
    began = time.thread_time()
    assert answers._LABEL.search("form" + " " * 100_000 + "x") is None
    assert time.thread_time() - began < 5


def test_a_form_before_a_long_explanation_is_found() -> None:
    prose = "\n".join(f"The cube goes first ({n}); then the drawer is closed, as was asked for." for n in range(150))
    assert str(form_in(f"{FORM}\n{prose}", SAID)) == FORM


@pytest.mark.parametrize("message", [{}, {"content": 7}, {"content": [None, 7, {"text": 7}]}, {"content": {"a": 1}}])
def test_a_message_of_another_shape_is_empty(message: dict[str, Any]) -> None:
    assert answer_of(message) == ""


def test_words_are_copied_from_the_instruction_alone() -> None:
    assert str(checked("hold the red cup", "Grab the RED cup.")) == "hold the red cup"
    for wrong in ("hold the moon", "hold the cup red", "grab the red cup", ""):
        with pytest.raises(FormError):
            checked(wrong, "Grab the RED cup.")


PIECES = ["in the red cube, the bowl", "close the drawer", ";", "\n", "Form:", "**", "`", "<|im_end|>", "<think>",
          "</think>", " - ", ". ", "(", "<|channel|>final<|message|>", "1. ", "unsafe", '"']  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join))
def test_whatever_is_written_is_a_form_of_the_instruction_or_none(answer: str) -> None:
    try:
        form = form_in(answer_of({"content": answer}), SAID)
    except FormError:
        return
    assert checked(str(form), SAID) == form
