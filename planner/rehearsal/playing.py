"""A plan played in copies of the scene: every copy at its own step, all stepped together, policies in batches."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pontine.envs.arrays import Array
from pontine.envs.errors import PontineError
from pontine.envs.predicates import Predicate, written
from pontine.envs.robot import RobotState
from pontine.envs.rotations import quat_to_matrix
from pontine.envs.scene import Scene
from pontine.envs.so101.control import next_command
from pontine.planner.planning.conditions import not_given, unmet
from pontine.planner.planning.plan import Plan, Step
from pontine.planner.rehearsal.copies import Copies
from pontine.policies.skills.skill import TIME_OUT, Run, Skill, SkillOutcome

SETTLE_STEPS = 10
"""Control steps (0.4 s) that the arm holds still after a skill, so that what it let go of comes to rest."""

How = Literal["refused", "out of time", "dropped", "knocked over", "moved", "missed"]

_MOVED, _TIPPED = 0.02, math.cos(math.radians(30))
"""How far (m) a thing that nobody asked to move may slide, and the cosine of how far it may tip."""


@dataclass(frozen=True)
class Failure:
    """At which step of the plan (from 0) a copy failed, and how: the skill `refused` to begin, ran `out of time`,
    `dropped` what it carried, `knocked over` or `moved` something else, or simply `missed`. `what` is the thing, or
    the reason in words."""

    step: int
    how: How
    what: str

    @property
    def words(self) -> str:
        """`knocked over blue_cube`."""
        return self.how if self.how == "out of time" else f"{self.how} {self.what}".replace("refused", "refused:")


class _Onlooker:
    """A copy's arm for whoever only looks at it: it is moved with all the others."""

    def __init__(self, state: RobotState, scene: Scene) -> None:
        self._state, self._scene = state, scene

    def observe(self) -> RobotState:
        return self._state

    def scene(self) -> Scene:
        return self._scene

    def way_to_rest(self) -> Iterable[Array]:
        raise TypeError("a copy is moved with all the others")

    def command(self, targets: Array) -> None:
        raise TypeError("a copy is moved with all the others")

    def reset(self) -> None:
        raise TypeError("a copy is moved with all the others")

    def stop(self) -> None:
        raise TypeError("a copy is moved with all the others")


@dataclass
class _Player:
    """One copy on its way through the plan."""

    copy: int
    before: Scene
    """The copy as it really was before the step."""
    assumed: frozenset[Predicate]
    """What the planner assumed against the scene."""
    step: int = 0
    run: Run | None = None
    action: Array = field(default_factory=lambda: np.zeros(6))
    settling: int = 0
    held: set[str] = field(default_factory=set)
    """What was in the gripper during the step."""
    outcome: SkillOutcome | None = None
    failure: Failure | None = None
    done: bool = False
    last: int = 0
    """The plan's last step, to which a goal that does not hold at the end is put down."""

    def fail(self, how: How, what: str) -> None:
        """End here, having failed."""
        self.failure, self.done = Failure(min(self.step, self.last), how, what), True


def play(
    copies: Copies, plan: Plan, library: Mapping[str, Skill], ids: Iterable[int] | None = None
) -> list[Failure | None]:
    """What became of the plan in each of those copies (in all of them if None): where it failed, or None where its goal
    holds at the end. A failed step is not tried again. The copies stay as they ended.

    All skills of the plan have policies (`Skill.missing`).
    """
    rows = range(copies.n) if ids is None else ids
    players = []
    for i in rows:
        true = copies.true(i)
        players.append(_Player(i, true, frozenset(not_given(true, plan.steps)), last=max(0, len(plan.steps) - 1)))
    for player in players:
        _begin(player, copies, plan, library)
    while going := [player for player in players if not player.done]:
        acting = [player for player in going if player.run is not None]
        settling = [player for player in going if player.run is None]
        targets = {player.copy: copies.worlds.command[player.copy].copy() for player in going}
        targets |= _act(acting, copies, plan, library)
        copies.advance(targets)
        _look(acting, copies, plan)
        for player in settling:
            player.settling -= 1
            if not player.settling:
                _judge(player, copies, plan, library)
    return [player.failure for player in players]


def _begin(player: _Player, copies: Copies, plan: Plan, library: Mapping[str, Skill]) -> None:
    """Begin the player's step, or end with the goal judged."""
    player.before = true = copies.true(player.copy)
    player.held = {true.holding} if true.holding is not None else set()
    if player.step == len(plan.steps):
        if missing := unmet(true, plan.goal):
            player.fail("missed", _words(missing))
        player.done = True
        return
    if broken := [p for p in not_given(true, plan.steps[player.step :]) if p not in player.assumed]:
        player.fail("refused", f"{_words(broken)} does not hold any more")
        return
    step, seen, state = plan.steps[player.step], copies.seen(player.copy), copies.state(player.copy)
    skill = library[step.skill]
    try:
        if (why := skill.refuses(seen, step.args)) is not None:
            player.fail("refused", why)
            return
        attempt = skill.begin(_Onlooker(state, seen), seen, step.args)
    except PontineError as error:
        player.fail("refused", str(error))
        return
    player.run, player.action = Run(attempt, skill.max_steps), np.zeros(6)


def _act(
    acting: Sequence[_Player], copies: Copies, plan: Plan, library: Mapping[str, Skill]
) -> dict[int, NDArray[np.float64]]:
    """The next joint targets (6,) rad of the copies in which a policy acts."""
    targets: dict[int, NDArray[np.float64]] = {}
    for name, group in _by_skill(acting, plan).items():
        states = [copies.state(player.copy) for player in group]
        scenes = [copies.seen(player.copy) for player in group]
        attempts = [player.run.attempt for player in group if player.run is not None]
        actions = np.array([player.action for player in group])
        seen = type(attempts[0]).see_many(attempts, states, actions, scenes)
        actor = library[name].actor
        assert actor is not None, "a plan with a skill that has no policy is not rehearsed"
        chosen = actor.act(seen)
        command, position = (np.array([getattr(s, part) for s in states]) for part in ("command", "position"))
        for player, action, target in zip(group, chosen, next_command(command, position, chosen), strict=True):
            player.action, targets[player.copy] = action, target
    return targets


def _look(acting: Sequence[_Player], copies: Copies, plan: Plan) -> None:
    """See what the last control step has brought, and end the skills that are over."""
    for group in _by_skill(acting, plan).values():
        states = [copies.state(player.copy) for player in group]
        scenes = [copies.seen(player.copy) for player in group]
        attempts = [player.run.attempt for player in group if player.run is not None]
        there = type(attempts[0]).there_many(attempts, states, scenes)
        for player, scene, arrived in zip(group, scenes, there, strict=True):
            assert player.run is not None
            if scene.holding is not None:
                player.held.add(scene.holding)
            if (outcome := player.run.stepped(bool(arrived))) is not None:
                player.outcome, player.run, player.settling = outcome, None, SETTLE_STEPS


def _by_skill(players: Sequence[_Player], plan: Plan) -> dict[str, list[_Player]]:
    groups: dict[str, list[_Player]] = {}
    for player in players:
        groups.setdefault(plan.steps[player.step].skill, []).append(player)
    return groups


def _judge(player: _Player, copies: Copies, plan: Plan, library: Mapping[str, Skill]) -> None:
    """Judge the step that has ended by its postconditions in the true copy; go on where they hold."""
    step, true = plan.steps[player.step], copies.true(player.copy)
    if missing := unmet(true, step.post):
        assert player.outcome is not None
        player.fail(*_how(player, step, true, missing))
        return
    player.step += 1
    _begin(player, copies, plan, library)


def _how(player: _Player, step: Step, after: Scene, missing: Sequence[Predicate]) -> tuple[How, str]:
    """How a step failed after which these postconditions do not hold."""
    for thing in player.before.objects:
        if thing.name in (*step.args, *player.held):
            continue
        now = after.object(thing.name)
        up, up_now = (quat_to_matrix(np.array(t.orientation))[:, 2] for t in (thing, now))
        if float(up @ up_now) < _TIPPED:
            return "knocked over", thing.name
        if math.dist(thing.position or (), now.position or ()) > _MOVED:
            return "moved", thing.name
    if lost := sorted(player.held - {after.holding}):
        return "dropped", lost[0]
    if player.outcome is not None and player.outcome.reason == TIME_OUT:
        return "out of time", _words(missing)
    return "missed", _words(missing)


def _words(predicates: Iterable[Predicate]) -> str:
    return " and ".join(map(written, predicates))
