"""Whatever a language model may write, about whatever may be on a table: read, and planned; goals that are typed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from pontine.envs.scene import Scene
from pontine.planner.brain.reader import FormBrain
from pontine.planner.brain.written_goal import WrittenGoal
from pontine.planner.language.form import END, Form, State, Symbol
from pontine.planner.planning.plan import NoPlanError, make_plan
from pontine.planner.reading import Reading, Turn
from tests.fuzz.doors.scenes import SCENES
from tests.fuzz.frame import door
from tests.fuzz.mutations import NASTY_TEXTS, nasty, rotten

WORDS = (
    "red", "cube", "bowl", "drawer", "button", "spoon", "ones", "thing", "left", "knock", "over", "turn", "2", "cm",
    "moon", "红色", "方块", "碗", "抽屉", "推", "倒", "勺子", "那个", "left of", "", "'s", "\u202e", "a" * 300,
)  # fmt: skip
SECONDS = 1.0
"""How long a plan is looked for."""

Said = tuple[str, str, dict, int]
"""An instruction, a goal form, a scene and the number of turns before."""


class Scripted(FormBrain):
    """Writes one form."""

    def __init__(self, form: Form, chance: float | None) -> None:
        self.form, self.chance = form, chance

    def forms(self, instruction: str, scene: Scene | None = None) -> Iterator[tuple[Form, float | None]]:
        """The form, whatever is said."""
        yield self.form, self.chance


def form(rng: random.Random) -> tuple[str, str]:
    """A form that the constraint lets a model write, and the words that it copied."""
    state, symbols, patience = State(), list[Symbol](), rng.choice([4, 10, 40])
    while True:
        choices = state.keywords()
        if END in choices and (len(symbols) > patience or rng.random() < 0.3):
            break
        if state.words() and (not choices or rng.random() < 0.6):
            symbol = Symbol(rng.choice(WORDS[:23]), True)
        elif choices := tuple(word for word in choices if word != END):
            symbol = Symbol(rng.choice(choices))
        else:
            break
        if symbol.copied and symbol.text in state.keywords():
            symbol = Symbol(symbol.text)
        symbols.append(symbol)
        state = state.advance(symbol)
    text = str(Form.from_symbols(symbols))
    return " ".join(symbol.text for symbol in symbols if symbol.copied or rng.random() < 0.5), text


def said(rng: random.Random) -> Said:
    """Something that is said at some table and written as some form."""
    words, text = form(rng)
    more = rng.choice(WORDS) if rng.random() < 0.3 else ""
    return f"{words} {more}", text, rng.choice(SCENES), rng.randrange(3)


@door("readings", said)
def read_form(value: Said, folder: Path) -> None:
    """Read as what it means here, and planned."""
    instruction, text, table, before = value
    scene, turns = Scene.from_json(table), list[Turn]()
    brain = Scripted(Form.parse(text), 0.9)
    for _ in range(before):
        turns.append(Turn(instruction, scene, brain.read(instruction, scene, turns).subgoals))
    reading = brain.read(instruction, scene, turns)
    print(reading.text)
    planned(scene, reading)


def planned(scene: Scene, reading: Reading) -> None:
    """What was read as subgoals has a plan, or it is said that it has none."""
    if reading.kind == "subgoals":
        try:
            make_plan(scene, reading.subgoals, time_limit=SECONDS)
        except NoPlanError as error:
            print(error)


NAMES = ("table", '"a b"', "x", "", *NASTY_TEXTS)
HEADS = {
    "in": 2, "on": 2, "near": 2, "left_of": 2, "behind": 2, "holding": 1, "open": 1, "closed": 1, "pressed": 1,
    "hand_home": 0, "flying": 1, "": 1, "not": 2,
}  # fmt: skip


def goal(rng: random.Random, table: dict) -> str:
    """A goal as somebody might type it at a table."""
    if rng.random() < 0.05:
        return str(nasty(rng))
    there, parts = [thing["name"] for thing in (*table["objects"], *table["fixtures"])], []
    for _ in range(rng.choice([1, 1, 2, 5, 300])):
        head = rng.choice(list(HEADS))
        count = HEADS[head] if rng.random() < 0.95 else rng.randrange(4)
        names = [rng.choice(there if rng.random() < 0.97 else NAMES) for _ in range(count)]
        parts.append(f"{'not ' * (rng.random() < 0.1)}{head}({', '.join(names)})")
    text = rng.choice(["; ", ", ", " "]).join(parts)
    return rotten(text.encode("utf-8", "replace"), rng).decode("utf-8", "replace") if rng.random() < 0.15 else text


def typed(rng: random.Random) -> tuple[str, dict]:
    """A goal and the table that it is about."""
    table = rng.choice(SCENES)
    return goal(rng, table), table


@door("goals", typed)
def read_goal(value: tuple[str, dict], folder: Path) -> None:
    """Read as `goal=` is, and planned."""
    text, table = value
    scene = Scene.from_json(table)
    planned(scene, WrittenGoal().read(text, scene))
