"""A client of OpenAI-compatible chat APIs that no server can hold up, fill up or lead elsewhere.

A whole request has a time limit, an answer a largest size. The API key goes to the address that was given and nowhere
else: a redirect to another host is refused, and its answer never asked for. Proxies that the environment names are
used, but not for this machine. What servers refuse is said in their own words; options that some of them do not take
are left out, and a model that is still being loaded is waited for.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from pontine.envs.errors import PontineError
from pontine.envs.io.bounded_http import Bounds, TooLargeError, open_bounded
from pontine.envs.io.plain_text import CONTROLS, plain

KEY = "PONTINE_API_KEY"
"""Environment variable with the API key, if the server wants one."""

LARGEST = 4 * 2**20
"""Bytes of the longest answer that is read, its headers included."""

SAID = 300
"""Most characters of a server's words that are shown."""

REDIRECTS = 3
LONGEST_PAUSE = 5.0
"""Seconds between two questions whether a model is loaded, where the server does not say when to come back."""

_PATH = "/chat/completions"
_OPTIONAL = ("temperature", "max_tokens", "max_completion_tokens")


@dataclass
class Chat:
    """The chat API at `url` (up to and including `/v1`, with a query if it needs one).

    `timeout` is for one request, from connecting to the last byte, `patience` how long a model may take to be loaded,
    both in seconds; `say` is told what is being waited for.

    Raises PontineError if `url` is no address.
    """

    url: str
    timeout: float = 120.0
    patience: float = 300.0
    say: Callable[[str], None] = lambda text: print(plain(text), file=sys.stderr)
    _left_out: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = _split(self.url)
        path = parts.path.rstrip("/").removesuffix(_PATH) + _PATH
        self.address = parts._replace(path=quote(path, safe="/%:@!$&'()*+,;=~"), fragment="").geturl()

    def ask(self, body: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """The `message` that answers a chat request, and whether it was cut because it became too long.

        Raises PontineError saying why there is none.
        """
        data = self._completion(body)
        try:
            choice = data["choices"][0]
            message = choice.get("message") or {"content": choice["text"]}
            if isinstance(message, dict):
                return message, choice.get("finish_reason") == "length"
        except (LookupError, TypeError, AttributeError):
            # Some servers say what is wrong as if nothing were.
            pass
        told = _words(data)
        wrong = "answered with something that is no chat completion"
        raise PontineError(f"{self.address} {wrong}: {told}" if told else f"{self.address} {wrong}")

    def _completion(self, body: dict[str, Any]) -> Any:
        """The JSON of a completion, after all that a server may first want to have otherwise."""
        began = time.monotonic()
        while True:
            try:
                return _json(self._send(self._adapted(body)), self.address)
            except urllib.error.HTTPError as error:
                told = _error_text(error)
                if error.code in (400, 422) and self._adapt(body, told):
                    continue
                pause = _pause(error, time.monotonic() - began)
                if pause is None or time.monotonic() - began + pause > self.patience:
                    raise PontineError(self._refused(error, told)) from None
                self.say(f"{self.address} answered {error.code}: {told}; asking again in {pause:.0f} s")
                time.sleep(pause)

    def _adapted(self, body: dict[str, Any]) -> dict[str, Any]:
        """The request without what this server refused before."""
        sent = {name: value for name, value in body.items() if name not in self._left_out}
        for name, instead in self._left_out.items():
            if instead is not None and name in body and instead not in self._left_out:
                sent[instead] = body[name]
        return sent

    def _adapt(self, body: dict[str, Any], told: str) -> bool:
        """Leave out what the server says that it does not take; whether there was something."""
        for name in _OPTIONAL:
            if name in self._adapted(body) and re.search(rf"\b{name}\b", told):
                other = "max_completion_tokens" if name == "max_tokens" else None
                self._left_out[name] = other if other is not None and other in told else None
                return True
        return False

    def _send(self, body: dict[str, Any]) -> bytes:
        """The bytes of the answer. Raises HTTPError for a refusal, PontineError for what does not come whole."""
        address, bounds = self.address, Bounds(time.monotonic() + self.timeout, LARGEST)
        headers = {"Content-Type": "application/json", "Accept": "application/json", **_authorization()}
        try:
            for _ in range(1 + REDIRECTS):
                request = urllib.request.Request(address, json.dumps(body).encode(), headers)
                try:
                    with open_bounded(request, bounds, follow=False) as response:
                        return bytes(response.read())
                except urllib.error.HTTPError as error:
                    to = error.headers.get("Location")
                    if error.code not in (301, 302, 303, 307, 308) or to is None:
                        raise
                    address = _same_host(address, to)
            raise PontineError(f"{self.address} leads round in circles: more than {REDIRECTS} redirects")
        except urllib.error.HTTPError:
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = getattr(error, "reason", None) or error
            if isinstance(why, TimeoutError) or time.monotonic() >= bounds.deadline:
                raise PontineError(f"{address} did not answer within {self.timeout:g} s") from None
            if isinstance(why, TooLargeError):
                raise PontineError(f"{address} sends more than {LARGEST >> 20} MB, which is no answer") from None
            raise PontineError(f"cannot reach {address}: {plain(why, longest=SAID) or type(why).__name__}") from None

    def _refused(self, error: urllib.error.HTTPError, told: str) -> str:
        if error.code in (401, 403):
            what = "is not accepted" if os.environ.get(KEY) else "is missing"
            return f"{self.address} answered {error.code}: the API key {what}; set {KEY} ({told})"
        return f"{self.address} answered {error.code}: {told}"


def _split(url: str) -> SplitResult:
    """The parts of an address. Raises PontineError if it is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise PontineError(f"url={url!r} is no address: {error}") from None
    if parts.scheme not in ("http", "https") or not url.startswith((f"{parts.scheme}://",)):
        raise PontineError(f"url={url!r} must begin with http:// or https://")
    if not parts.hostname or CONTROLS.search(url) or " " in parts.netloc:
        raise PontineError(f"url={url!r} is no address: it names no host")
    if "@" in parts.netloc:
        raise PontineError(f"url= must not have a name or a password in it; a key goes into {KEY}")
    return parts


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = _split(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme]


def _same_host(address: str, to: str) -> str:
    """Where a redirect leads. Raises PontineError unless that is on the same host."""
    try:
        there = urljoin(address, to)
        if _origin(there) == _origin(address):
            return there
    except (ValueError, PontineError):
        there = to
    raise PontineError(
        f"{address} leads to another place, {plain(there, longest=SAID)}, which is not asked: "
        "give that address as url= if you trust it"
    )


def _authorization() -> dict[str, str]:
    key = os.environ.get(KEY, "").strip()
    if not key:
        return {}
    if not key.isascii() or not key.isprintable():
        raise PontineError(f"{KEY} has characters in it that no key has")
    return {"Authorization": f"Bearer {key}"}


def _json(text: bytes, address: str) -> Any:
    """The JSON of an answer. Raises PontineError if it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        words = _words(text.decode("utf-8", "replace"))
        raise PontineError(f"{address} answered with something that is no chat completion: {words}") from None


def _error_text(error: urllib.error.HTTPError) -> str:
    """What a server says of a refusal, in one short line."""
    try:
        text = error.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        text = ""
    try:
        told = _words(json.loads(text))
    except (ValueError, RecursionError):
        told = _words(text)
    return told or plain(error.reason, longest=SAID) or "no reason given"


def _words(data: Any, depth: int = 6) -> str:
    """The message in the body of an error, wherever this sort of server puts it, in one short line.

    OpenAI, llama.cpp and vLLM: `{"error": {"message"}}`; older vLLM: `{"message"}`; Ollama: `{"error": text}`; FastAPI:
    `{"detail": text}` or a list of `{"loc", "msg"}`; Gemini: a list of them. Pages are shown without their tags.

    Example:
        >>> _words({"detail": [{"loc": ["body", "model"], "msg": "field required"}]})
        'body.model: field required'
    """
    if isinstance(data, str):
        return plain(_untagged(data[: 100 * SAID]), longest=SAID)
    if isinstance(data, list) and depth:
        return plain("; ".join(filter(None, (_words(item, depth - 1) for item in data[:3]))), longest=SAID)
    if isinstance(data, dict) and depth:
        if isinstance(data.get("loc"), list) and "msg" in data:
            return plain(f"{'.'.join(map(str, data['loc']))}: {data['msg']}", longest=SAID)
        for name in ("error", "message", "detail", "errors", "msg", "title"):
            if data.get(name) and (told := _words(data[name], depth - 1)):
                return told
    return ""


def _untagged(text: str) -> str:
    """A page without its tags, any other text as it is."""
    if "<html" not in text.lower():
        return text.strip()
    text = re.sub(r"(?is)<(script|style)\b.*?</\1>", " ", text)
    return " ".join(re.sub(r"<[^<>]*>", " ", text).split())


def _pause(error: urllib.error.HTTPError, waited: float) -> float | None:
    """How long to wait before asking again; None if that is of no use."""
    later = error.headers.get("Retry-After")
    if error.code != 503 and (error.code != 429 or later is None):
        return None
    try:
        seconds = float(later) if later is not None else None
    except ValueError:
        try:
            seconds = parsedate_to_datetime(str(later)).timestamp() - time.time()
        except (ValueError, OverflowError):
            seconds = None
    if seconds is None or not seconds >= 0:
        return min(LONGEST_PAUSE, max(0.5, waited / 2))
    return max(0.1, seconds)
