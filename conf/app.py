"""Runs one verb as a Hydra app and says what is wrong with its options in one line."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.io.plain_text import terminal
from pontine.policies.provenance import made_by

from . import plugins, sweep
from .options import bare_keys, bounded, text_keys
from .overrides import prepare
from .verbs import Verb

_TYPES = {"Integer": "a whole number", "Float": "a number", "Boolean": "true or false"}


def run(verb: Verb, args: Sequence[str], typed: Sequence[str] = (), folders: Sequence[str] = ()) -> int:
    """Compose the verb's config from its YAML and `args`, run it, and return its exit status.

    `typed` is the command line that results name, `folders` are those of plugins; both hold as well for runs that a
    launcher makes elsewhere.

    Raises PontineError with one clear line if a key or value is wrong.
    """
    from hydra import version
    from hydra._internal.utils import _run_hydra, get_args_parser
    from hydra.core.config_store import ConfigStore
    from hydra.core.hydra_config import HydraConfig
    from omegaconf import DictConfig, OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    module = verb.module()
    ConfigStore.instance().store(name=f"{verb.stem}_schema", node=module.Config)
    keys = [f.name for f in fields(module.Config)]
    words = prepare(args, keys, text_keys(module.Config), groups(), bare_keys(module.Config))
    # Verbs whose runs leave a summary in their folders end a sweep with a table of them.
    summary = getattr(module, "summary", None)
    tabled = summary is not None and bool(sweep.FLAGS & set(words))
    if tabled:
        words, folder = sweep.prepare(words)
    statuses: list[int] = []

    def job(config: DictConfig) -> float:
        # It may run in another process, on another machine: what holds here is made to hold there.
        with plugins.offered(folders):
            return one_of_many(config) if tabled else alone(config)

    def alone(config: DictConfig) -> float:
        try:
            options = OmegaConf.to_object(config)
            bounded(options)
        except OmegaConfBaseException as error:
            raise _Wrong(explain(error, keys)) from None
        except PontineError as error:
            raise _Wrong(error) from None
        except ModuleNotFoundError as error:
            raise _Wrong(missing(error)) from None
        try:
            with made_by(typed):
                statuses.append(int(module.run(options)))
        except ModuleNotFoundError as error:
            raise _Wrong(missing(error)) from None
        except Exception as error:  # noqa: BLE001 - handed on past Hydra as it is
            raise _Wrong(error) from None
        return statuses[-1]

    def one_of_many(config: DictConfig) -> float:
        current = HydraConfig.get()
        words = ["pontine", *verb.name.split(), *plugins.words(folders), *sweep.job_words(current.overrides.task)]
        try:
            with made_by(words):
                options = OmegaConf.to_object(config)
                bounded(options)
                module.run(options)
        except Exception as error:  # noqa: BLE001 - whatever it was, the other runs of the sweep go on
            expected = isinstance(error, PontineError | OmegaConfBaseException)
            known = explain(error, keys) if isinstance(error, OmegaConfBaseException) else error
            sweep.fail(current.runtime.output_dir, known, None if expected else traceback.format_exc())
            return sweep.WORST
        return float(module.summary(Path(current.runtime.output_dir))["success"])

    # With this variable Hydra hands its errors on instead of printing them and leaving.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    version.setbase("1.3")
    parser = get_args_parser()
    try:
        # What hydra.main does, with our words in place of the process's: it would read sys.argv.
        with sweep.aside(words) as words:
            _run_hydra(
                args=parser.parse_args([*words, f"hydra.job.name={verb.stem}"]),
                args_parser=parser,
                task_function=job,
                config_path="pkg://pontine.conf",
                config_name=verb.stem,
            )
    except _Wrong as wrong:
        raise wrong.error from None
    except Exception as error:  # noqa: BLE001 - what the work raises comes as _Wrong, so this is about the words
        raise explain(error, keys) from None
    if tabled:
        return sweep.finish(folder, summary, terminal())
    # A sweep has worked if all its runs have. Launchers that run elsewhere bring back exceptions, but no status.
    return max(statuses, default=0)


class _Wrong(BaseException):
    """Carries an error past Hydra, which would print a heading of its own for an Exception."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


EXTRAS = {"serial": "arm", "cv2": "arm", "pyarrow": "arm", "scipy": "arm"}
"""Packages that only some verbs need, by the extra that brings them."""

POSIX = {"fcntl", "termios", "tty", "pty", "resource"}
"""Modules that Python has on Linux and macOS only."""

EXTRA_PLUGINS = {"joblib", "submitit_local", "submitit_slurm", "ray", "optuna"}
"""Hydra's launchers and sweepers that the extra `sweep` brings."""


def missing(error: ModuleNotFoundError) -> Exception:
    """What to install for a package of an extra; the error itself where no extra brings it."""
    name = (error.name or "").split(".")[0]
    if name in POSIX:
        return PontineError(f"this needs a system with {name}, Linux or macOS")
    extra = EXTRAS.get(name)
    if extra is None:
        return error
    return PontineError(f"{error.name} is not installed: pip install 'pontine[{extra}]'")


def groups() -> list[str]:
    """The config groups: the folders of YAML files in `conf/`."""
    return [
        entry.name
        for entry in files("pontine.conf").iterdir()
        if entry.is_dir() and any(file.name.endswith(".yaml") for file in entry.iterdir())
    ]


def explain(error: BaseException, keys: list[str]) -> PontineError:
    """Hydra's or OmegaConf's error as one line that names what was typed and what is valid."""
    from omegaconf import DictConfig

    messages = [str(e).strip() for e in _chain(error)]
    whole = "\n".join(messages)
    typed = getattr(error, "override", None)
    if found := re.search(r"Error merging override (.*)", whole):
        typed = found[1]
    if found := re.search(r"Could not override '([^']*)'", whole):
        if found[1].startswith("hydra."):
            return PontineError(f"Hydra has no option {found[1]!r}")
        part, _, _ = found[1].rpartition(".")
        valid = (getattr(e, "parent_node", None) for e in _chain(error))
        near = next((list(map(str, node)) for node in valid if isinstance(node, DictConfig)), keys)
        return UnknownNameError("option", found[1], [f"{part}.{key}" if part else key for key in near])
    if found := re.search(r"expected one of \[([^\]]*)\]", whole):
        key, _, value = (typed or "").partition("=")
        return UnknownNameError(f"value of {key}", value, found[1].split(", "))
    if "$VALUE_TYPE" in whole and re.search(r"=\s*[\[{]", typed or ""):
        # OmegaConf leaves its own placeholders in the message where a list or a mapping stands for one value
        return PontineError(f"{typed or 'the value'}: one value is wanted there, not a list or a mapping")
    if found := re.search(r"could not be converted to (\w+)", whole):
        return PontineError(f"{typed or 'the value'} is not {_TYPES.get(found[1], found[1])}")
    if found := re.search(r"Could not find '([^']*)/([^'/]*)'\s*Available options in '[^']*':((?:\n\s+\S+)*)\n", whole):
        if found[1].startswith("hydra/") and found[2] in EXTRA_PLUGINS:
            return PontineError(f"{found[1]} {found[2]!r} is not installed: pip install 'pontine[sweep]'")
        return UnknownNameError(found[1], found[2], found[3].split())
    reason = next((m.splitlines()[0] for m in reversed(messages) if m not in ("", "None")), type(error).__name__)
    return PontineError(reason if typed is None else f"cannot use {typed}: {reason}")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
