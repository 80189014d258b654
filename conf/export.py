"""`pontine export`."""

from __future__ import annotations

from dataclasses import dataclass

from pontine.envs.files import check_writable
from pontine.envs.io.plain_text import terminal

from .options import text


@dataclass
class Config:
    """Options of `pontine export`; export.yaml says what each means."""

    policy: str = text("pick")
    out: str = text("policy.onnx")


def run(config: Config) -> int:
    """Exit status 0."""
    from pontine.policies.actor import load
    from pontine.policies.export import export
    from pontine.policies.library import find

    check_writable(config.out, "the exported policy")
    actor, card = load(find(config.policy))
    difference = export(actor, card, config.out)
    terminal().print(
        f"{config.out}: observation (n, {actor.observation}) to action (n, {actor.action}); "
        f"differs from the policy by at most {difference:.1g}",
        markup=False,
        soft_wrap=True,
    )
    return 0
