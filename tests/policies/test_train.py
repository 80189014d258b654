"""Training at the command line: killed at any moment, it goes on; its files are whole."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pontine.policies.actor import load

SMALL = [
    "task=reach",
    "clone.rounds=2",
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


def pontine(*args: str, **kwargs: object) -> subprocess.Popen:
    return subprocess.Popen(
        [Path(sys.executable).with_name("pontine"), *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **kwargs,
    )


def test_a_run_killed_with_9_resumes_and_finishes(tmp_path: Path) -> None:
    run = tmp_path / "run"
    process = pontine("train", *SMALL, f"run_dir={run}")
    deadline = time.monotonic() + 120
    while not (run / "ppo.zip").exists() or len(json.loads((run / "curve.json").read_text())) < 3:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = json.loads((run / "curve.json").read_text())
    again = pontine("train", *SMALL, f"run_dir={run}")
    _out, err = again.communicate(timeout=180)
    assert again.returncode == 0, err
    after = json.loads((run / "curve.json").read_text())
    assert after[: len(before)] == before, "the resumed run forgot what was measured before"
    assert after[-1]["env_steps"] == 6 * 16 * 64
    assert [p["iteration"] for p in after] == sorted({p["iteration"] for p in after})
    _, card = load(run / "policy")
    assert card["task"] == "pontine/Reach-v0"
    assert card["config"]["seed"] == 0
    assert {"clone, randomization=none", "policy, randomization=real"} <= set(card["test"])
    other = pontine("train", *SMALL, f"run_dir={run}", "seed=1")
    assert other.wait(timeout=60) == 2
    assert "another seed" in other.stderr.read()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("task=fly", "valid: "),
        ("task=pickplace", "goal task"),
        ("ppo.iteration=3", "iterations"),
        ("randomization=moon", "valid: none, real, delay2"),
    ],
)
def test_wrong_values_are_one_line_with_the_choices(tmp_path: Path, wrong: str, said: str) -> None:
    process = pontine("train", wrong, f"run_dir={tmp_path / 'run'}")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said in err
    assert len(err.strip().splitlines()) == 1
