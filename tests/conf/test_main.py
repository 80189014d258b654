"""How a command ends: what its status says, and that whatever ended it is told in one line."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from rich.console import Console

from pontine.conf import demo
from pontine.conf import main as command
from pontine.envs.errors import PontineError
from pontine.envs.io import platform


def ends_with(error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple:
    """The status of `pontine demo`, whose work raises `error`, and what it says."""

    def run(config: demo.Config) -> int:
        raise error

    monkeypatch.setattr(demo, "run", run)
    monkeypatch.setattr(sys, "argv", ["pontine", "demo"])
    return command.main(), capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (PontineError("no scene"), 2, "no scene"),
        (OSError(28, "No space left on device", "run.json"), 2, "cannot write run.json: No space left on device"),
        (OSError(36, "File name too long", "aaa"), 2, "cannot use aaa: File name too long"),
        (KeyboardInterrupt(), 130, "stopped"),
        (platform.Terminated(), 143, "stopped"),
    ],
)
def test_each_end_has_its_status_and_one_line(
    error: BaseException,
    status: int,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ends_with(error, monkeypatch, capsys) == (status, f"pontine: {says}\n")


@pytest.mark.parametrize("error", [KeyError("x"), RuntimeError("two\nlines"), PermissionError(13, "no"), MemoryError()])
def test_a_bug_is_one_line_that_names_its_traceback(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv(command.TRACEBACK, raising=False)
    status, said = ends_with(error, monkeypatch, capsys)
    assert status == command.CRASHED == 70
    assert len(said.splitlines()) == 1
    (kept,) = tmp_path.glob("pontine-bug-*.txt")
    assert f"this is a bug in Pontine: {type(error).__name__}" in said
    assert f"its traceback is in {kept}" in said
    text = kept.read_text(encoding="utf-8")
    assert text.startswith("pontine ")
    assert "Traceback (most recent call last)" in text


def test_a_bug_shows_its_traceback_where_that_is_wanted_or_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(command.TRACEBACK, "1")
    _, said = ends_with(KeyError("x"), monkeypatch, capsys)
    assert said.startswith("Traceback")
    assert said.splitlines()[-1].startswith("pontine: this is a bug")
    monkeypatch.delenv(command.TRACEBACK)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    _, said = ends_with(KeyError("x"), monkeypatch, capsys)
    assert f"{command.TRACEBACK}=1 shows its traceback" in said


def test_sigterm_brings_the_cursor_back() -> None:
    out = io.StringIO()

    def work() -> int:
        with Console(file=out, force_terminal=True).status("working"):
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
        return 0

    before = signal.getsignal(signal.SIGTERM)
    assert command.guarded(work) == 143
    assert out.getvalue().rindex("\x1b[?25h") > out.getvalue().rindex("\x1b[?25l")
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_signal_that_was_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert command.guarded(lambda: os.kill(os.getpid(), signal.SIGHUP) or 0) == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_an_ascii_terminal_shows_the_numbers_of_what_it_has_no_letters_for(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", shown)
    monkeypatch.setattr(sys, "argv", ["pontine", "list", "kinds"])
    assert command.main() == 0
    shown.flush()
    assert rb"\u65b9\u5757" in shown.buffer.getvalue()


def test_a_file_is_locked_for_one(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = f"from pontine.envs.io import platform; platform.lock(open({str(path)!r}, 'w'))"
    with path.open("w", encoding="utf-8") as file:
        platform.lock(file)
        held = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "BlockingIOError" in held.stderr
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_first_words_say_how_to_have_torch_without_cuda(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["pontine"])
    for name in ("torch", "nvidia_cublas"):
        (tmp_path / f"{name}-1.dist-info").mkdir()
        said = f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 1\n"
        (tmp_path / f"{name}-1.dist-info" / "METADATA").write_text(said, encoding="utf-8")
        monkeypatch.setattr(sys, "path", [str(tmp_path)])
        assert command.cuda_came_along() == (name == "nvidia_cublas")
    monkeypatch.undo()
    monkeypatch.setattr(sys, "argv", ["pontine"])
    for came, count in ((True, 1), (False, 0)):
        monkeypatch.setattr(command, "cuda_came_along", lambda came=came: came)
        assert command.main() == 0
        assert capsys.readouterr().out.count("https://download.pytorch.org/whl/cpu") == count
