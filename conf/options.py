"""Helpers that the verbs' `Config` dataclasses share."""

from __future__ import annotations

from dataclasses import field, fields
from typing import Any

from pontine.envs.errors import PontineError


def text(default: str | None = None) -> Any:
    """A field that takes free text or a path: its value is used as it was typed, whatever is in it."""
    return field(default=default, metadata={"text": True})


def text_keys(config: type) -> frozenset[str]:
    """Names of the fields of a `Config` that were made by `text`."""
    return frozenset(f.name for f in fields(config) if f.metadata.get("text"))


def at_least(key: str, value: float, low: float) -> None:
    """Raises PontineError if an option is below what it may be (or not a number)."""
    if not value >= low:
        raise PontineError(f"{key}={value} must be at least {low}")


def above(key: str, value: float, low: float) -> None:
    """Raises PontineError unless an option is above a bound."""
    if not value > low:
        raise PontineError(f"{key}={value} must be above {low}")


def arm_port(port: str | None) -> str:
    """The port of an arm; raises PontineError if none was given."""
    if not port:
        raise PontineError("port= is missing: give the arm's serial port; `pontine arm find` lists them")
    return port


def brain_choice(config: Any) -> None:
    """Raises PontineError unless `brain`, `model`, `url` and `adapter` of a `Config` go together."""
    from pontine.planner.brain import check_choice

    check_choice(config.adapter, config.brain, config.model, config.url)
