"""`python -m tests.fuzz.kills kills=200 seed=0`: kill -9 at any moment, and what is left.

    kills=N       how many, the same number for each work
    seed=S        which moments
    works=A,B     of these works only
    out=FILE      where to write the counts (JSON)

A work is a command that is started, killed after a random part of the time it takes alone, and given again, up to
`MOST_IN_ONE` times, until it ends by itself. After every kill its files are whole, what it had kept is still there, and
in the end it has done all its work. Ends with 1 if anything was lost.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import safe_open

from pontine.envs.files import MARK
from pontine.envs.scene import Scene, SceneObject

OPTIONS = ("kills", "seed", "works", "out")
MOST_IN_ONE = 8
"""Kills in one folder before the work is let finish."""

LONGEST = 1800.0
"""Seconds after which a work that was not killed counts as hung."""

PONTINE = (sys.executable, "-m", "pontine.conf.main")
SCENE = Scene(
    (
        SceneObject("red_cube", "cube", "red", (0.2, 0.08, 0.015), size=(0.03, 0.03, 0.03)),
        SceneObject("bowl", "bowl", "white", (0.25, -0.1, 0.0), size=(0.13, 0.13, 0.042), container=True),
    )
)
TRAIN = [
    "task=reach", "clone.rounds=5", "clone.validate_every=2", "clone.validation_episodes=10", "clone.worlds=16",
    "clone.updates=5", "clone.hidden=[16,16]", "ppo.iterations=6", "ppo.warmup=1", "ppo.worlds=16", "ppo.batch=128",
    "ppo.validate_every=1", "ppo.validation_episodes=10", "test_episodes=10", "threads=1", "run_dir=run",
]  # fmt: skip
RECORD = """
import numpy as np, time
from pontine.sim2real.data.recording import Recorder
with Recorder("set", cameras={"front": (48, 64)}) as recorder:
    while recorder.count < 12:
        with recorder.episode(f"task {recorder.count}") as episode:
            for k in range(10 + recorder.count):
                episode.add(np.full(6, k / 100), np.zeros(6), {"front": np.full((48, 64, 3), k, np.uint8)})
                time.sleep(0.01)
"""


@dataclass(frozen=True)
class Work:
    """`words` is the command, `said` what is typed to it; `kept` lists what it has kept in a folder, in its order, and
    `finished` says what is missing in the end."""

    words: list[str]
    finished: Callable[[Path], bool]
    kept: Callable[[Path], list[Any]] = lambda folder: []
    said: str = ""


def read(path: Path) -> Any:
    """The JSON in a file, None where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def points(folder: Path) -> list[Any]:
    """The validations of a training run."""
    return read(folder / "run" / "curve.json") or []


def answers(folder: Path) -> list[Any]:
    """The lines of a batch that are answered, the one that is just being written left out."""
    path = folder / "out.jsonl"
    lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
    return [json.loads(line)["id"] for line in lines]


def episodes(folder: Path) -> list[Any]:
    """The episodes of a dataset."""
    from pontine.sim2real.data.dataset import Dataset

    if not (folder / "set" / "meta" / "info.json").exists():
        return []
    found = Dataset(folder / "set")
    return [(found.episode(k).task, len(found.episode(k))) for k in range(len(found))]


def reached(folder: Path) -> bool:
    """Whether both instructions of a session were reported as done."""
    reports = [read(folder / name) for name in ("run.json", "run-2.json")]
    return all(report is not None and report["goal_reached"] for report in reports)


def exist(*names: str) -> Callable[[Path], bool]:
    """Whether there are such files."""
    return lambda folder: all((folder / name).exists() for name in names)


WORKS = {
    "train": Work(
        [*PONTINE, "train", *TRAIN],
        lambda folder: exist("run/policy.safetensors", "run/policy.json")(folder) and len(points(folder)) == 10,
        points,
    ),
    "distill": Work(
        [*PONTINE, "distill", "tasks=[pick,place]", "student.rounds=6", "student.worlds=8", "student.steps=5",
         "student.updates=5", "student.batch=64", "student.hidden=[16]", "test_episodes=4", "threads=1", "run_dir=run"],
        exist("run/policy.safetensors", "run/policy.json"),
    ),
    "critic": Work(
        [*PONTINE, "critic", "task=push", "episodes=60", "test_episodes=40", "threads=1", "out=critic"],
        exist("critic.safetensors", "critic.json"),
    ),
    "tune": Work(
        [*PONTINE, "tune", "samples=96", "out=run", "threads=1"],
        exist("run/adapter.safetensors", "run/adapter.json", "run/card.json"),
    ),
    "batch": Work(
        [*PONTINE, "plan", "batch=in.jsonl", "out=out.jsonl"],
        lambda folder: answers(folder) == list(range(12)),
        answers,
    ),
    "record": Work([sys.executable, "-c", RECORD], lambda folder: len(episodes(folder)) == 12, episodes),
    "session": Work(
        [*PONTINE, "demo", "scene=scene.json", "report=run.json"],
        reached,
        said="put the red cube in the bowl\nundo\nquit\n",
    ),
    "conversion": Work(
        [*PONTINE, "plan", "instruction=put the red cube in the bowl", "scene=scene.json", "out=plan.json"],
        exist("plan.json"),
    ),
}  # fmt: skip
"""What is killed; the language model is converted anew, into the folder, by the last one alone."""


def prepare(folder: Path) -> None:
    """What the commands read."""
    (folder / "scene.json").write_text(json.dumps(SCENE.to_json()), encoding="utf-8")
    said = ["put the red cube in the bowl", "pick up the red cube", "how many cubes are there?"]
    lines = [{"id": k, "instruction": said[k % len(said)], "scene": SCENE.to_json()} for k in range(12)]
    (folder / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def start(name: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start a work in a folder."""
    work = WORKS[name]
    environment = {**os.environ, **({"PONTINE_CACHE": str(folder / "cache")} if name == "conversion" else {})}
    with (folder / ".said").open("w+b") as typed, (folder / ".told").open("ab") as told:
        typed.write(work.said.encode())
        typed.seek(0)
        return subprocess.Popen(
            work.words, cwd=folder, env=environment, stdin=typed, stdout=told, stderr=told, start_new_session=True
        )


def damaged(folder: Path) -> list[str]:
    """The files in a folder that cannot be read; what carries the mark of a half-written file is nobody's."""
    wrong = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")):
        if any(part.startswith(MARK) for part in path.relative_to(folder).parts):
            continue
        try:
            if path.suffix == ".json":
                json.loads(path.read_text(encoding="utf-8"))
            elif path.suffix == ".safetensors" and "cache" not in path.parts:
                with safe_open(path, "numpy") as file:
                    list(file.keys())
            elif path.suffix == ".png" and not path.read_bytes().endswith(b"IEND\xaeB`\x82"):
                raise ValueError("cut off")
        except Exception as error:  # noqa: BLE001 - whatever it is, the file cannot be read
            wrong.append(f"{path.relative_to(folder)}: {type(error).__name__}: {error}")
    return wrong


def end(process: subprocess.Popen[bytes], seconds: float | None) -> int | None:
    """The status of a process that ends within some seconds; else it is killed, all its group, and that is None."""
    try:
        return process.wait(LONGEST if seconds is None else seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def once(name: str, rng: random.Random | None, takes: float) -> tuple[int, list[str]]:
    """A work in a folder of its own: how often it was killed, and what is wrong. Without `rng` it is never killed."""
    work = WORKS[name]
    kills, wrong, kept = 0, [], []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        prepare(folder)
        while True:
            killing = rng is not None and kills < MOST_IN_ONE
            status = end(start(name, folder), rng.uniform(0, takes) if rng is not None and killing else None)
            wrong += damaged(folder)
            now = work.kept(folder)
            if now[: len(kept)] != kept:
                wrong.append(f"of {len(kept)} things kept only {len(now)} are left, or they are others")
            kept = now
            if status is None and killing:
                kills += 1
                continue
            if status != 0:
                told = (folder / ".told").read_text(encoding="utf-8", errors="replace")[-1500:]
                wrong.append(f"ended with {status} after {kills} kills: {told}")
            elif not work.finished(folder):
                wrong.append(f"ended after {kills} kills without having done all its work: {kept}")
            return kills, wrong


def main(words: list[str]) -> int:
    """Exit status 0 if nothing was lost."""
    given = dict(word.split("=", 1) for word in words)
    if unknown := set(given) - set(OPTIONS):
        print(f"{', '.join(sorted(unknown))}: the options are {', '.join(OPTIONS)}", file=sys.stderr)
        return 2
    names = given["works"].split(",") if "works" in given else list(WORKS)
    seed, wanted = int(given.get("seed", 0)), -(-int(given.get("kills", 200)) // len(names))
    report: dict[str, Any] = {"command": f"python -m tests.fuzz.kills {' '.join(words)}", "works": {}}
    lost = 0
    for name in names:
        began = time.monotonic()
        _, wrong = once(name, None, 0.0)
        takes = time.monotonic() - began
        rng, kills, ended = random.Random(f"{seed} {name}"), 0, 0
        while kills < wanted and not wrong:
            more, wrong = once(name, rng, takes)
            kills, ended = kills + more, ended + 1
            print(f"{name}: {kills} kills", file=sys.stderr, flush=True)
        lost += len(wrong)
        figures = {"kills": kills, "ended_by_itself": ended, "seconds_alone": round(takes, 1), "wrong": wrong}
        report["works"][name] = figures
        print(f"{name:<12}{kills:>5} kills  {ended:>4} ended  {takes:6.1f} s alone  {len(wrong)} wrong", flush=True)
        for what in wrong:
            print(f"  {what}", flush=True)
    report["kills"] = sum(figures["kills"] for figures in report["works"].values())
    print(f"{report['kills']} kills, {lost} wrong; seed {seed}")
    if "out" in given:
        with open(given["out"], "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
