"""Checkpoints come back as they were, nothing in them runs, and one that was tampered with is refused in one line."""

from __future__ import annotations

import ast
import json
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import nn

from pontine.policies import checkpoint
from pontine.policies.actor import Actor
from pontine.policies.checkpoint import CheckpointError, keep, reading, restore
from pontine.policies.training.clone import CloneConfig
from pontine.policies.training.config import TrainConfig
from pontine.policies.training.finetune import FineTunePPO, PPOConfig, _new
from pontine.policies.training.keeper import keep as keep_model
from pontine.policies.training.keeper import resume
from pontine.policies.training.train import train
from pontine.policies.training.vec_env import make

ROOT = Path(__file__).parents[2]

ROOMS = ("envs", "policies", "planner", "sim2real", "conf")

OPENS_ANYTHING = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
"""Modules that run what a stranger wrote when they read it."""

LOADS = {
    "critics.load": "a critic's safetensors and card",
    "BRAINS[brain].load": "a brain's own class method",
    "EmbeddedBrain.load": "the same",
    "CausalBrain.load": "the same",
    "point.load": "the code of a package that is installed",
    "OmegaConf.load": "YAML, by a loader that makes nothing but texts and numbers",
}
"""What is called `load` and is harmless; torch's and numpy's are not, nor are stable-baselines3's."""


def opens_anything(path: Path) -> list[str]:
    """Where a module reads in a way that could run what it reads."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        what = ""
        if isinstance(node, ast.Import):
            what = " ".join(name.name for name in node.names if name.name.split(".")[0] in OPENS_ANYTHING)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            base = (node.module or "").split(".")[0]
            if base in OPENS_ANYTHING or (base in ("torch", "numpy") and "load" in {n.name for n in node.names}):
                what = f"from {node.module}"
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in ("torch.load", "np.load"):
            what = ast.unparse(node)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".load", "load_from_zip_file")):
            what = said if (said := ast.unparse(node.func)) not in LOADS else ""
        elif isinstance(node, ast.keyword) and node.arg in ("allow_pickle", "weights_only"):
            what = node.arg
        if what:
            found.append(f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}: {what}")
    return found


def test_nothing_that_strangers_hand_over_is_unpickled() -> None:
    modules = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    assert [place for path in modules for place in opens_anything(path)] == []


@pytest.mark.parametrize("line", ["import pickle", "from torch import load", "a = torch.load(p)", "b = SAC.load(p)",
                                  "import numpy as np; np.load(p)", "f(p, allow_pickle=True)"])  # fmt: skip
def test_the_search_finds_what_would_run(line: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "module.py").write_text(line)
    assert opens_anything(tmp_path / "module.py")


class Planted:
    """Runs when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


TINY = TrainConfig(
    task="reach", test_episodes=1, threads=1, randomization="none",
    clone=CloneConfig(rounds=1, worlds=2, steps=3, updates=1, hidden=(8,), validate_every=1, validation_episodes=1),
    ppo=PPOConfig(iterations=1, warmup=0, worlds=2, steps=4, batch=8, validate_every=1, validation_episodes=1),
)  # fmt: skip


def test_a_planted_checkpoint_runs_nothing(tmp_path: Path) -> None:
    run, ran = tmp_path / "run", tmp_path / "ran"
    train(TrainConfig(**{**vars(TINY), "run_dir": str(run)}))
    assert not list(run.rglob("*.zip")), "a finished run keeps nothing that a stranger's Python would unpickle"
    assert not (run / "checkpoint").exists()
    (run / "policy.json").unlink()
    (run / "checkpoint").mkdir()
    for path in (run / "ppo.zip", run / "checkpoint" / "ppo.zip"):
        path.write_bytes(pickle.dumps(Planted(ran)))
    train(TrainConfig(**{**vars(TINY), "run_dir": str(run)}))
    (run / "policy.json").unlink()
    (run / "checkpoint").mkdir()
    (run / "checkpoint" / "ppo.safetensors").write_bytes(pickle.dumps(Planted(ran)))
    with pytest.raises(CheckpointError, match=r"ppo\.safetensors cannot be read"):
        train(TrainConfig(**{**vars(TINY), "run_dir": str(run)}))
    assert not ran.exists()


def learner() -> tuple[nn.Linear, torch.optim.Adam]:
    network = nn.Linear(3, 2)
    optimizer = torch.optim.Adam(network.parameters())
    for _ in range(3):
        optimizer.zero_grad()
        network(torch.ones(3)).sum().backward()
        optimizer.step()
    return network, optimizer


def test_networks_optimisers_and_arrays_come_back(tmp_path: Path) -> None:
    (network, optimizer), (other, others) = learner(), learner()
    seen, again = np.arange(6.0).reshape(2, 3), np.zeros((2, 3))
    keep(tmp_path / "new" / "a.safetensors", {"network": network, "optimizer": optimizer, "seen": seen}, {"rounds": 3})
    facts = restore(tmp_path / "new" / "a.safetensors", {"network": other, "optimizer": others, "seen": again})
    assert facts == {"rounds": 3}
    assert (again == seen).all()
    for pair in zip(network.parameters(), other.parameters(), strict=True):
        assert torch.equal(*pair)
    for mine, theirs in zip(optimizer.state.values(), others.state.values(), strict=True):
        assert all(torch.equal(mine[key], theirs[key]) for key in ("step", "exp_avg", "exp_avg_sq"))


def test_a_model_goes_on_as_it_would_have(tmp_path: Path) -> None:
    config = PPOConfig(worlds=2, steps=4, batch=8)
    env = make("reach", 2, "none", 1)
    one, two = (_new(env, config, Actor(env.observation_space.shape[0], 6, (8,)), seed) for seed in (0, 1))
    assert isinstance(one, FineTunePPO)
    one.learn(16)
    keep_model(one, tmp_path / "ppo.safetensors")
    resume(two, tmp_path / "ppo.safetensors")
    assert two.num_timesteps == 16
    assert two._n_updates == one._n_updates > 0
    for name, values in one.policy.state_dict().items():
        assert torch.equal(values, two.policy.state_dict()[name]), name
    before, after = (model.policy.optimizer.state_dict()["state"] for model in (one, two))
    assert before.keys() == after.keys()
    assert all(torch.equal(before[k]["exp_avg"], after[k]["exp_avg"]) for k in before)
    two.learn(8, reset_num_timesteps=False)
    assert two.num_timesteps == 24
    env.close()


@pytest.mark.parametrize(
    ("tensors", "header", "said"),
    [
        ({"network/weight": torch.full((2, 3), torch.nan), "network/bias": torch.zeros(2)}, "{}", "not finite"),
        ({"network/weight": torch.zeros(3, 3), "network/bias": torch.zeros(2)}, "{}", "size mismatch for weight"),
        ({"network/weight": torch.zeros(2, 3)}, "{}", "Missing key"),
        ({"network/weight": torch.zeros(2, 3), "network/bias": torch.zeros(2)}, "[" * 100_000, "deep"),
        ({"network/weight": torch.zeros(2, 3), "network/bias": torch.zeros(2)}, None, "'facts' is missing"),
        ({"network/weight": torch.zeros(2, 3), "network/bias": torch.zeros(2), "optimizer/9/step": torch.tensor(1.0)},
         "{}", "not exp_avg|out of range|not of the shape"),
        ({"network/weight": torch.zeros(2, 3), "network/bias": torch.zeros(2), "optimizer/0/step": torch.tensor(1.0)},
         "{}", "state is not exp_avg"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_one_line(
    tensors: dict[str, torch.Tensor], header: str | None, said: str, tmp_path: Path
) -> None:
    network, optimizer = learner()
    save_file(tensors, tmp_path / "a.safetensors", {} if header is None else {"facts": header})
    with pytest.raises(CheckpointError, match=said) as error:
        restore(tmp_path / "a.safetensors", {"network": network, "optimizer": optimizer})
    assert "\n" not in str(error.value)


def door(data: bytes, folder: Path) -> None:
    """Bytes as a checkpoint: read, or refused by a PontineError."""
    path = folder / "fuzzed.safetensors"
    path.write_bytes(data)
    network, optimizer = learner()
    with reading(path) as (tensors, facts):
        checkpoint.count(facts, "rounds", 10)
        checkpoint.fill({"network": network, "optimizer": optimizer}, tensors)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bytes_are_a_checkpoint_or_refused_in_one_line(tmp_path: Path, data: st.DataObject) -> None:
    network, optimizer = learner()
    keep(tmp_path / "a.safetensors", {"network": network, "optimizer": optimizer}, {"rounds": 3})
    whole = bytearray((tmp_path / "a.safetensors").read_bytes())
    assert set(load_file(tmp_path / "a.safetensors")) >= {"network/weight", "optimizer/0/step"}
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)) | st.just(len(whole)))
    try:
        door(bytes(whole[:cut]), tmp_path)
    except CheckpointError as error:
        assert "\n" not in str(error)


def test_facts_are_json(tmp_path: Path) -> None:
    keep(tmp_path / "a.safetensors", {}, {"rounds": 3, "full": True})
    whole = (tmp_path / "a.safetensors").read_bytes()
    header = json.loads(whole[8 : 8 + int.from_bytes(whole[:8], "little")])
    assert json.loads(header["__metadata__"]["facts"]) == {"rounds": 3, "full": True}
