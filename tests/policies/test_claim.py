"""A folder is one run's and one process's at a time, and what is not a run's folder is left alone."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pontine.envs.errors import PontineError
from pontine.envs.files import MARK
from pontine.planner.tuning.lora import TuneConfig
from pontine.planner.tuning.tune import tune_verb
from pontine.policies.claim import claim
from pontine.policies.training.finetune import PPOConfig
from pontine.policies.training.run_folder import claimed
from pontine.policies.training.train import TrainConfig, train

OPTIONS = {"task": "reach", "seed": 0}


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_one_folder_is_one_process_s_at_a_time(tmp_path: Path) -> None:
    with (
        claimed(tmp_path, OPTIONS, print),
        pytest.raises(PontineError, match="another process"),
        claimed(tmp_path, OPTIONS, print),
    ):
        pass
    with claimed(tmp_path, OPTIONS, print):
        pass


def test_two_tunings_do_not_share_a_folder(tmp_path: Path) -> None:
    told = {"stage": "sft", **asdict(TuneConfig())}
    with claim(tmp_path, told), pytest.raises(PontineError, match="another process is at work in") as error:
        tune_verb(out=tmp_path)
    assert "\n" not in str(error.value)
    with pytest.raises(PontineError, match="holds a run with another seed"):
        tune_verb(out=tmp_path, seed=1)


@pytest.mark.parametrize(
    "theirs",
    [
        {".env-template": "A=1", ".zshrc-settings": "x"},
        {"config.json": '{"model_type": "llama"}', "model.safetensors": ""},
        {"config.json": "[]"},
        {"config.json": "{"},
        {"config.json": '{"command": 1, "commit": 2, "versions": 3}'},
        {"config.json": "[" * 100_000},
        {".lock": "theirs"},
    ],
)
def test_what_is_not_a_run_s_folder_is_left_as_it_is(theirs: dict[str, str], tmp_path: Path) -> None:
    for name, text in theirs.items():
        (tmp_path / name).write_text(text)
    before = everything(tmp_path)
    with pytest.raises(PontineError) as error:
        train(TrainConfig(task="reach", run_dir=str(tmp_path)))
    assert "\n" not in str(error.value)
    assert everything(tmp_path) == before


def test_a_run_says_how_it_is_made_again_and_keeps_what_is_not_its_own(tmp_path: Path) -> None:
    run = tmp_path / "new" / "run"
    with claim(run, OPTIONS) as origin:
        assert json.loads((run / "config.json").read_text()) == OPTIONS | origin
    for name in (".env-template", f"{MARK}curve-abcd1234.json"):
        (run / name).write_text("")
    (run / "reproduce.txt").unlink()
    with claimed(run, OPTIONS, print):
        assert origin["command"] in (run / "reproduce.txt").read_text()
    assert (run / ".env-template").exists()
    assert not list(run.glob(f"{MARK}*"))
    with pytest.raises(PontineError, match="another seed"), claim(run, OPTIONS | {"seed": 1}):
        pass
    with claim(run, OPTIONS | {"seed": 1}, may_differ=["seed"]):
        pass


@pytest.mark.parametrize(
    "changed",
    [
        {"settings": {"gamma": 0.5}},
        {"settings": {"kl": 0.1, "gamma": 0.5}},
        {"settings": {}},
        {"weights": {"to_reach": 2.0}},
        {"reward": "sparse"},
        {"start": "runs/mine/policy"},
        {"starts": "failures.jsonl"},
        {"ppo": PPOConfig(gamma=0.5)},
    ],
)
def test_a_run_with_any_other_option_is_another_run(changed: dict[str, Any], tmp_path: Path) -> None:
    config = TrainConfig(algo="ppo", settings={"kl": 0.1})
    (name,) = changed
    for number, (one, other) in enumerate(permutations((config, replace(config, **changed)))):
        folder = tmp_path / str(number)
        with claimed(folder, asdict(one), print):
            pass
        with claimed(folder, asdict(replace(one, threads=3)), print):
            pass
        before = (folder / "config.json").read_bytes()
        with (
            pytest.raises(PontineError, match=f"holds a run with another {name}; take another folder"),
            claimed(folder, asdict(other), print),
        ):
            pass
        assert (folder / "config.json").read_bytes() == before


def test_an_option_that_an_older_run_does_not_know_is_no_difference(tmp_path: Path) -> None:
    older = asdict(TrainConfig())
    del older["easier"], older["ppo"]["target_kl"]
    with claimed(tmp_path, older, print):
        pass
    with claimed(tmp_path, asdict(TrainConfig(easier=0.5)), print):
        pass


def test_a_place_that_cannot_be_a_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "run", Path("/proc/run")):
        with pytest.raises(PontineError) as error, claim(path, OPTIONS):
            pass
        assert "\n" not in str(error.value)


POINT = ["iteration", "env_steps", "success", "cpu_seconds"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["config.json", "curve.json", "spent.json"]),
    value=JSON | st.lists(st.fixed_dictionaries(dict.fromkeys(POINT, JSON))),
)
def test_whatever_a_run_s_files_say_it_is_one_line(name: str, value: object, tmp_path: Path) -> None:
    with claim(tmp_path, OPTIONS):
        before = (tmp_path / "config.json").read_bytes()
    (tmp_path / name).write_text(json.dumps(value))
    try:
        with claimed(tmp_path, OPTIONS, lambda words: None) as run:
            assert run.env_steps >= 0
    except PontineError as error:
        assert "\n" not in str(error)
    finally:
        for path in tmp_path.glob("*.json"):
            path.unlink()
        (tmp_path / "config.json").write_bytes(before)
