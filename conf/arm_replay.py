"""`pontine arm replay`."""

from __future__ import annotations

from dataclasses import dataclass

from pontine.envs.errors import PontineError
from pontine.envs.files import check_writable, write_json

from .options import ArmOptions, at_least, text


@dataclass
class Config(ArmOptions):
    """Options of `pontine arm replay`; arm_replay.yaml says what each means."""

    dataset: str | None = text()
    episode: int = 0
    profile: str = text("normal")
    out: str | None = text()

    def __post_init__(self) -> None:
        from pontine.sim2real.arm.safety_profile import safety_profile

        super().__post_init__()
        if not self.dataset:
            raise PontineError("dataset= is missing: give the dataset's folder")
        at_least("episode", self.episode, 0)
        safety_profile(self.profile)


def run(config: Config) -> int:
    """Exit status 0 once the episode was played to its end."""
    from rich.progress import Progress

    from pontine.envs.io.plain_text import terminal
    from pontine.sim2real.arm.limits import limits
    from pontine.sim2real.arm.serial_arm import SerialArm
    from pontine.sim2real.data.dataset import Dataset
    from pontine.sim2real.data.replay import replay
    from pontine.sim2real.vision.scene_source import EMPTY_TABLE

    check_writable(config.out, "how it went")
    calibration = config.read_calibration()
    episode = Dataset(str(config.dataset)).episode(config.episode)
    console = terminal()
    console.print(f"episode {episode.index}: {episode.task}, {len(episode)} frames", markup=False, soft_wrap=True)
    bus = config.open_bus(calibration)
    arm = SerialArm(bus, calibration, limits(config.profile, calibration), EMPTY_TABLE)
    with arm, Progress(console=console) as bars:
        bar = bars.add_task("replay", total=None)
        result = replay(arm, episode, lambda done, of: bars.update(bar, completed=done, total=of))
    written = {**result.as_json(), "arm": arm.report()}
    if config.out is not None:
        write_json(config.out, written)
    for key, what in (("rms_degrees", "off by (RMS)"), ("largest_degrees", "at most")):
        values = "  ".join(f"{joint} {value:.2f}°" for joint, value in result.as_json()[key].items())  # type: ignore[attr-defined]
        console.print(f"{what}: {values}", soft_wrap=True)
    for clip in arm.report()["clips"]:
        console.print(f"the envelope changed {clip['joint']} in {clip['steps']} steps: {clip['reason']}")
    return 0
