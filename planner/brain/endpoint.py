"""`brain=endpoint`: a model behind an OpenAI-compatible chat API.

Such a server cannot be held to the form token by token, so what it answers is checked and asked for again with the
error where it is no form. The scene is never sent: only the instruction leaves this machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pontine.envs.io.plain_text import plain
from pontine.envs.scene import Scene
from pontine.planner.brain.answers import answer_of, form_in
from pontine.planner.brain.chat import SAID, Chat
from pontine.planner.brain.examples import EXAMPLES, RULES
from pontine.planner.brain.reader import FormBrain, NoFormError
from pontine.planner.language.form import Form
from pontine.planner.language.grammar import FormError

MAX_TOKENS = 2048
"""Longest answer, a thinking model's thoughts included."""


@dataclass
class EndpointBrain(FormBrain):
    """Reads instructions with the model `model` of the server at `url` (up to and including `/v1`).

    `retries` is how often an answer that is no goal form is asked for again; `timeout` is in seconds and for each
    request, `patience` for a model that is still being loaded.

    Raises PontineError if `url` is no address.
    """

    url: str
    model: str
    retries: int = 2
    timeout: float = 120.0
    patience: float = 300.0

    def __post_init__(self) -> None:
        self._chat = Chat(self.url, self.timeout, self.patience)

    def forms(self, instruction: str, scene: Scene | None = None) -> Iterator[tuple[Form, float | None]]:
        """The form the model answers with; its probability is not known.

        Raises NoFormError if no answer was a form, PontineError if the server does not answer or refuses to.
        """
        messages = [{"role": "system", "content": f"{RULES}\nAnswer with the form and nothing else."}]
        for said, form in EXAMPLES:
            messages += [{"role": "user", "content": said}, {"role": "assistant", "content": form}]
        messages.append({"role": "user", "content": instruction})
        problem, answer = "", ""
        for _ in range(1 + self.retries):
            body = {"model": self.model, "messages": messages, "temperature": 0, "max_tokens": MAX_TOKENS}
            message, cut = self._chat.ask(body)
            answer = answer_of(message)
            try:
                if cut:
                    raise FormError("the answer is too long and was cut")
                yield form_in(answer, instruction), None
                return
            except FormError as error:
                problem = str(error)
            messages += [
                {"role": "assistant", "content": answer[-MAX_TOKENS:]},
                {"role": "user", "content": f"That is no goal form: {problem}. Answer again, on one line."},
            ]
        wrote = plain(answer, longest=SAID) or "…"
        raise NoFormError(f"{self.model!r} wrote no goal form in {1 + self.retries} answers: {problem}", wrote)
