"""The long task: its goals can be read, are not reached yet, and can be reached."""

from dataclasses import replace

import gymnasium
import numpy as np
import pytest

import pontine.envs  # noqa: F401
from pontine.envs.declarations.kind import KINDS
from pontine.envs.predicates import check_predicate, holds
from pontine.envs.tabletop.goals import MAX_PREDICATES
from pontine.envs.tabletop.sensing import measure
from pontine.envs.tasks import task
from pontine.envs.tasks.episodes import Episodes
from pontine.envs.tasks.tabletop import OBJECT


def test_goals_are_said_in_two_languages_and_seen_in_the_observation() -> None:
    env = gymnasium.make("pontine/Tabletop-v0").unwrapped
    names, counts = set(), set()
    for seed in range(40):
        observation, info = env.reset(seed=seed)
        scene = measure(env.episodes.worlds)
        goal = info["predicates"]
        names |= {p[0] for p in goal}
        counts.add(len(goal))
        assert info["instruction"][0].isupper()
        assert info["instruction"].endswith(".")
        assert all("\u4e00" <= c <= "\u9fff" for c in info["instruction_zh"] if c not in "，。")
        rows = observation["goal"].reshape(MAX_PREDICATES, -1)
        assert list(rows.sum(axis=1)) == [1.0 + len(p) - 1 for p in goal] + [0.0] * (MAX_PREDICATES - len(goal))
        for predicate, true in zip(goal, observation["holds"], strict=False):
            assert holds(scene, check_predicate(predicate)) == bool(true)
        assert not observation["holds"][: len(goal)].all()
        assert sum(bool(o) for o in observation["objects"].reshape(4, -1)[:, 0]) == len(scene.objects)
        fixed = observation["fixtures"].reshape(2, -1)
        assert [bool(p) for p in fixed[:, 0]] == [
            any(f.kind == k for f in scene.fixtures) for k in ("drawer", "button")
        ]
        moved = [p[1] for p in goal if p[0] in ("in", "on", "left_of", "right_of")]
        assert len(set(moved)) == len(moved)
        assert all(KINDS[scene.object(name).kind].graspable for name in moved)
    assert names >= {"in", "on", "open", "closed", "pressed"}
    assert counts == {2, 3, 4}


def test_success_is_what_the_scene_says() -> None:
    """Things are put by hand where the goal wants them."""
    env = gymnasium.make("pontine/Tabletop-v0").unwrapped
    reached = 0
    for seed in range(60):
        _, info = env.reset(seed=seed)
        worlds = env.episodes.worlds
        goal = info["predicates"]
        if any(p[0] not in ("pressed", "open", "closed") for p in goal):
            continue
        for predicate in goal:
            slot = next(j for j, s in enumerate(worlds.mounted.specs[0]) if s and s.name == predicate[1])
            kind, spec = worlds.mounted.kinds[slot], worlds.mounted.specs[0][slot]
            rest = kind.rest[kind.states.index(predicate[0])]
            worlds.mounted.mount(0, slot, replace(spec, displacement=rest, state=predicate[0]))
        worlds.refresh(np.zeros(1, int))
        _, reward, _, _, info = env.step(np.zeros(6, np.float32))
        assert (reward, info["is_success"]) == (0.0, True)
        reached += 1
    assert reached >= 2


def test_what_is_seen_after_a_step_is_what_was_judged_and_after_a_reset_what_lies_there_then() -> None:
    e, ids = Episodes(task("tabletop"), 3, 1), np.arange(3)
    e.seed(ids, [0, 1, 2])
    e.reset(ids)
    for reset in (ids[:0], ids[:1], ids[1:]):
        e.step(np.random.default_rng(0).uniform(-1.0, 1.0, (3, 6)))
        if len(reset):
            e.reset(reset)
        seen, anew = e.observe(), e.observe()
        assert all(np.array_equal(seen[part], anew[part]) for part in seen)
    before = e.observe()["goal"]
    e.step(np.zeros((3, 6)))
    name = next(spec.name for spec in e.worlds.specs[0] if spec is not None)
    e.task.set_goal(e, 0, [("on", name, "table")])
    assert not np.array_equal(e.observe()["goal"][0], before[0])


def test_another_kind_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Registered or laid, a stranger's kind leaves the other columns of the observation as they are."""
    env = Episodes(task("tabletop"), 1)
    env.seed(np.zeros(1, int), [4])
    env.reset(np.zeros(1, int))
    before = env.observe()
    stranger = replace(KINDS["cube"], name="die", words={"en": ("die",)})
    monkeypatch.setattr(KINDS, "_found", {**KINDS._found, "die": stranger})
    monkeypatch.setattr(KINDS, "_origins", {**KINDS._origins, "die": "a package"})
    assert env.task.observation_space == task("tabletop").observation_space
    assert all(np.array_equal(values, before[name]) for name, values in env.observe().items())
    slot = next(k for k, spec in enumerate(env.worlds.specs[0]) if spec is not None and spec.declared.graspable)
    was = env.worlds.specs[0][slot]
    env.worlds.specs[0][slot] = replace(was, kind="die")
    row, old = env.observe()["objects"].reshape(-1, OBJECT)[slot], before["objects"].reshape(-1, OBJECT)[slot]
    assert not row[11:18].any()
    assert old[11:18].sum() == 1
    assert np.array_equal(np.delete(row, range(11, 18)), np.delete(old, range(11, 18)))
