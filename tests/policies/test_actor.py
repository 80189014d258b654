"""Policy files: whole or refused."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pontine.policies.actor import Actor, PolicyError, load, save


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    save(Actor(7, 6, (16, 16)), {"task": "none"}, tmp_path / "policy")
    return tmp_path / "policy"


def test_a_policy_comes_back(saved: Path) -> None:
    actor, card = load(saved)
    assert card["task"] == "none"
    assert card["network"]["hidden"] == [16, 16]
    action = actor.act(100 * np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32))
    assert action.shape == (5, 6)
    assert np.abs(action).max() <= 1.0
    assert not list(saved.parent.glob("*.tmp"))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_file_cut_short_or_scribbled_on_is_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("policy")
    save(Actor(7, 6, (16, 16)), {}, folder / "p")
    path = data.draw(st.sampled_from([folder / "p.safetensors", folder / "p.json"]))
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 3))])
    with pytest.raises(PolicyError) as error:
        load(folder / "p")
    assert "\n" not in str(error.value)


def test_a_missing_file_and_another_shape_are_refused(saved: Path) -> None:
    with pytest.raises(PolicyError, match="no policy file"):
        load(saved.with_name("other"))
    card = saved.with_suffix(".json")
    card.write_text(card.read_text().replace('"observation": 7', '"observation": 8'))
    with pytest.raises(PolicyError, match="does not fit"):
        load(saved)


@pytest.mark.parametrize("number", [torch.nan, torch.inf])
def test_weights_that_are_no_numbers_are_refused(number: float, tmp_path: Path) -> None:
    actor = Actor(7, 6, (16, 16))
    next(actor.parameters()).data[0, 0] = number
    save(actor, {}, tmp_path / "p")
    with pytest.raises(PolicyError, match="not finite"):
        load(tmp_path / "p")
