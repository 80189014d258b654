"""English sentences that ask for what has no verb in the goal form, so that the verb is copied.

Most of their verbs are rare or made up: a model that has seen many of them copies the one it does not know.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from pontine.planner.corpus.templates import Said, expand, fill, load

if TYPE_CHECKING:
    from pontine.planner.corpus.english import English

SAY = load("en", "skills")


def invented_verb(rng: random.Random) -> str:
    """A word that could be an English verb and most likely is none."""
    word = rng.choice(SAY["onsets"]) + rng.choice(SAY["nuclei"]) + rng.choice(SAY["codas"])
    if rng.random() < 0.25:
        word = rng.choice(("un", "re", "de", "out", "over", "mis")) + word
    if rng.random() < 0.2:
        word += rng.choice(("ify", "ise", "ate", "er"))
    return word


def verb(rng: random.Random) -> tuple[str, str]:
    """A verb and its particle, which is mostly empty."""
    shape = rng.random()
    if shape < 0.22:
        head, _, particle = rng.choice(SAY["phrasal"]).partition(":")
        return head, particle
    head = invented_verb(rng) if shape < 0.65 else rng.choice(SAY["verbs"])
    if shape < 0.35 or shape > 0.94:
        return head, rng.choice(SAY["particles"])
    return head, ""


def gerund(head: str) -> str:
    return (head[:-1] if head.endswith("e") and not head.endswith("ee") else head) + "ing"


def participle(head: str) -> str:
    return head + ("d" if head.endswith("e") else "ed")


def skill(s: English) -> Said:
    """One thing to do that the goal form has no verb for."""
    rng, shape = s.rng, s.rng.random()
    if shape < 0.09:
        return alone(rng)
    if shape < 0.2:
        return fixed(s)
    head, particle = verb(rng)
    both = f"{head} {particle}".strip()
    if shape < 0.36:
        a, b = s.the(1), s.the(1)
        joint = rng.choice(SAY["prepositions"])
        text = rng.choice(SAY["skill"])
        return Said(fill(text, rng, v=both, a=a.text, b=b.text, j=joint), f"do {both} {a.form}, {b.form}")
    if shape < 0.44:
        return twisted(s, head)
    a = s.thing() if rng.random() < 0.5 else s.the()
    adverb = f" {rng.choice(SAY['adverbs'])}" if rng.random() < 0.14 else ""
    if particle and particle not in ("for", "at", "to", "toward", "with", "into") and rng.random() < 0.6:
        return Said(f"{head} {a.text} {particle}{adverb}", f"do {both} {a.form}")
    return Said(f"{both} {a.text}{adverb}", f"do {both} {a.form}")


def twisted(s: English, head: str) -> Said:
    """A verb that does not stand first, or not in its plain form."""
    rng, a = s.rng, s.the(1)
    be = "are" if a.plural else "is"
    text, said = rng.choice([
        ("give {a} a [good |quick |gentle |little |]{v}", head), ("[make|let] {a} {v}", head), ("[have|get] {a} {v}", participle(head)), ("{a} [should be|must be|needs to be|wants to be] {v}", participle(head)), (f"[make sure|see to it that] {{a}} {be} {{v}}", participle(head)),
        ("I [want|need|would like] {a} {v}", participle(head)), ("[start|try|keep|begin] {v} {a}", gerund(head)), ("I [want|need|would like] you to {v} {a}", head), ("[go|try to|go and|come and|help me|it is time to] {v} {a}", head), ("{v} [it|them|that]", head)])
    said_a = Said("it", "it") if "[it|" in text else a
    return Said(fill(text, rng, v=said, a=a.text), f"do {said} {said_a.form}")


def alone(rng: random.Random) -> Said:
    """Something done to nothing."""
    if rng.random() < 0.35:
        head, particle = invented_verb(rng), rng.choice(["", "", rng.choice(SAY["particles"])])
        text = f"{head} {particle}".strip()
        return Said(text + rng.choice(SAY["alone_2"]), f"do {text}")
    text, form = rng.choice(SAY["alone"])
    text, taken = expand_told(text, rng)
    return Said(text, f"do {form.replace('{1}', taken)}")


def fixed(s: English) -> Said:
    rng = s.rng
    text, form = rng.choice(SAY["fixed"])
    text, taken = expand_told(text, rng)
    a, b, m = s.the(1), s.the(1), s.description(plural=True)
    slots = {"l": rng.choice(SAY["liquids"])}
    return Said(fill(text, rng, a=a.text, b=b.text, m=f"the {m}", **slots), fill(form.replace("{1}", taken), rng, a=a.form, b=b.form, m=m, **slots))


def expand_told(template: str, rng: random.Random) -> tuple[str, str]:
    """The template expanded, and the first alternative that was taken."""
    if "[" not in template:
        return template, ""
    first = rng.choice(template[template.index("[") + 1 : template.index("]")].split("|"))
    return expand(template[: template.index("[")] + first + template[template.index("]") + 1 :], rng), first


def foreseen(s: English) -> Said:
    """A made-up verb with a place to put something: that is a movement, whatever the verb."""
    rng, a, b = s.rng, s.thing(), s.place()
    head = invented_verb(rng)
    verb_, where = rng.choice(SAY["foreseen"])
    return Said(f"{head} {a.text} {where} {b.text}", f"{verb_} {a.form}, {b.form}")


def hurt(s: English, people: list[str]) -> Said:
    """A made-up verb done to somebody is refused as harm is."""
    head, particle = verb(s.rng)
    return Said(f"{head} {s.rng.choice(people)}{f' {particle}' if particle else ''} with {s.the(1).text}", "unsafe")
