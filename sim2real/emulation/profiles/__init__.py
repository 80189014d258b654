"""The emulated arms' profiles that come with Pontine: a JSON file each."""

from __future__ import annotations

from pathlib import Path

from ...quantities import files
from ..arm_profile import ARM_PROFILES, read_arm_profile

for _file in files(Path(__file__).parent):
    ARM_PROFILES.register(read_arm_profile(_file))

__all__: list[str] = []
