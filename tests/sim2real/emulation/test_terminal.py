"""The name of the emulated port: laid, taken over from a killed emulator, and never at the cost of anybody else's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pontine.sim2real.emulation.terminal import LinkError, Terminal


@pytest.mark.parametrize("target", ["/etc/hostname", "nowhere", "/dev/pts/0", "/dev/ttyUSB0"])
def test_a_link_of_somebody_else_stays(target: str, tmp_path: Path) -> None:
    link = tmp_path / "port"
    link.symlink_to(target)
    with pytest.raises(LinkError, match="is no link of an emulated port"):
        Terminal(link)
    assert os.readlink(link) == target


def test_a_link_that_a_killed_emulator_left_is_replaced(tmp_path: Path) -> None:
    link = tmp_path / "port"
    first = Terminal(link)
    left = os.readlink(link)
    assert link.resolve() == Path(first.name)
    first.close()
    assert not link.is_symlink()
    link.symlink_to(left)
    second = Terminal(link)
    assert link.resolve() == Path(second.name)
    second.close()
    assert not link.is_symlink()


def test_a_link_that_cannot_be_laid_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match=r"cannot make the link .*: No such file or directory"):
        Terminal(tmp_path / "nowhere" / "port")
