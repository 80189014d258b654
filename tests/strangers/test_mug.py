"""A stranger's package that declares a kind of object: a mug with a handle."""

from __future__ import annotations

from tests.strangers.conftest import Runner, Stranger


def test_the_package_declares_its_kind(stranger: Stranger, run: Runner) -> None:
    bin_folder = stranger("pontine_mug")
    code = "from pontine.envs.kind import KINDS; print(KINDS.origin('mug'), KINDS['mug'].said('zh'))"
    ran = run(bin_folder / "python", "-W", "error", "-c", code)
    assert ran.stdout == "pontine-mug 马克杯\n", ran.stderr
