"""`brain=endpoint`: a model behind an OpenAI-compatible chat API.

Such a server cannot be held to the form token by token, so what it answers is checked and asked for again with the
error where it is no form. The scene is never sent: only the instruction leaves this machine.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pontine.envs.errors import PontineError
from pontine.envs.scene import Scene
from pontine.planner.brain.examples import EXAMPLES, RULES
from pontine.planner.brain.reader import FormBrain, NoFormError
from pontine.planner.language.form import Form, FormError
from pontine.planner.language.segments import split_units

KEY = "PONTINE_API_KEY"
"""Environment variable with the API key, if the server wants one."""

MAX_TOKENS = 2048
"""Longest answer, a thinking model's thoughts included."""


@dataclass
class EndpointBrain(FormBrain):
    """Reads instructions with the model `model` of the server at `url` (up to and including `/v1`).

    `retries` is how often an answer that is no goal form is asked for again; `timeout` is in seconds and for each
    request.
    """

    url: str
    model: str
    retries: int = 2
    timeout: float = 120.0

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise PontineError(f"url={self.url!r} must begin with http:// or https://")

    def forms(self, instruction: str, scene: Scene | None = None) -> Iterator[tuple[Form, float | None]]:
        """The form the model answers with; its probability is not known.

        Raises NoFormError if no answer was a form, PontineError if the server does not answer or refuses to.
        """
        messages = [{"role": "system", "content": f"{RULES}\nAnswer with the form and nothing else."}]
        for said, form in EXAMPLES:
            messages += [{"role": "user", "content": said}, {"role": "assistant", "content": form}]
        messages.append({"role": "user", "content": instruction})
        problem = ""
        for _ in range(1 + self.retries):
            answer = answer_of(self._ask(messages))
            try:
                yield checked(answer, instruction), None
                return
            except FormError as error:
                problem = str(error)
            messages += [
                {"role": "assistant", "content": answer},
                {"role": "user", "content": f"That is no goal form: {problem}. Answer again, on one line."},
            ]
        raise NoFormError(f"{self.model!r} wrote no goal form in {1 + self.retries} answers: {problem}")

    def _ask(self, messages: list[dict[str, str]]) -> dict[str, Any]:
        body = {"model": self.model, "messages": messages, "temperature": 0, "max_tokens": MAX_TOKENS}
        headers = {"Content-Type": "application/json"}
        if key := os.environ.get(KEY):
            headers["Authorization"] = f"Bearer {key}"
        address = f"{self.url.rstrip('/')}/chat/completions"
        request = urllib.request.Request(address, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as response:
                message = json.loads(response.read())["choices"][0]["message"]
        except urllib.error.HTTPError as error:
            raise PontineError(_refused(address, error)) from None
        except TimeoutError:
            raise PontineError(f"{address} did not answer within {self.timeout:g} s") from None
        except (OSError, http.client.HTTPException) as error:
            if isinstance(getattr(error, "reason", None), TimeoutError):
                raise PontineError(f"{address} did not answer within {self.timeout:g} s") from None
            raise PontineError(f"cannot reach {address}: {getattr(error, 'reason', None) or error}") from None
        except (ValueError, KeyError, IndexError, TypeError):
            raise PontineError(f"{address} answered with something that is no chat completion") from None
        if not isinstance(message, dict):
            raise PontineError(f"{address} answered with something that is no chat completion")
        return message


def answer_of(message: dict[str, Any]) -> str:
    """The answer in a chat message: its last line, without the thoughts before it.

    Servers put a thinking model's thoughts into `reasoning_content`, which is not looked at, or leave them in the
    text between `<think>` and `</think>`, the first of which a chat template may have swallowed.
    """
    text = str(message.get("content") or "")
    text = re.sub(r"<think>.*?(</think>|$)", "", text, flags=re.DOTALL).rpartition("</think>")[2]
    lines = [line.strip().strip("`").strip() for line in text.splitlines()]
    return next((line for line in reversed(lines) if line), "")


def checked(answer: str, instruction: str) -> Form:
    """The form an answer is. Raises FormError if it is none, or has words the instruction does not have."""
    if not answer:
        raise FormError("the answer is empty")
    form = Form.parse(answer)
    said = f" {' '.join(split_units(instruction))} "
    run: list[str] = []
    for symbol in (*form.symbols(), None):
        if symbol is not None and symbol.copied:
            run.append(symbol.text)
        elif run:
            if f" {' '.join(run)} " not in said:
                raise FormError(f"{' '.join(run)!r} does not stand in the instruction")
            run = []
    return form


def _refused(address: str, error: urllib.error.HTTPError) -> str:
    if error.code in (401, 403):
        what = "is not accepted" if os.environ.get(KEY) else "is missing"
        return f"{address} answered {error.code}: the API key {what}; set {KEY}"
    try:
        told = json.loads(error.read())["error"]["message"]
    except (OSError, ValueError, KeyError, TypeError):
        told = error.reason
    return f"{address} answered {error.code}: {str(told).splitlines()[0] if told else 'no reason given'}"
