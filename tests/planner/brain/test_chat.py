"""The client of chat APIs against real servers that lead away, drip, flood, refuse and babble."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pontine.envs.errors import PontineError
from pontine.envs.io.bounded_http import is_local
from pontine.envs.io.plain_text import CONTROLS
from pontine.envs.scene import Scene, SceneObject
from pontine.planner.brain import chat
from pontine.planner.brain.chat import KEY, Chat
from pontine.planner.brain.endpoint import EndpointBrain
from tests.raw_server import RawServer, Request, completion, reply

SCENE = Scene((SceneObject("red_cube", "cube", "red"), SceneObject("bowl", "bowl", "white", container=True)))
SAID = "put the red cube in the bowl"
FORM = "in the red cube, the bowl"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "sesame")
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def brain(server: RawServer, **options: Any) -> EndpointBrain:
    return EndpointBrain(f"{server.url}/v1", "m", **{"timeout": 5.0, "patience": 5.0, **options})


def refused(server: RawServer, **options: Any) -> str:
    with pytest.raises(PontineError) as caught:
        brain(server, **options).read(SAID, SCENE)
    said = str(caught.value)
    assert not CONTROLS.search(said)
    assert len(said) < 600
    return said


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_the_key_follows_no_redirect_to_another_host_whose_answer_is_not_used(code: int) -> None:
    with RawServer(lambda _: completion(FORM)) as thief:

        def away(_: Request) -> list[bytes]:
            return reply({}, f"{code} Moved", Location=f"{thief.url}/v1/chat/completions")

        with RawServer(away) as server:
            assert "another place" in refused(server)
    assert thief.requests == []


@pytest.mark.parametrize("to", ["https://127.0.0.1:{port}/x", "http://localhost:{port}/x", "//evil.test/x",
                                "http://127.0.0.1.evil.test/", "file:///etc/passwd", "http://[::1/", "http://a@b/",
                                "\\\\evil"])  # fmt: skip
def test_another_scheme_host_or_port_is_another_place(to: str) -> None:
    with RawServer(lambda _: reply({}, "307 Moved", Location=to.format(port=server.port))) as server:
        said = refused(server)
        assert "another place" in said or "circles" in said
        assert all(request.line.startswith("POST /") for request in server.requests)


def test_the_same_host_may_have_moved_its_page_but_not_in_circles() -> None:
    def moved(request: Request) -> list[bytes]:
        return completion(FORM) if "/new/" in request.line else reply({}, "308 Moved", Location="/new/chat")

    with RawServer(moved) as server:
        assert brain(server).read(SAID, SCENE).subgoals == (("in", "red_cube", "bowl"),)
        assert server.requests[-1].headers["authorization"] == "Bearer sesame"
        assert server.requests[-1].json["model"] == "m"
    with RawServer(lambda _: reply({}, "308 Moved", Location="/again")) as server:
        assert "circles" in refused(server)


def drip(first: bytes, piece: bytes) -> Iterator[bytes]:
    yield first
    for _ in range(600):
        yield piece
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("first", "piece"),
    [(b"", b""), (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), (b"HTTP/1.1 2", b"0"), (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
     (b"HTTP/1.1 200 OK\r\n\r\n", b" "), (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
     (b"HTTP/1.1 400 Bad\r\n\r\n", b" ")],
)  # fmt: skip
def test_a_server_that_drips_is_given_up_in_time(first: bytes, piece: bytes) -> None:
    with RawServer(lambda _: drip(first, piece)) as server:
        began = time.monotonic()
        refused(server, timeout=0.6)
        assert time.monotonic() - began < 15


@pytest.mark.parametrize("status", ["200 OK", "500 Sorry"])
def test_a_flood_is_not_drunk(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    monkeypatch.setattr(chat, "LARGEST", 100_000)
    sent = itertools.count()

    def flood(_: Request) -> Iterator[bytes]:
        yield f"HTTP/1.1 {status}\r\n\r\n".encode()
        for _ in range(2000):
            next(sent)
            yield b"[" * 10_000

    with RawServer(flood) as server:
        said = refused(server)
    assert "more than" in said or "500" in said
    assert next(sent) < 1500


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b'{"choices": [{"mess', b"", b"null", b'{"choices": []}', b'{"choices": {"a": 1}}',
     b'{"choices": [7]}', b'{"choices": [{"message": "hi"}]}', b"\xff\xfe", b"9" * 5000],
)  # fmt: skip
def test_deep_cut_and_foreign_json_is_one_line(body: bytes) -> None:
    with RawServer(lambda _: reply(body)) as server:
        assert "no chat completion" in refused(server)


@pytest.mark.parametrize("raw", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 999\r\n\r\n",
                                 b"HTTP/1.1 abc\r\n\r\n", b"\x15\x03\x01",
                                 b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                                 b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n",
                                 b"HTTP/1.1 \x1b[2J \x1b]0;owned\x07\r\n\r\n"])  # fmt: skip
def test_what_is_no_http_is_one_line(raw: bytes) -> None:
    with RawServer(lambda _: [raw]) as server:
        refused(server)


@settings(max_examples=40)  # each has a server of its own
@given(st.binary(max_size=200), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 400 X\r\n\r\n"]))
def test_whatever_comes_is_a_reading_or_one_line(body: bytes, before: bytes) -> None:
    with RawServer(lambda _: [before + body]) as server:
        try:
            brain(server, retries=0).read(SAID, SCENE)
        except PontineError as error:
            assert not CONTROLS.search(str(error))


@pytest.mark.parametrize("url", ["http://[::1/v1", "http://", "http:///v1", "https://host:port/v1", "http://host:99999/v1",
                                 "ftp://host/v1", "localhost:8000/v1", "http://a b/v1", "http://a\nb/v1", "",
                                 "http://user:word@host/v1"])  # fmt: skip
def test_what_is_no_address_is_said_before_anything_is_sent(url: str) -> None:
    with pytest.raises(PontineError, match="url=") as caught:
        EndpointBrain(url, "m")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "address"),
    [("http://h/v1/", "http://h/v1/chat/completions"), ("http://h/v1?api-version=3", "http://h/v1/chat/completions?api-version=3"),
     ("http://h/v1/chat/completions", "http://h/v1/chat/completions"), ("http://[::1]:80/v1", "http://[::1]:80/v1/chat/completions")],
)  # fmt: skip
def test_where_it_asks(url: str, address: str) -> None:
    assert Chat(url).address == address


def test_a_proxy_is_not_used_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(lambda _: reply({"error": "I am the proxy"}, "502 Bad")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        with RawServer(lambda _: completion(FORM)) as server:
            assert brain(server).read(SAID, SCENE).kind == "subgoals"
            named = EndpointBrain(f"http://localhost:{server.port}/v1", "m", timeout=5)
            assert named.read(SAID, SCENE).kind == "subgoals"
        assert proxy.requests == []
        with pytest.raises(PontineError, match="I am the proxy"):
            EndpointBrain("http://models.example/v1", "m", timeout=5).read(SAID, SCENE)
    assert not is_local("localhost.example.org")


def test_a_key_that_cannot_be_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(lambda _: completion(FORM)) as server:
        monkeypatch.setenv(KEY, "sk-secret\nX: y")
        assert "secret" not in refused(server)
        monkeypatch.setenv(KEY, " sesame\n")
        brain(server).read(SAID, SCENE)
    assert server.requests[-1].headers["authorization"] == "Bearer sesame"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"error": {"message": "model 'm' not found", "type": "api_error"}}, "model 'm' not found"),  # Ollama, OpenAI
        ({"error": "model 'm' not found"}, "model 'm' not found"),  # Ollama's own API
        ({"object": "error", "message": "The model `m` does not exist.", "code": 404}, "`m` does not exist"),  # vLLM
        ({"detail": "Not Found"}, "Not Found"),  # FastAPI
        ({"detail": [{"type": "missing", "loc": ["body", "model"], "msg": "Field required"}]},
         "body.model: Field required"),
        ([{"error": {"code": 404, "message": "models/m is not found", "status": "NOT_FOUND"}}],
         "models/m is not found"),  # Gemini
        ({"error": {"code": 500, "message": "slot unavailable", "type": "server_error"}},
         "slot unavailable"),  # llama.cpp
        (b"<html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>", "Bad Gateway"),
        (b"plain words\x1b[2J\nof it", "plain words\\x1b[2J of it"),
        (b"", "Sorry"),
        ({"error": {"message": "x" * 5000}}, "xxx…"),
    ],
)  # fmt: skip
def test_what_a_server_says_is_shown(body: Any, told: str) -> None:
    with RawServer(lambda _: reply(body, "404 Sorry")) as server:
        assert f"404: {told}" in refused(server).replace("x" * 290, "") or told in refused(server)


def test_an_error_that_comes_as_a_success_is_shown_too() -> None:
    with RawServer(lambda _: reply({"error": {"message": "no credit left", "code": 402}})) as server:
        assert "no credit left" in refused(server)


def test_options_that_are_refused_are_left_out() -> None:
    def picky(request: Request) -> list[bytes]:
        sent = request.json
        if "max_tokens" in sent:
            told = "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."
            return reply({"error": {"message": told}}, "400 Bad Request")
        if "temperature" in sent:
            told = "Unsupported value: 'temperature' does not support 0 with this model."
            return reply({"error": {"message": told}}, "400 Bad Request")
        return completion(FORM)

    with RawServer(picky) as server:
        reader = brain(server)
        for _ in range(2):
            assert reader.read(SAID, SCENE).kind == "subgoals"
        assert server.requests[-1].json["max_completion_tokens"] > 0
        assert len(server.requests) == 4
    with RawServer(lambda _: reply({"detail": "max_tokens, temperature: extra"}, "422 No")) as server:
        assert "extra" in refused(server)
        assert len(server.requests) == 3


@pytest.mark.parametrize("headers", [{}, {"Retry_After": "0.1"}])
def test_a_model_that_is_being_loaded_is_waited_for(
    headers: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    came = itertools.count()

    def loading(_: Request) -> list[bytes]:
        if next(came) < 2:
            return reply({"error": {"message": "Loading model", "code": 503}}, "503 Busy", **headers)
        return completion(FORM)

    with RawServer(loading) as server:
        assert brain(server).read(SAID, SCENE).kind == "subgoals"
    assert "503: Loading model; asking again" in capsys.readouterr().err


@pytest.mark.parametrize("later", ["3600", "Fri, 31 Dec 2999 23:59:59 GMT"])
def test_it_is_not_waited_for_ever(later: str) -> None:
    with RawServer(lambda _: reply({}, "503 Busy", Retry_After=later)) as server:
        assert "503" in refused(server)
    with RawServer(lambda _: reply({}, "503 Busy", Retry_After="-nan")) as server:
        assert "503" in refused(server, patience=0.7)
        assert len(server.requests) < 5


def test_what_it_wrote_is_shown_when_it_is_no_form() -> None:
    with RawServer(lambda _: completion("I cannot do that, Dave.\x1b[2J\n" + "Really not. " * 200)) as server:
        reading = brain(server).read(SAID, SCENE)
        assert reading.kind == "question"
        assert "I cannot do that, Dave.\\x1b[2J Really" in reading.text
        assert len(reading.text) < 500
        asked = [json.loads(request.body)["messages"][-1]["content"] for request in server.requests]
        assert len(asked) == 3
        assert "no goal form" in asked[1]
        assert "模型的回答" in brain(server).read("把方块放进碗里吧", SCENE).text


def test_an_answer_that_was_cut_is_not_carried_out() -> None:
    with RawServer(lambda _: completion(FORM, finish_reason="length")) as server:
        assert brain(server, retries=0).read(SAID, SCENE).kind == "question"
