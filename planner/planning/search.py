"""The search: A* over a stage, with atoms as bits and the additive heuristic.

Bonet and Geffner, Planning as heuristic search (2001): what it would cost to make every goal true if nothing were ever
undone, each for itself.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pontine.envs.predicates import Predicate
from pontine.planner.planning.actions import Action, keys
from pontine.planner.planning.clock import Clock
from pontine.planner.planning.stage import Stage, body, patterns
from pontine.policies.skills.operator import ANY


@dataclass(frozen=True)
class Move:
    """An action over bits: those that it needs set, those that it needs clear, those that it sets and clears."""

    action: Action
    needs: int
    lacks: int
    sets: int
    clears: int


def search(stage: Stage, clock: Clock) -> list[Action] | None:
    """Actions that make the goals of a stage true, or None if there are none. Raises NoPlanError if it takes long."""
    atoms = stage.changing()
    bit = {told: 1 << i for i, told in enumerate(atoms)}
    if any(told not in bit and not stage.so(told) for told in stage.goals):
        return None
    goal = sum(bit[told] for told in dict.fromkeys(stage.goals) if told in bit)
    moves = _moves(stage, bit)
    start = sum(bit[told] for told in atoms if stage.so(told))
    estimate = Estimate(moves, goal, len(atoms))
    # Of equals the one nearer to the goal goes first, then the older one.
    first = estimate(start)
    queue = [(first, first, 0, start)] if first < math.inf else []
    cost, came, done, number = {start: 0}, dict[int, tuple[int, Move]](), set[int](), 0
    while queue:
        state = heapq.heappop(queue)[3]
        if state & goal == goal:
            return _path(came, state)
        if state in done:
            continue
        done.add(state)
        clock.check()
        for move in moves:
            if state & move.needs != move.needs or state & move.lacks:
                continue
            after = state & ~move.clears | move.sets
            if cost[state] + 1 < cost.get(after, math.inf) and (ahead := estimate(after)) < math.inf:
                number += 1
                cost[after], came[after] = cost[state] + 1, (state, move)
                done.discard(after)
                heapq.heappush(queue, (cost[after] + ahead, ahead, number, after))
    return None


def _path(came: dict[int, tuple[int, Move]], state: int) -> list[Action]:
    found: list[Action] = []
    while state in came:
        state, move = came[state]
        found.append(move.action)
    return found[::-1]


def _moves(stage: Stage, bit: dict[Predicate, int]) -> list[Move]:
    """The actions over bits, without those that can never be carried out."""
    belied: dict[Predicate, int] = defaultdict(int)
    named: dict[str, list[Predicate]] = defaultdict(list)
    for told in bit:
        for pattern in patterns(told):
            belied[pattern] |= bit[told]
        for key in keys(told):
            named[key].append(told)
    moves: list[Move] = []
    for action in stage.actions:
        needs = lacks = 0
        for need in action.needs:
            if ANY in need:
                if any(told not in bit for told in stage.belying(need)):
                    break
                lacks |= belied[need]
            elif (told := body(need)) not in bit:
                if not stage.so(need):
                    break
            elif need[0] == "not":
                lacks |= bit[told]
            else:
                needs |= bit[told]
        else:
            sets = sum(bit[made] for made in action.makes if made in bit)
            near = dict.fromkeys(told for word in action.touches for told in named[word])
            clears = sum(bit[told] for told in near if action.undoes(told))
            moves.append(Move(action, needs, lacks, sets, clears))
    return moves


class Estimate:
    """The additive heuristic of a state: how many steps it takes at most if nothing is undone; infinite if none do."""

    def __init__(self, moves: Sequence[Move], goal: int, size: int) -> None:
        # What is set has an even number, that it is clear the odd one after it.
        self._size = size
        self._goals = [2 * i for i in _bits(goal)]
        self._needs = [[2 * i for i in _bits(m.needs)] + [2 * i + 1 for i in _bits(m.lacks)] for m in moves]
        self._makes = [[2 * i for i in _bits(m.sets)] + [2 * i + 1 for i in _bits(m.clears)] for m in moves]
        self._waiting: list[list[int]] = [[] for _ in range(2 * size)]
        for move, needs in enumerate(self._needs):
            for fact in needs:
                self._waiting[fact].append(move)
        self._known: dict[int, float] = {}

    def __call__(self, state: int) -> float:
        if state not in self._known:
            self._known[state] = self._estimate(state)
        return self._known[state]

    def _estimate(self, state: int) -> float:
        cost = [math.inf] * (2 * self._size)
        missing = [len(needs) for needs in self._needs]
        total = [1.0] * len(missing)
        queue = [(0.0, 2 * i if state >> i & 1 else 2 * i + 1) for i in range(self._size)]
        for _, fact in queue:
            cost[fact] = 0.0
        for move, count in enumerate(missing):
            if not count:
                self._reach(move, 1.0, cost, queue)
        heapq.heapify(queue)
        ahead = set(self._goals)
        while queue and ahead:
            so_far, fact = heapq.heappop(queue)
            if so_far > cost[fact]:
                continue
            ahead.discard(fact)
            for move in self._waiting[fact]:
                missing[move] -= 1
                total[move] += so_far
                if not missing[move]:
                    self._reach(move, total[move], cost, queue)
        return sum(cost[fact] for fact in self._goals)

    def _reach(self, move: int, total: float, cost: list[float], queue: list[tuple[float, int]]) -> None:
        for fact in self._makes[move]:
            if total < cost[fact]:
                cost[fact] = total
                heapq.heappush(queue, (total, fact))


def _bits(mask: int) -> list[int]:
    return [i for i in range(mask.bit_length()) if mask >> i & 1]
