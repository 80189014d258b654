"""`python -m tests.fuzz.kills kills=200 seed=0`: kill -9 at any moment, and what is left.

    kills=N       how many, the same number for each work
    seed=S        which moments
    works=A,B     of these works only
    out=FILE      where to write the counts (JSON)

A work is a command that is started, killed, and given again, up to `MOST_IN_ONE` times, until it ends by itself. Half
of the kills come after a random part of the time that it takes alone, half in the moment in which it begins, changes or
renames a file. After every kill its files are whole, what it had kept is still there, and in the end it has done all
its work. Ends with 1 if anything was lost.

The command is forked from a process that has imported the large libraries: what a kill hits is Pontine at work.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from safetensors import safe_open

from pontine.envs.files import MARK
from pontine.envs.scene import Scene, SceneObject
from tests.command import Started

OPTIONS = ("kills", "seed", "works", "out")
MOST_IN_ONE = 8
"""Kills in one folder before the work is let finish."""

LONGEST = 1800.0
"""Seconds after which a work that was not killed counts as hung."""

EVERY = 0.004
"""Seconds from one look into a work's folder to the next."""

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
ROUNDS = 6
STUDENT = Path("run", "checkpoint", "student", "learner.safetensors")
TUNED = Path("run", "checkpoint", "adapter.safetensors")
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
    """`words` follow `pontine`, or `python` for a `script`; `said` is typed to it, `before` is done first in the
    process of `pontine`. `kept` lists what it has kept in a folder, in its order, and `finished` says whether it has
    done all. `anew` is a work that begins anew when it is given again after that, so that it is not."""

    words: list[str]
    finished: Callable[[Path], bool]
    kept: Callable[[Path], list[Any]] = lambda folder: []
    said: str = ""
    script: bool = False
    before: Callable[[], object] | None = None
    anew: bool = False


def small_batches() -> None:
    """Lets `tune` take a step, and keep a checkpoint, after some two sentences."""
    from pontine.planner.tuning import sft

    sft.TOKENS = 128


def read(path: Path) -> Any:
    """The JSON in a file, None where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def points(folder: Path) -> list[Any]:
    """The validations of a training run."""
    return read(folder / "run" / "curve.json") or []


def rounds(folder: Path) -> list[Any]:
    """The rounds that distilling has done."""
    done = ROUNDS if (folder / "run" / "policy.json").exists() else facts(folder / STUDENT).get("rounds", 0)
    return list(range(done))


def losses(folder: Path) -> list[Any]:
    """The losses that tuning has kept, with the number of samples after which they were taken."""
    return facts(folder / TUNED).get("curve", [])


def facts(path: Path) -> dict[str, Any]:
    """What a checkpoint says of itself, nothing where there is none."""
    if not path.exists():
        return {}
    with safe_open(path, "numpy") as file:
        return json.loads(file.metadata()["facts"])


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
        ["train", *TRAIN],
        lambda folder: exist("run/policy.safetensors", "run/policy.json")(folder) and len(points(folder)) == 10,
        points,
    ),
    "distill": Work(
        ["distill", "tasks=[pick,place]", f"student.rounds={ROUNDS}", "student.worlds=8", "student.steps=5",
         "student.updates=5", "student.batch=64", "student.hidden=[16]", "test_episodes=4", "threads=1", "run_dir=run"],
        exist("run/policy.safetensors", "run/policy.json"),
        rounds,
    ),
    "critic": Work(
        ["critic", "task=button", "episodes=100", "test_episodes=20", "threads=1", "out=critic"],
        exist("critic.safetensors", "critic.json"),
    ),
    "tune": Work(
        ["tune", "samples=12", "save_every=1", "rank=2", "out=run", "threads=1"],
        exist("run/adapter.safetensors", "run/adapter.json", "run/card.json"),
        losses,
        before=small_batches,
    ),
    "batch": Work(
        ["plan", "batch=in.jsonl", "out=out.jsonl"],
        lambda folder: answers(folder) == list(range(12)),
        answers,
        anew=True,
    ),
    "record": Work(["-c", RECORD], lambda folder: len(episodes(folder)) == 12, episodes, script=True),
    "session": Work(
        ["demo", "scene=scene.json", "report=run.json"],
        reached,
        said="put the red cube in the bowl\nundo\nquit\n",
    ),
    "conversion": Work(
        ["plan", "instruction=put the red cube in the bowl", "scene=scene.json", "out=plan.json"],
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


class Script:
    """A program in Python while it runs, as `Started` is the command."""

    def __init__(self, words: list[str], cwd: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, *words], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def ended(self, timeout: float = LONGEST) -> subprocess.CompletedProcess[str]:
        """What it came to, once it has ended."""
        told, _ = self._process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(self._process.args, self._process.returncode, told, "")


def start(name: str, folder: Path) -> Started | Script:
    """Start a work in a folder."""
    work = WORKS[name]
    if work.script:
        return Script(work.words, folder)
    more = {"PONTINE_CACHE": str(folder / "cache")} if name == "conversion" else {}
    with mock.patch.dict(os.environ, more):
        return Started(*work.words, cwd=folder, typed=work.said, before=work.before)


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


@dataclass(frozen=True)
class Moment:
    """When a work is killed: after so many seconds, or after so many changes in its folder."""

    seconds: float = LONGEST
    changes: int | None = None


@dataclass(frozen=True)
class Ran:
    """How a process ended: its status, None if it was killed, after how many seconds and changes in its folder, and
    what it said."""

    status: int | None
    seconds: float
    changes: int
    told: str = ""


def listing(folder: Path) -> set[tuple[str, int, int]]:
    """The files below a folder with size and time of change."""
    found = set()
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                stat = os.lstat(os.path.join(where, name))
            except FileNotFoundError:
                continue
            found.add((os.path.join(where, name), stat.st_size, stat.st_mtime_ns))
    return found


def run(name: str, folder: Path, moment: Moment) -> Ran:
    """Start a work in a folder and wait for its end, or kill it when the moment has come."""
    process, began, seen, changes = start(name, folder), time.monotonic(), listing(folder), 0
    while True:
        running, seconds, now = process.running, time.monotonic() - began, listing(folder)
        changes, seen = changes + (now != seen), now
        killed = running and (seconds > moment.seconds or changes == moment.changes)
        if killed:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
        if killed or not running:
            done = process.ended()
            return Ran(None if killed else done.returncode, seconds, changes, (done.stdout + done.stderr)[-1500:])
        time.sleep(EVERY)


@dataclass
class Outcome:
    """What became of a work in one folder: how often it was killed, how often of that by what it did with a file, what
    is wrong, and how the last of its processes ended."""

    ran: Ran
    kills: int = 0
    at_changes: int = 0
    wrong: list[str] = field(default_factory=list)


def once(name: str, most: int, when: Callable[[], Moment]) -> Outcome:
    """A work in a folder of its own, killed up to `most` times and then let finish."""
    work, kept = WORKS[name], list[Any]()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        prepare(folder)
        found = Outcome(Ran(None, 0.0, 0))
        while True:
            killing = found.kills < most
            moment = when() if killing else Moment()
            found.ran = run(name, folder, moment)
            found.wrong, now = damaged(folder), kept
            try:
                now = work.kept(folder)
            except Exception as error:  # noqa: BLE001 - whatever it is, what was kept cannot be read
                found.wrong.append(f"what was kept: {type(error).__name__}: {error}")
            if found.wrong:
                return found
            if now[: len(kept)] != kept:
                found.wrong.append(f"of {len(kept)} things kept only {len(now)} are left, or they are others")
                return found
            kept = now
            if found.ran.status is None and killing:
                found.kills += 1
                found.at_changes += moment.changes is not None
                if work.anew and work.finished(folder):
                    return found
                continue
            if found.ran.status != 0:
                found.wrong.append(f"ended with {found.ran.status} after {found.kills} kills: {found.ran.told}")
            elif not work.finished(folder):
                found.wrong.append(f"ended after {found.kills} kills without having done all its work: {kept}")
            return found


def moments(alone: Ran, rng: random.Random) -> Callable[[], Moment]:
    """Draws when a work is killed that ends as `alone` where nobody kills it."""

    def when() -> Moment:
        if alone.changes and rng.random() < 0.5:
            return Moment(changes=rng.randint(1, alone.changes))
        return Moment(rng.uniform(0, alone.seconds))

    return when


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
        alone = once(name, 0, Moment)
        when, kills, aimed, ended, wrong = moments(alone.ran, random.Random(f"{seed} {name}")), 0, 0, 0, alone.wrong
        while kills < wanted and not wrong:
            found = once(name, min(MOST_IN_ONE, wanted - kills), when)
            kills, aimed, ended, wrong = kills + found.kills, aimed + found.at_changes, ended + 1, found.wrong
            print(f"{name}: {kills} kills", file=sys.stderr, flush=True)
        lost += len(wrong)
        report["works"][name] = {
            "kills": kills, "at_a_change": aimed, "finished": ended, "wrong": wrong,
            "changes_alone": alone.ran.changes, "seconds_alone": round(alone.ran.seconds, 1),
            "seconds": round(time.monotonic() - began),
        }  # fmt: skip
        print(
            f"{name:<12}{kills:>5} kills, {aimed:>3} of them at a change of a file  {ended:>4} finished"
            f"  {alone.ran.seconds:6.1f} s alone  {len(wrong)} wrong",
            flush=True,
        )
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
