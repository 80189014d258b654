"""Chinese sentences that ask for what has no verb in the goal form, so that the verb is copied."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from pontine.planner.corpus import vocabulary as words
from pontine.planner.corpus.templates import Said, fill, load

if TYPE_CHECKING:
    from pontine.planner.corpus.chinese import Chinese

SAY = load("zh", "skills")


def invented_verb(rng: random.Random) -> str:
    """One or two characters that make no verb, often with a complement as verbs have."""
    one = words.invented_noun_zh(rng)[:1]
    shape = rng.random()
    if shape < 0.3:
        return one + rng.choice(SAY["results"])
    if shape < 0.7:
        return one + words.invented_noun_zh(rng)[:1]
    if shape < 0.8:
        return one + rng.choice(SAY["objects"])
    if shape < 0.9:
        return one + words.invented_noun_zh(rng)[:1] + rng.choice(SAY["complements"])
    return one


def composed_verb(rng: random.Random) -> str:
    """What hands do, with what comes of it or what it is done to: most verbs of everyday speech are made so."""
    head, shape = rng.choice(SAY["heads"]), rng.random()
    if shape < 0.75:
        return head + rng.choice(SAY["results"])
    return head + rng.choice(SAY["objects"] if shape < 0.92 else SAY["complements"])


def verb(rng: random.Random) -> str:
    """A verb: most are words that one knows, so that it can be seen where the noun before them ends."""
    make = rng.choices((invented_verb, composed_verb, _known), (30, 40, 30))[0]
    return make(rng)


def _known(rng: random.Random) -> str:
    return rng.choice(SAY["verbs"] if rng.random() < 0.6 else SAY["pairs"])


def skill(s: Chinese) -> Said:
    """One thing to do that the goal form has no verb for."""
    rng, shape, v = s.rng, s.rng.random(), verb(s.rng)
    if shape < 0.09:
        text = rng.choice(SAY["alone"]) if rng.random() < 0.7 else v
        return Said(text + rng.choice(["", "", "", "吧", "一下" if len(text) < 3 else ""]), f"do {text}")
    if shape < 0.22:
        b, liquid = s.the(1), rng.choice(SAY["liquids"])
        text, form = rng.choice(SAY["skill"])
        x, m, y = rng.choice(SAY["split"])
        slots = {"l": liquid, "d": rng.choice(SAY["devices"]), "w": rng.choice(SAY["pours"]), "x": x, "m": m, "y": y}
        return Said(fill(text, rng, b=b.text, **slots), fill(form, rng, b=b.form, **slots))
    if shape < 0.38:
        a, b = s.the(1), s.the(1)
        text = rng.choice(SAY["skill_2"])
        return Said(fill(text, rng, a=a.text, b=b.text, v=v), f"do {v} {a.form}, {b.form}")
    a = s.thing() if rng.random() < 0.5 else s.the()
    one = v[0]
    text = rng.choice(SAY["skill_3"])
    said = one if "{1}" in text else v
    return Said(s.moved(text.replace("{1}", one), a, v=v), f"do {said} {a.form}")


def foreseen(s: Chinese) -> Said:
    """A made-up verb with a place to put something: that is a movement, whatever the verb."""
    rng, a, b = s.rng, s.thing(), s.place()
    v = words.invented_noun_zh(rng)[:1] if rng.random() < 0.6 else words.invented_noun_zh(rng)[:2]
    kind, where = rng.choice(SAY["foreseen"])
    return Said(s.moved(SAY["foreseen_2"] + v + where, a, b=b.text), f"{kind} {a.form}, {b.form}")


def hurt(s: Chinese, people: list[str]) -> Said:
    """A made-up verb done to somebody is refused as harm is."""
    return Said(fill(SAY["hurt"], s.rng, n=s.the(1).text, v=verb(s.rng), p=s.rng.choice(people)), "unsafe")
