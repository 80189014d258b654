"""`pontine bench brain`: how well a brain reads hand-written instructions, and how long it takes."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable, write_json
from pontine.envs.io.plain_text import terminal
from pontine.planner.benchmarks.items import forbidden, load_items, right
from pontine.planner.benchmarks.written_forms import WrittenForms, left_out
from pontine.planner.brain import Brain, load_brain
from pontine.planner.execution.display import words
from pontine.planner.planning.plan import planner_for
from pontine.planner.planning.problem import prepare
from pontine.planner.reading import Reading
from pontine.policies.statistics import wilson
from pontine.policies.threads import on_threads

DOES = {"subgoals": "execute", "question": "ask", "refusal": "refuse", "answer": "answer"}


@dataclass(frozen=True)
class Trial:
    """An item, how it was read, and whether a verified plan came of it. `seconds` are CPU time of this process from
    the instruction to the plan, `wall` the time that passed. `idle`: the plan has no steps, all is so already.
    `crashed` has what planning broke off with."""

    item: dict[str, Any]
    reading: Reading
    planned: bool
    seconds: float
    wall: float
    right: bool
    idle: bool = False
    crashed: str = ""

    @property
    def does(self) -> str:
        """What the arm would do: execute, ask, refuse, answer, say that all is so already, or crash. Subgoals that no
        plan reaches are refused."""
        if self.crashed:
            return "crash"
        if self.reading.kind == "subgoals":
            return "refuse" if not self.planned else "say already so" if self.idle else "execute"
        return DOES[self.reading.kind]

    @property
    def forbidden(self) -> bool:
        """Whether something would be done that the item forbids."""
        return self.does == "execute" and bool(forbidden(self.reading, self.item))

    @property
    def should(self) -> str:
        """What it should do; `ask or refuse` where both will do. An instruction that may be carried out, counts as
        one that should be."""
        kinds = {DOES[wanted["kind"]] for wanted in self.item["accept"]}
        return "execute" if "execute" in kinds else " or ".join(sorted(kinds))

    def to_json(self) -> dict[str, Any]:
        """As it stands in the result file."""
        item = self.item
        return {
            **{key: item[key] for key in ("id", "language", "class", "instruction")},
            "unseen": item.get("unseen", []),
            "right": self.right,
            "does": self.does,
            "forbidden": self.forbidden,
            "reading": self.reading.to_json(),
            "cpu_seconds": round(self.seconds, 3),
            "wall_seconds": round(self.wall, 3),
            **({} if self.right else {"accept": item["accept"]}),
        }


@on_threads
def bench_brain(
    out: str | None = None,
    limit: int | None = None,
    items: str | None = None,
    sentences: str | None = None,
    threads: int = 1,
    adapter: str | None = None,
    brain: str = "embedded",
    model: str | None = None,
    url: str | None = None,
    written: str | None = None,
    without: Sequence[str] = (),
) -> int:
    """Run the benchmark, print the result and write it to `out`.

    Args:
        limit: how many items, drawn evenly over the set; None runs all.
        items: another set: one of `SETS`, or JSON Lines with its scenes beside it.
        sentences: the file whose lines some items of a set point to; without it they are left out.
        written: file in which the forms that the model writes are kept, and from which they are taken where it has
            them: then times say nothing of the model.
        without: `PARTS` of reading that are left out; they need `written`.

    Returns 0. Raises PontineError on bad input, or if an endpoint cannot be reached.
    """
    check_writable(out, "the result")
    check_writable(written, "the forms")
    if without and written is None:
        raise PontineError("without= needs written=, a file that keeps what the model writes")
    console = terminal()
    loaded = load_items(items, sentences)
    chosen = pick([item for item in loaded if item["instruction"]], limit)
    if missing := sum(not item["instruction"] for item in loaded):
        console.print(f"{missing} items are left out: their sentences stand in a file that sentences= has to name")
    prepare()
    wall, began = time.perf_counter(), time.process_time()
    load = partial(load_brain, adapter, brain, model, url)
    reader = load() if written is None else WrittenForms(Path(written), cast("Any", load), "choice" not in without)
    start = {"cpu": round(time.process_time() - began, 2), "wall": round(time.perf_counter() - wall, 2)}
    trials: list[Trial] = []
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with left_out(tuple(without)), Progress(*columns, console=terminal(stderr=True)) as progress:
        for item in progress.track(chosen, description="instructions"):
            trials.append(trial(reader, item))
    options = {"limit": limit, "items": items, "sentences": sentences, "adapter": adapter}
    options |= {"brain": brain, "model": model, "url": url, "written": written}
    options |= {"without": f"[{','.join(without)}]" if without else None}
    told = "".join(f" {key}={value}" for key, value in options.items() if value not in (None, "embedded"))
    result = {
        "command": f"pontine bench brain{told}",
        **summary(trials),
        "start_seconds": start,
        "resident_mb": _resident_mb(),
        "load_average": [round(load, 1) for load in os.getloadavg()],
        "trials": [t.to_json() for t in trials],
    }
    show(console, result, trials)
    if out is not None:
        write_json(out, result)
    return 0


def pick(items: Sequence[dict[str, Any]], limit: int | None) -> list[dict[str, Any]]:
    """All items, or `limit` of them, always the same, in the set's order."""
    if limit is None or limit >= len(items):
        return list(items)
    return [items[i] for i in sorted(random.Random(0).sample(range(len(items)), limit))]


def trial(brain: Brain, item: dict[str, Any]) -> Trial:
    """Read one item and plan it."""
    wall, began = time.perf_counter(), time.process_time()
    reading, planned, idle, crashed = brain.read(item["instruction"], item["scene"], item["turns"]), False, False, ""
    if reading.kind == "subgoals":
        try:
            plan = planner_for(reading)(item["scene"].marked(reading.spots), reading.subgoals)
            planned, idle = plan.valid, not plan.steps
        except PontineError:
            planned = False
        except RuntimeError as error:
            crashed = str(error)
    seconds, passed = time.process_time() - began, time.perf_counter() - wall
    good = (planned or reading.kind != "subgoals") and right(reading, item)
    return Trial(item, reading, planned, seconds, passed, good, idle, crashed)


def summary(trials: Sequence[Trial]) -> dict[str, Any]:
    """The rates by language and class, what was done instead of what, and how long it took."""
    groups: dict[str, list[Trial]] = {}
    for t in trials:
        item = t.item
        for name in ("all", item["language"], item["class"], f"{item['language']} {item['class']}"):
            groups.setdefault(name, []).append(t)
        if item.get("unseen"):
            groups.setdefault("unseen nouns", []).append(t)
        if "line" in item:
            groups.setdefault("DROID", []).append(t)
    confusion = Counter(f"{t.should} -> {t.does}" for t in trials)
    declinable = [t for t in trials if t.should != "execute"]
    doable = [t for t in trials if t.should == "execute"]
    planned = [t for t in trials if t.planned]
    return {
        "scores": {name: _rate(sum(t.right for t in group), len(group)) for name, group in groups.items()},
        "confusion": dict(sorted(confusion.items())),
        "wrong": {name: _wrong(group) for name, group in groups.items()},
        "forbidden_done": _rate(sum(t.forbidden for t in trials), sum("forbid" in t.item for t in trials)),
        "wrongly_executes": _rate(sum(t.does == "execute" for t in declinable), len(declinable)),
        "executes_something_else": _rate(sum(t.does == "execute" and not t.right for t in doable), len(doable)),
        "wrongly_declines": _rate(sum(t.does != "execute" and not t.right for t in doable), len(doable)),
        "to_plan_cpu_seconds": _percentiles([t.seconds for t in planned]),
        "to_plan_wall_seconds": _percentiles([t.wall for t in planned]),
    }


def _wrong(trials: Sequence[Trial]) -> dict[str, int]:
    """What was done instead of the right thing: the arm moves, it is called done already, the plan breaks off with an
    error, or it is declined (a question, a refusal, no plan)."""
    does = Counter(t.does for t in trials if not t.right)
    out = {"executes": does["execute"], "already_so": does["say already so"], "crashes": does["crash"]}
    return {**out, "answers": does["answer"], "declines": does["ask"] + does["refuse"]}


def _rate(right: int, items: int) -> dict[str, Any]:
    low, high = wilson(right, items)
    rate = round(right / items, 4) if items else None
    return {"count": right, "items": items, "rate": rate, "wilson95": [round(low, 4), round(high, 4)]}


def _percentiles(seconds: Sequence[float]) -> dict[str, float | None]:
    ordered = sorted(seconds)
    return {
        f"p{share}": round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)], 3) if ordered else None
        for share in (50, 95)
    }


def _resident_mb() -> float | None:
    """Memory this process holds now, in MB; None where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def show(console: Console, result: dict[str, Any], trials: Sequence[Trial]) -> None:
    """Print the tables, and every item that was read wrong."""
    scores = result["scores"]
    columns = ("class", "en", "zh", "both", "rate", "95 % interval", "wrong: executes", "already so", "declines")
    table = Table(*columns, box=None, header_style="bold")
    for name in ("all", *sorted({t.item["class"] for t in trials}), "unseen nouns", "DROID"):
        if name not in scores:
            continue
        parts = [("en" if name == "all" else f"en {name}"), ("zh" if name == "all" else f"zh {name}"), name]
        counts = [f"{s['count']}/{s['items']}" if (s := scores.get(part)) else "" for part in parts]
        low, high = scores[name]["wilson95"]
        instead = [str(result["wrong"][name][key]) for key in ("executes", "already_so", "declines")]
        table.add_row(name, *counts, f"{scores[name]['rate']:.0%}", f"{low:.0%} to {high:.0%}", *instead)
    console.print(table)
    for t in trials:
        if not t.right:
            told = words(t.reading.subgoals) if t.reading.kind == "subgoals" else f"{t.reading.kind}: {t.reading.text}"
            console.print(Text(f"  {t.item['id']}: {t.item['instruction']!r}: {told}"), soft_wrap=True)
    for pair, count in result["confusion"].items():
        console.print(f"should {pair.replace('->', 'and does:')}: {count}")
    for key in ("forbidden_done", "wrongly_executes", "executes_something_else", "wrongly_declines"):
        found = result[key]
        console.print(f"{key.replace('_', ' ')}: {found['count']} of {found['items']}")
    latency, start = result["to_plan_cpu_seconds"], result["start_seconds"]
    console.print(f"instruction to verified plan: p50 {latency['p50']} s, p95 {latency['p95']} s of CPU time")
    console.print(f"start: {start['cpu']} s of CPU time; resident: {result['resident_mb']} MB")
