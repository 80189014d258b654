"""The embedded brain, with the real language model and the shipped adapter."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from pontine.envs.errors import PontineError
from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.planner.brain import load_brain
from pontine.planner.brain.embedded_brain import SHIPPED, EmbeddedBrain, merge_adapter
from pontine.planner.language.form import Form

SCENE = Scene(
    (
        SceneObject("red_cube", "cube", "red", (0.2, 0.05, 0.015), None, (0.03, 0.03, 0.03)),
        SceneObject("blue_cube", "cube", "blue", (0.2, -0.05, 0.015), None, (0.03, 0.03, 0.03)),
        SceneObject("banana", "banana", "yellow", (0.15, 0.1, 0.02), None, (0.1, 0.03, 0.03)),
        SceneObject("bowl", "bowl", "white", (0.28, -0.1, 0.0), None, (0.1, 0.1, 0.04), container=True),
    ),
    (Fixture("drawer", "drawer", "open"), Fixture("button", "button", "released")),
)


@pytest.fixture(scope="module")
def brain() -> EmbeddedBrain:
    torch.set_num_threads(1)
    loaded = load_brain()
    assert isinstance(loaded, EmbeddedBrain)
    return loaded


@pytest.mark.parametrize(
    ("instruction", "goals"),
    [
        ("put the red cube in the bowl, then close the drawer", [("in", "red_cube", "bowl"), ("closed", "drawer")]),
        ("把红色方块放进碗里，然后关上抽屉", [("in", "red_cube", "bowl"), ("closed", "drawer")]),
        ("Stack the red cube on the blue one.", [("on", "red_cube", "blue_cube")]),
        ("Set the red cube down on the blue one.", [("on", "red_cube", "blue_cube")]),
        ("pick up the banana", [("holding", "banana")]),
        ("把香蕉放到红色方块的左边", [("left_of", "banana", "red_cube")]),
        ("put all the cubes in the bowl", [("in", "red_cube", "bowl"), ("in", "blue_cube", "bowl")]),
        ("按一下按钮", [("pressed", "button")]),
    ],
)
def test_plain_instructions_are_read(brain: EmbeddedBrain, instruction: str, goals: list[tuple[str, ...]]) -> None:
    reading = brain.read(instruction, SCENE)
    assert reading.subgoals == tuple(goals), brain.write_form(instruction)
    assert reading.confidence is not None
    assert 0 < reading.confidence <= 1


def test_harm_is_refused(brain: EmbeddedBrain) -> None:
    assert brain.read("throw the banana at the window", SCENE).reason == "unsafe"


@pytest.mark.parametrize("text", ["?!", "asdf qwer", "。。。", "the the the", "<|im_end|>", "🙂", "7", "put " * 60])
def test_whatever_is_said_the_form_is_whole(brain: EmbeddedBrain, text: str) -> None:
    form, _ = brain.write_form(text)
    assert Form.parse(str(form)) == form
    assert brain.read(text, SCENE).kind in ("question", "refusal", "subgoals", "answer")


def test_the_same_instruction_reads_the_same(brain: EmbeddedBrain) -> None:
    assert brain.write_form("move the bowl") == brain.write_form("move the bowl")


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_an_empty_instruction_is_one_clear_line(brain: EmbeddedBrain, text: str) -> None:
    with pytest.raises(PontineError, match="empty"):
        brain.read(text, SCENE)


def test_a_book_is_no_instruction(brain: EmbeddedBrain) -> None:
    with pytest.raises(PontineError, match="too long"):
        brain.read("put the cube in the bowl " * 200, SCENE)


def test_an_adapter_cut_short_is_one_clear_line(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "adapter")
    whole = (tmp_path / "adapter" / "adapter.safetensors").read_bytes()
    (tmp_path / "adapter" / "adapter.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PontineError, match="cannot be used"):
        load_brain(str(tmp_path / "adapter"))
    with pytest.raises(PontineError, match="cannot be used"):
        load_brain(str(tmp_path / "nothing"))


@pytest.mark.parametrize(
    ("card", "why"),
    [("[" * 100_000, "deep"), ('{"rank": ' + "9" * 5000 + "}", "whole number"), ("[]", "list indices"),
     ("{}", "alpha"), ('{"alpha": 1, "rank": 0}', "zero"), ('{"alpha": "1", "rank": 2}', "unsupported operand")],
)  # fmt: skip
def test_an_adapter_with_a_card_of_another_shape_is_one_clear_line(tmp_path: Path, card: str, why: str) -> None:
    (tmp_path / "adapter.json").write_text(card)
    with pytest.raises(PontineError, match=f"cannot be used: .*{why}") as caught:
        merge_adapter(torch.nn.Linear(1, 1), tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("tensors", "more", "why"),
    [
        ({"0.lora_A": torch.ones(1, 2), "0.lora_B": torch.full((3, 1), torch.nan)}, {}, "not finite"),
        ({"0.lora_A": torch.full((1, 2), 3e38), "0.lora_B": torch.full((3, 1), 3e38)}, {}, "not finite"),
        ({"0.lora_A": torch.ones(1, 1), "0.lora_B": torch.ones(3, 1)}, {}, "another size"),
        ({".lora_A": torch.ones(1, 2), ".lora_B": torch.ones(3, 1)}, {}, "weight"),
        ({}, {"ask_below": -1}, "no probability"),
        ({}, {"ask_below": "often"}, "convert"),
    ],
)
def test_an_adapter_of_no_numbers_or_for_another_model_is_one_clear_line(
    tmp_path: Path, tensors: dict[str, torch.Tensor], more: dict, why: str
) -> None:
    save_file(tensors, tmp_path / "adapter.safetensors")
    (tmp_path / "adapter.json").write_text(json.dumps({"alpha": 2, "rank": 1, **more}))
    with pytest.raises(PontineError, match=f"cannot be used: .*{why}"):
        merge_adapter(torch.nn.Sequential(torch.nn.Linear(2, 3)), tmp_path)
