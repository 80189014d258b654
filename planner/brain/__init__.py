"""The brain: a language model that reads instructions, and the code that grounds what it read."""

from __future__ import annotations

from typing import Protocol

from pontine.envs.scene import Scene
from pontine.planner.reading import Reading


class Brain(Protocol):
    """Anything that can read an instruction about a scene."""

    def read(self, instruction: str, scene: Scene) -> Reading:
        """What `instruction` asks for in `scene`. Raises PontineError if the instruction is empty."""
        ...


def load_brain(adapter: str | None = None) -> Brain:
    """The embedded brain: SmolLM2-135M-Instruct with the shipped LoRA adapter.

    Args:
        adapter: folder of another adapter made by `pontine tune`; None takes the shipped one.

    Raises PontineError if the base model is neither installed, cached nor downloadable.
    """
    from pontine.planner.brain.model import EmbeddedBrain

    return EmbeddedBrain.load(adapter)
