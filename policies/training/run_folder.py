"""A training run's folder: what the run is, how far it has come, what it cost and what it found."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pontine.envs.errors import PontineError
from pontine.envs.files import remove_parts, replacing, write_json
from pontine.envs.io import json_text, platform

from ..provenance import command, commit, versions
from .curve import draw

Say = Callable[[str], None]


class RunFolder:
    """The folder of one run, held by one process at a time (`claimed`).

    `points` are the validations so far (`curve.json`, drawn in `curve.png`), each a dict with
    `stage`, `iteration`, `env_steps` of the stage, `cpu_seconds` of the whole run and an
    evaluation's summary. `cpu_seconds` counts what led to the last checkpoint and what came since.
    """

    def __init__(self, path: Path, config: Mapping[str, Any], say: Say) -> None:
        self.path, self.config, self._say = path, config, say
        self.origin = self._claim()
        for folder in (path, self.checkpoints, *self.checkpoints.glob("*/")):
            remove_parts(folder)
        self.points: list[dict[str, Any]] = _read(path / "curve.json", [])
        self._spent = float(_read(path / "spent.json", {"cpu_seconds": 0.0})["cpu_seconds"])
        self._began = time.process_time()
        self._board = self._tensorboard()
        self._draws = True

    @property
    def cpu_seconds(self) -> float:
        """CPU time of the run, all threads, s."""
        return self._spent + time.process_time() - self._began

    @property
    def env_steps(self) -> int:
        """Environment steps of all stages up to their last validations."""
        return sum({point.get("stage", "ppo"): int(point["env_steps"]) for point in self.points}.values())

    def checkpointed(self) -> None:
        """Note the CPU time that the checkpoint just written has cost."""
        write_json(self.path / "spent.json", {"cpu_seconds": round(self.cpu_seconds, 1)})

    @property
    def checkpoints(self) -> Path:
        """The folder, which may not be there yet, of all that only a killed run needs to go on."""
        return self.path / "checkpoint"

    def forget(self) -> None:
        """The run has ended: remove what it no longer needs."""
        shutil.rmtree(self.checkpoints, ignore_errors=True)

    def of(self, stage: str) -> list[dict[str, Any]]:
        """The points of one stage; those without a stage were PPO's."""
        return [point for point in self.points if point.get("stage", "ppo") == stage]

    def validated(self, stage: str, iteration: int, env_steps: int, score: Mapping[str, Any]) -> dict[str, Any]:
        """Note a validation: in the curve, its picture and TensorBoard. Returns the point."""
        kept = ("episodes", "successes", "success", "wilson95", "seconds_to_success")
        point = {"stage": stage, "iteration": iteration, "env_steps": env_steps}
        point |= {"cpu_seconds": round(self.cpu_seconds, 1)} | {key: score[key] for key in kept}
        self.points.append(point)
        write_json(self.path / "curve.json", self.points)
        self.scalars(stage, env_steps, {"validation": float(score["success"])})
        self.picture()
        return point

    def picture(self) -> None:
        """Draw the learning curve; says so once where matplotlib is not installed."""
        if not self._draws or not self.points:
            return
        try:
            with replacing(self.path / "curve.png") as temporary:
                draw({str(self.config["task"]): self.points}, temporary)
        except ImportError:
            self._draws = False
            self._say("no learning-curve picture: matplotlib is not installed (pip install 'pontine[train]')")

    def scalars(self, stage: str, env_steps: int, figures: Mapping[str, float]) -> None:
        """Log figures to TensorBoard."""
        if self._board is not None:
            for name, value in figures.items():
                if value == value:
                    self._board.add_scalar(f"{stage}/{name}", value, env_steps)

    def _tensorboard(self) -> Any:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            self._say("no TensorBoard logs: tensorboard is not installed (pip install 'pontine[train]')")
            return None
        return SummaryWriter(str(self.path / "tensorboard"))

    def _claim(self) -> dict[str, Any]:
        """Note what the run is, or refuse a folder that has another run's."""
        path = self.path / "config.json"
        wanted = json.loads(json.dumps(self.config))
        if path.exists():
            there = _read(path, {})
            if differing := [k for k in wanted if k not in _MAY_DIFFER and not _agree(wanted[k], there.get(k))]:
                raise PontineError(
                    f"{self.path} holds a run with another {', '.join(differing)}; take another run_dir or remove it"
                )
            return {k: there[k] for k in ("command", "commit", "versions") if k in there}
        origin = {"command": command(), "commit": commit(), "versions": versions()}
        write_json(path, {**wanted, **origin})
        with replacing(self.path / "reproduce.txt") as temporary:
            temporary.write_text(_recipe(origin), encoding="utf-8")
        return origin

    def close(self) -> None:
        """Flush the logs."""
        if self._board is not None:
            self._board.close()


_MAY_DIFFER = ("threads", "run_dir")


@contextmanager
def claimed(path: str | Path, config: Mapping[str, Any], say: Say) -> Iterator[RunFolder]:
    """The run's folder, made if need be, for this process alone.

    Raises PontineError if it belongs to a run with another configuration, or to a process that is at it.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
    except OSError as error:
        raise PontineError(f"cannot use {folder} as a run's folder: {error.strerror}") from None
    with lock:
        try:
            platform.lock(lock)
        except BlockingIOError:
            raise PontineError(f"another process is training in {folder}") from None
        run = RunFolder(folder, config, say)
        try:
            yield run
        finally:
            run.close()


def _agree(wanted: Any, there: Any) -> bool:
    """Whether two settings are the same. An option that the older file does not know is no difference."""
    if isinstance(wanted, dict) and isinstance(there, dict):
        return all(_agree(value, there[key]) for key, value in wanted.items() if key in there)
    return there is None or wanted == there


def _read(path: Path, default: Any) -> Any:
    if not path.exists():
        return default
    return json_text.read(path, "the run's file")


def _recipe(origin: Mapping[str, Any]) -> str:
    """How to make the run again, for a person to read."""
    changed = " with changes of its own" if origin["commit"].endswith("+") else ""
    lines = [
        "To make this run again:",
        "",
        f"  git checkout {origin['commit'].rstrip('+')}   # the source it ran from{changed}",
        f"  {origin['command']}",
        "",
        "config.json has every option. It ran with",
        "",
        *(f"  {name} {version}" for name, version in origin["versions"].items()),
    ]
    return "\n".join(lines) + "\n"
