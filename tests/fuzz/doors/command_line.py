"""The words of a command line: any verb, with options, values, flags and Hydra's own words as nobody should type them.

The work of a verb is left out; its options are read, checked and made its `Config`, as always.
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from unittest import mock

from pontine.conf import verbs
from pontine.conf.main import dispatch
from pontine.conf.overrides import FLAGS
from tests.fuzz.frame import door
from tests.fuzz.mutations import NASTY_TEXTS

VALUES = (
    "1e20", "-1", "0", "1e400", "nan", "inf", "-inf", "1" * 5000, "0x10", "1_000", "true", "null", "???", "[", "]",
    "[1,2", "{a:1}", "{", "${seed}", "${oc.env:HOME}", "${", "'", '"', "a,b", "range(3)", "choice(1,2)", "glob(*)",
    "sort(1,2)", "interval(0,1)", "int(a)", "float(1)", "extend_list(1)", "1,2", "a=b", "\\", "%", "[[[[[[1]]]]]]",
    "[" * 3000, "/dev/null", "/", ".", "..", "~", "nowhere/at/all.json", "99999999999999999999", "2147483648", "1.5",
    "1e3", "",
)  # fmt: skip
HYDRA = (
    "hydra", "hydra=", "hydra=null", "hydra=x", "hydra={}", "hydra=[]", "+hydra=x", "~hydra", "hydra.run=1",
    "hydra.run.dir=", "hydra.run.dir=/dev/null/x", "hydra.run.dir=${x}", "hydra.launcher=x", "hydra/launcher=x",
    "hydra/launcher=joblib", "hydra/sweeper=none", "hydra.sweep.dir=null", "hydra.job.name=null",
    "hydra.job.chdir=true",
    "hydra.mode=MULTIRUN", "hydra.mode=x", "hydra.verbose=x", "hydra.output_subdir=/x", "hydra.searchpath=[x]",
    "hydra.searchpath=x", "hydra.callbacks=x", "hydra.callbacks.a._target_=os.getcwd", "hydra.job.env_set.A=1",
    "hydra/job_logging=x", "hydra.help=x", "hydra.overrides=x", "hydra.runtime=x", "hydra/output=x",
)  # fmt: skip
SIGNS = ("", "", "", "", "+", "++", "~")


def words(rng: random.Random) -> list[str]:
    """A verb's words."""
    name = rng.choice(verbs.NAMES)
    keys = list(verbs.Verb(name).module().Config.__dataclass_fields__)
    out = name.split()
    for _ in range(rng.choice([1, 1, 2, 4])):
        kind = rng.randrange(10)
        if kind <= 5:
            value = rng.choice(VALUES) if rng.random() < 0.7 else rng.choice(NASTY_TEXTS)
            out.append(f"{rng.choice(SIGNS)}{rng.choice(keys)}={value}")
        elif kind == 6:
            out.append(rng.choice(HYDRA))
        elif kind == 7:
            out += rng.choice(
                [[flag, *(rng.choice([[], list(FLAGS[flag] or ())]))] for flag in FLAGS if "help" not in flag]
            )
        elif kind == 8:
            out.append(rng.choice(NASTY_TEXTS))
        else:
            out.append(f"{rng.choice(keys)}.{rng.choice(['x', 'seed', '_target_', '0', ''])}={rng.choice(VALUES)}")
    return out


@door("overrides", words, weight=2)
def type_words(typed: list[str], folder: Path) -> None:
    """Typed in an empty folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        verb = next(
            verb for verb in map(verbs.Verb, verbs.NAMES) if verb.name.split() == typed[: len(verb.name.split())]
        )
        with mock.patch.object(verb.module(), "run", return_value=0):
            dispatch(typed)
    finally:
        os.chdir(before)


@door("names", lambda rng: [rng.choice(["list", "check", "new"]), *rng.choices(NASTY_TEXTS, k=rng.randrange(1, 4))])
def type_names(typed: list[str], folder: Path) -> None:
    """Names of sorts, packages and things to be made, as `list`, `check` and `new` take them, with their work."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        dispatch(typed)
    finally:
        os.chdir(before)
