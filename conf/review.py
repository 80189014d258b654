"""`pontine review`."""

from __future__ import annotations

from dataclasses import dataclass

from pontine.envs.errors import PontineError

from .options import bare


@dataclass
class Config:
    """Options of `pontine review`; review.yaml says what each means."""

    report: str | None = bare()
    port: int = 8080
    open_browser: bool = False

    def __post_init__(self) -> None:
        if self.report is None:
            raise PontineError("report= is missing: give the file that a run wrote with report=")
        if not 0 <= self.port <= 65535:
            raise PontineError(f"port={self.port} must be from 0 to 65535")


def run(config: Config) -> int:
    """Exit status: 0."""
    from pontine.planner.console.serving import check_packages

    check_packages()
    from pontine.planner.console.review import review_verb

    return review_verb(str(config.report), config.port, config.open_browser)
