"""Training at the command line: killed at any moment, it goes on; its files are whole."""

import json
import pickle
import shlex
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from gymnasium import spaces
from safetensors.torch import load_file
from stable_baselines3.common.buffers import ReplayBuffer

from pontine.conf import train as conf
from pontine.conf.main import dispatch
from pontine.conf.options import frozen
from pontine.envs.errors import PontineError
from pontine.envs.files import MARK
from pontine.policies.actor import load
from pontine.policies.library import policy_path
from pontine.policies.training.algorithm import ALGORITHMS
from pontine.policies.training.offpolicy import keep, restore
from pontine.policies.training.train import TrainConfig, train
from tests.command import Started
from tests.conf.test_examples import examples
from tests.test_readmes import READMES, blocks, commands

SMALL = [
    "task=reach",
    "clone.rounds=5",
    "clone.validate_every=2",
    "clone.validation_episodes=10",
    "clone.worlds=16",
    "clone.updates=5",
    "clone.hidden=[16,16]",
    "ppo.iterations=6",
    "ppo.warmup=1",
    "ppo.worlds=16",
    "ppo.batch=128",
    "ppo.validate_every=1",
    "ppo.validation_episodes=10",
    "test_episodes=10",
    "threads=1",
]


def training(*args: str) -> Started:
    return Started("train", *args, cwd=Path())


LEARNER = Path("checkpoint", "clone", "learner.safetensors")

SOON = 240.0
"""Seconds until which a run must have got somewhere, on the busiest of machines."""

OFF_POLICY = [
    "task=pick_place", "randomization=none", "threads=1", "test_episodes=5", "offpolicy.steps=4000",
    "offpolicy.worlds=8", "offpolicy.updates=1", "offpolicy.batch=16", "offpolicy.hidden=[16,16]",
    "offpolicy.buffer=3600", "offpolicy.validate_every=800",
    "offpolicy.validation_episodes=5",
]  # fmt: skip


def kill_when(run: Started, done: Callable[[], bool]) -> None:
    """Kill a run with -9 once something is so."""
    deadline = time.monotonic() + SOON
    while not done():
        assert run.running, run.ended()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    run.send_signal(signal.SIGKILL)
    run.ended()


def points(run: Path, stage: str) -> list[dict]:
    path = run / "curve.json"
    return [p for p in json.loads(path.read_text()) if p["stage"] == stage] if path.exists() else []


def finish(*args: str) -> str:
    ended = training(*args).ended(2 * SOON)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_run_killed_with_9_in_either_stage_goes_on_from_its_last_checkpoint(tmp_path: Path) -> None:
    run = tmp_path / "run"
    rounds = run / "checkpoint" / "clone"
    args = [*SMALL, f"run_dir={run}"]
    kill_when(training(*args), lambda: (rounds / "round-0001.safetensors").exists())
    # What a kill in the middle of writing leaves behind is under a temporary name, and is never read.
    (rounds / f"{MARK}learner-abcd1234.safetensors").write_bytes(b"half a checkpoint")
    (run / f"{MARK}curve-abcd1234.json").write_text("[{")
    kept = sorted(p.name for p in rounds.glob("round-*.safetensors"))
    stamps = {name: (rounds / name).stat().st_mtime_ns for name in kept[:-1]}
    kill_when(training(*args), lambda: not rounds.exists() or len(list(rounds.glob("round-*.safetensors"))) > len(kept))
    if rounds.exists():
        again = {name: (rounds / name).stat().st_mtime_ns for name in stamps}
        assert again == stamps, "rounds that a checkpoint had were played again"
    kill_when(training(*args), lambda: len(points(run, "ppo")) >= 2)
    before = json.loads((run / "curve.json").read_text())
    finish(*args)
    after = json.loads((run / "curve.json").read_text())
    assert after[: len(before)] == before, "the resumed run forgot what was measured before"
    assert [p["iteration"] for p in points(run, "clone")] == [2, 4, 5]
    assert points(run, "clone")[-1]["env_steps"] == 5 * 16 * 25
    assert points(run, "ppo")[-1]["env_steps"] == 6 * 16 * 64
    assert [p["iteration"] for p in points(run, "ppo")] == list(range(7))
    assert [p["cpu_seconds"] for p in after] == sorted(p["cpu_seconds"] for p in after)
    assert (run / "curve.png").read_bytes().startswith(b"\x89PNG")
    assert list((run / "tensorboard").iterdir())
    assert not list(run.rglob("*-abcd1234.*"))
    assert not (run / "checkpoint").exists()
    _, card = load(run / "policy")
    assert (card["task"], card["config"]["seed"]) == ("pontine/Reach-v0", 0)
    assert {"clone, randomization=none", "policy, randomization=real"} <= set(card["test"])
    recipe = (run / "reproduce.txt").read_text()
    assert f"pontine {shlex.join(['train', *args])}" in recipe
    assert "mujoco" in recipe
    assert "finished" in finish(*args)
    other = training(*args, "seed=1").ended(SOON)
    assert other.returncode == 2
    assert "another seed" in other.stderr


@pytest.mark.parametrize("algo", ["sac", "tqc", "rlpd"])
def test_learning_from_nothing_goes_on_after_kill_9_with_its_replay_buffer(algo: str, tmp_path: Path) -> None:
    run = tmp_path / "run"
    demonstrated = ["offpolicy.demonstrations=8"] if algo == "rlpd" else []
    args = [*OFF_POLICY, *demonstrated, f"algo={algo}", f"run_dir={run}"]
    before: list[dict] = []
    if algo == "rlpd":
        kill_when(training(*args), lambda: len(points(run, algo)) >= 2)
        before = points(run, algo)
        kept = load_file(run / "checkpoint" / "buffer.safetensors")
        assert len(kept["actions/"]) * 8 >= before[-1]["env_steps"] - 8
    out = finish(*args)
    if before:
        assert points(run, algo)[: len(before)] == before
    steps = [p["env_steps"] for p in points(run, algo)]
    assert steps == sorted(set(steps))
    assert steps[-1] == 4000
    assert "policy, randomization=none: " in out
    actor, card = load(run / "policy")
    assert actor.squash
    assert card["training_env_steps"] == 4000
    assert not (run / "checkpoint").exists()


def test_a_damaged_checkpoint_is_one_clear_line(tmp_path: Path) -> None:
    run = tmp_path / "run"
    args = [*SMALL, f"run_dir={run}"]
    kill_when(training(*args), lambda: (run / LEARNER).exists())
    learner = run / LEARNER
    learner.write_bytes(learner.read_bytes()[:-200])
    ended = training(*args).ended(SOON)
    assert ended.returncode == 2
    assert "cannot be read" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("full", [False, True])
def test_a_replay_buffer_comes_back(full: bool, tmp_path: Path) -> None:
    space = spaces.Box(-1, 1, (3,), np.float32)
    rng = np.random.default_rng(0)

    def fresh() -> ReplayBuffer:
        return ReplayBuffer(40, space, space, "cpu", n_envs=2)

    one, two = fresh(), fresh()
    for _ in range(30 if full else 13):
        rows = rng.normal(size=(2, 3)).astype(np.float32)
        one.add(rows, rows + 1, rows, rows[:, 0], rows[:, 0] > 1, [{}, {}])
    keep(one, tmp_path / "buffer.safetensors")
    restore(two, tmp_path / "buffer.safetensors")
    assert (two.pos, two.full) == (one.pos, one.full)
    for name in ("observations", "next_observations", "actions", "rewards", "dones"):
        np.testing.assert_array_equal(getattr(one, name)[: one.size()], getattr(two, name)[: two.size()])
    (tmp_path / "buffer.safetensors").write_bytes((tmp_path / "buffer.safetensors").read_bytes()[:100])
    with pytest.raises(PontineError, match="cannot be read"):
        restore(fresh(), tmp_path / "buffer.safetensors")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("task=fly", "valid: "),
        ("task=pickplace", "goal task"),
        ("ppo.iteration=3", "iterations"),
        ("randomization=moon", "valid: delay2, fitted, none, real"),
        ("algo=a2c", "valid: clone, clone+ppo, crossq, ppo, rlpd, sac, tqc"),
        ("algo=sac start=runs/mine/policy", "start=runs/mine/policy is for algo=clone, clone+ppo"),
        ("nominal=1.5", "nominal=1.5 must be from 0 to 1"),
    ],
)
def test_wrong_values_are_one_line_with_the_choices(tmp_path: Path, wrong: str, said: str) -> None:
    ended = training(*wrong.split(), f"run_dir={tmp_path / 'run'}").ended(SOON)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., conf.Config]:
    """The options as training would get them, which does not begin."""
    monkeypatch.chdir(tmp_path)
    got: list[conf.Config] = []

    def run(config: conf.Config) -> int:
        got.append(config)
        return 0

    monkeypatch.setattr(conf, "run", run)

    def take(*words: str) -> conf.Config:
        assert dispatch(["train", *words]) == 0
        return got[-1]

    return take


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("algo=ppo ppo.gamma=0.5", r"ppo.gamma=0.5 is for algo=clone\+ppo, .*; algo=ppo has settings.steps, worlds"),
        ("algo=ppo clone.rounds=3", r"clone.rounds=3 is for algo=clone, clone\+ppo, "),
        ("algo=clone ppo.iterations=3", r"ppo.iterations=3 is for algo=clone\+ppo, and algo=clone does not heed it$"),
        ("algo=sac clone.hidden=[8]", r"clone.hidden=\[8\] is for"),
        ("algo=sac offpolicy.demonstrations=3", "is for algo=rlpd, "),
        ("algo=crossq offpolicy.tau=0.5", "is for algo=rlpd, sac, tqc, "),
        ("recipe=pick_place algo=tqc", "clone.rounds=32 is for"),
    ],
)
def test_an_option_that_the_algorithm_does_not_heed_is_refused(
    words: str, said: str, taken: Callable[..., conf.Config]
) -> None:
    with pytest.raises(PontineError, match=said) as error:
        taken(*words.split())
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("algo", list(ALGORITHMS))
def test_every_algorithm_takes_the_defaults_and_what_it_heeds(algo: str, taken: Callable[..., conf.Config]) -> None:
    assert taken(f"algo={algo}", "clone.hidden=[256,256]", "ppo.gamma=0.998", "offpolicy.cpu_seconds=0").algo == algo
    heeded = [f"{part}.worlds=7" for part in conf.PARTS if ALGORITHMS[algo].heeds(f"{part}.worlds")]
    taken(f"algo={algo}", *heeded)


SHOWN = [
    line
    for line in [*examples("train"), *(line for path in READMES for block in blocks(path) for line in commands(block))]
    if line[0] == "train" and not any(word.startswith("plugins=") for word in line)
]
"""What `--help` and the READMEs say can be typed; strangers' packages show theirs."""

BESIDE = ("launcher=", "sweeper=", "hydra.", "ppo.std=")
"""What says how a sweep is run, and a range."""

ARM = ("randomization=fitted", "dynamics=mine.json")
"""What needs a file of an arm."""


@pytest.mark.parametrize("line", SHOWN, ids=" ".join)
def test_what_is_shown_of_training_is_taken(line: list[str], taken: Callable[..., conf.Config]) -> None:
    words = line[1:]
    if "-m" in words:  # one of the sweep's runs
        words = [word.partition(",")[0] for word in words if word != "-m" and not word.startswith(BESIDE)]
    taken(*(word for word in words if word not in ARM))


def test_the_options_of_the_command_line_are_those_that_training_declares() -> None:
    typed = pickle.loads(pickle.dumps(conf.Config()))
    assert frozen(TrainConfig, typed) == TrainConfig()
    typed.clone.hidden, typed.ppo.std = [8, 4], 0.5
    assert frozen(TrainConfig, typed).clone.hidden == (8, 4)
    assert frozen(TrainConfig, typed).ppo.std == 0.5


def test_the_card_says_what_the_start_came_from(tmp_path: Path) -> None:
    shipped = policy_path("reach")
    one = train(
        TrainConfig(task="reach", algo="clone", start=str(shipped), run_dir=str(tmp_path / "one"), test_episodes=1)
    )
    made = load(shipped)[1]
    *earlier, last = one["before"]
    assert earlier == made.get("before", [])
    assert (last["policy"], last["command"], last["commit"]) == (str(shipped), made["command"], made["commit"])
    start = str(tmp_path / "one" / "policy")
    two = train(TrainConfig(task="reach", algo="clone", start=start, run_dir=str(tmp_path / "two"), test_episodes=1))
    assert two["before"][:-1] == one["before"]
    assert two["before"][-1]["policy"] == start
    assert two["before"][-1]["commit"] == one["commit"]
