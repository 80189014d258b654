"""The critic of success: P(skill succeeds | scene, arguments), calibrated, for whoever chooses between plans.

It looks once, before the skill starts, at what the policy sees and at what stands around, and was fitted to how
episodes of the skill's own policy ended. Its probability is one over physics that it cannot see: half of its
episodes are nominal, half randomised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from pontine.envs.arrays import Array, Bool, Float32
from pontine.envs.declarations.kind import KINDS
from pontine.envs.files import replacing
from pontine.envs.scene import Scene
from pontine.envs.tabletop.randomization import randomization
from pontine.envs.tasks.episodes import Episodes
from pontine.envs.tasks.observation import SIZE

from .actor import Actor, PolicyError, reading, write
from .evaluate import acting, run_episodes
from .statistics import expected_calibration_error, ranking, wilson

AROUND = 3
"""How many other objects the critic sees, the nearest to the object or to its goal first."""

_EACH = 11
FEATURES = SIZE + AROUND * _EACH
"""Width of the critic's input: `observation.manipulation`, then each object around."""

FIT_SEED, TEST_SEED = 12_000_000, 14_000_000
"""First seeds of the episodes that fit and test critics; policies train on none of them."""


@dataclass(frozen=True)
class Thing:
    """An object beside the one that is handled: position (3,) m, size (3,) m and kind."""

    position: Array
    size: Array
    kind: str


def others(scene: Scene, name: str) -> list[Thing]:
    """Everything on the table but `name`, as far as its pose and size are known."""
    return [
        Thing(np.array(thing.position), np.array(thing.size), thing.kind)
        for thing in scene.objects
        if thing.name != name and thing.position is not None and thing.size is not None
    ]


def features(observation: Float32, around: Iterable[Thing], place: Array, goal: Array) -> Array:
    """What the critic sees, (FEATURES,), before an object at `place` (3,) m is handled towards `goal` (3,) m.

    `observation` (SIZE or more,) is the policy's; what it sees beyond `observation.LAYOUT` is left out. A thing
    around is: there or not, its offset from the object and from the goal (x 10, m), its size (x 20, m), and
    whether things go into it.
    """
    out = np.zeros(FEATURES)
    out[:SIZE] = observation[:SIZE]

    def apart(thing: Thing) -> float:
        return float(min(np.linalg.norm((thing.position - end)[:2]) for end in (place, goal)))

    for k, thing in enumerate(sorted(around, key=apart)[:AROUND]):
        container = thing.kind in KINDS and KINDS[thing.kind].container
        offsets = 10 * (thing.position - place), 10 * (thing.position - goal)
        out[SIZE + k * _EACH : SIZE + (k + 1) * _EACH] = np.concatenate(
            [[1.0], *offsets, 20 * thing.size, [float(container)]]
        )
    return out


class Critic(nn.Module):
    """A small network of standardised features; its logit is stretched and shifted until it is calibrated."""

    HIDDEN = (64, 32)
    mean: torch.Tensor
    scale: torch.Tensor
    platt: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        width = FEATURES
        for size in self.HIDDEN:
            layers += [nn.Linear(width, size), nn.ELU()]
            width = size
        self.body = nn.Sequential(*layers, nn.Linear(width, 1))
        for name, value in (("mean", torch.zeros(FEATURES)), ("scale", torch.ones(FEATURES))):
            self.register_buffer(name, value)
        self.register_buffer("platt", torch.tensor([1.0, 0.0]))

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """Logits (n,) of success for features (n, FEATURES)."""
        # What was constant in all episodes says nothing, and must say nothing where it is different.
        standard = ((seen - self.mean) * self.scale).clamp(-5, 5)
        return self.body(standard)[:, 0] * self.platt[0] + self.platt[1]

    @torch.no_grad()
    def probability(self, seen: Array) -> Array:
        """P(success) (n,) for features (n, FEATURES)."""
        return torch.sigmoid(self(torch.as_tensor(seen, dtype=torch.float32))).double().numpy()


@dataclass(frozen=True)
class Played:
    """Episodes as the critic sees them: features (n, FEATURES) at their start, and whether they succeeded (n,)."""

    seen: Array
    success: Bool

    def __add__(self, other: Played) -> Played:
        return Played(np.concatenate([self.seen, other.seen]), np.concatenate([self.success, other.success]))


def play(
    task: str, actor: Actor, episodes: int, seed: int, threads: int = 0, progress: Callable[[int], None] | None = None
) -> Played:
    """Episodes of a task under its policy, the first half nominal, the second randomised."""
    halves = []
    for k, physics in enumerate(("none", "real")):
        seen: list[Array] = []
        outcome = run_episodes(
            task,
            acting(actor),
            episodes // 2,
            seed + k * (episodes // 2),
            randomization(physics),
            threads,
            (lambda done, of, k=k: progress(k * of + done)) if progress is not None else None,  # type: ignore[misc]
            on_start=lambda e, ids, seen=seen: seen.extend(_at_start(e, ids)),  # type: ignore[misc]
        )
        halves.append(Played(np.array(seen), outcome.success))
    return halves[0] + halves[1]


def _at_start(e: Episodes, ids: NDArray[np.int_]) -> list[Array]:
    observation = e.observe()
    assert isinstance(observation, np.ndarray)
    seen, handled, worlds, rows = e.situation(), e.situation(exact=True).object_position, e.worlds, []
    for i in ids:
        around = [
            Thing(worlds.object_position[i, slot], np.array(spec.size), spec.kind)
            for slot, spec in enumerate(worlds.specs[i])
            if spec is not None and not np.array_equal(worlds.object_position[i, slot], handled[i])
        ]
        rows.append(features(observation[i], around, seen.object_position[i], seen.goal[i]))
    return rows


def fit(played: Played, seed: int = 0, epochs: int = 60) -> Critic:
    """A critic of these episodes: four fifths train the network, one fifth stops it and calibrates its logit.

    Calibration is Platt's (1999): slope and offset of the logit by maximum likelihood.
    """
    torch.manual_seed(seed)
    order = np.random.default_rng(seed).permutation(len(played.success))
    cut = len(order) * 4 // 5
    seen = torch.as_tensor(played.seen, dtype=torch.float32)
    label = torch.as_tensor(played.success, dtype=torch.float32)
    train, held = torch.as_tensor(order[:cut]), torch.as_tensor(order[cut:])
    critic = Critic()
    critic.mean = seen[train].mean(0)
    spread = seen[train].std(0)
    critic.scale = torch.where(spread > 1e-4, 1 / spread.clamp(min=1e-4), torch.zeros(()))
    optimizer = torch.optim.AdamW(critic.body.parameters(), 1e-3, weight_decay=0.05)
    best, kept = np.inf, critic.state_dict()
    for _ in range(epochs):
        for rows in train[torch.randperm(len(train))].split(256):
            loss = F.binary_cross_entropy_with_logits(critic(seen[rows]), label[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            judged = F.binary_cross_entropy_with_logits(critic(seen[held]), label[held]).item()
        if judged < best:
            best, kept = judged, {k: v.clone() for k, v in critic.state_dict().items()}
    critic.load_state_dict(kept)
    with torch.no_grad():
        logit = critic(seen[held])
    platt = torch.tensor([1.0, 0.0], requires_grad=True)
    solver = torch.optim.LBFGS([platt], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> float:
        solver.zero_grad()
        # Where nothing failed the likelihood has no maximum: a pull towards slope 1 and offset 0 gives it one.
        prior = ((platt[0] - 1) ** 2 + 0.01 * platt[1] ** 2) / len(held)
        loss = F.binary_cross_entropy_with_logits(logit * platt[0] + platt[1], label[held]) + prior
        loss.backward()
        return loss.item()

    solver.step(closure)
    critic.platt = platt.detach()
    return critic.eval()


def judge(critic: Critic, played: Played) -> dict[str, Any]:
    """How well it is calibrated and how well it ranks, on episodes it was not fitted to."""
    said = critic.probability(played.seen)
    good = played.success
    error, bins = expected_calibration_error(said, good)
    return {
        "episodes": len(good),
        "success": round(float(good.mean()), 4),
        "wilson95": [round(v, 4) for v in wilson(int(good.sum()), len(good))],
        "expected_calibration_error": round(error, 4),
        "brier": round(float(((said - good) ** 2).mean()), 5),
        "brier_of_the_mean": round(float(good.mean() * (1 - good.mean())), 5),
        "auroc": None if (rank := ranking(said, good)) is None else round(rank, 3),
        "reliability": bins,
    }


def save(critic: Critic, card: dict[str, Any], path: str | Path) -> None:
    """Write `path`.safetensors and `path`.json, each to a temporary name first."""
    write(critic.state_dict(), card, path)


def load(path: str | Path) -> tuple[Critic, dict[str, Any]]:
    """The critic and its card. Raises PolicyError if a file is missing, damaged or for another version."""
    critic = Critic()
    with reading("critic", path) as (tensors, card):
        critic.load_state_dict(tensors)
    return critic.eval(), card


def draw_reliability(found: Mapping[str, Any], title: str, path: str | Path) -> None:
    """The reliability plot of what `judge` found, as a PNG: each bin's frequency with its Wilson interval.

    Raises PolicyError where matplotlib is missing.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise PolicyError("the reliability plot needs matplotlib: pip install 'pontine[train]'") from None
    bins = found["reliability"]
    said, came = np.array([b["said"] for b in bins]), np.array([b["came"] for b in bins])
    spread = np.abs(np.array([[b["low"], b["high"]] for b in bins]).T - came)
    figure = Figure(figsize=(4, 4), layout="constrained")
    axes = figure.subplots()
    low = max(0.0, min(said.min(), (came - spread[0]).min()) - 0.02)
    axes.plot([low, 1], [low, 1], color="0.7", linewidth=1)
    axes.errorbar(said, came, spread, fmt="o", markersize=4, capsize=2)
    axes.set(xlim=(low, 1.005), ylim=(low, 1.005), xlabel="said: P(success)", ylabel="came: share of successes")
    axes.set_title(f"{title} (error {found['expected_calibration_error']:.3f})", fontsize=10)
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=80)
