"""Fixtures of the tests that let other people's software at this one."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

STAND_INS = Path(__file__).parents[1] / "stand_ins"


@pytest.fixture
def lerobot_importable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Lets LeRobot be imported where torchvision cannot be installed, and keeps its caches in `tmp_path`."""
    if importlib.util.find_spec("torchvision") is None:
        # transformers asks once and remembers: it must not take the stand-in for what it can use.
        from transformers.utils import is_torchvision_available

        assert not is_torchvision_available()
        monkeypatch.syspath_prepend(str(STAND_INS))
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
