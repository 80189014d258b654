"""The brain: a language model that reads instructions, and the code that grounds what it read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.scene import Scene
from pontine.planner.reading import Reading, Turn

BRAINS = ("embedded", "transformers", "endpoint")


class Brain(Protocol):
    """Anything that can read an instruction about a scene."""

    def read(self, instruction: str, scene: Scene, turns: Sequence[Turn] = ()) -> Reading:
        """What `instruction` asks for in `scene`, after the `turns` that were carried out before it.

        Raises PontineError if the instruction is empty.
        """
        ...


def load_brain(
    adapter: str | None = None, brain: str = "embedded", model: str | None = None, url: str | None = None
) -> Brain:
    """One of the `BRAINS`.

    Args:
        adapter: for `embedded` (SmolLM2-135M-Instruct with a LoRA adapter): folder of another adapter made by
            `pontine tune`; None takes the shipped one.
        model: for `transformers` a folder or a name on the hub; for `endpoint` the name the server knows it by.
        url: for `endpoint`, the address up to and including `/v1`.

    Raises PontineError if an option is missing or of another brain, or the model cannot be had.
    """
    check_choice(adapter, brain, model, url)
    if brain == "transformers":
        from pontine.planner.brain.transformers_brain import CausalBrain

        return CausalBrain.load(str(model))
    if brain == "endpoint":
        from pontine.planner.brain.endpoint import EndpointBrain

        return EndpointBrain(str(url), str(model))
    from pontine.planner.brain.embedded_brain import EmbeddedBrain

    return EmbeddedBrain.load(adapter)


def check_choice(adapter: str | None, brain: str, model: str | None, url: str | None) -> None:
    """Raises PontineError if the options do not go together."""
    if brain not in BRAINS:
        raise UnknownNameError("brain", brain, BRAINS)
    given = {"adapter": adapter, "model": model, "url": url}
    wanted = {"embedded": (), "transformers": ("model",), "endpoint": ("url", "model")}[brain]
    for key in wanted:
        if not given[key]:
            raise PontineError(f"brain={brain} needs {key}=")
    for key, value in given.items():
        if value is not None and key not in wanted and (key, brain) != ("adapter", "embedded"):
            raise PontineError(f"{key}= has no meaning with brain={brain}")
