from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pontine.policies.actor import Actor, load
from pontine.policies.export import Exported, ExportError, export
from pontine.policies.library import find, tasks


@pytest.mark.parametrize("name", [*tasks(), "student"])
def test_an_exported_policy_acts_as_the_policy_and_knows_its_card(name: str, tmp_path: Path) -> None:
    actor, card = load(find(name))
    export(actor, card, tmp_path / "policy.onnx")
    played = Exported(tmp_path / "policy.onnx")
    seen = np.random.default_rng(1).normal(scale=2.0, size=(64, actor.observation)).astype(np.float32)
    assert np.abs(played.act(seen) - actor.act(seen)).max() < 1e-4
    assert np.abs(played.act(seen[:1]) - actor.act(seen[:1])).max() < 1e-4
    assert np.abs(played.act(100 * seen)).max() <= 1.0
    assert played.card == card


def test_any_depth_is_exported(tmp_path: Path) -> None:
    actor = Actor(7, 6, (5, 4, 3)).eval()
    assert export(actor, {}, tmp_path / "deep.onnx") < 1e-5


@pytest.mark.parametrize("hidden", [(16,), (16, 16)])
def test_an_actor_of_sac_is_exported_with_its_tanh(hidden: tuple[int, ...], tmp_path: Path) -> None:
    actor = Actor(7, 6, hidden, squash=True).eval()
    for parameter in actor.parameters():
        parameter.data *= 3
    export(actor, {}, tmp_path / "sac.onnx")
    seen = np.random.default_rng(1).normal(scale=2.0, size=(64, 7)).astype(np.float32)
    assert np.abs(Exported(tmp_path / "sac.onnx").act(seen) - actor.act(seen)).max() < 1e-4


def test_what_is_no_onnx_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"not a model")
    with pytest.raises(ExportError, match=r"bad\.onnx is no ONNX policy"):
        Exported(tmp_path / "bad.onnx")
    with pytest.raises(ExportError, match=r"none\.onnx is no ONNX policy"):
        Exported(tmp_path / "none.onnx")
