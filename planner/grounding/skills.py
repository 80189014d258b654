"""Which skills the verb of a `do` clause may mean: the words that registered skills declare, in any language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from pontine.envs.declarations.fixture_kind import FIXTURES
from pontine.envs.predicates import Predicate
from pontine.envs.scene import Scene
from pontine.planner.grounding.naming.abilities import STATES
from pontine.planner.grounding.naming.query import Description, Subject
from pontine.planner.language.languages import concepts, every
from pontine.planner.language.segments import is_cjk, join_units, split_units
from pontine.policies.skills.operator import RELATIONS, Operator
from pontine.policies.skills.skill import SKILLS, Skill

_SAID = frozenset((*RELATIONS, "holding", *STATES.values()))
"""Predicates that verbs of the goal form ask for."""

_NOT_NOUNS = frozenset(every("signs", "not_nouns"))
"""Nouns that are verbs more often."""

NAMED = ("relation", "side")
"""Sorts of parameters that no noun phrase names."""

SPOTS = {"left": "left", "right": "right", "middle": "middle", "front": "near", "behind": "far"}
"""The spots above the table, by what the lexicon calls the sides."""


def meant(words: Sequence[str]) -> tuple[type[Skill], ...]:
    """The skills that copied words ask for: those with just these words; else those with another form of them
    ("pushing"); else those that have one of their words in them, or of which they are the first word, where only one
    does. Empty if there are none."""
    known = [(skill, split_units(word)) for skill in SKILLS.values() for said in skill.words.values() for word in said]
    said = tuple(words)
    exact = [skill for skill, word in known if word == said]
    found = exact or [skill for skill, word in known if same(word, said)]
    if not found:
        loose = [(len(join_units(word)), skill) for skill, word in known if _within(word, said)]
        longest = max((size for size, _ in loose), default=0)
        found = [skill for size, skill in loose if size == longest]
        found = found if len(set(found)) == 1 else []
    return tuple(dict.fromkeys(found))


def states(words: Sequence[str]) -> dict[str, str]:
    """The state that copied words bring a kind of fixture into, by kind: "pull" a lever may bring it down."""
    said = tuple(words)
    return {
        kind.name: state
        for kind in FIXTURES.values()
        for state, told in kind.state_words.items()
        for spoken in told.values()
        if any(same(split_units(word), said) for word in spoken)
    }


def tidied(words: Sequence[str]) -> frozenset[str]:
    """The kinds of things into which goes what copied words throw or put away; none if they do neither."""
    said = join_units(words)
    for sort, kinds in concepts()["tidied"].items():
        if any(same(split_units(word), words) or word == said for word in every("signs", sort)):
            return frozenset(kinds)
    return frozenset()


def brings(words: Sequence[str]) -> bool:
    """Whether copied words are one more verb for bringing something into or onto another thing."""
    return any(same(split_units(word), words) for word in every("signs", "bring"))


def drags(words: Sequence[str]) -> bool:
    """Whether copied words are one more verb for bringing a thing some way along the table."""
    return any(same(split_units(word), words) for word in every("signs", "drag"))


def spot(told: Description) -> str | None:
    """The named spot above the table that a description means; None if it has a noun, and so means a thing."""
    return None if told.head or told.color or told.size else SPOTS.get(told.side or "")


def alone(words: Sequence[str]) -> bool:
    """Whether these are just the words of a skill that is done to nothing."""
    return any(not skill.arguments for skill in SKILLS.values() if _says(skill, words))


def no_verb(words: Sequence[str], scene: Scene) -> bool:
    """Whether copied words can be no verb, unless a skill is called so: they begin or end with a word that joins
    sentences ("and", 然后), or have in them what a thing of the scene is called."""
    if any(_says(skill, words) for skill in SKILLS.values()):
        return False
    said = join_units(words)
    subjects = [*map(Subject, scene.objects), *map(Subject, scene.fixtures)]
    if is_cjk(words[0][0]):
        names = (text for subject in subjects for text in subject.texts if len(text) > 1)
        return said.startswith(_joining()) or said.endswith(_joining()) or any(name in said for name in names)
    noun = said not in _NOT_NOUNS
    # "Serviette on the plate", where nobody says what to do with it.
    led = len(words) > 1 and words[-1] in every("signs", "breaking") and words[0] not in _NOT_NOUNS
    return (
        words[0] in _joining()
        or words[-1] in _joining()
        or (led and any(subject.answers(join_units(words[:-1])) > 1 for subject in subjects))
        or (noun and any(subject.answers(said) > 2 for subject in subjects))
    )


def no_thing(words: Sequence[str]) -> bool:
    """Whether copied words can mean no thing: they are what people say when they hesitate or take something back."""
    return join_units(words) in every("signs", "no_things")


@cache
def _joining() -> tuple[str, ...]:
    return every("signs", "joining")


def named(units: Sequence[str]) -> set[type[Skill]]:
    """The skills that an instruction names word for word and for whose goals the goal form has no verb.

    The words of a verb may stand apart; one that stands alone must be what the instruction begins with.
    """
    return {
        skill
        for skill in unforeseen()
        for said in skill.words.values()
        for word in map(split_units, said)
        if (_apart(word, units) if len(word) > 1 else tuple(units[:1]) == word)
    }


def unforeseen() -> list[type[Skill]]:
    """The registered skills that bring about what the goal form has no verb for."""
    return [
        skill
        for skill in SKILLS.values()
        if any(effect[0] not in _SAID and not effect[0].startswith("?") for effect in _made(skill))
    ]


def _made(skill: type[Skill]) -> list[Predicate]:
    return [effect for effect in skill.operator.effects if effect[0] != "not"]


def _apart(word: Sequence[str], units: Sequence[str]) -> bool:
    if is_cjk(word[0][0]):
        return join_units(word) in join_units(units)
    rest = iter(units)
    return all(piece in rest for piece in word)


def _says(skill: type[Skill], words: Sequence[str]) -> bool:
    return any(split_units(word) == tuple(words) for said in skill.words.values() for word in said)


def places(operator: Operator) -> list[tuple[str, str]]:
    """The parameters of a skill, name and sort, that noun phrases name."""
    return [(name, sort) for name, sort in operator.parameters.items() if sort not in NAMED]


def ungripped(predicate: Predicate) -> bool:
    """Whether some skill can bring about a relation of a thing that the gripper cannot hold, as by pushing it."""
    for skill in SKILLS.values():
        variables = skill.operator.variables
        for effect in skill.operator.effects:
            relation, *args = effect
            sort = variables.get(relation[1:], "") if relation.startswith("?") else ""
            same = len(args) == len(predicate) - 1 and (relation == predicate[0] or sort == "side")
            if same and variables.get(args[0].removeprefix("?")) == "thing":
                return True
    return False


def same(word: Sequence[str], said: Sequence[str]) -> bool:
    """Whether what was said is a form of a skill's word: "pushing" of "push", 推一下 of 推."""
    if is_cjk(word[0][0]):
        return join_units(word) in _plain(join_units(said))
    return len(word) == len(said) and all(set(_lemmas(a)) & set(_lemmas(b)) for a, b in zip(word, said, strict=True))


def _plain(said: str) -> set[str]:
    """A Chinese verb without what says only how much or that it is done: 推一推, 推推 and 推一下 are 推."""
    out = {said}
    for suffix in every("signs", "verb_endings"):
        out |= {text.removesuffix(suffix) for text in tuple(out)}
    for text in tuple(out):
        half, middle = text[: len(text) // 2], text[len(text) // 2 :].removeprefix("一")
        if half and half == middle:
            out.add(half)
    return out


def _within(word: Sequence[str], said: Sequence[str]) -> bool:
    """Whether a skill's word is part of what was said (推倒 of 推倒在地), or what was said is the head of it ("knock"
    of "knock over")."""
    if is_cjk(word[0][0]):
        return len(word) > 1 and join_units(word) in join_units(said)
    return len(said) == 1 < len(word) and bool(set(_lemmas(word[0])) & set(_lemmas(said[0])))


def _lemmas(word: str) -> Iterator[str]:
    """What an English word may be a form of, itself included."""
    yield word
    for ending in ("ing", "ed", "es", "s", "d"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 1:
            yield stem
            yield f"{stem}e"
            if len(stem) > 2 and stem[-1] == stem[-2]:
                yield stem[:-1]
