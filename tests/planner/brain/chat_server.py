"""A real HTTP server with an OpenAI-compatible chat API, answering with the real small model.

Run as a program; prints its port. The model continues the last user message in the
way Pontine's adapter was trained, without any constraint, so that what it writes has to be checked. Model names
change what the server does: `thinker` leaves thoughts in the text, `splitter` sends them apart, `rambler` answers
with prose until it is told of an error, `mute` never answers.
"""

from __future__ import annotations

import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import torch

from pontine.planner.brain import load_brain
from pontine.planner.brain.embedded_brain import EmbeddedBrain

KEY = os.environ.get("CHAT_SERVER_KEY")


def answer(brain: EmbeddedBrain, said: str) -> str:
    """What the model writes after an instruction, greedily."""
    prompt = torch.tensor([brain.vocabulary.prompt(said)])
    with torch.inference_mode():
        out = brain.model.generate(
            prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=40, do_sample=False, eos_token_id=2,
            pad_token_id=2,
        )  # fmt: skip
    tokens = [t for t in out[0, prompt.shape[1] :].tolist() if t != 2]
    return str(brain.vocabulary.tokenizer.decode(tokens))


def message(brain: EmbeddedBrain, body: dict[str, Any]) -> dict[str, str]:
    """The answer to a chat request."""
    asked = [m["content"] for m in body["messages"] if m["role"] == "user"]
    complained = asked[-1].startswith("That is no goal form")
    said = asked[-2] if complained else asked[-1]
    if body["model"] == "rambler" and not complained:
        return {"role": "assistant", "content": "Sure! I would be happy to move that for you."}
    form = answer(brain, said)
    if body["model"] == "thinker":
        return {"role": "assistant", "content": f"<think>They want\nhold the moon?\n</think>\n\n{form}"}
    if body["model"] == "splitter":
        return {"role": "assistant", "reasoning_content": "hold the moon", "content": form}
    return {"role": "assistant", "content": form}


def main() -> None:
    """Serve until killed."""
    torch.set_num_threads(1)
    brain = load_brain()
    assert isinstance(brain, EmbeddedBrain)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if KEY and self.headers.get("Authorization") != f"Bearer {KEY}":
                self._send(401, {"error": {"message": "bad key"}})
            elif self.path != "/v1/chat/completions":
                self._send(404, {"error": {"message": f"no {self.path} here"}})
            elif body["model"] == "mute":
                time.sleep(60)
            else:
                self._send(200, {"choices": [{"index": 0, "message": message(brain, body)}]})

        def _send(self, status: int, data: dict[str, Any]) -> None:
            text = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
