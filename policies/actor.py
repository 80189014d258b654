"""The actor: a small network from observations to actions, and its file.

A policy is two files: `NAME.safetensors`, the weights, and `NAME.json`, the card that
says what they expect, how they were trained and how well they do. No pickle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from pontine.envs.arrays import Array, Float32
from pontine.envs.errors import PontineError
from pontine.envs.files import write_json
from pontine.envs.io import json_text

from .checkpoint import UNFIT, read_tensors, why, write_tensors


class PolicyError(PontineError):
    """A policy file that is missing, damaged or not what its card says."""


class Actor(nn.Module):
    """ELU network with the action's mean as output; `forward` (n, observation) -> (n, action).

    With `squash` the output goes through tanh, as actors trained by SAC and TQC have it.

    Example:
        >>> actor = Actor(observation=36, action=6, hidden=(8,))
        >>> actor.act(np.zeros((5, 36), np.float32)).shape
        (5, 6)
    """

    def __init__(
        self, observation: int, action: int, hidden: tuple[int, ...] = (256, 256), squash: bool = False
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        width = observation
        for size in hidden:
            layers += [nn.Linear(width, size), nn.ELU()]
            width = size
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(width, action)
        self.observation, self.action, self.hidden, self.squash = observation, action, hidden, squash

    def forward(self, observation: torch.Tensor) -> torch.Tensor:
        """Mean actions, not clipped."""
        mean = self.head(self.body(observation))
        return torch.tanh(mean) if self.squash else mean

    @torch.no_grad()
    def act(self, observation: Float32) -> Array:
        """Deterministic actions (n, action) in [-1, 1] for observations (n, observation)."""
        mean = self(torch.as_tensor(np.asarray(observation, np.float32)))
        return mean.clamp(-1.0, 1.0).double().numpy()


def save(actor: Actor, card: Mapping[str, Any], path: str | Path) -> None:
    """Write `path`.safetensors, in half precision, and `path`.json, each to a temporary name first."""
    network = {
        "type": "mlp",
        "activation": "elu",
        "observation": actor.observation,
        "action": actor.action,
        "hidden": list(actor.hidden),
        "squash": actor.squash,
    }
    write({k: v.half() for k, v in actor.state_dict().items()}, {**card, "network": network}, path)


def load(path: str | Path) -> tuple[Actor, dict[str, Any]]:
    """The actor and its card. Raises PolicyError if a file is missing, cut short or does not fit.

    Example:
        >>> from pontine.policies.library import policy_path
        >>> actor, card = load(policy_path("pick"))
        >>> card["task"], card["control_rate_hz"], actor.action
        ('pontine/Pick-v0', 25, 6)
    """
    with reading("policy", path) as (tensors, card):
        network = card["network"]
        hidden, squash = tuple(network["hidden"]), network.get("squash", False)
        sizes = (network["observation"], network["action"], *hidden)
        if any(type(size) is not int or size < 1 for size in sizes) or type(squash) is not bool:
            raise ValueError("its sizes must be whole numbers of at least 1, and squash true or false")
        if len(tensors) != 2 * (len(hidden) + 1):
            raise ValueError(f"{len(tensors)} tensors are not those of {len(hidden)} hidden layers")
        # On "meta" nothing is allocated: what the card says is not believed before the weights have shown it.
        with torch.device("meta"):
            actor = Actor(sizes[0], sizes[1], hidden, squash)
        actor.load_state_dict({k: v.float() for k, v in tensors.items()}, assign=True)
    return actor.requires_grad_().eval(), card


def write(tensors: Mapping[str, torch.Tensor], card: Mapping[str, Any], path: str | Path) -> None:
    """Write a network's tensors and its card, `path`.safetensors and `path`.json, each to a temporary name first."""
    weights, described = _files(path)
    write_tensors(weights, tensors, {})
    write_json(described, card)


@contextmanager
def reading(what: str, path: str | Path) -> Iterator[tuple[dict[str, torch.Tensor], dict[str, Any]]]:
    """What `write` wrote, for a block that makes a network (`what`) of it.

    Raises PolicyError if a file is missing, cut short or has a number that is not finite, or the block finds that they
    do not fit.
    """
    weights, described = _files(path)
    for file in (described, weights):
        if not file.exists():
            raise PolicyError(f"no {what} file {file}")
    card = json_text.read(described, f"{what} card", PolicyError)
    try:
        tensors, _ = read_tensors(weights)
    except UNFIT as error:
        raise PolicyError(f"{what} file {weights} is damaged: {why(error)}") from None
    try:
        if not isinstance(card, dict):
            raise ValueError("it is not a JSON object")
        yield tensors, card
    except UNFIT as error:
        reason = why(error)
        raise PolicyError(f"{what} card {described} does not fit the network in {weights.name}: {reason}") from None


def _files(path: str | Path) -> tuple[Path, Path]:
    base = str(path).removesuffix(".safetensors").removesuffix(".json")
    return Path(base + ".safetensors"), Path(base + ".json")
