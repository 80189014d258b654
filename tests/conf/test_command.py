"""The contract of the `pontine` command, on the real executable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pontine.conf import verbs

PONTINE = Path(sys.executable).parent / "pontine"


def pontine(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PONTINE, *args], cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300, check=False
    )


def assert_one_clear_line(result: subprocess.CompletedProcess[str]) -> None:
    assert result.returncode == 2, result.stderr
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("pontine: ")


def test_alone_it_lists_the_verbs(tmp_path: Path) -> None:
    result = pontine(cwd=tmp_path)
    assert result.returncode == 0
    for name in verbs.NAMES:
        assert name in result.stdout


@pytest.mark.parametrize("name", verbs.NAMES)
def test_help_teaches_with_examples_and_shows_every_option(name: str, tmp_path: Path) -> None:
    result = pontine(*name.split(), "--help", cwd=tmp_path)
    assert result.returncode == 0
    assert f"pontine {name} " in result.stdout.split("Examples:")[1]
    for key in verbs.Verb(name).module().Config.__dataclass_fields__:
        assert f"\n  {key}: " in result.stdout, key


@pytest.mark.parametrize("args", [[], ["demo", "--help"]])
def test_help_is_quick_because_nothing_heavy_is_imported(args: list[str], tmp_path: Path) -> None:
    code = (
        f"import sys; sys.argv = ['pontine', *{args!r}]; from pontine.conf.main import main; main();"
        "print(sorted({'torch', 'mujoco', 'transformers', 'numpy', 'hydra'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"


def test_a_family_lists_its_members(tmp_path: Path) -> None:
    result = pontine("bench", cwd=tmp_path)
    assert result.returncode == 0
    assert "pontine bench demo" in result.stdout


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["dmeo"], "unknown verb 'dmeo' (did you mean 'demo'?); valid: bench, "),
        (["bench", "demos"], "unknown bench suite 'demos' (did you mean 'demo'?)"),
        (["bench", "suite=demos"], "unknown bench suite 'demos' (did you mean 'demo'?)"),
        (["demo", "sede=3"], "unknown option 'sede' (did you mean 'seed'?)"),
        (["demo", "seed=many"], "seed=many is not a whole number"),
        (["demo", "seed=-1"], "seed=-1 must be at least 0"),
        (["demo", "objects=9"], "objects=9 must be from 1 to 8"),
        (["demo", "--fast"], "unknown flag '--fast'"),
        (["demo", "put it in the bowl"], 'did you mean instruction="put it in the bowl"?'),
        (["demo", "instruction="], "the instruction is empty"),
        (["demo", "seed=[1"], "seed=[1"),
        (["demo", "hydra.nonsense=1"], "hydra.nonsense"),
        (["bench", "demo", "scenes=0"], "scenes=0 must be at least 1"),
    ],
)
def test_bad_input_is_one_clear_line(args: list[str], says: str, tmp_path: Path) -> None:
    result = pontine(*args, cwd=tmp_path)
    assert_one_clear_line(result)
    assert says in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_config_is_shown_without_running(tmp_path: Path) -> None:
    result = pontine("plan", "--cfg", "job", "instruction=put a, b: {c} in 碗，then ${d}", cwd=tmp_path)
    assert result.returncode == 0
    assert "put a, b: {c} in 碗，then" in result.stdout
    assert list(tmp_path.iterdir()) == []
