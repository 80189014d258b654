"""The brain: a language model that reads instructions, and the code that grounds what it read.

What is public stands here; the brains themselves are had from `load_brain`, and a new one is registered in `BRAINS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.registry import Registry
from pontine.envs.scene import Scene
from pontine.planner.reading import Reading, Turn


class Brain(Protocol):
    """Anything that can read an instruction about a scene."""

    def read(self, instruction: str, scene: Scene, turns: Sequence[Turn] = ()) -> Reading:
        """What `instruction` asks for in `scene`, after the `turns` that were carried out before it.

        Raises PontineError if the instruction is empty.
        """
        ...


OPTIONS = ("adapter", "model", "url")
"""What a brain may be told when it is loaded."""


@dataclass(frozen=True)
class BrainKind:
    """A kind of brain.

    Args:
        name: what `brain=` calls it.
        load: makes one of the options that are given, by keyword. Raises PontineError.
        needs: the `OPTIONS` without which it cannot be.
        takes: those that it can do without.

    Example:
        >>> BRAINS["endpoint"].needs
        ('url', 'model')
    """

    name: str
    load: Callable[..., Brain]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


def _check(kind: BrainKind) -> None:
    for option in (*kind.needs, *kind.takes):
        if option not in OPTIONS:
            raise UnknownNameError(f"option of brain {kind.name!r}", option, OPTIONS)


BRAINS: Registry[BrainKind] = Registry("brain", ["pontine.planner.brain.brains"], check=_check)
"""The brains there are; a package registers another one."""


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
    given = {"adapter": adapter, "model": model, "url": url}
    return BRAINS[brain].load(**{key: value for key, value in given.items() if value is not None})


def check_choice(adapter: str | None, brain: str, model: str | None, url: str | None) -> None:
    """Raises PontineError if the options do not go together."""
    kind = BRAINS[brain]
    given = {"adapter": adapter, "model": model, "url": url}
    for key in kind.needs:
        if not given[key]:
            raise PontineError(f"brain={brain} needs {key}=")
    for key, value in given.items():
        if value is not None and key not in (*kind.needs, *kind.takes):
            raise PontineError(f"{key}= has no meaning with brain={brain}")


__all__ = ["BRAINS", "OPTIONS", "Brain", "BrainKind", "check_choice", "load_brain"]
