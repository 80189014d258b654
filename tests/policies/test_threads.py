"""Torch computes on as many threads as is asked, and afterwards on as many as before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from pontine.policies.threads import on_threads, torch_threads


@pytest.fixture(autouse=True)
def three() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def test_it_ends_with_the_block_even_if_that_fails() -> None:
    @torch_threads(2)
    def fail() -> None:
        assert torch.get_num_threads() == 2
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert torch.get_num_threads() == 3


@pytest.mark.parametrize(("given", "inside"), [({}, 1), ({"threads": 2}, 2), ({"threads": 0}, 3), ({"threads": -1}, 3)])
def test_a_function_computes_on_those_that_it_is_told(given: dict[str, int], inside: int) -> None:
    @on_threads
    def work(a: int, threads: int = 1) -> tuple[int, int]:
        return a, torch.get_num_threads()

    assert work(7, **given) == (7, inside)
    assert torch.get_num_threads() == 3
