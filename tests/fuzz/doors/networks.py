"""Networks that somebody trained: policies, critics, adapters and checkpoints, with their cards."""

from __future__ import annotations

import random
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import torch

from pontine.envs.io import json_text
from pontine.planner.brain.embedded_brain import merge_adapter
from pontine.planner.tuning.lora import save_adapter
from pontine.policies import checkpoint, critic
from pontine.policies.actor import Actor, load, save
from tests.fuzz.frame import LostError, door
from tests.fuzz.mutations import mutated_text, rotten

Pair = tuple[bytes, bytes]
"""Weights and card."""

SIZES = 7, 6, (8, 5)


@cache
def policy() -> Pair:
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        save(Actor(*SIZES), {"task": "pick", "before": [], "test": {}}, Path(folder) / "p")
        return (Path(folder) / "p.safetensors").read_bytes(), (Path(folder) / "p.json").read_bytes()


@cache
def judge() -> Pair:
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        critic.save(critic.Critic(), {"task": "pick"}, Path(folder) / "c")
        return (Path(folder) / "c.safetensors").read_bytes(), (Path(folder) / "c.json").read_bytes()


def hostile(pair: Pair, rng: random.Random) -> Pair:
    """Weights with turned bytes and numbers, or a card that says something else of them, or both."""
    weights, card = pair
    change = rng.randrange(4)
    if change in (0, 3):
        card = mutated_text(json_text.parse(card), rng)
    if change in (1, 3):
        weights = rotten(weights, rng)
    if change == 2:
        # Past the header: whole numbers stay what they are, and any bits are a number, or none.
        at = 8 + int.from_bytes(weights[:8], "little") + 2 * rng.randrange(20)
        weights = weights[:at] + rng.choice([b"\x00\x7e", b"\x00\x7c", rng.randbytes(2)]) + weights[at + 2 :]
    return weights, card


def laid(pair: Pair, folder: Path) -> Path:
    (folder / "n.safetensors").write_bytes(pair[0])
    (folder / "n.json").write_bytes(pair[1])
    return folder / "n"


@door("policies", lambda rng: hostile(policy(), rng))
def read_policy(pair: Pair, folder: Path) -> None:
    """Loaded, and asked for an action."""
    actor, _ = load(laid(pair, folder))
    action = actor.act(np.ones((2, actor.observation), np.float32))
    if not np.isfinite(action).all():
        raise LostError("a policy was taken that has no action")


@door("critics", lambda rng: hostile(judge(), rng))
def read_critic(pair: Pair, folder: Path) -> None:
    """Loaded, and asked for a probability."""
    found, _ = critic.load(laid(pair, folder))
    if not np.isfinite(found.probability(np.ones((1, critic.FEATURES)))).all():
        raise LostError("a critic was taken that has no probability")


class Attention(torch.nn.Module):
    """A language model as small as can be."""

    def __init__(self) -> None:
        super().__init__()
        self.q_proj, self.o_proj = torch.nn.Linear(6, 4, bias=False), torch.nn.Linear(4, 6, bias=False)


@cache
def adapter() -> Pair:
    torch.manual_seed(0)
    parts = {"q_proj.lora_A": (2, 6), "q_proj.lora_B": (4, 2), "o_proj.lora_A": (2, 4), "o_proj.lora_B": (6, 2)}
    with tempfile.TemporaryDirectory() as folder:
        save_adapter(Path(folder), {name: torch.nn.Parameter(torch.randn(shape)) for name, shape in parts.items()}, 2)
        return (Path(folder) / "adapter.safetensors").read_bytes(), (Path(folder) / "adapter.json").read_bytes()


@door("adapters", lambda rng: hostile(adapter(), rng))
def read_adapter(pair: Pair, folder: Path) -> None:
    """Merged into a model whose weights then are numbers."""
    (folder / "adapter.safetensors").write_bytes(pair[0])
    (folder / "adapter.json").write_bytes(pair[1])
    model = Attention()
    _, ask_below = merge_adapter(model, folder)
    if not all(weight.isfinite().all() for weight in model.parameters()) or not 0 <= ask_below <= 1:
        raise LostError("an adapter was taken that makes no sense")


def learner() -> dict[str, checkpoint.Part]:
    torch.manual_seed(0)
    network = Actor(*SIZES)
    optimizer = torch.optim.Adam(network.parameters())
    network(torch.ones(1, 7)).sum().backward()
    optimizer.step()
    return {"network": network, "optimizer": optimizer, "seen": np.zeros((3, 4), np.float32)}


@cache
def kept() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        checkpoint.keep(Path(folder) / "c.safetensors", learner(), {"rounds": 3, "config": {"seed": 0}})
        return (Path(folder) / "c.safetensors").read_bytes()


@door("checkpoints", lambda rng: rotten(kept(), rng))
def read_checkpoint(data: bytes, folder: Path) -> None:
    """Put into a network and its optimiser, which then take a step."""
    (folder / "c.safetensors").write_bytes(data)
    parts = learner()
    with checkpoint.reading(folder / "c.safetensors") as (tensors, facts):
        checkpoint.count(facts, "rounds", 10)
        checkpoint.fill(parts, tensors)
    network, optimizer = parts["network"], parts["optimizer"]
    assert isinstance(network, Actor)
    assert isinstance(optimizer, torch.optim.Adam)
    network(torch.ones(1, 7)).sum().backward()
    optimizer.step()
