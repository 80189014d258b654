"""The words of a command line, checked and made safe for Hydra's override grammar.

Hydra reads `KEY=VALUE` with a grammar in which commas, quotes, braces, `$` and
`=` mean something. The options that take free text (an instruction, a path) must
survive it whole, so their values are quoted here before Hydra sees them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable

from pontine.envs.errors import PontineError, UnknownNameError

from . import plugins

FLAGS: dict[str, tuple[str, ...] | None] = {
    "--help": None, "-h": None, "--multirun": None, "-m": None, "--resolve": None, "--hydra-help": None,
    "--cfg": ("job", "hydra", "all"), "-c": ("job", "hydra", "all"),
}  # fmt: skip
"""Hydra's flags that a verb accepts, each with the words of which one must follow it."""


def quote(value: str) -> str:
    """A Hydra quoted value that reads back as exactly `value`.

    Raises PontineError for the one text that no config can hold, `???`.
    """
    if value == "???":
        raise PontineError("??? cannot be given as a text: it is how a config marks a value that is missing")
    # OmegaConf: a dollar sign before a brace starts an interpolation unless an odd number of backslashes stands before
    # it; and only there does a backslash escape anything.
    escaped = re.sub(r"(\\*)\$\{", lambda m: m[1] * 2 + r"\${", value)
    # Hydra: backslashes before the closing quote, or before a quote inside, are escapes; others stand for themselves.
    escaped = re.sub(r"(\\*)('|\Z)", lambda m: m[1] * 2 + ("\\'" if m[2] else ""), escaped)
    return f"'{escaped}'"


OPEN = ("settings.", "weights.")
"""Options of which the YAML does not list every key, so that Hydra would want a plus sign before them."""


def prepare(
    args: Iterable[str],
    keys: Collection[str],
    text_keys: Collection[str],
    groups: Collection[str] = (),
    bare_keys: Iterable[str] = (),
) -> list[str]:
    """The words to hand to Hydra: flags first, since its parser wants the overrides side by side.

    `keys` are the verb's options, `text_keys` those that take free text, `groups` its config groups, and `bare_keys`
    those whose values may be given as words alone, in this order.

    Raises PontineError if a word is neither a flag nor `KEY=VALUE` or an option is given twice,
    UnknownNameError if no option is called KEY.
    """
    flags: list[str] = []
    overrides: list[str] = []
    words, bare = iter(args), iter(bare_keys)
    for word in words:
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            raise PontineError(f"{word!a} is not text in this terminal's encoding ({sys.getfilesystemencoding()})")
        if not word.startswith(("-", "~")) and "=" not in word and (key := next(bare, None)):
            word = f"{key}={word}"
        if not word.startswith("-"):
            overrides.append(_override(word, keys, text_keys, groups))
            continue
        if word not in FLAGS:
            raise UnknownNameError("flag", word, FLAGS)
        flags.append(word)
        if choices := FLAGS[word]:
            choice = next(words, "")
            if choice not in choices:
                raise UnknownNameError(f"value of {word}", choice, choices)
            flags.append(choice)
    if "--resolve" in flags and not {"--cfg", "-c"} & set(flags):
        raise PontineError("--resolve shows what --cfg shows with its references looked up: add --cfg job")
    if {"--cfg", "-c"} & set(flags) and {"--multirun", "-m"} & set(flags):
        raise PontineError("--cfg shows the config of one run: leave --multirun out")
    named = [word.lstrip("+").partition("=")[0] for word in overrides if not word.startswith("~")]
    if twice := [name for name in named if named.count(name) > 1]:
        raise PontineError(f"{twice[0]}= is given {named.count(twice[0])} times")
    return flags + overrides


def _override(word: str, keys: Collection[str], text_keys: Collection[str], groups: Collection[str]) -> str:
    key, equals, value = word.partition("=")
    if not equals and not word.startswith("~"):
        near = f'; did you mean instruction="{word}"?' if "instruction" in keys and " " in word else ""
        raise PontineError(f"{word!r} is not KEY=VALUE{near or '; the keys are: ' + ', '.join(sorted(keys))}")
    if key.startswith(OPEN):
        word = f"+{word}"
    if key in text_keys:
        return f"{key}={value}" if value == "null" else f"{key}={quote(value)}"
    name = re.split(r"[.@/\[]", key.lstrip("+~"))[0]
    if name == key.lstrip("+~") == "hydra":
        raise PontineError("hydra= cannot be given as a whole: hydra.KEY=VALUE is one of its options")
    if name != "hydra" and name not in keys and name not in groups:
        raise UnknownNameError("option", name, [*keys, *groups, plugins.KEY])
    return word
