"""Training samples: instructions with their goal forms, drawn from a grammar, the same for the same seed."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from pontine.envs.errors import PontineError
from pontine.planner.corpus.chinese import Chinese
from pontine.planner.corpus.english import English
from pontine.planner.corpus.manners import say
from pontine.planner.language.form import Form
from pontine.planner.language.grammar import FormError
from pontine.planner.language.segments import split_units
from pontine.policies.checkpoint import UNFIT, read_tensors, why, write_tensors

MAX_UNITS = {"en": 48, "zh": 56}
"""Longest instruction that is trained on, in units, before a manner of saying it is put on."""

FOLLOW_UPS = 0.06
"""Share of instructions about what was done before."""


@dataclass(frozen=True)
class Sample:
    """One instruction and the goal form it means."""

    language: str
    instruction: str
    form: Form


def samples(
    seed: int,
    chunk: int,
    count: int,
    excluded: Collection[tuple[str, ...]] = (),
    chinese: float = 0.55,
) -> Iterator[Sample]:
    """`count` samples of chunk number `chunk`; chunks can be drawn in any order.

    Args:
        excluded: instructions, as units, that must not be drawn (those of a test set).
        chinese: the share of Chinese.
    """
    rng = random.Random(f"{seed}/{chunk}")
    speakers: dict[str, English | Chinese] = {"en": English(rng), "zh": Chinese(rng)}
    made = 0
    while made < count:
        language = "zh" if rng.random() < chinese else "en"
        speaker = speakers[language]
        said = speaker.follow_up() if rng.random() < FOLLOW_UPS else speaker.sentence()
        if "放回去" in said.text and said.form.startswith("down"):
            # Without a memory of what was done, to put back could only mean to put down.
            continue
        if len(split_units(said.text)) > MAX_UNITS[language] or (form := parsed(said.form)) is None:
            continue
        text, form = say(said.text, form, language, rng)
        if split_units(text) not in excluded:
            made += 1
            yield Sample(language, text, form)


def parsed(form: str) -> Form | None:
    """The form; None if it has more words than there is room for, as a long noun behind a long order can have."""
    try:
        return Form.parse(form)
    except FormError:
        return None


def fingerprints(instructions: Iterable[tuple[str, ...]]) -> set[int]:
    """Instructions, as units, by the first 63 bits of their SHA-256: a million of them collide once in ten million."""
    return {
        int.from_bytes(hashlib.sha256("\n".join(units).encode()).digest()[:8], "little") >> 1 for units in instructions
    }


def read_seen(adapter: str | Path) -> set[int]:
    """Fingerprints of all that an adapter was trained on. Raises PontineError if the adapter has no such file."""
    path = Path(adapter) / "seen.safetensors"
    try:
        return set(read_tensors(path)[0]["seen"].tolist())
    except UNFIT as error:
        raise PontineError(f"cannot read what the adapter was trained on, {str(path)!r}: {why(error)}") from None


def keep_seen(
    out: Path,
    drawn: Iterable[tuple[int, int, int]],
    excluded: Collection[tuple[str, ...]],
    chinese: float,
    init: str | Path | None,
) -> int:
    """Write `out/seen.safetensors`: the fingerprints of all samples of the `drawn` (seed, chunk, count) and of what
    `init` was trained on. The grammar changes and the fingerprints stay, so that it can be checked at any time that
    nothing was a test item. Returns how many there are."""
    seen = read_seen(init) if init else set()
    for seed, chunk, count in drawn:
        seen |= fingerprints(split_units(s.instruction) for s in samples(seed, chunk, count, excluded, chinese))
    write_tensors(out / "seen.safetensors", {"seen": torch.tensor(sorted(seen), dtype=torch.int64)}, {})
    return len(seen)
