"""What every test shares.

- Libraries of numbers take one thread each: several tests run side by side, and a sum's last bits stay the same.
- Property-based tests draw the same examples every time; `make fuzz` (`--hypothesis-profile=fuzz`) draws new ones.
- Tests on an emulated arm are marked `realtime`: it keeps the time of the wire, so nothing that takes a whole core may
  run beside them.
- On CI nothing may be skipped, for a skipped test proves nothing.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Generator
from pathlib import Path

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
os.environ.update(dict.fromkeys(THREADS, "1"))  # before numpy and torch look; child processes inherit it

import absl.logging  # noqa: E402
import hypothesis  # noqa: E402
import pytest  # noqa: E402

from tests.wheels import ROOT, build_wheel, new_environment, once  # noqa: E402

TESTS = Path(__file__).parent
ON_CI = os.environ.get("CI") == "true"

REALTIME = {"Emulator", "EmulatedArm", "Rig", "emulation"}
"""Names of what keeps real time: a test file that has one of them is marked `realtime` whole."""

SLOW = (
    "conf", "fuzz", "strangers", "envs/benchmarks", "envs/test_foreign_libraries.py", "envs/visuals", "planner/agents",
    "planner/benchmarks", "planner/execution", "planner/tuning",
    "planner/brain/test_embedded_brain.py", "planner/brain/test_endpoint.py",
    "planner/brain/test_transformers_brain.py", "policies/demonstrators", "policies/skills", "policies/training",
    "policies/test_benchmark.py", "sim2real/alignment", "sim2real/arm/test_envelope.py", "sim2real/identification",
    "sim2real/vision/test_camera_calibration.py", "sim2real/vision/test_sheet.py", "sim2real/vision/test_tag_pose.py",
    "sim2real/vision/test_tag_scene.py", "test_conftest.py", "test_readmes.py", "test_wheel.py",
)  # fmt: skip
"""Files and folders that `make quick` leaves out: they start programs, load the language model, train,
draw or play."""

# When logging is set up anew, as Hydra does, absl closes the stream it was imported with unless that is the process's
# own; here it would be pytest's.
absl.logging.get_absl_handler().python_handler.stream = sys.__stderr__

# What a shell starts in the background ignores Ctrl-C, and so would everything that a test starts and stops.
signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile("same", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("fuzz", derandomize=False, max_examples=1000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("same")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what keeps real time and what is slow; first is what shares the dearest fixture, for one worker to keep."""
    for item in items:
        if isinstance(item, pytest.Function) and REALTIME & vars(item.module).keys():
            item.add_marker("realtime")
        if str(item.path).startswith(tuple(str(TESTS / name) for name in SLOW)):
            item.add_marker("slow")
    items.sort(key=lambda item: item.path.name != "test_wheel.py")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test into a failure on CI."""
    report = yield
    if ON_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped on CI: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole file into a failure on CI."""
    report = yield
    if ON_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped on CI: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, built once for all who run tests side by side."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return once(shared / "wheel", lambda folder: build_wheel(ROOT, folder))


@pytest.fixture(scope="session")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a virtual environment with the wheel and what it asks for, no more."""
    return new_environment(tmp_path_factory.mktemp("environment"), wheel, only_declared=True)
