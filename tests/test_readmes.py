"""What the READMEs show: Python runs, files can be read, commands are what the command line takes.

A block of Python is run, all of a README's in one go; a block with a file's name after its language is that file. Of
the commands those that are quick are run, in the order and the folder of the blocks; the others must name verbs and
options that there are.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from pontine.conf import verbs
from pontine.envs.registry import REGISTRIES
from tests.command import pontine

ROOT = Path(__file__).parent.parent
READMES = sorted(
    [ROOT / "README.md", ROOT / ".github" / "CONTRIBUTING.md", *ROOT.glob("[a-z]*/README.md")],
    key=lambda path: path.relative_to(ROOT).parts,
)
QUICK = {"list", "new", "check"}
"""Verbs that are run; `plan` is too where a goal takes the place of an instruction."""

WORDS = 1200
"""The most words of the first README, which is to be read in five minutes."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file that it is to be, if any, and what it holds."""

    language: str
    file: str
    text: str


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(path: Path) -> list[Block]:
    found = re.findall(r"^```(\w*) ?(\S*)\n(.*?)^```$", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [Block(*parts) for parts in found]


def commands(block: Block) -> list[list[str]]:
    """The `pontine` command lines in a block, without what is said about them."""
    lines = [line.removeprefix("$ ") for line in block.text.splitlines() if line.startswith(("$ ", "pontine "))]
    words = [shlex.split(line, comments=True) for line in lines]
    return [line[1:] for line in words if line[0] == "pontine"]


def is_quick(verb: verbs.Verb, words: list[str]) -> bool:
    return verb.name in QUICK or (verb.name == "plan" and any(word.startswith("goal=") for word in words))


def assert_it_is_taken(line: list[str]) -> None:
    """That there are the verb and the options of a command line, and its choices where they are a group's."""
    verb, words = verbs.find(line)
    folder = ROOT / "conf"
    schema = verb.module().Config.__dataclass_fields__
    for word in words:
        key, given, value = word.partition("=")
        if not given:
            assert verb.name in QUICK or word in {"-m", "--help"}, f"{verb.name} takes no {word!r}"
        elif (folder / key).is_dir():
            assert value in {path.stem for path in (folder / key).glob("*.yaml")}, f"there is no {word}"
        else:
            top, *inner = key.lstrip("+~").split(".")
            assert top in {*schema, "plugins", "hydra", "run_dir"}, f"{verb.name} has no option {key}"
            written = yaml.safe_load((folder / f"{verb.stem}.yaml").read_text(encoding="utf-8")).get(top)
            assert not inner or top == "hydra" or not isinstance(written, dict) or inner[0] in written, key


@pytest.mark.parametrize("path", READMES, ids=label)
def test_what_it_shows_can_be_done(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for block in blocks(path):
        if block.file:
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
        if block.language == "json":
            json.loads(block.text)
        for line in commands(block):
            assert_it_is_taken(line)
            if is_quick(*verbs.find(line)):
                run = pontine(*line, cwd=tmp_path)
                assert run.returncode == 0, (line, run.stdout, run.stderr)


@pytest.mark.parametrize("path", READMES, ids=label)
def test_its_python_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    import_module("pontine.conf.registries").registries()
    before = {sort: set(registry) for sort, registry in REGISTRIES.items()}
    module = ModuleType("a_readme")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for block in blocks(path):
        if block.language == "python" and not block.file:
            exec(compile(block.text, label(path), "exec"), vars(module))
    for sort, known in before.items():
        for name in set(REGISTRIES[sort]) - known:
            del REGISTRIES[sort]._found[name], REGISTRIES[sort]._origins[name]


@pytest.mark.parametrize("path", READMES, ids=label)
def test_where_it_points_to_is_something(path: Path) -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_the_first_can_be_read_in_five_minutes() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= WORDS


@pytest.mark.parametrize(
    "line",
    ["pontine dmeo", "pontine demo sede=3", "pontine train launcher=none", "pontine train ppo.pace=3"],
)
def test_what_cannot_be_is_noticed(line: str) -> None:
    with pytest.raises(Exception, match=r"dmeo|sede|launcher|pace"):
        assert_it_is_taken(commands(Block("console", "", f"$ {line}\n"))[0])


RELEASED = {"0.1.0": "ac88635f61f80078"}
"""The versions that are out, with the beginning of the SHA-256 of what the changelog says from each on."""


def test_what_is_new_stands_under_no_version_that_is_out() -> None:
    text = (ROOT / ".github" / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (\d.*)$", text, re.MULTILINE)
    found = {v: hashlib.sha256(text[text.index(f"## {v}\n") :].encode()).hexdigest()[:16] for v in versions}
    assert found == RELEASED, "what changed since stands under Unreleased"
