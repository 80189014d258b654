"""The safety profiles that come with Pontine: a JSON file each."""

from __future__ import annotations

from pathlib import Path

from ...quantities import files
from ..safety_profile import SAFETY_PROFILES, read_safety_profile

for _file in files(Path(__file__).parent):
    SAFETY_PROFILES.register(read_safety_profile(_file))

__all__: list[str] = []
