from __future__ import annotations

import itertools

import pytest

from pontine.envs.predicates import check_predicate
from pontine.planner.bench_sentences import FIRST_TABLE, SHAPES, cases

CASES = list(cases(30, seed=5))


def test_the_same_seed_gives_the_same_cases() -> None:
    assert list(cases(30, seed=5)) == CASES
    assert list(cases(30, seed=6)) != CASES
    assert list(cases(4, seed=5)) == CASES[:4]


def test_ten_shapes_come_equally_often() -> None:
    counts = [sum(c.shape == shape.name for c in CASES) for shape in SHAPES]
    assert counts == [3] * 10


def test_every_table_is_another_one_that_nothing_was_trained_on() -> None:
    seeds = [c.table_seed for s in range(3) for c in cases(20, seed=s)]
    assert len(set(seeds)) == len(seeds)
    assert min(seeds) >= FIRST_TABLE


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.instruction)
def test_an_instruction_names_exactly_one_object_each_time(case) -> None:  # type: ignore[no-untyped-def]
    names = {o.name for o in case.table}
    for goal in case.goals:
        check_predicate(goal)
        assert set(goal[1:]) <= names
    kinds = [o.kind for o in case.table]
    for word, following in itertools.pairwise(case.instruction.strip(".?").replace(",", "").split()):
        if word == "the" and following in kinds:
            assert kinds.count(following) == 1, f"'the {following}' in {case.instruction!r}"
