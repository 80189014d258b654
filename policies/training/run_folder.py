"""A training run's folder: what the run is, how far it has come, what it cost and what it found."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pontine.envs.errors import PontineError, WriteError
from pontine.envs.files import remove_parts, replacing, write_json
from pontine.envs.io import json_text

from ..claim import claim
from .curve import draw

Say = Callable[[str], None]


class RunFolder:
    """The folder of one run, held by one process at a time (`claimed`).

    `points` are the validations so far (`curve.json`, drawn in `curve.png`), each a dict with
    `stage`, `iteration`, `env_steps` of the stage, `cpu_seconds` of the whole run and an
    evaluation's summary. `cpu_seconds` counts what led to the last checkpoint and what came since.
    """

    def __init__(self, path: Path, config: Mapping[str, Any], origin: dict[str, Any], say: Say) -> None:
        self.path, self.config, self.origin, self._say = path, config, origin, say
        for folder in (path, self.checkpoints, *self.checkpoints.glob("*/")):
            remove_parts(folder)
        self.points = read_curve(path / "curve.json")
        self._spent = _spent(path / "spent.json")
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

    def close(self) -> None:
        """Flush the logs."""
        if self._board is not None:
            try:
                self._board.close()
            except OSError as error:
                raise WriteError(f"cannot write the logs in {str(self.path)!r}: {error.strerror}") from error


@contextmanager
def claimed(path: str | Path, config: Mapping[str, Any], say: Say) -> Iterator[RunFolder]:
    """The run's folder, made if need be, for this process alone.

    Raises PontineError if it belongs to a run with another configuration, to a process that is at it, or to somebody
    else; WriteError where it cannot be written.
    """
    with claim(path, config, may_differ=("threads", "run_dir"), free=("settings", "weights")) as origin:
        run = RunFolder(Path(path), config, origin, say)
        try:
            yield run
        finally:
            run.close()


def _spent(path: Path) -> float:
    said = json_text.read(path, "the run's CPU time") if path.exists() else {"cpu_seconds": 0.0}
    if not isinstance(said, dict) or type(said.get("cpu_seconds")) not in (int, float):
        raise PontineError(f"{str(path)!r} does not say what a run has cost")
    return float(said["cpu_seconds"])


def read_curve(path: str | Path) -> list[dict[str, Any]]:
    """The validations of a run from its `curve.json`, none if it is not there. Raises PontineError for another file."""
    if not Path(path).exists():
        return []
    points = json_text.read(path, "the learning curve")
    if not isinstance(points, list) or not all(isinstance(point, dict) and _is_point(point) for point in points):
        raise PontineError(f"{str(path)!r} is not the learning curve of a run")
    return points


def _is_point(point: dict[str, Any]) -> bool:
    kinds = {"iteration": int, "env_steps": int, "success": float, "cpu_seconds": float}
    if "episodes" in point:
        kinds |= {"episodes": int, "successes": int}
    seconds = point.get("seconds_to_success")
    return (
        isinstance(point.get("stage", ""), str)
        and all(type(point.get(key)) in (kind, int) and point[key] >= 0 for key, kind in kinds.items())
        and point["success"] <= 1
        and (point.get("successes", 0) <= point.get("episodes", 0))
        and (seconds is None or type(seconds) in (int, float))
    )
