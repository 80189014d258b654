"""Algorithms are declared: which tasks each can train, and what a stranger's needs to be one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.tasks import TASKS
from pontine.envs.tasks import task as task_of
from pontine.envs.tasks.reach import Reach
from pontine.policies.actor import Actor, load
from pontine.policies.demonstrators.demonstrator import DEMONSTRATORS
from pontine.policies.training import algorithm as algorithms
from pontine.policies.training.algorithm import ALGORITHMS, Algorithm, Job, check
from pontine.policies.training.clone import CloneConfig
from pontine.policies.training.config import TrainConfig
from pontine.policies.training.finetune import PPOConfig
from pontine.policies.training.offpolicy import OffPolicyConfig
from pontine.policies.training.train import train

LEARNABLE = {
    "Reach": {"clone+ppo", "clone", "sac", "tqc", "rlpd", "ppo", "crossq"},
    "Pick": {"clone+ppo", "clone", "sac", "tqc", "rlpd", "ppo", "crossq"},
    "Place": {"clone+ppo", "clone", "sac", "tqc", "rlpd", "ppo", "crossq"},
    "Stack": {"clone+ppo", "clone", "sac", "tqc", "rlpd", "ppo", "crossq"},
    "Push": {"clone+ppo", "clone", "sac", "tqc", "rlpd", "ppo", "crossq"},
    "PickPlace": {"clone", "sac", "tqc", "rlpd", "ppo", "crossq"},
    "Drawer": {"clone+ppo", "clone", "sac", "tqc", "rlpd", "ppo", "crossq"},
    "Button": {"clone+ppo", "clone", "sac", "tqc", "rlpd", "ppo", "crossq"},
    "Tabletop": set(),
}

TINY = TrainConfig(
    test_episodes=1,
    threads=1,
    randomization="none",
    clone=CloneConfig(rounds=1, worlds=2, steps=3, updates=1, hidden=(8,), validate_every=1, validation_episodes=1),
    ppo=PPOConfig(iterations=1, warmup=0, worlds=2, steps=4, batch=8, validate_every=1, validation_episodes=1),
    offpolicy=OffPolicyConfig(
        steps=40, worlds=2, updates=1, batch=8, buffer=2000, warmup=10, hidden=(8,), demonstrations=2,
        validate_every=40, validation_episodes=1,
    ),
)  # fmt: skip


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> dict[str, Algorithm]:
    """The algorithms, as a dict that the test may add to."""
    own = dict(ALGORITHMS.items())
    monkeypatch.setattr(algorithms, "ALGORITHMS", own)
    monkeypatch.setattr("pontine.policies.training.train.ALGORITHMS", own)
    return own


@pytest.mark.parametrize("task", LEARNABLE)
@pytest.mark.parametrize("algo", ["clone+ppo", "clone", "sac", "tqc", "rlpd", "ppo", "crossq"])
def test_a_refusal_names_only_what_works(task: str, algo: str) -> None:
    able = LEARNABLE[task]
    if algo in able:
        check(task, algo)
        return
    with pytest.raises(PontineError) as refused:
        check(task, algo)
    said = str(refused.value)
    assert "\n" not in said
    assert said.startswith(f"{task} cannot be trained with algo={algo}: ")
    if able:
        assert set(said.partition("take algo=")[2].split(", ")) == able
    else:
        assert "no algorithm that there is can train it" in said


def test_every_task_that_comes_with_pontine_is_in_the_table() -> None:
    assert set(TASKS) >= set(LEARNABLE)


@pytest.mark.parametrize(
    ("task", "algo"),
    [("reach", "clone+ppo"), ("pick_place", "clone"), ("button", "sac"), ("reach", "tqc"), ("pick_place", "rlpd"),
     ("drawer", "rlpd")],
)  # fmt: skip
def test_what_passes_the_check_trains(task: str, algo: str, tmp_path: Path) -> None:
    card = train(replace(TINY, task=task, algo=algo, run_dir=str(tmp_path / "run")))
    assert card["demonstrations"] == ALGORITHMS[algo].demonstrations
    assert load(tmp_path / "run" / "policy")[0].action == 6


class Unshown(Reach):
    """A task that nobody demonstrates."""

    name = "Unshown"


class Many(Reach):
    """A task whose observation is in parts."""

    name = "Many"

    @property
    def observation_space(self) -> spaces.Space:
        return spaces.Dict({"arm": spaces.Box(-1, 1, (3,), np.float32)})


def test_a_task_without_a_demonstrator_learns_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(algorithms, "task_of", lambda name: Unshown())
    with pytest.raises(
        PontineError, match=r"algo=clone\+ppo: it has no demonstrator; take algo=crossq, ppo, sac, tqc$"
    ):
        check("unshown", "clone+ppo")
    check("unshown", "sac")
    # a policy to start from stands for the demonstrator
    check("unshown", "clone+ppo", "runs/mine/policy")
    assert "Unshown" not in DEMONSTRATORS


def test_what_is_not_installed_is_not_recommended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(algorithms, "find_spec", lambda name: None if name == "sb3_contrib" else name)
    monkeypatch.setattr(algorithms, "task_of", lambda name: Unshown())
    with pytest.raises(PontineError, match=r"algo=ppo, sac$"):
        check("unshown", "clone")
    with pytest.raises(PontineError, match="sb3_contrib is not installed: pip install 'pontine"):
        check("unshown", "tqc")


@dataclass(frozen=True)
class Luck:
    tries: int = 3
    scale: float = 0.5


def guess(job: Job) -> dict[str, Actor]:
    """The best of a few random networks."""
    width = task_of(job.config.task).observation_space.shape
    actors = [Actor(width[0], 6, (4,)) for _ in range(job.settings.tries)]
    job.run.scalars("luck", job.settings.tries, {"scale": job.settings.scale})
    return {"policy": actors[-1]}


def test_a_stranger_s_algorithm_trains_with_settings_of_its_own(declared: dict[str, Algorithm], tmp_path: Path) -> None:
    declared["luck"] = Algorithm("luck", "guess", "none", guess, settings=Luck)
    config = replace(TINY, task="reach", algo="luck", settings={"tries": 2}, run_dir=str(tmp_path / "run"))
    assert train(config)["config"]["settings"] == {"tries": 2}
    for wrong, said in (({"trys": 2}, "unknown setting of luck 'trys'"), ({"tries": "x"}, "must be of type int")):
        with pytest.raises(PontineError, match=said):
            check("reach", "luck", settings=wrong)


def test_a_stranger_s_algorithm_may_take_what_ours_cannot(
    declared: dict[str, Algorithm], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(algorithms, "task_of", lambda name: Many())
    declared["graph"] = Algorithm("graph", "a network over parts", "none", guess, flat=False)
    check("many", "graph")
    with pytest.raises(PontineError, match=r"take algo=graph$"):
        check("many", "sac")


def test_an_unknown_algorithm_or_task_is_answered_with_those_there_are() -> None:
    with pytest.raises(
        UnknownNameError, match=r"algorithm 'a2c'.*valid: clone, clone\+ppo, crossq, ppo, rlpd, sac, tqc"
    ):
        check("pick", "a2c")
    with pytest.raises(UnknownNameError, match="task 'fly'"):
        check("fly", "clone")
    with pytest.raises(PontineError, match=r"start=mine is for algo=clone, clone\+ppo$"):
        check("pick", "sac", "mine")


def test_threads_are_as_they_were_after_training(tmp_path: Path) -> None:
    torch: Any = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(before + 1)
    try:
        train(replace(TINY, task="reach", algo="clone", run_dir=str(tmp_path / "run")))
        assert torch.get_num_threads() == before + 1
    finally:
        torch.set_num_threads(before)
