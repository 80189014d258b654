"""The registry of brains: a stranger's brain reads, and options that do not go together are refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.scene import Scene
from pontine.planner.brain import BRAINS, BrainKind, load_brain
from pontine.planner.reading import Reading, refusal


class Shy:
    """Declines everything."""

    def __init__(self, model: str) -> None:
        self.model = model

    def read(self, instruction: str, scene: Scene, turns: object = ()) -> Reading:
        return refusal("unsupported", f"{self.model} would rather not")


@pytest.fixture
def shy() -> Iterator[None]:
    BRAINS.register(BrainKind("shy", Shy, needs=("model",)))
    yield
    del BRAINS._found["shy"], BRAINS._origins["shy"]


@pytest.mark.usefixtures("shy")
def test_a_strangers_brain_is_loaded_by_its_name() -> None:
    assert load_brain(brain="shy", model="Bo").read("wave", Scene()).text == "Bo would rather not"
    with pytest.raises(PontineError, match="needs model="):
        load_brain(brain="shy")
    with pytest.raises(PontineError, match="url= has no meaning with brain=shy"):
        load_brain(brain="shy", model="Bo", url="http://localhost")


def test_a_brain_of_unknown_options_or_name_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="valid: adapter, model, url"):
        BRAINS.register(BrainKind("odd", Shy, needs=("moon",)))
    with pytest.raises(UnknownNameError, match="embedded"):
        load_brain(brain="gpt")
