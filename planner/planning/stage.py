"""What plays a part in making some atoms true from a state: a problem small enough to be searched.

It is worked out backwards from the goals. Whatever is needed and is not so, or could be undone by something that is in
already, brings in the actions that make it so, and these what they need. Nothing is lost by that: where every action
that is left out is struck from a plan, what is needed of the rest is still so, because all that makes it so is in, and
all that was struck could only undo it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from pontine.envs.predicates import Predicate
from pontine.planner.planning.actions import AT, Action, Actions, Due, keys
from pontine.planner.planning.clock import Clock
from pontine.policies.skills.operator import ANY


class Stage:
    """The actions that may play a part, and the atoms that they change and somebody needs.

    Args:
        actions: where they come from.
        so: whether an atom is true in the state.
        standing: what stands on each spot there, directly.
        held: what is held there.
        goals: atoms to be made true.
        due: what skills may do because of goals.
        clock: raises NoPlanError in time.
    """

    def __init__(
        self,
        actions: Actions,
        so: Callable[[Predicate], bool],
        standing: Mapping[str, Sequence[str]],
        held: str | None,
        goals: Sequence[Predicate],
        due: set[Due],
        clock: Clock,
    ) -> None:
        self._so, self._standing, self._held, self.goals = so, standing, held, goals
        self.actions: list[Action] = []
        self._taken: set[Action] = set()
        self._touching: dict[str, list[Action]] = defaultdict(list)
        self._seen: set[Predicate] = set()
        self._kept: dict[str, dict[Predicate, None]] = defaultdict(dict)
        """What is needed, is so, and is undone by no action so far, by keys."""
        self._open: list[Predicate] = []
        for goal in goals:
            self._need(goal)
        while self._open:
            clock.check()
            literal = self._open.pop()
            able = actions.undoing(literal[1:]) if literal[0] == "not" else actions.making(literal)
            for action in able:
                if action not in self._taken and due.issuperset(action.due):
                    self._take(action)

    def so(self, literal: Predicate) -> bool:
        """Whether an atom, negated or not, is true in the state."""
        return not self._so(literal[1:]) if literal[0] == "not" else self._so(literal)

    def changing(self) -> list[Predicate]:
        """The atoms that somebody needs, one way or the other, and some action changes."""
        needed = dict.fromkeys(body(literal) for literal in sorted(self._seen) if ANY not in literal)
        return [a for a in needed if any(a in x.makes or x.undoes(a) for x in self._at(a))]

    def _at(self, literal: Predicate) -> Iterator[Action]:
        for key in keys(literal):
            yield from self._touching[key]

    def _need(self, literal: Predicate) -> None:
        if literal in self._seen:
            return
        self._seen.add(literal)
        if ANY in literal:
            for told in self.belying(literal):
                self._need(("not", *told))
            made = (a for action in self.actions for a in action.makes if fits(literal, a))
            for told in list(made):
                self._need(("not", *told))
        elif not self.so(literal) or any(action.undoes(literal) for action in self._at(literal)):
            self._open.append(literal)
        else:
            for key in keys(literal):
                self._kept[key][literal] = None

    def belying(self, literal: Predicate) -> list[Predicate]:
        """The atoms that are true in the state and belie a negated literal with `*`."""
        if literal[1] == AT:
            return [(AT, thing, literal[3]) for thing in self._standing.get(literal[3], ())]
        return [] if self._held is None else [("holding", self._held)]

    def _take(self, action: Action) -> None:
        self._taken.add(action)
        self.actions.append(action)
        for key in action.touches:
            self._touching[key].append(action)
        for need in action.needs:
            self._need(need)
        for made in action.makes:
            if any(pattern in self._seen for pattern in patterns(made)):
                self._need(("not", *made))
        for key in sorted(action.touches):
            for literal in [told for told in self._kept[key] if action.undoes(told)]:
                for other in keys(literal):
                    del self._kept[other][literal]
                self._open.append(literal)


def body(literal: Predicate) -> Predicate:
    """The atom of a literal."""
    return literal[1:] if literal[0] == "not" else literal


def patterns(told: Predicate) -> list[Predicate]:
    """The negated literals with `*` that an atom belies."""
    if told[0] == AT:
        return [("not", AT, ANY, told[2])]
    return [("not", "holding", ANY)] if told[0] == "holding" else []


def fits(literal: Predicate, told: Predicate) -> bool:
    """Whether an atom belies a negated literal with `*`."""
    return literal in patterns(told)
