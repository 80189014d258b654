"""What must be true of every declared thing, whoever declared it: `pontine check` and the tests run the same list.

A contract is a function of a name and its declaration. It returns nothing if all is well, and says what is wrong
otherwise; what it raises is wrong too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from pontine.envs.errors import PontineError

LANGUAGES = {"en": "English", "zh": "Chinese"}
"""The languages in which things must have words."""

Check = Callable[[str, Any], str | None]


@dataclass(frozen=True)
class Contract:
    """A promise that everything of a sort keeps, in words that follow "the sort's name", and the check of it."""

    sort: str
    promise: str
    check: Check

    def broken(self, name: str, declared: Any) -> str | None:
        """What is wrong, in one line; None if the promise is kept."""
        try:
            return self.check(name, declared)
        except Exception as error:  # noqa: BLE001 - whatever a stranger's declaration raises is what is wrong with it
            reason = " ".join(str(error).split())
            return reason if isinstance(error, PontineError) else f"{type(error).__name__}: {reason}"


CONTRACTS: list[Contract] = []
"""All contracts, in the order in which they are checked."""


def contract(sort: str, promise: str) -> Callable[[Check], Check]:
    """Makes a function a contract of a sort."""

    def keep(check: Check) -> Check:
        CONTRACTS.append(Contract(sort, promise, check))
        return check

    return keep


def contracts_of(sort: str) -> Iterator[Contract]:
    """The contracts that hold for a sort."""
    return (contract for contract in CONTRACTS if contract.sort == sort)


def _wordless(words: Any) -> str | None:
    """Which language has no words, in a mapping of words by language."""
    missing = [name for code, name in LANGUAGES.items() if not any(word.strip() for word in words.get(code, ()))]
    return f"it has no words in {' and '.join(missing)}" if missing else None


@contract("kind", "has a footprint and a height to rest at")
def _kind_has_a_footprint(name: str, kind: Any) -> str | None:
    for size in (kind.low, kind.high):
        radius, height = kind.footprint(size), kind.rest_height(size)
        if not 0 < radius < 0.5 or not 0 <= height <= size[2]:
            return f"of a size of {list(size)} m its footprint's radius is {radius} m and it rests at {height} m"
    return None


@contract("kind", "has words in each language")
def _kind_has_words(name: str, kind: Any) -> str | None:
    return _wordless(kind.words)


@contract("kind", "can be laid, settles where it was laid, and is seen as what it is")
def _kind_settles(name: str, kind: Any) -> str | None:
    from pontine.envs.simulated import SimulatedRobot
    from pontine.envs.tabletop.objects import ObjectSpec

    for size in (kind.low, kind.high):
        laid = np.array([0.25, 0.0, kind.rest_height(size)])
        robot = SimulatedRobot((ObjectSpec("it", name, "red", size, (0.25, 0.0, float(laid[2]))),))
        for _ in range(50):
            robot.command(robot.worlds.command[0])
        it = robot.scene().object("it")
        if it.kind != name or it.support != "table" or it.position is None:
            return f"of a size of {list(size)} m it is seen as {it.kind!r} on {it.support!r} two seconds later"
        if not (moved := float(np.linalg.norm(np.array(it.position) - laid))) < 0.005:
            return (
                f"of a size of {list(size)} m it is {1000 * moved:.0f} mm away from where it was laid two seconds later"
            )
    return None


def _fixture_scene(kind: Any, state: str) -> Any:
    from dataclasses import replace

    from pontine.envs.simulated import SimulatedRobot
    from pontine.envs.tabletop.layout import random_fixtures

    (laid,) = random_fixtures(0, [kind.name])
    return SimulatedRobot((), (replace(laid, displacement=kind.displacement_in(state), state=state),))


@contract("fixture", "can be moved from each of its states to the other by a hand's force, and a predicate says so")
def _fixture_states_are_reachable(name: str, kind: Any) -> str | None:
    from pontine.envs.predicates import holds

    for state, other in (kind.states, kind.states[::-1]):
        robot = _fixture_scene(kind, state)
        if not holds(robot.scene(), (state, name)):
            return f"laid {state} it is not {state}"
        if kind.latches and state == kind.states[0]:
            continue  # it stays, which is what it is for
        # 8 N at the part is what the arm has; a hinge feels it at the part's distance from its axis
        arm = np.array(kind.part) - kind.pivot
        lever = 1.0 if kind.joint == "slide" else float(np.linalg.norm(np.cross(kind.direction, arm)))
        force = 8.0 * lever * (1.0 if other == kind.states[0] else -1.0)
        applied = robot.worlds.batch.bind("qfrc_applied")
        for _ in range(50):
            applied[:, robot.worlds.mounted._dofs[0]] = force
            robot.command(robot.worlds.command[0])
            if holds(robot.scene(), (other, name)):
                break
        else:
            return f"from {state}, 8 N do not make it {other} in two seconds"
    return None


@contract("fixture", "has words in each language, and words for bringing each state about")
def _fixture_has_words(name: str, kind: Any) -> str | None:
    if wrong := _wordless(kind.words):
        return wrong
    # what a button is released by is no one's order: a state that a latch keeps needs no words for the other
    for state in kind.states[:1] if kind.latches else kind.states:
        if wrong := _wordless(kind.state_words.get(state, {})):
            return f"for {state!r} {wrong}"
    return None


@contract("predicate", "takes as many names as it says, and is judged true or false in every scene that has them")
def _predicate_is_judged(name: str, predicate: Any) -> str | None:
    from pontine.envs.declarations.fixture_kind import FIXTURES
    from pontine.envs.scene import Fixture, Scene, SceneObject, Spot

    bare = (SceneObject("a", "thing"), SceneObject("b", "thing"))
    placed = tuple(
        SceneObject(o.name, o.kind, position=(0.2, 0.1 * i, 0.02), size=(0.03, 0.03, 0.03), support="table")
        for i, o in enumerate(bare)
    )
    kind = next((k for k in FIXTURES.values() if name in k.states), next(iter(FIXTURES.values())))
    for objects in (bare, placed):
        for state in kind.states:
            scene = Scene(objects, (Fixture("f", kind.name, state),), spots=(Spot("s", (0.2, 0.0)),))
            named = {"fixture": "f", "spot": "s"}
            args = [named.get(sort, objects[i % 2].name) for i, sort in enumerate(predicate.arguments)]
            said: object = predicate.judge(scene, *args)
            if not isinstance(said, bool | np.bool_):
                return f"it is judged {said!r}, which is neither true nor false"
            if name in kind.states and said != (state == name):
                return f"of a {kind.name} that is {state} it is judged {said}"
    return None


@contract("task", "says what success is, and has a name and a version in gymnasium")
def _task_is_described(name: str, task: Any) -> str | None:
    one = task()
    # a goal task's success is that its goal is reached
    if not one.sparse and "success" not in (inspect.getdoc(task) or "").lower():
        return "its docstring does not say what success is"
    if not one.id.rpartition("-v")[2].isdigit():
        return f"its id {one.id!r} does not end in a version, -v0"
    return None


@contract("task", "names in `terms` what its verdicts add to the reward")
def _task_names_its_terms(name: str, task: Any) -> str | None:
    from pontine.envs.tasks.episodes import Episodes

    episodes = Episodes(task(), 1, 1)
    episodes.seed(np.zeros(1, int), [0])
    episodes.reset(np.zeros(1, int))
    added, named = (sorted(names) for names in (episodes.task.judge(episodes).terms, task.terms))
    if added == named:
        return None
    return f"its verdicts add {', '.join(added) or 'nothing'}, its `terms` are {', '.join(named) or 'none'}"


@contract("task", "has a demonstrator, or says in its docstring that it has none")
def _task_is_demonstrated(name: str, task: Any) -> str | None:
    from .registries import of_sort

    demonstrators = of_sort("demonstrator")
    if name in demonstrators or "no demonstrator" in " ".join((inspect.getdoc(task) or "").lower().split()):
        return None
    return 'there is none of that name, and the docstring does not say "no demonstrator"'


@contract("task", "passes gymnasium's check_env")
def _task_passes_check_env(name: str, task: Any) -> str | None:
    import warnings

    from gymnasium.utils.env_checker import check_env

    from pontine.envs.gym import TaskEnv

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        env = TaskEnv(name)
        try:
            check_env(env, skip_render_check=True)
        finally:
            env.close()
    return None


@contract("task", "is the same to the last bit alone and as one of a batch")
def _task_alone_equals_batch(name: str, task: Any) -> str | None:
    from pontine.envs.gym import TaskEnv, TaskVectorEnv

    # so short that episodes end within the steps that are compared
    batch, alone = TaskVectorEnv(name, 4, max_episode_steps=10), TaskEnv(name, max_episode_steps=10)
    several, _ = batch.reset(seed=40)
    one, _ = alone.reset(seed=42)
    rng = np.random.default_rng(0)
    for step in range(15):
        if not _same(_row(several, 2), one):
            return f"observations differ at step {step}"
        action = rng.uniform(-1, 1, (4, 6)).astype(np.float32)
        several, reward, terminated, truncated, _ = batch.step(action)
        one, reward1, terminated1, truncated1, _ = alone.step(action[2])
        if (reward[2], terminated[2], truncated[2]) != (reward1, terminated1, truncated1):
            return f"rewards or ends differ at step {step}"
        if terminated1 or truncated1:
            one, _ = alone.reset()
    return None


def _row(observation: Any, k: int) -> Any:
    return {key: v[k] for key, v in observation.items()} if isinstance(observation, dict) else observation[k]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(np.array_equal(one[key], other[key]) for key in one)
    return np.array_equal(one, other)


@contract("demonstrator", "is for a task that there is, and acts in all of its worlds")
def _demonstrator_acts(name: str, demonstrator: Any) -> str | None:
    from pontine.envs.tabletop.randomization import randomization
    from pontine.envs.tasks import task
    from pontine.envs.tasks.episodes import Episodes

    episodes = Episodes(task(name), 2, 1, randomization("none"))
    ids = np.arange(2)
    episodes.seed(ids, [0, 1])
    episodes.reset(ids)
    for _ in range(5):
        action = np.asarray(demonstrator(episodes), float)
        if action.shape != (2, 6) or not np.all(np.abs(action) <= 1.0):
            return f"its actions for two worlds have the shape {action.shape} or leave [-1, 1]"
        episodes.step(action)
    return None


@contract("skill", "has an operator that can be planned with")
def _skill_has_an_operator(name: str, skill: Any) -> str | None:
    skill.operator.check()
    goals = skill.goal_of([f"thing_{i}" for i in range(len(skill.operator.parameters))])
    return None if goals else "a call of it makes nothing true that a goal could ask for"


@contract("skill", "has words in each language")
def _skill_has_words(name: str, skill: Any) -> str | None:
    return _wordless(skill.words)


@contract("skill", "is for a task that there is, and a policy that it has fits it")
def _skill_fits_its_policy(name: str, skill: Any) -> str | None:
    from pontine.envs.tasks import task
    from pontine.policies.skills.loading import load_library

    task(skill.task)
    load_library()[name]
    return None
