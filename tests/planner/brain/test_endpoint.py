"""`brain=endpoint`, against a real server process with the real small model."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.scene import Scene, SceneObject
from pontine.planner.brain import load_brain
from pontine.planner.brain.chat import KEY
from pontine.planner.brain.endpoint import EndpointBrain

SCENE = Scene(
    (
        SceneObject("red_cube", "cube", "red", (0.2, 0.05, 0.015), None, (0.03, 0.03, 0.03)),
        SceneObject("bowl", "bowl", "white", (0.28, -0.1, 0.0), None, (0.1, 0.1, 0.04), container=True),
    )
)
GOALS = (("in", "red_cube", "bowl"),)
SAID = "put the red cube in the bowl"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    environment = {**os.environ, "CHAT_SERVER_KEY": "sesame"}
    command = [sys.executable, str(Path(__file__).with_name("chat_server.py"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
        finally:
            server.kill()


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "sesame")


@pytest.mark.parametrize("model", ["plain", "thinker", "splitter", "rambler"])
def test_an_instruction_is_read(url: str, model: str) -> None:
    reading = load_brain(brain="endpoint", model=model, url=url).read(SAID, SCENE)
    assert reading.subgoals == GOALS
    assert reading.confidence is None


def test_what_never_becomes_a_form_is_a_question(url: str) -> None:
    assert EndpointBrain(url, "rambler", retries=0).read(SAID, SCENE).kind == "question"


def test_a_wrong_key_and_none_are_one_clear_line(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "wrong")
    with pytest.raises(PontineError, match="401: the API key is not accepted"):
        EndpointBrain(url, "plain").read(SAID, SCENE)
    monkeypatch.delenv(KEY)
    with pytest.raises(PontineError, match=f"missing; set {KEY}"):
        EndpointBrain(url, "plain").read(SAID, SCENE)


def test_a_wrong_path_says_what_the_server_said(url: str) -> None:
    with pytest.raises(PontineError, match="404: no /v2/chat"):
        EndpointBrain(url.replace("v1", "v2"), "plain").read(SAID, SCENE)


def test_a_server_that_does_not_answer_is_given_up(url: str) -> None:
    with pytest.raises(PontineError, match="did not answer within"):
        EndpointBrain(url, "mute", timeout=0.3).read(SAID, SCENE)


def test_nobody_there_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(PontineError, match="cannot reach"):
            EndpointBrain(address, "plain").read(SAID, SCENE)


def test_options_that_do_not_go_together_are_one_clear_line() -> None:
    with pytest.raises(UnknownNameError, match="valid: embedded, endpoint, transformers"):
        load_brain(brain="gpt")
    with pytest.raises(PontineError, match="needs url="):
        load_brain(brain="endpoint", model="m")
    with pytest.raises(PontineError, match="no meaning"):
        load_brain(model="m")
    with pytest.raises(PontineError, match="http://"):
        load_brain(brain="endpoint", model="m", url="localhost:1")
