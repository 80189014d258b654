"""Which of several forms is believed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pontine.envs.scene import Scene, SceneObject
from pontine.planner.brain.reader import FormBrain
from pontine.planner.language.form import Form

SCENE = Scene(
    (
        SceneObject("spool", "spool"),
        SceneObject("red_cup", "cup", "red", container=True),
        SceneObject("blue_cup", "cup", "blue", container=True),
        SceneObject("tin", "tin", container=True),
    )
)


class Scripted(FormBrain):
    """Writes the forms it was given, and counts how many were asked for."""

    def __init__(self, *forms: tuple[str, float | None]) -> None:
        self.scripted, self.asked = forms, 0

    def forms(self, instruction: str, scene: Scene | None = None) -> Iterator[tuple[Form, float | None]]:
        for text, chance in self.scripted:
            self.asked += 1
            yield Form.parse(text), chance


WHOLE = "in the spool, the tin"


@pytest.mark.parametrize(
    ("forms", "kind", "asked"),
    [
        ([(WHOLE, 0.5), ("cannot", 0.4)], "subgoals", 1),
        ([("in the spo, the tin", 0.5), (WHOLE, 0.3)], "subgoals", 2),
        ([("in the thread, the tin", 0.97), (WHOLE, 0.02)], "refusal", 2),
        ([("in the spool, the cup", 0.6), (WHOLE, 0.3)], "subgoals", 2),
        ([("in the spool, the cup", 0.9), ("in the spool, the red cup", 0.06)], "question", 2),
        ([("hold the spool", 0.9), (WHOLE, 0.04)], "question", 2),
        ([("hold the spool", 0.9), (WHOLE, 0.08)], "subgoals", 2),
        ([("unsafe", 0.4), (WHOLE, 0.4)], "refusal", 1),
        ([("cannot", 0.9), (WHOLE, 0.08)], "refusal", 2),
        ([("in the spo, the tin", None), (WHOLE, None)], "refusal", 1),
    ],
)
def test_what_can_be_carried_out_is_preferred_if_it_is_likely_enough(
    forms: list[tuple[str, float | None]], kind: str, asked: int
) -> None:
    brain = Scripted(*forms)
    reading = brain.read("put the spool in the tin", SCENE)
    assert reading.kind == kind
    assert brain.asked == asked
