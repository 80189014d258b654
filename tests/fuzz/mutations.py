"""Valid inputs made hostile, from a seeded random source: values put in the wrong places, bytes cut and turned."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Sequence
from typing import Any

NASTY_TEXTS = (
    "", " ", "\x1b[2J\x1b]0;owned\x07", "a\nb", "a\rb", "\u202egnp.exe", "\ud800", "\x00", "\u2028", "\x85", "\ufeff",
    "../../etc/passwd", "/dev/null", "${oc.env:HOME}", "{}", "'", '"', "\\", "%s%n", "table", "null", "NaN",
    "杯子" * 50, "a" * 100_000, "🦾", "\x9b31m", "-", "--help", "a=b", "[red]x[/red]", "[/]", "__class__",
)  # fmt: skip
NASTY_NUMBERS: tuple[Any, ...] = (
    0, -1, 1, 2, 253, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**30, 10**400, 1e308, -1e308, 5e-324, 1e-9, 0.5,
    float("nan"), float("inf"), float("-inf"), -0.0,
)  # fmt: skip
NASTY_BYTES = (b"\xff", b"\x00", b"\xef\xbb\xbf", b"\x1b[2J", b"\r\n", b"\xe2\x80\xa8")
DEPTHS = (10, 63, 65, 200, 900, 1100, 20_000)


def nasty(rng: random.Random, inside: int = 0) -> Any:
    """Some value that nobody expects; one that stands `inside` so many others."""
    kind = rng.randrange(6 if inside < 3 else 3)
    if kind == 0:
        return rng.choice(NASTY_TEXTS)
    if kind == 1:
        return rng.choice(NASTY_NUMBERS)
    if kind == 2:
        return rng.choice([None, True, False, [], {}, [[]], [{}], {"": None}])
    if kind == 3:
        return (
            [0] * 100_000 if rng.random() < 0.1 else [nasty(rng, inside + 1) for _ in range(rng.choice([1, 3, 4, 7]))]
        )
    if kind == 4:
        return {rng.choice(NASTY_TEXTS): nasty(rng, inside + 1) for _ in range(rng.randrange(1, 4))}
    return Deep(rng.choice(DEPTHS), rng.choice("[{"))


class Deep:
    """Stands for so many lists or objects inside each other; only `written` can write it."""

    def __init__(self, depth: int, bracket: str) -> None:
        self.depth, self.bracket = depth, bracket

    def __repr__(self) -> str:
        return f"Deep({self.depth}, {self.bracket!r})"

    def __str__(self) -> str:
        opening, closing = ("[", "]") if self.bracket == "[" else ('{"a":', "}")
        return opening * self.depth + "1" + closing * self.depth


def written(value: Any, rng: random.Random | None = None) -> str:
    """A value as JSON text, or nearly: now and then a name stands twice, where there is an `rng`."""
    if isinstance(value, Deep):
        return str(value)
    if isinstance(value, dict):
        pairs = [f"{_text(str(k))}: {written(v, rng)}" for k, v in value.items()]
        if pairs and rng is not None and rng.random() < 0.02:
            pairs.append(rng.choice(pairs))
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(written(v, rng) for v in value) + "]"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**64:
        return ("-" if value < 0 else "") + f"1{'0' * (400 if abs(value) > 10**31 else 30)}"
    return json.dumps(value)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=any("\ud800" <= letter <= "\udfff" for letter in value))


def mutated(value: Any, rng: random.Random, times: int | None = None) -> Any:
    """A copy of a JSON value with some of its parts replaced, left out, doubled, renamed or wrapped."""
    value = copy.deepcopy(value)
    for _ in range(rng.choice([1, 1, 1, 2, 3, 6]) if times is None else times):
        value = _mutated_once(value, rng)
    return value


def _mutated_once(value: Any, rng: random.Random) -> Any:
    places: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        here = waiting.pop()
        keys = list(here) if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else ()
        for key in list(keys)[:50]:
            places.append((here, key))
            waiting.append(here[key])
    if not places or rng.random() < 0.03:
        return nasty(rng)
    here, key = rng.choice(places)
    change = rng.randrange(8)
    if change <= 2:
        here[key] = nasty(rng)
    elif change == 3:
        del here[key]
    elif change == 4:
        other, there = rng.choice(places)
        with_value = (
            copy.deepcopy(other[there]) if there in (other if isinstance(other, dict) else range(len(other))) else 0
        )
        here[key] = with_value
    elif change == 5:
        here[key] = [here[key]] if rng.random() < 0.5 else {"value": here[key]}
    elif change == 6 and isinstance(here, dict):
        here[rng.choice([*NASTY_TEXTS, "extra"])] = here.pop(key)
    elif isinstance(here, list):
        here.extend([copy.deepcopy(here[key])] * rng.choice([1, 2, 50]))
    else:
        here[key] = str(here[key])[:1000]
    return value


def mutated_text(value: Any, rng: random.Random) -> bytes:
    """A JSON value, mutated, as the bytes of a file: some of them not even JSON."""
    text = written(value if rng.random() < 0.1 else mutated(value, rng), rng)
    data = text.encode("utf-8", "surrogatepass")
    return rotten(data, rng) if rng.random() < 0.3 else data


def rotten(data: bytes, rng: random.Random) -> bytes:
    """Bytes of which some are cut off, turned, doubled or put in."""
    changes: Sequence[Callable[[bytearray, int], Any]] = (
        lambda b, at: b.__delitem__(slice(at, None)),
        lambda b, at: b.__delitem__(slice(0, at)),
        lambda b, at: b.__setitem__(slice(at, at + 1), bytes([rng.randrange(256)])),
        lambda b, at: b.__setitem__(slice(at, at), rng.choice(NASTY_BYTES)),
        lambda b, at: b.__setitem__(slice(at, at + 8), rng.randbytes(8)),
        lambda b, at: b.__delitem__(slice(at, at + rng.randrange(1, 200))),
        lambda b, at: b.__setitem__(slice(at, at), bytes(b[at : at + 64]) * rng.choice([1, 3, 100])),
    )  # fmt: skip
    out = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        rng.choice(changes)(out, rng.randrange(len(out) + 1))
    return bytes(out)
