"""Learning from nothing but the reward: it learns, goes on where it was killed, and says what cannot be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pontine.conf.bench_learning import Config as bench_options
from pontine.envs.errors import PontineError, UnknownNameError
from pontine.policies.actor import Actor, load
from pontine.policies.soundness import DivergedError, check_settings
from pontine.policies.training import algorithm, keeper, offpolicy
from pontine.policies.training import train as training
from pontine.policies.training.algorithm import ALGORITHMS, Algorithm, Job
from pontine.policies.training.config import TrainConfig
from pontine.policies.training.offpolicy import OffPolicyConfig
from pontine.policies.training.run_folder import RunFolder
from pontine.policies.training.scratch import benchmark, ppo
from pontine.policies.training.scratch.benchmark import Case, bench_learning, check_budget, markdown
from pontine.policies.training.train import check_rewards, reward_of, train
from pontine.policies.training.vec_env import OWN_REWARD, make

SMALL = {
    "steps": 192, "worlds": 4, "rollout": 8, "epochs": 1, "batch": 16, "hidden": (8,), "validate_every": 64,
    "validation_episodes": 1,
}  # fmt: skip
TINY = TrainConfig(
    task="reach",
    algo="ppo",
    test_episodes=1,
    threads=1,
    randomization="none",
    settings=SMALL,
    offpolicy=OffPolicyConfig(
        steps=180, worlds=2, updates=1, batch=8, buffer=2000, warmup=10, hidden=(8, 8), validate_every=90,
        validation_episodes=1,
    ),
)  # fmt: skip


@pytest.mark.parametrize("task", ["reach", "pick_place"])
def test_ppo_trains_on_the_shaped_reward_and_keeps_the_best_actor(task: str, tmp_path: Path) -> None:
    card = train(replace(TINY, task=task, run_dir=str(tmp_path)))
    assert card["demonstrations"] == "none"
    assert card["training_env_steps"] == 192
    points = json.loads((tmp_path / "curve.json").read_text())
    assert [point["env_steps"] for point in points] == [64, 128, 192]
    actor, _ = load(tmp_path / "policy")
    assert actor.hidden == (8,)


def test_a_killed_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    def killed(progress: Any) -> None:
        if progress.done >= 100:
            raise KeyboardInterrupt

    config = replace(TINY, run_dir=str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        train(config, killed)
    told: list[int] = []
    train(config, lambda progress: told.append(progress.done) if progress.stage == "ppo" else None)
    assert told[0] > 64
    assert [point["env_steps"] for point in json.loads((tmp_path / "curve.json").read_text())] == [64, 128, 192]


def test_a_killed_run_goes_on_with_the_learning_rate_that_it_had_come_to(tmp_path: Path) -> None:
    rates: list[dict[int, float]] = [{}, {}]

    def killed(progress: Any) -> None:
        if progress.stage == "ppo":
            rates[0][progress.done] = progress.figures["rate"]
        if progress.done >= 100:
            raise KeyboardInterrupt

    def told(progress: Any) -> None:
        if progress.stage == "ppo":
            rates[1][progress.done] = progress.figures["rate"]

    # with so small a divergence wanted, every update is one that went too far
    config = replace(TINY, run_dir=str(tmp_path), settings={**SMALL, "kl": 1e-12})
    with pytest.raises(KeyboardInterrupt):
        train(config, killed)
    train(config, told)
    assert rates[0][32] == ppo.Settings().learning_rate > rates[0][64] > rates[0][96]
    assert rates[1][96] == rates[0][96] > rates[1][128]


def test_the_best_actor_stays_that_where_a_kill_kept_its_validation_out_of_the_curve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    success, measure, note = [1.0], keeper.evaluate, RunFolder.validated

    def scored(*args: Any) -> dict[str, Any]:
        return {**measure(*args), "success": success[0], "seconds_to_success": None}

    def killed(*args: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(keeper, "evaluate", scored)
    monkeypatch.setattr(RunFolder, "validated", killed)
    config = replace(TINY, run_dir=str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        train(config)
    assert not (tmp_path / "curve.json").exists()
    monkeypatch.setattr(RunFolder, "validated", note)
    success[0] = 0.5
    train(config)
    assert {point["success"] for point in json.loads((tmp_path / "curve.json").read_text())} == {0.5}
    assert load(tmp_path / "best")[1]["success"] == 1.0


class Small(Case):
    """A run that takes no time."""

    def config(self, *args: Any) -> TrainConfig:
        config = super().config(*args)
        return replace(config, settings=config.settings | SMALL) if self.algo == "ppo" else config


def broken(job: Job) -> dict[str, Actor]:
    raise ZeroDivisionError("a | b\nin two lines")


def test_the_benchmark_goes_on_past_a_run_that_breaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    algorithms = dict(ALGORITHMS.items())
    algorithms["broken"] = Algorithm("broken", "breaks", "none", broken, budgeted=lambda config, seconds: config)
    for module in (benchmark, algorithm, training):
        monkeypatch.setattr(module, "ALGORITHMS", algorithms)
    cases = [Small("reach", "broken", 0), Small("reach", "ppo", 0)]
    failed, good = bench_learning(tmp_path, cases, episodes=2)
    assert failed["failed"] == "ZeroDivisionError: a | b"
    assert (good["episodes"], good["env_steps"]) == (2, 192)
    again, other = bench_learning(tmp_path, [cases[1]], episodes=2), bench_learning(tmp_path, [cases[1]], episodes=1)
    assert list(again) == [good]
    assert next(other)["episodes"] == 1
    assert "failed" not in next(bench_learning(tmp_path, [cases[1]], episodes=1, scale=2.0))
    table = markdown([failed, good]).splitlines()
    assert len(table) == 4
    assert r"failed: ZeroDivisionError: a \| b" in table[2]
    assert table[3].startswith("| reach | ppo | 0 | ")


def test_the_benchmark_takes_whoever_can_be_given_a_budget() -> None:
    assert Case("reach", "ppo", 0).config(Path(), 1, 5, 30.0).settings["cpu_seconds"] == 30.0
    for algo in ("sac", "tqc", "crossq"):
        assert Case("reach", algo, 0).config(Path(), 1, 5, 30.0).offpolicy.cpu_seconds == 30.0
    with pytest.raises(UnknownNameError, match="algorithm with a budget 'clone'; valid: crossq, ppo, sac, tqc"):
        check_budget("clone")
    assert bench_options(algos=["sac"]).algos == ["sac"]
    with pytest.raises(UnknownNameError, match="algorithm with a budget 'rlpd'"):
        bench_options(algos=["ppo", "rlpd"])


def test_crossqs_normalisations_become_part_of_the_actors_layers() -> None:
    env = make("reach", 2, "none", 1, plain=True)
    model = offpolicy._new(env, "crossq", "reach", TINY.offpolicy, 0)
    rng = np.random.default_rng(0)
    with torch.no_grad():
        for layer in model.policy.actor.latent_pi:
            if hasattr(layer, "ra_mean"):
                layer.ra_mean.copy_(torch.from_numpy(rng.normal(size=layer.ra_mean.shape)))
                layer.ra_var.copy_(torch.from_numpy(rng.uniform(0.5, 2.0, layer.ra_var.shape)))
    model.policy.set_training_mode(False)
    seen = rng.normal(size=(5, 36)).astype(np.float32)
    wanted = model.policy.actor(torch.from_numpy(seen), deterministic=True).detach().numpy()
    np.testing.assert_allclose(offpolicy._actor(model, (8, 8)).act(seen), wanted, atol=1e-5)


def test_crossq_trains(tmp_path: Path) -> None:
    card = train(replace(TINY, algo="crossq", settings={}, run_dir=str(tmp_path)))
    assert card["training_env_steps"] == 180


def test_a_training_that_diverges_says_so_in_one_line(tmp_path: Path) -> None:
    env = make("reach", 4, "none", 1, plain=True)
    model = ppo._new(env, ppo.Settings(**SMALL), 0)
    with torch.no_grad():
        next(model.policy.parameters()).fill_(float("nan"))

    class Silent(ppo._Keeper):
        def __init__(self) -> None:
            self.stage = "ppo"

    silent = Silent()
    silent.model = model
    with pytest.raises(DivergedError, match="ppo diverged: after 0 environment steps"):
        silent.check_finite()
    with pytest.raises(DivergedError):
        keeper.go_on(_Refuses(model), 10, silent)  # type: ignore[arg-type]


class _Refuses:
    """A model whose distribution refuses its means, as torch's do."""

    def __init__(self, model: Any) -> None:
        self.num_timesteps = model.num_timesteps

    def learn(self, *args: Any, **kwargs: Any) -> None:
        raise ValueError("Expected parameter loc to satisfy the constraint Real()")


@pytest.mark.parametrize(
    ("key", "value"),
    [("gamma", 1.5), ("steps", 0), ("learning_rate", float("nan")), ("hidden", (0,)), ("kl", -1.0), ("hidden", 5),
     ("hidden", [1.5]), ("hidden", ["a"]), ("hidden", [True]), ("hidden", "5"), ("batch", 1), ("worlds", None)],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused_before_training(key: str, value: Any) -> None:
    with pytest.raises(PontineError, match=f"settings.{key}="):
        ALGORITHMS["ppo"].settings_of({key: value})
    check_settings(ppo.Settings(), zero=("entropy", "cpu_seconds"))
    with pytest.raises(PontineError, match=r"settings.worlds=1 settings.rollout=1: a rollout must have at least 2"):
        ALGORITHMS["ppo"].settings_of({"worlds": 1, "rollout": 1})
    assert ALGORITHMS["ppo"].settings_of({"worlds": 1, "hidden": [4, 4], "gamma": 1}).hidden == (4, 4)


@pytest.mark.parametrize("reward", [None, "task", "sparse"])
def test_a_goal_task_s_own_reward_is_learned_with_hindsight_by_whichever_name(reward: str | None) -> None:
    assert reward_of("pick_place", "sac", reward, {}) == OWN_REWARD
    check_rewards("pick_place", "rlpd", reward, {}, 0.0)


def test_rewards_are_checked_before_training() -> None:
    assert reward_of("pick", "ppo", None, {}).name == "shaped"
    assert reward_of("pick_place", "sac", None, {}).name == "task"
    assert reward_of("pick", "sac", "sparse", {}).name == "sparse"
    with pytest.raises(UnknownNameError):
        check_rewards("pick", "ppo", "dense", {}, 0.0)
    with pytest.raises(UnknownNameError, match="to_lift"):
        check_rewards("pick", "ppo", None, {"lift": 1.0}, 0.0)
    with pytest.raises(PontineError, match="Reach has no easier starts"):
        check_rewards("reach", "ppo", None, {}, 0.5)
    with pytest.raises(PontineError, match="algo=clone has the task's own reward"):
        check_rewards("pick", "clone", "shaped", {}, 0.0)
