"""What comes over the network and in batches: a chat server's answers, a camera's stream, lines to be planned."""

from __future__ import annotations

import json
import random
from pathlib import Path

import cv2
import numpy as np

from pontine.envs.errors import PontineError
from pontine.envs.scene import Scene
from pontine.planner.brain.endpoint import EndpointBrain
from pontine.planner.execution import batch
from pontine.planner.execution.answer_file import AnswerFile
from pontine.planner.reading import Reading, question
from pontine.sim2real.vision import camera
from tests.fuzz.frame import LostError, door
from tests.fuzz.mutations import mutated_text, rotten
from tests.raw_server import RawServer

SCENE = {"objects": [{"name": "red_cube", "kind": "cube"}, {"name": "bowl", "kind": "bowl", "container": True}]}
ASKED = {"id": 1, "instruction": "put the red cube in the bowl", "scene": SCENE}
FORM = "in the red cube, the bowl"
ANSWERS = [
    {"choices": [{"message": {"role": "assistant", "content": FORM}, "finish_reason": "stop"}]},
    {"choices": [{"message": {"content": [{"type": "text", "text": f"Form: {FORM}"}], "reasoning_content": "so"}}]},
    {"choices": [{"message": {"content": "\n".join(["form: " * 166] * 20)}}]},
    {"error": {"message": "max_tokens is not supported", "code": 400}},
    [{"error": {"message": "not found", "status": "NOT_FOUND"}}],
]
STATUSES = ["200 OK", "200 OK", "200 OK", "400 Bad Request", "404 Not Found", "500 \x1b[2J", "302 Found", "abc"]
JPEG = cv2.imencode(".jpg", np.full((24, 32, 3), 90, np.uint8))[1].tobytes()
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n--b\r\n\r\n" + 2 * JPEG


def answer(rng: random.Random) -> bytes:
    """What a chat server sends, from its status line on."""
    body = mutated_text(rng.choice(ANSWERS), rng)
    head = f"HTTP/1.1 {rng.choice(STATUSES)}\r\nLocation: {rng.choice(['/new', 'http://[::1', '//evil.test/'])}\r\n\r\n"
    return rotten(head.encode() + body, rng) if rng.random() < 0.2 else head.encode() + body


@door("endpoint", answer, weight=0.5)
def read_answer(data: bytes, folder: Path) -> None:
    """A reading, or one line."""
    with RawServer(lambda _: [data]) as server:
        brain = EndpointBrain(f"{server.url}/v1", "m", retries=1, timeout=2, patience=0)
        reading = brain.read(str(ASKED["instruction"]), Scene.from_json(SCENE))
        print(reading.text)


@door("camera", lambda rng: rotten(STREAM, rng), weight=0.5)
def read_stream(data: bytes, folder: Path) -> None:
    """A picture, or one line."""
    with RawServer(lambda _: [data]) as server:
        source = camera.CAMERAS["mjpeg"].connect(server.url, (64, 48))
        try:
            picture = camera._decoded(source.read(), "camera")
        finally:
            source.close()
        if picture.size > 3 * camera.MOST_PIXELS:
            raise LostError("a picture that is too large was decoded")


class Mute:
    """A brain that always asks."""

    def read(self, instruction: str, scene: Scene, turns: object = ()) -> Reading:
        if not instruction.strip():
            raise PontineError("the instruction is empty")
        return question("what?")


@door("batch", lambda rng: [mutated_text(ASKED, rng) for _ in range(rng.randrange(1, 4))])
def plan_lines(data: list[bytes], folder: Path) -> None:
    """Every line that is not blank has its answer, in order, and the good one after it has its own."""
    good = json.dumps({"id": "good", "instruction": "go", "scene": SCENE}).encode()
    (folder / "in.jsonl").write_bytes(b"\n".join([*data, good]))
    lines = list(batch._lines(folder / "in.jsonl"))
    with AnswerFile(folder / "out.jsonl", None) as answers:
        for number, line in lines:
            told, crash = batch._plan_line(line, number, Mute(), 1.0)
            if crash:
                raise LostError(str(told["error"]))
            answers.add(line, told)
    found = [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]
    if len(found) != len(lines) or found[-1]["id"] != "good" or found[-1]["reading"] is None:
        raise LostError("a line has no answer")
