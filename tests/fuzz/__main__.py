"""`python -m tests.fuzz inputs=10000 seed=0`: hostile inputs at every door, and what became of them.

    inputs=N      how many, shared out among the doors by their weights
    minutes=M     instead: as many as that time allows
    seed=S        which; the same seed draws the same inputs; without it, others every time
    doors=A,B     at these doors only
    first=I       the number of the first input, to try one again
    out=FILE      where to write the counts (JSON)

Ends with 1 if anything did not hold.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections import Counter

from pontine.envs.io import platform
from tests.fuzz.frame import Door, Tally, attempt, doors

OPTIONS = ("inputs", "minutes", "seed", "doors", "first", "out")
MOST_DATA = 6 * 2**30
"""Bytes of memory at which the process gets no more, so that what runs wild is found and does not take the machine."""

SHOWN = 3
"""Findings of one kind that are shown."""


def main(words: list[str]) -> int:
    """Exit status 0 if all held."""
    given = dict(word.split("=", 1) for word in words)
    if unknown := set(given) - set(OPTIONS):
        print(f"{', '.join(sorted(unknown))}: the options are {', '.join(OPTIONS)}", file=sys.stderr)
        return 2
    known = doors()
    chosen = [known[name] for name in given["doors"].split(",")] if "doors" in given else list(known.values())
    seed = int(given["seed"]) if "seed" in given else time.time_ns() % 10**9
    first = int(given.get("first", 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_DATA, MOST_DATA))
    tallies = {door.name: Tally() for door in chosen}
    began = time.monotonic()
    if "minutes" in given:
        end, at = began + 60 * float(given["minutes"]), first
        while time.monotonic() < end:
            _some(chosen, 100, at, seed, tallies)
            at += 100
    else:
        _some(chosen, int(given.get("inputs", 1000)), first, seed, tallies)
    report = {
        "command": f"python -m tests.fuzz {' '.join(words)}", "seed": seed, "cores": os.cpu_count(),
        "seconds": round(time.monotonic() - began), "peak_memory_gb": round(platform.peak_memory() / 1e9, 2),
        "inputs": sum(t.inputs for t in tallies.values()), "findings": sum(len(t.findings) for t in tallies.values()),
        "doors": {name: _figures(tally) for name, tally in tallies.items()},
    }  # fmt: skip
    show(report, tallies)
    if "out" in given:
        with open(given["out"], "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
    return 1 if report["findings"] else 0


def shares(chosen: list[Door], inputs: int) -> dict[str, int]:
    """How many of the inputs each door gets: at least one, and by its weight."""
    whole = sum(door.weight for door in chosen)
    return {door.name: max(1, round(inputs * door.weight / whole)) for door in chosen}


def _some(chosen: list[Door], inputs: int, first: int, seed: int, tallies: dict[str, Tally]) -> None:
    counts = shares(chosen, inputs)
    for door in chosen:
        for index in range(first, first + counts[door.name]):
            attempt(door, seed, index, tallies[door.name])
        print(f"{door.name}: {tallies[door.name].inputs}", file=sys.stderr)


def _figures(tally: Tally) -> dict[str, float]:
    return {
        "inputs": tally.inputs, "results": tally.results, "refused": tally.refused, "findings": len(tally.findings),
        "slowest_s": round(tally.slowest, 2),
    }  # fmt: skip


def show(report: dict, tallies: dict[str, Tally]) -> None:
    """Print the findings, some of each kind, and the counts by door."""
    seen: Counter[tuple[str, str]] = Counter()
    for tally in tallies.values():
        for finding in tally.findings:
            kind = finding.door, (finding.details.split("\n  input: ")[0].strip().splitlines() or [finding.what])[-1]
            seen[kind] += 1
            if seen[kind] <= SHOWN:
                print(f"{finding}\n".encode("ascii", "backslashreplace").decode())
    for (door, kind), count in seen.most_common():
        print(f"{count:5} {door}: {kind[:150]}".encode("ascii", "backslashreplace").decode())
    print(f"{'door':<24}{'inputs':>8}{'results':>9}{'refused':>9}{'findings':>10}{'slowest':>9}")
    for name, figures in report["doors"].items():
        numbers = f"{figures['inputs']:>8}{figures['results']:>9}{figures['refused']:>9}{figures['findings']:>10}"
        print(f"{name:<24}{numbers}{figures['slowest_s']:>7.2f} s")
    print(
        f"{report['inputs']} inputs, {report['findings']} findings, {report['seconds']} s,"
        f" at most {report['peak_memory_gb']} GB; seed {report['seed']}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
