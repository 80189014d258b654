"""The benchmark of words: what its rows are, and a floor under what the grounder makes of them."""

from __future__ import annotations

from collections import Counter

from pontine.planner.benchmarks.words_benchmark import by_grounder, counts, load, outcome

ROW = {"say": "espresso maker", "among": ["moka_pot", "mug"], "means": ["moka_pot"], "language": "en"}


def test_every_row_is_whole() -> None:
    rows = load() + load(held_out=True)
    assert len(rows) >= 200
    assert Counter(row["language"] for row in rows).most_common()[-1][1] >= 100
    assert all(set(row["means"]) <= set(row["among"]) and row["say"] for row in rows)


def test_outcomes() -> None:
    nowhere = {**ROW, "means": []}
    told = [outcome(ROW, t) for t in (("take", ["moka_pot"]), ("take", ["mug"]), ("ask", ["mug"]), ("none", []))]
    assert told == ["right", "wrong", "asked about another", "declined"]
    assert outcome(ROW, ("ask", ["mug", "moka_pot"])) == "asked"
    assert [outcome(nowhere, (t, ["mug"])) for t in ("take", "ask", "none")] == [
        "made up", "asked for nothing", "let alone",
    ]  # fmt: skip


def test_the_grounder_takes_hardly_anything_that_is_not_meant() -> None:
    told = sum(counts(load(), by_grounder).values(), Counter[str]())
    assert told["wrong"] + told["made up"] <= 2
    assert told["right"] + told["asked"] >= 58
