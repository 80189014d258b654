"""Whether a training can be: its settings before it begins, its numbers while it goes on."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import fields
from typing import Any

from pontine.envs.errors import PontineError

SHARES = ("gamma", "gae_lambda", "tau", "clip", "enough")
"""Settings of a training stage that are at most 1."""


def check_settings(settings: Any, part: str = "settings", zero: Collection[str] = ()) -> None:
    """Raises PontineError unless all settings of a training stage can be: numbers of at least 1 (those in `zero` of at
    least 0, a batch of at least 2), fractions of at least 0, shares of at most 1, lists of widths."""
    for f in fields(settings):
        key, value = f"{part}.{f.name}", getattr(settings, f.name)
        low = 0 if f.name in zero else 2 if f.name == "batch" else 1
        if isinstance(value, int) and value < low:
            raise PontineError(f"{key}={value} must be at least {low}")
        if isinstance(value, float) and not (math.isfinite(value) and value >= 0):
            raise PontineError(f"{key}={value} must be a number of at least 0")
        if isinstance(value, float) and f.name in SHARES and value > 1:
            raise PontineError(f"{key}={value} must be from 0 to 1")
        if isinstance(value, tuple | list) and (not value or min(value) < 1):
            raise PontineError(f"{key}={list(value)} must list widths of at least 1")


def check_rollout(settings: Any, part: str, steps: str) -> None:
    """Raises PontineError where a rollout, of `steps` (the setting's name) in each of `worlds`, is a single step: PPO
    measures advantages in their own spread, and one has none."""
    worlds, length = settings.worlds, getattr(settings, steps)
    if worlds * length < 2:
        raise PontineError(
            f"{part}.worlds={worlds} {part}.{steps}={length}: a rollout must have at least 2 steps in all"
        )


class DivergedError(PontineError):
    """A training whose numbers are no longer finite."""

    def __init__(self, stage: str, env_steps: int) -> None:
        super().__init__(
            f"{stage} diverged: after {env_steps:,} environment steps its network has numbers that are not finite; a "
            "lower learning rate helps (the best policy of its validations, if there was one, is in best.safetensors)"
        )
