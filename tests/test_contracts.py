"""The contracts of `pontine check`, over everything that comes with Pontine; and that each of them can be broken."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import pytest

from pontine.conf.contracts import CONTRACTS, Contract, contracts_of
from pontine.conf.registries import registries
from pontine.envs.declarations.fixture_kind import FIXTURES
from pontine.envs.declarations.kind import KINDS
from pontine.envs.declarations.predicate_kind import PREDICATES
from pontine.envs.registry import OWN
from pontine.envs.tasks import TASKS
from pontine.policies.demonstrators.demonstrator import DEMONSTRATORS, Demonstrator
from pontine.policies.skills.skill import SKILLS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    CASES = [
        pytest.param(contract, name, id=f"{sort} {name} {contract.promise}")
        for sort, registry in registries().items()
        for name in registry
        if registry.origin(name) == OWN
        for contract in contracts_of(sort)
    ]


@pytest.mark.parametrize(("contract", "name"), CASES)
def test_it_keeps_the_contract(contract: Contract, name: str) -> None:
    assert contract.broken(name, registries()[contract.sort][name]) is None


def test_every_sort_of_contract_is_a_sort_that_there_is() -> None:
    assert {contract.sort for contract in CONTRACTS} <= set(registries())


def broken(sort: str, name: str, declared: Any) -> list[str]:
    """The promises that a declaration does not keep."""
    return [c.promise.split(",")[0] for c in contracts_of(sort) if c.broken(name, declared) is not None]


def test_a_kind_can_break_them(monkeypatch: pytest.MonkeyPatch) -> None:
    bowl = KINDS["bowl"]
    assert broken("kind", "bowl", replace(bowl, words={"en": ("bowl",)})) == ["has words in each language"]
    # a frame below the floor: it is laid into the table, and thrown out of it
    monkeypatch.setitem(KINDS._found, "cube", replace(KINDS["cube"], frame="base"))
    assert broken("kind", "cube", KINDS["cube"]) == ["can be laid"]


def test_a_fixture_can_break_them() -> None:
    drawer = FIXTURES["drawer"]
    assert broken("fixture", "drawer", replace(drawer, state_words={"open": drawer.state_words["open"]})) == [
        "has words in each language"
    ]
    assert "can be moved from each of its states to the other by a hand's force" in broken(
        "fixture", "drawer", replace(drawer, rest=(0.0, 0.088))
    )


def test_a_predicate_can_break_them(monkeypatch: pytest.MonkeyPatch) -> None:
    near = PREDICATES["near"]
    for judge in (lambda scene, a: True, lambda scene, a, b: "maybe"):
        monkeypatch.setitem(PREDICATES._found, "near", replace(near, judge=judge))
        assert len(broken("predicate", "near", PREDICATES["near"])) == 1


def test_a_task_can_break_them(monkeypatch: pytest.MonkeyPatch) -> None:
    reach = TASKS["Reach"]

    class Silent(reach):  # type: ignore[misc,valid-type]
        """A point."""

        name = "Silent"

    assert broken("task", "Silent", Silent)[:2] == ["says what success is", "has a demonstrator"]

    class Nameless(reach):  # type: ignore[misc,valid-type]
        """Success: it is there. No demonstrator."""

        name = "Nameless"
        terms = ("nearness",)

    assert broken("task", "Reach", Nameless) == ["names in `terms` what its verdicts add to the reward"]
    monkeypatch.setattr(reach, "observe", lambda self, e: reach_of(e))
    assert "passes gymnasium's check_env" in broken("task", "Reach", reach)


def reach_of(e: Any) -> Any:
    """Observations of the wrong shape."""
    return e.goal


def test_a_demonstrator_can_break_it() -> None:
    reach = DEMONSTRATORS["Reach"]
    wild = Demonstrator("Reach", lambda e: 9.0 + reach(e), "too far")
    assert len(broken("demonstrator", "Reach", wild)) == 1
    assert len(broken("demonstrator", "Nothing", reach)) == 1


def test_a_skill_can_break_them() -> None:
    reach = SKILLS["reach"]

    class Speechless(reach):  # type: ignore[misc,valid-type]
        words = {"en": ("go",), "zh": ()}
        task = "nowhere"

    assert broken("skill", "reach", Speechless) == ["has words in each language", "is for a task that there is"]
