"""`pontine bench brain`: what counts as right, and what the result says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.scene import Scene, SceneObject
from pontine.planner.benchmarks import brain_benchmark
from pontine.planner.benchmarks.brain_benchmark import bench_brain
from pontine.planner.benchmarks.items import load_items
from pontine.planner.benchmarks.written_forms import WrittenForms, left_out
from pontine.planner.brain.reader import FormBrain
from pontine.planner.language.form import Form
from pontine.planner.language.meaning import likeness
from pontine.planner.reading import Reading, Turn, question, refusal, subgoals

ITEMS = load_items()


class Crib:
    """Knows the answers, and gives each item's first; says `no` to what it is told to get wrong."""

    def __init__(self, wrong: Sequence[str] = ()) -> None:
        self.answers = {(i["instruction"], i["scene"], i["turns"]): i for i in ITEMS}
        self.wrong = wrong

    def read(self, instruction: str, scene: Scene, turns: Sequence[Turn] = ()) -> Reading:
        item = self.answers[instruction, scene, tuple(turns)]
        wanted = item["accept"][0]
        if item["id"] in self.wrong:
            first = ("holding", scene.objects[0].name)
            return refusal("unsupported", "no") if wanted["kind"] == "subgoals" else subgoals(first)
        if wanted["kind"] == "subgoals":
            return subgoals(*(tuple(g) for g in wanted["subgoals"]))
        if wanted["kind"] == "question":
            return question("which?", tuple(wanted.get("options", ())))
        return refusal(wanted.get("reason", "impossible"), "no")


def item(name: str) -> dict[str, Any]:
    return next(i for i in ITEMS if i["id"] == name)


def test_the_right_answers_are_right() -> None:
    trials = [brain_benchmark.trial(Crib(), i) for i in ITEMS[::17]]
    assert all(t.right for t in trials), [t.item["id"] for t in trials if not t.right]
    result = brain_benchmark.summary(trials)
    assert result["scores"]["all"]["rate"] == 1.0
    assert result["wrongly_executes"]["count"] == result["wrongly_declines"]["count"] == 0
    assert set(result["to_plan_cpu_seconds"]) == {"p50", "p95"}


def test_declining_and_executing_wrongly_are_told_apart() -> None:
    declined = brain_benchmark.trial(Crib(["en-pick-1"]), item("en-pick-1"))
    assert (declined.should, declined.does, declined.right) == ("execute", "refuse", False)
    asked = brain_benchmark.trial(Crib(), item("en-ambiguous-b1"))
    assert (asked.should, asked.does, asked.right) == ("ask", "ask", True)
    result = brain_benchmark.summary([declined, asked])
    assert result["wrongly_declines"]["count"] == 1
    assert result["confusion"] == {"ask -> ask": 1, "execute -> refuse": 1}


def test_a_few_are_always_the_same_few() -> None:
    few = brain_benchmark.pick(ITEMS, 20)
    assert len(few) == 20
    assert few == brain_benchmark.pick(ITEMS, 20)
    assert brain_benchmark.pick(ITEMS, None) == brain_benchmark.pick(ITEMS, 10_000) == ITEMS


def test_the_result_is_shown_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = brain_benchmark.pick(ITEMS, 5)[0]["id"]
    monkeypatch.setattr(brain_benchmark, "load_brain", lambda *choice: Crib([wrong]))
    assert brain_benchmark.bench_brain(out=str(tmp_path / "brain.json"), limit=5) == 0
    result = json.loads((tmp_path / "brain.json").read_text(encoding="utf-8"))
    assert result["command"] == "pontine bench brain limit=5"
    assert result["scores"]["all"]["count"] == 4
    assert [t["id"] for t in result["trials"] if not t["right"]] == [wrong]
    assert wrong in capsys.readouterr().out


def test_a_set_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(PontineError, match="cannot read the test items"):
        brain_benchmark.bench_brain(items=str(tmp_path / "none.jsonl"))


@pytest.mark.parametrize(
    ("row", "scenes", "why"),
    [("{}", "[" * 100_000, "'.*scenes.json' is more than 64 deep"), ("[" * 100_000, "{}", "line 2 of x.jsonl is more"),
     ('{"id": ' + "9" * 5000 + "}", "{}", "line 2 of x.jsonl has a whole number"), ("{}", "{}", "'scene' is missing"),
     ("[1]", "{}", "is not what it should be"), ('{"scene": "a"}', "[]", "is not what it should be")],
)  # fmt: skip
def test_a_set_of_another_shape_is_one_clear_line(tmp_path: Path, row: str, scenes: str, why: str) -> None:
    (tmp_path / "x.jsonl").write_text(f"\n{row}\n")
    (tmp_path / "scenes.json").write_text(scenes)
    with pytest.raises(PontineError, match=why) as caught:
        load_items(tmp_path / "x.jsonl")
    assert "\n" not in str(caught.value)


class Says:
    """Reads everything as the same."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def read(self, instruction: str, scene: Scene, turns: Sequence[Turn] = ()) -> Reading:
        return self.reading


def test_doing_what_is_forbidden_and_calling_it_done_are_told_apart() -> None:
    keep = {**item("en-pick-1"), "accept": [{"kind": "subgoals", "subgoals": []}], "forbid": [["*", "red_cube"]]}
    done = brain_benchmark.trial(Says(subgoals(("in", "red_cube", "bowl"))), keep)
    assert (done.does, done.right, done.forbidden) == ("execute", False, True)
    idle = brain_benchmark.trial(Says(subgoals(("on", "red_cube", "table"))), item("en-pick-1"))
    assert (idle.does, idle.right, idle.forbidden) == ("say already so", False, False)
    result = brain_benchmark.summary([done, idle])
    assert result["forbidden_done"]["count"] == result["forbidden_done"]["items"] == 1
    assert result["wrong"]["all"] == {"executes": 1, "already_so": 1, "crashes": 0, "answers": 0, "declines": 0}


def test_a_plan_that_breaks_off_is_counted_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*told: object) -> None:
        raise RuntimeError("the replay disagrees")

    monkeypatch.setattr(brain_benchmark, "planner_for", lambda reading: breaks)
    crashed = brain_benchmark.trial(Says(subgoals(("holding", "red_cube"))), item("en-pick-1"))
    assert (crashed.does, crashed.right) == ("crash", False)


def test_items_without_their_sentences_are_left_out_and_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"id": "1", "language": "en", "class": "name", "scene": "s", "accept": [{"kind": "question"}]}
    rows = [{**row, "instruction": "put it there"}, {**row, "id": "2", "line": 1, "sha256": ""}]
    (tmp_path / "few.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (tmp_path / "few_scenes.json").write_text('{"s": {}}', encoding="utf-8")
    monkeypatch.setattr(brain_benchmark, "load_brain", lambda *choice: Says(question("which?")))
    assert brain_benchmark.bench_brain(items=str(tmp_path / "few.jsonl"), out=str(tmp_path / "out.json")) == 0
    assert "1 items are left out" in capsys.readouterr().out
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["scores"]["all"]["items"] == 1


class Scribe(FormBrain):
    """Writes the same two forms about anything."""

    def __init__(self) -> None:
        self.asked = 0

    def forms(self, instruction: str, scene: Scene | None = None) -> Iterator[tuple[Form, float]]:
        self.asked += 1
        yield Form.parse("hold the pineapple"), 0.6
        yield Form.parse("hold the red cube"), 0.4


def test_what_is_written_is_written_once_and_parts_of_reading_can_be_left_out(tmp_path: Path) -> None:
    scene, scribe, kept = Scene((SceneObject("red_cube", "cube", "red"),)), Scribe(), tmp_path / "forms.jsonl"
    first = WrittenForms(kept, lambda: scribe)
    assert first.read("take it", scene).subgoals == (("holding", "red_cube"),)
    kept.write_text(kept.read_text() + '{"key": "cut o')
    again = WrittenForms(kept, lambda: pytest.fail("it is written already"))
    assert again.read("take it", scene).subgoals == (("holding", "red_cube"),)
    assert scribe.asked == 1
    alone = WrittenForms(kept, lambda: scribe, others=False)
    assert alone.read("take it", scene).kind == "refusal"
    with left_out(("meaning",)):
        assert likeness("torch", "flashlight") == 0
    with pytest.raises(UnknownNameError, match="meaning"):
        left_out(("luck",))


def test_leaving_out_needs_the_file() -> None:
    with pytest.raises(PontineError, match="written="):
        bench_brain(without=["meaning"])
