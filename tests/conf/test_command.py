"""The contract of the `pontine` command, on the real executable."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from pontine.conf import verbs
from pontine.conf.main import main
from tests.command import PONTINE, pontine

ROOT = Path(__file__).parent.parent.parent
Inside = Callable[..., "subprocess.CompletedProcess[str]"]


HYDRA = (
    "hydra=x", "hydra=null", "+hydra=x", "hydra/launcher=x", "hydra.run=1", "hydra.mode=x", "hydra.searchpath=x",
)  # fmt: skip
"""Words of Hydra's own as they cannot be."""


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Inside:
    """The command as `pontine` runs it, in this process, which spares the start."""

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", [str(PONTINE), *args])
        status = main()
        out, err = capfd.readouterr()
        return subprocess.CompletedProcess([], status, out, err)

    return run


def assert_one_clear_line(result: subprocess.CompletedProcess[str]) -> None:
    assert result.returncode == 2, result.stderr
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("pontine: ")


def test_alone_it_lists_the_verbs(inside: Inside) -> None:
    result = inside()
    assert result.returncode == 0
    for name in verbs.NAMES:
        assert name in result.stdout


@pytest.mark.parametrize("name", verbs.NAMES)
def test_help_teaches_with_examples_and_shows_every_option(name: str, inside: Inside) -> None:
    result = inside(*name.split(), "--help")
    assert result.returncode == 0
    assert f"pontine {name} " in result.stdout.split("Examples:")[1]
    for key in verbs.Verb(name).module().Config.__dataclass_fields__:
        assert f"\n  {key}:" in result.stdout, key


@pytest.mark.parametrize("args", [[], ["demo", "--help"]])
def test_help_is_quick_because_nothing_heavy_is_imported(args: list[str], tmp_path: Path) -> None:
    code = (
        f"import sys; sys.argv = ['pontine', *{args!r}]; from pontine.conf.main import main; main();"
        "print(sorted({'torch', 'transformers', 'hydra'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"


def test_a_family_lists_its_members(inside: Inside) -> None:
    result = inside("bench")
    assert result.returncode == 0
    assert "usage: pontine bench VERB" in result.stdout
    assert re.search(r"^  bench demo +try 50 instructions", result.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["dmeo"], "unknown verb 'dmeo' (did you mean 'demo'?); valid: arm, bench, "),
        (["bench", "demos"], "unknown bench suite 'demos' (did you mean 'demo'?)"),
        (["bench", "suite=demos"], "unknown bench suite 'demos' (did you mean 'demo'?)"),
        (["demo", "sede=3"], "unknown option 'sede' (did you mean 'seed'?)"),
        (["demo", "seed=many"], "seed=many is not a whole number"),
        (["demo", "seed=-1"], "seed=-1 must be at least 0"),
        (["demo", "seed=1e20"], "seed=1"),
        (["demo", "seed=3", "seed=4"], "seed= is given 2 times"),
        (["eval", "episodes=1e20"], "episodes=1"),
        (["eval", "episodes=99999999999999999999"], "must be at most 2147483647"),
        (["train", "threads=99999"], "threads=99999 must be at most 1024"),
        (["plan", "threads=-99999"], "threads=-99999 must be at least 0"),
        (["tune", "group=-99999999999"], "group=-99999999999 must be at least -2147483647"),
        (["train", "ppo.worlds=99999999999"], "ppo.worlds=99999999999 must be at most 2147483647"),
        (
            ["train", "algo=ppo", "settings.worlds=999999999999"],
            "settings.worlds=999999999999 must be at most 2147483647",
        ),
        (["train", "algo=ppo", "settings.hidden=5"], "settings.hidden=5 of ppo must be of type list of int"),
        (["train", "ppo.batch=1"], "ppo.batch=1 must be at least 2"),
        (["train", "ppo.worlds=1", "ppo.steps=1"], "ppo.worlds=1 ppo.steps=1: a rollout must have at least 2 steps"),
        *((["demo", word], "hydra") for word in HYDRA),
        (["demo", "objects=9"], "objects=9 must be from 1 to 8"),
        (["demo", "--fast"], "unknown flag '--fast'"),
        (["demo", "put it in the bowl"], 'did you mean instruction="put it in the bowl"?'),
        (["demo", "instruction="], "the instruction is empty"),
        (["demo", "seed=[1"], "seed=[1"),
        (["demo", "hydra.nonsense=1"], "hydra.nonsense"),
        (["train", "ppo.iteration=3"], "unknown option 'ppo.iteration' (did you mean 'ppo.iterations'?)"),
        (["train", "clone.hidden=[]"], "clone.hidden=[]"),
        (["train", "ppo.gamma=nan"], "ppo.gamma=nan"),
        (["train", "recipe=fly"], "unknown recipe 'fly'; valid: pick_place"),
        (["curves"], "runs= is missing"),
        (["curves", "runs=[nowhere]"], "nowhere is no folder of a run"),
        (["train", "task=fly"], "unknown task 'fly'; valid: Button, Drawer, Pick, "),
        (["eval", "skill=fly"], "unknown skill 'fly'; valid: close, home, open, pick, place, press, push, reach"),
        (["eval", "randomization=wild"], "unknown randomization 'wild'; valid: delay2, fitted, none, real"),
        (["eval", "policy=nowhere"], "no policy file"),
        (["bench", "envs", "worlds=0"], "worlds=0 must be at least 1"),
        (["bench", "demo", "scenes=0"], "scenes=0 must be at least 1"),
    ],
)
def test_bad_input_is_one_clear_line(args: list[str], says: str, inside: Inside, tmp_path: Path) -> None:
    result = inside(*args)
    assert_one_clear_line(result)
    assert says in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_bad_input_on_the_real_executable(tmp_path: Path) -> None:
    result = pontine("demo", "sede=3", cwd=tmp_path)
    assert_one_clear_line(result)
    assert "did you mean 'seed'" in result.stderr


def test_a_reader_that_leaves_ends_it_without_a_word(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pontine.conf.main", "list", "predicates"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        assert run.stderr.read() == ""
    assert run.returncode == 1


def test_every_yaml_gives_its_config_the_same_defaults() -> None:
    """The YAML is what counts and what is shown; the dataclass must not say something else."""
    for name in verbs.NAMES:
        verb = verbs.Verb(name)
        written = OmegaConf.load(ROOT / "conf" / f"{verb.stem}.yaml")
        declared = OmegaConf.structured(verb.module().Config)
        for key in set(written) - {"defaults", "hydra", "run_dir"}:
            assert written[key] == declared[key], f"{verb.stem}.yaml: {key}"
        assert set(written) - {"defaults", "hydra"} == set(declared)


def test_a_training_run_keeps_its_folder(tmp_path: Path) -> None:
    tiny = [
        "clone.rounds=1", "clone.worlds=4", "clone.steps=2", "clone.updates=1", "ppo.iterations=1", "ppo.warmup=0",
        "ppo.worlds=4", "ppo.steps=2", "ppo.batch=8", "ppo.validation_episodes=2", "test_episodes=2",
        "clone.validation_episodes=2",
    ]  # fmt: skip
    single = pontine("train", "task=pick", *tiny, cwd=tmp_path)
    assert single.returncode == 0, single.stderr
    assert "policy, randomization=none: " in single.stdout
    folder = tmp_path / "runs" / "pick-clone+ppo-seed0"
    assert (folder / "policy.safetensors").is_file()
    assert json.loads((folder / "config.json").read_text())["task"] == "pick"
    assert "pontine train task=pick" in (folder / "reproduce.txt").read_text()
    assert json.loads((folder / "policy.json").read_text())["command"].startswith("pontine train task=pick clone.")
    out = "out=eval.json"
    measured = pontine("eval", "policy=runs/pick-clone+ppo-seed0/policy", "episodes=3", out, cwd=tmp_path)
    assert measured.returncode == 0, measured.stderr
    result = json.loads((tmp_path / "eval.json").read_text())
    assert (result["skill"], result["episodes"], len(result["wilson95"])) == ("pick", 3, 2)
    assert result["command"] == "pontine eval policy=runs/pick-clone+ppo-seed0/policy episodes=3 out=eval.json"
    assert {path.name for path in tmp_path.iterdir()} == {"runs", "eval.json"}


def test_the_config_is_shown_without_running(inside: Inside, tmp_path: Path) -> None:
    result = inside("plan", "--cfg", "job", "instruction=put a, b: {c} in 碗，then ${d}")
    assert result.returncode == 0
    assert "put a, b: {c} in 碗，then" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_what_is_typed_beside_a_recipe_comes_first(inside: Inside) -> None:
    result = inside("train", "recipe=pick_place", "clone.rounds=3", "--cfg", "job")
    assert result.returncode == 0, result.stderr
    for line in ("task: pick_place", "algo: clone", "randomization: none", "  rounds: 3", "  updates: 350"):
        assert f"{line}\n" in result.stdout


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("serial", ["arm", "find"]),
        ("serial", ["arm", "run", "port=x", "camera=0"]),
        ("cv2", ["arm", "markers"]),
    ],
)
def test_a_verb_whose_extra_is_not_installed_says_which(missing: str, words: list[str], tmp_path: Path) -> None:
    program = f"import sys; sys.modules[{missing!r}] = None; from pontine.conf.main import main; sys.exit(main())"
    result = subprocess.run(
        [sys.executable, "-c", program, *words], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert_one_clear_line(result)
    assert "pip install 'pontine[arm]'" in result.stderr
