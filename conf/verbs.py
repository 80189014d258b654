"""The verbs there are, and what their YAML files say of them.

A verb of two words, such as `bench demo`, is a member of a family. The YAML of a
verb is its documentation: the comment at the top is what `--help` shows first,
with the examples, and the commented options below are what follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from types import ModuleType

from pontine.envs.errors import UnknownNameError

from . import plugins

NAMES = (
    "demo", "console", "review", "plan", "rehearse", "mcp", "train", "curves", "eval", "critic", "distill", "export",
    "tune", "watch", "list", "new", "check",
    "bench demo", "bench spots", "bench envs", "bench learning", "bench skills", "bench arm", "bench brain",
    "arm find", "arm check", "arm calibrate", "arm emulate", "arm markers", "arm camera",
    "arm align", "arm look", "arm setup", "arm teleop", "arm record", "arm replay", "arm identify", "arm run",
    "arm console", "arm mcp",
)  # fmt: skip
EXAMPLES = files("pontine.conf").joinpath("examples")
"""Where the files lie that the examples of `--help` name."""

MEMBERS = {"bench": "suite"}
"""What the members of a family are called, where there is a word for them; it may also name one as an option."""


@dataclass(frozen=True)
class Verb:
    """One thing that `pontine` does: a YAML file and a module with `Config` and `run(config) -> int`."""

    name: str

    @property
    def stem(self) -> str:
        """Name of its YAML file and of its module: `bench_demo` for `bench demo`."""
        return self.name.replace(" ", "_")

    def module(self) -> ModuleType:
        """Its module."""
        return import_module(f"pontine.conf.{self.stem}")

    def _yaml(self) -> tuple[list[str], list[str]]:
        lines = files("pontine.conf").joinpath(f"{self.stem}.yaml").read_text(encoding="utf-8").splitlines()
        top = next(i for i, line in enumerate(lines) if not line.startswith("#"))
        intro = [line.removeprefix("#").removeprefix(" ") for line in lines[:top]]
        body = lines[lines.index("# options") + 1 :]
        return intro, body

    def summary(self) -> str:
        """What it does, in one line."""
        return self._yaml()[0][0]

    def help(self) -> str:
        """What `--help` prints: what it does, examples, and every option with its default."""
        intro, body = self._yaml()
        options = "\n".join(f"  {line}".rstrip() for line in body).strip("\n")
        said = "\n".join(intro)
        named = [file.name for file in sorted(EXAMPLES.iterdir(), key=str) if f"={file.name}" in said]
        files_there = f"\n\n{', '.join(named)}: copy from {EXAMPLES}" if named else ""
        return (
            f"pontine {self.name}: {said}{files_there}\n\n"
            f"Options, written KEY=VALUE (here with their defaults):\n\n{options}\n{plugins.HELP}"
        )


def families() -> dict[str, list[str]]:
    """The first words of the two-word verbs, each with its second words."""
    out: dict[str, list[str]] = {}
    for name in NAMES:
        first, _, second = name.partition(" ")
        if second:
            out.setdefault(first, []).append(second)
    return out


def overview() -> str:
    """What `pontine` alone prints: the verbs, a line each."""
    return _listing("VERB", NAMES)


def family_overview(first: str) -> str:
    """What `pontine FAMILY` alone prints: the family's verbs, a line each."""
    return _listing(f"{first} VERB", [f"{first} {second}" for second in families()[first]])


def _listing(verb: str, names: Sequence[str]) -> str:
    width = max(len(name) for name in names) + 2
    lines = "\n".join(f"  {name:<{width}}{Verb(name).summary()}" for name in names)
    return (
        f"usage: pontine {verb} [KEY=VALUE ...]\n\n{lines}\n\n"
        f"`pontine {verb} --help` shows a verb's options with examples."
    )


def find(args: list[str]) -> tuple[Verb, list[str]]:
    """The verb that a command line starts with, and the words that are left.

    A family's second word may be given as an option too where `MEMBERS` has a word for it: `bench suite=demo`.

    Raises UnknownNameError listing the verbs if there is no such verb.
    """
    first, rest = args[0], args[1:]
    if first not in families():
        if first not in NAMES:
            raise UnknownNameError("verb", first, {name.split()[0] for name in NAMES})
        return Verb(first), rest
    seconds, word = families()[first], MEMBERS.get(first)
    what = f"{first} {word or 'verb'}"
    for i, typed in enumerate(rest):
        named = word is not None and typed.startswith(f"{word}=")
        if named or (i == 0 and "=" not in typed and not typed.startswith("-")):
            second = typed.removeprefix(f"{word}=") if named else typed
            if second not in seconds:
                raise UnknownNameError(what, second, seconds)
            return Verb(f"{first} {second}"), rest[:i] + rest[i + 1 :]
    raise UnknownNameError(what, "", seconds)
