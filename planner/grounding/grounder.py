"""The grounder: a goal form and a scene to subgoals, a question or a refusal. Deterministic; no model in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pontine.envs.predicates import Predicate
from pontine.envs.scene import TABLE, Scene, SceneObject
from pontine.planner.grounding import fixtures, manner, skills, undo
from pontine.planner.grounding.moving import Mover, parted
from pontine.planner.grounding.naming.abilities import graspable, takes_things_in
from pontine.planner.grounding.naming.picking import (
    everything,
    joined,
    lying_there,
    names_thing,
    several,
    single,
    stacked,
    standing,
    thing_called,
    upper,
)
from pontine.planner.grounding.naming.placing import parts
from pontine.planner.grounding.naming.properties import matching
from pontine.planner.grounding.naming.query import Description, Subject, find
from pontine.planner.grounding.naming.resolve import QUANTIFIERS, Resolver, Unresolved
from pontine.planner.grounding.putting import put
from pontine.planner.grounding.telling import reply, true
from pontine.planner.grounding.viewpoint import QUARTERS, back, seen, seen_turn
from pontine.planner.language import lexicon
from pontine.planner.language.form import Clause, Form, NounPhrase, Term
from pontine.planner.language.grammar import ASKED, COUNTS, ELSE, ENDIF, IF, OFFSET, SKILL, SPOT
from pontine.planner.language.languages import DEFAULT, data
from pontine.planner.language.messages import word
from pontine.planner.language.segments import join_units
from pontine.planner.reading import Reading, Turn, answer, refusal, subgoals

SPATIAL = {"left": "left_of", "right": "right_of", "front": "in_front_of", "behind": "behind", "near": "near"}

MAX_ALTERNATIVES = 5
"""The most ways of carrying out an indefinite phrase that are looked at."""


def ground(
    form: Form, scene: Scene, language: str = DEFAULT, turns: Sequence[Turn] = (), instruction: str = ""
) -> Reading:
    """What the form asks for in the scene, after the `turns` that were carried out; `language` is that of
    questions and refusals. The `instruction` that the form is of may say more of how things are moved ("slide")."""
    if QUARTERS[scene.speaker]:
        there = [seen_turn(turn) for turn in turns]
        return back(ground(form, seen(scene), language, there, instruction), scene.speaker)
    for clause in form.clauses:
        if clause.verb == "unsafe":
            return refusal("unsafe", word("unsafe", language))
        if clause.verb == "cannot":
            return refusal("unsupported", word("cannot", language))
        if clause.verb == "stop":
            return Reading("subgoals", text=word("stopped", language))
        if (
            clause.verb == SKILL
            and not clause.negated
            and not skills.meant(clause.words)
            and not skills.states(clause.words)
            and not skills.tidied(clause.words)
            and not (len(clause.arguments) == 2 and (skills.brings(clause.words) or skills.drags(clause.words)))
        ):
            told = refusal("unsupported", word("no_skill", language, join_units(clause.words)))
            # What is called like a thing, and done to nothing, was hardly meant as a deed.
            return replace(told, half=not clause.arguments and bool(find(clause.words, scene.objects).things))
    grounding = _Grounding(scene, language, turns, instruction)
    try:
        goals = grounding.goals(form)
    except Unresolved as unresolved:
        return unresolved.reading
    if not goals:
        return grounding.idle()
    spots = tuple(grounding.mover.table.spots)
    # Of other choices the spots would be others too.
    by = dict(grounding.mover.by)
    others = () if spots else tuple(_alternatives(form, scene, turns, instruction, goals, by))
    return replace(subgoals(*goals), alternatives=others, spots=spots, by=tuple(by.items()), text=grounding.otherwise())


def _alternatives(
    form: Form, scene: Scene, turns: Sequence[Turn], instruction: str, goals: list[Predicate], by: dict[Predicate, str]
) -> Iterator[tuple[Predicate, ...]]:
    """Other subgoals that an indefinite phrase, as in "any cube" or "either bowl", leaves open; by which skill they
    are to be brought about is added to `by`."""
    if not any(t.determiner in ("a", "any") for c in form.clauses for phrase in c.arguments for t in phrase.terms):
        return
    told = [goals]
    for choice in range(1, MAX_ALTERNATIVES):
        grounding = _Grounding(scene, DEFAULT, turns, instruction, choice)
        try:
            other = grounding.goals(form)
        except Unresolved:
            continue
        if other not in told:
            by |= grounding.mover.by
            told.append(other)
            yield tuple(other)


def _still(goal: Predicate, goals: Sequence[Predicate]) -> bool:
    """Whether the last that was asked for its thing is this goal: not after "put the lid on, take it off"."""
    return goal == next((known for known in reversed(goals) if known[1:2] == goal[1:2]), None)


class _Grounding:
    """One form being grounded."""

    def __init__(
        self, scene: Scene, language: str, turns: Sequence[Turn], instruction: str = "", choice: int = 0
    ) -> None:
        self.scene, self.language, self.turns, self.instruction = scene, language, turns, instruction
        self.resolver = Resolver.after(turns, scene, language)
        self.resolver.choice = choice
        self.mover = Mover(self.resolver)
        self.kept = self.mover.kept
        self.never: list[Predicate] = []
        self.replies: list[str] = []
        self.brought: list[Predicate] = []
        self.conditional = False
        self.clauses: tuple[Clause, ...] = ()
        self.done: list[Predicate] = []

    def goals(self, form: Form) -> list[Predicate]:
        """The goals of all clauses whose conditions hold."""
        self.clauses = form.clauses
        for clause in form.clauses:
            if clause.verb == "keep":
                self.kept.update(self.resolver.leave_alone(clause.arguments[0]))
        goals = self.done
        so, active, asked = True, True, bool(form.clauses)
        for clause in form.clauses:
            told = (single(phrase, self.instruction, len(form.clauses) > 1) for phrase in clause.arguments)
            clause = replace(clause, arguments=tuple(joined(phrase, everything(self.scene)) for phrase in told))
            if clause.mark == IF:
                so = active = true(clause, self.resolver)
                self.conditional = True
            elif clause.verb in (ELSE, ENDIF):
                active = clause.verb == ENDIF or not so
            elif not active or clause.verb == "keep":
                continue
            elif clause.mark or clause.verb in (*ASKED, "why", "did"):
                self.replies.append(reply(clause, self.resolver, self.turns))
            elif clause.negated:
                self._forbid(clause)
            else:
                asked = False
                self.mover.how = manner.told(clause, self.instruction)
                found = self._clause(clause)
                self.mover.gone(found)
                self.resolver.now |= {goal[1]: goal[2] for goal in found if goal[0] in ("in", "on")}
                self.brought += [goal for goal in found if goal[0] in ("in", "on")]
                goals += [g for g in found if not _still(g, goals)]
        if broken := [goal for goal in goals if goal in self.never]:
            raise self.resolver.ask("conflict", "", [broken[0][1]])
        if not goals and not (asked or self.conditional):
            raise self.resolver.decline("already")
        return goals

    def idle(self) -> Reading:
        """What is said where nothing is to be done: an answer, or what is left alone."""
        if self.replies:
            return answer(" ".join(self.replies))
        names = sorted(self.kept | {goal[1] for goal in self.never if len(goal) > 1})
        key = "kept" if names else "not_so" if self.conditional else "not_done"
        return Reading("subgoals", text=word(key, self.language, "", names))

    def otherwise(self) -> str:
        """What is said of things that are not moved as it was asked for."""
        return word("otherwise", self.language, "", self.mover.not_so) if self.mover.not_so else ""

    def _forbid(self, clause: Clause) -> None:
        """Remember what must not be done; what nobody could do anyway needs no remembering."""
        before = (list(self.resolver.moved), self.resolver.last, self.resolver.last_words)
        quiet = _Grounding(self.scene, self.language, self.turns)
        quiet.resolver.last = self.resolver.last
        try:
            self.never += quiet._clause(replace(clause, negated=False))
        except Unresolved as problem:
            self.kept.update(n for n in problem.reading.options if n in self.scene)
        self.resolver.moved, self.resolver.last, self.resolver.last_words = before

    def _clause(self, clause: Clause) -> list[Predicate]:
        verb = clause.verb
        if verb in ("row", "apart", "together", "stack"):
            clause = replace(clause, arguments=(several(clause.arguments[0]), *clause.arguments[1:]))
        if verb == "undo":
            return undo.undo(self.turns, self.resolver, self.mover.table)
        if verb == "back":
            moved = {goal[1] for goal in self.done if len(goal) > 2 or goal[0] == "holding"}
            return undo.put_back(self._moving(clause), self.turns, self.resolver, self.mover.table, moved)
        if verb in ("again", "same", "instead"):
            return undo.repeat(clause, self.turns, self.resolver, self._moving)
        if verb == SKILL:
            return self._skill(clause)
        if verb in ("open", "close", "press"):
            return fixtures.set_to(clause, self.resolver)
        if verb == "swap":
            return self._swap(clause)
        if verb == "out":
            return self._out(clause)
        if verb in ("in", "on", *SPATIAL) and len(clause.arguments) == 2:
            return self._place(clause)
        if verb == "unstack":
            return self._unstack(clause)
        if verb in ("move", "left", "right", "closer", "farther", "row", "apart", "together"):
            return self._move(clause)
        names = self._moving(clause)
        if verb == "hold":
            if len(names) > 1:
                raise self.resolver.decline("one_hand")
            return [("holding", names[0])]
        if verb == "down":
            return [("on", name, TABLE) for name in names]
        if verb == "stack":
            return self._tower(names, told=len(clause.arguments[0].terms) > 1)
        raise self.resolver.ask("reference", "", names)

    def _move(self, clause: Clause) -> list[Predicate]:
        """Spots on the table for things."""
        verb, (phrase, *rest) = clause.verb, clause.arguments
        names = self._moving(clause, gripped=not skills.ungripped(("at", "", "")))
        if verb in ("left", "right"):
            return self.mover.offset(names, (), verb)
        if verb in ("closer", "farther"):
            places = self.resolver.places(rest[0], names)
            if len(places) != 1 or places[0] == TABLE:
                raise self.resolver.ask("reference", "", names)
            thing = thing_called(places[0], self.scene)
            return self.mover.distanced(names, thing, verb == "closer")
        if verb == "apart":
            return self.mover.apart(names)
        if verb == "together":
            return self.mover.together(names)
        if verb == "row":
            words = [w for term in rest[0].terms for w in term.words] if rest else []
            return self.mover.row(names, words, told=len(phrase.terms) > 1)
        if not rest:
            raise self.resolver.ask("whereto", "", names)
        if rest[0].terms[0].determiner == OFFSET and len(names) > 1 and parted(rest[0].terms, self.clauses):
            return self.mover.part(names, rest[0].terms[0].words)
        if rest[0].terms[0].determiner == OFFSET:
            return self.mover.offset(names, rest[0].terms)
        (term, *others) = rest[0].terms
        if others:
            raise self.resolver.ask("one_target", "", names)
        named = NounPhrase((Term("the", term.words),))
        if not term.relation and (self.resolver.is_table(named) or names_thing(term.words, self.scene)):
            # "To the basket", written as a part of the table.
            return self._at("on", names, *self.resolver.places(named, names))
        if term.relation in ("in", "on") and not self.resolver.is_table(NounPhrase(term.reference)):
            places = self.resolver.places(NounPhrase(term.reference), names)
            if len(places) == 1 and not self._takes(places[0], topped=False):
                # "The right side of the stove", on which nothing can be put: beside it.
                side = next((p for p in parts(term.words) if p in SPATIAL), None)
                if side:
                    place = thing_called(places[0], self.scene)
                    return self.mover.beside(names, side, place)
            if len(places) != 1:
                raise self.resolver.ask("one_target", "", places)
            return self._at("on", names, places[0])
        return self.mover.placed(names, term)

    def _takes(self, name: str, topped: bool = True) -> bool:
        """Whether something can be put into or onto it, `topped` says whether furniture counts."""
        thing = thing_called(name, self.scene)
        kinds = lexicon.FLAT | lexicon.TOPPED if topped else lexicon.FLAT
        return bool(Subject(thing).kinds & kinds) or takes_things_in(thing)

    def _unstack(self, clause: Clause) -> list[Predicate]:
        """Everything that stands on another thing onto the table, the topmost first."""
        named = {t.name for t in self.resolver.every(clause.arguments[0])}
        if not (names := upper(named, self.scene)):
            raise self.resolver.decline("already")
        return [("on", name, TABLE) for name in names]

    def _skill(self, clause: Clause) -> list[Predicate]:
        """The goals of calling the skill that the copied verb means, one call for each thing it is done to."""
        found = skills.meant(clause.words)
        if not found and skills.brings(clause.words) and len(clause.arguments) == 2:
            return self._place(Clause("on", clause.arguments))
        if not found and (where := skills.tidied(clause.words)):
            return self._tidied(clause, where)
        spotted = len(clause.arguments) == 2 and clause.arguments[1].terms[0].determiner in (OFFSET, SPOT)
        pulled = spotted and skills.drags(clause.words) and not self.resolver.is_fixture(clause.arguments[0])
        if pulled or (spotted and any(len(skills.places(skill.operator)) < len(skill.arguments) for skill in found)):
            # "Push it a bit to the left": by which skill is left to the planner.
            return self._move(Clause("move", clause.arguments))
        if len(found) > 1:
            raise self.resolver.ask("which", join_units(clause.words), [skill.name for skill in found])
        if not found:
            return fixtures.by_word(clause, self.resolver)
        (skill,) = found
        wanted = skills.places(skill.operator)
        if len(clause.arguments) < len(wanted):
            raise self.resolver.ask("on_what", join_units(clause.words))
        if len(wanted) < len(skill.arguments):
            raise self.resolver.ask("whereto", "", self.resolver.movable(clause.arguments[0]))
        named = [self._named(sort, phrase) for (_, sort), phrase in zip(wanted, clause.arguments, strict=False)]
        fixed = [names for (_, sort), names in zip(wanted, named, strict=True) if sort == "fixture"]
        if any(name in self.scene for names in fixed for name in names):
            # "Pull the blanket": what can be pulled is a drawer.
            raise Unresolved(refusal("unsupported", word("no_skill", self.language, join_units(clause.words))))
        if any(len(names) > 1 for names in named[1:]):
            raise self.resolver.ask("one_target", "", named[1])
        calls = [[name, *(names[0] for names in named[1:])] for name in named[0]] if named else [[]]
        return [goal for call in calls for goal in skill.goal_of(call)]

    def _tidied(self, clause: Clause, where: frozenset[str]) -> list[Predicate]:
        """What is thrown or put away, into the only thing here that such things go into, or where it is said."""
        if not clause.arguments:
            raise self.resolver.ask("on_what", join_units(clause.words))
        if len(clause.arguments) > 1:
            return self._place(Clause("in", clause.arguments))
        places = [t.name for t in everything(self.scene) if Subject(t).kinds & where]
        names = self._moving(clause, places)
        if len(places) != 1:
            raise self.resolver.ask("whereto", "", names)
        return self._at("in", names, places[0])

    def _named(self, sort: str, phrase: NounPhrase) -> tuple[str, ...]:
        """The names that a phrase gives to a parameter of this sort."""
        if sort == "fixture":
            return tuple(thing.name for thing in self.resolver.fixture(phrase))
        if sort == "place":
            return self.resolver.places(phrase, ())
        if sort == "spot" and (spot := skills.spot(Description.of(phrase.terms[0].words))) is not None:
            return (spot,)
        return self._moving(Clause(SKILL, (phrase,)), gripped=sort == "item")

    def _moving(
        self,
        clause: Clause,
        avoid: Sequence[str] = (),
        among: Sequence[SceneObject] | None = None,
        gripped: bool = True,
    ) -> tuple[str, ...]:
        """The names to be moved, checked for what the gripper can hold, if it must be `gripped`, and for what must be
        left alone."""
        phrase = clause.arguments[0]
        if among is None and self.kept and phrase.terms[0].determiner in ("a", "any"):
            # "Take a vial, not the green one".
            among = [thing for thing in self.scene.objects if thing.name not in self.kept]
        names = self.resolver.movable(phrase, avoid, among)
        quantified = phrase.terms[0].determiner in QUANTIFIERS
        if quantified:
            names = tuple(n for n in names if n not in self.kept)
        if len(phrase.terms) == 1:
            # In no order of the person's: what is on top goes first, so that nothing has to be put aside.
            names = tuple(sorted(names, key=lambda name: -len(list(self.scene.supports(name)))))
        held = [n for n in names if n in self.kept]
        if held:
            raise self.resolver.ask("conflict", "", held)
        for name in names:
            if gripped and not graspable(self.scene.object(name)):
                raise self.resolver.decline("graspless", name)
        if not names:
            raise self.resolver.decline("already")
        return names

    def _shared(self, clause: Clause) -> list[Predicate]:
        """Things shared out over places: so many on `each`, or each to its `own`."""
        phrase, destination = clause.arguments
        if len(destination.terms) > 1:
            raise self.resolver.ask("unclear")
        (term,) = destination.terms
        if term.determiner == "own":
            names = self._moving(clause)
            goals = []
            for name in names:
                places = [
                    t
                    for t in matching(self.scene.object(name), everything(self.scene), term.words)
                    if self._takes(t.name)
                ]
                if len(places) != 1:
                    raise self.resolver.ask("no_match", "", [name])
                goals += self._at(clause.verb, [name], places[0].name)
            return goals
        place_names = [t.name for t in self.resolver.every(NounPhrase((replace(term, determiner="all"),)))]
        if not place_names:
            raise self.resolver.decline("missing", join_units(term.words))
        first = phrase.terms[0]
        number = 1 if first.determiner in ("a", "any") else COUNTS.get(first.determiner)
        whole = NounPhrase((replace(first, determiner="all"), *phrase.terms[1:]), phrase.excluded)
        names = tuple(n for n in self._moving(replace(clause, arguments=(whole,))) if n not in place_names)
        share = number or len(names) // len(place_names)
        if share * len(place_names) > len(names) or (not number and len(names) % len(place_names)):
            raise self.resolver.ask("uneven", "", names, len(names))
        return [
            goal
            for i, place in enumerate(place_names)
            for goal in self._at(clause.verb, names[i * share : (i + 1) * share], place)
        ]

    def _place(self, clause: Clause) -> list[Predicate]:
        phrase, destination = clause.arguments
        if destination.terms[0].determiner in ("each", "own"):
            return self._shared(clause)
        if phrase == destination or (clause.verb in ("in", "on") and lying_there(phrase, destination)):
            raise self.resolver.ask("onto_itself", join_units(phrase.terms[0].words))
        before = (list(self.resolver.moved), self.resolver.last, self.resolver.last_words)
        gripped = clause.verb not in SPATIAL or not skills.ungripped((SPATIAL[clause.verb], "", ""))
        sweeping = len(phrase.terms) == 1 and phrase.terms[0].determiner in QUANTIFIERS
        names = () if sweeping else self._moving(clause, gripped=gripped)
        places = self.resolver.places(destination, names)
        if sweeping or any(n in places for n in names):
            # Quantifiers leave the destination out: "put everything in the bowl" does not move the bowl.
            self.resolver.moved, self.resolver.last, self.resolver.last_words = before
            names = self._moving(clause, places, gripped=gripped)
            # What was put into one of them just now comes along.
            along = {goal[1] for goal in self.brought if goal[2] in names}
            names = tuple(n for n in names if n not in along)
        if any(n in places for n in names):
            raise self.resolver.ask("onto_itself", names[0])
        if len(places) != 1:
            raise self.resolver.ask("one_target" if places else "unclear", "", places)
        return self._at(clause.verb, names, places[0])

    def _at(self, verb: str, names: Sequence[str], place: str) -> list[Predicate]:
        if verb in SPATIAL:
            if place == TABLE and verb != "near":
                return self.mover.part(names, (verb,))
            if place == TABLE:
                raise self.resolver.ask("reference", "", names)
            known = thing_called(place, self.scene)
            return self.mover.beside(names, verb, known)
        return put(verb, names, place, self.resolver)

    def _out(self, clause: Clause) -> list[Predicate]:
        """Out of or off something: onto the table."""
        if len(clause.arguments) == 1 or clause.arguments[0] == clause.arguments[1]:
            return self._down(self._moving(clause))
        (whence, *_) = clause.arguments[1].terms
        sources = stacked(whence.words, self.scene) or self.resolver.places(clause.arguments[1], ())
        sweeping = clause.arguments[0].terms[0].determiner in QUANTIFIERS
        there = {goal[1] for goal in self.brought if goal[2] in sources and not sweeping}
        inside = tuple(
            o for o in self.scene.objects if o.name in there or set(sources) & set(self.scene.supports(o.name))
        )
        if not inside:
            raise self.resolver.decline(
                "not_inside",
                join_units(clause.arguments[0].terms[0].words) or data(self.language, "language")["anything"],
                sources,
            )
        phrase = clause.arguments[0]
        if sweeping and not phrase.terms[0].words and not phrase.terms[0].relation:
            phrase = replace(phrase, terms=(replace(phrase.terms[0], relation="in", reference=(whence,)),))
        return self._down(self._moving(Clause("out", (phrase,)), among=inside))

    def _down(self, names: Sequence[str]) -> list[Predicate]:
        """The things on the table, and open what they are shut up in."""
        return [*fixtures.unshut(names, self.scene), *(("on", name, TABLE) for name in names)]

    def _swap(self, clause: Clause) -> list[Predicate]:
        first = self._moving(Clause("swap", clause.arguments[:1]))
        second = self._moving(Clause("swap", clause.arguments[1:]))
        if len(first) != 1 or len(second) != 1 or first == second:
            raise self.resolver.ask("unclear")
        if self.scene.holding in (first[0], second[0]):
            # "Swap what you hold for the other one": that goes where the other one was.
            one, other = (first[0], second[0]) if self.scene.holding == first[0] else (second[0], first[0])
            where = self.scene.object(other).support or TABLE
            return [*self._at("on", [one], where), ("holding", other)]
        a, b = (self.scene.object(n[0]).support for n in (first, second))
        if a == b == TABLE:
            return self.mover.swapped(first[0], second[0])
        if a is None or b is None or a == b or a == second[0] or b == first[0]:
            raise Unresolved(refusal("unsupported", word("swap", self.language)))
        return [*self._at("on", first, b), *self._at("on", second, a)]

    def _tower(self, names: Sequence[str], told: bool) -> list[Predicate]:
        """One on the other, from the bottom: in the order told, or else as they stand, the larger ones below."""
        if len(names) < 2:
            raise self.resolver.ask("stack", "", names)
        if not told:
            names = sorted(names, key=lambda name: standing(name, self.scene))
        # Of cups one stands in the other.
        return [goal for lower, upper in pairwise(names) for goal in self._at("on", [upper], lower)]
