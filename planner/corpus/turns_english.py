"""English ways of choosing among things that a plain clause does not show, as sentences with their goal forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pontine.planner.corpus import vocabulary as words
from pontine.planner.corpus.skills_english import skill
from pontine.planner.corpus.templates import Said, expand, fill, load

if TYPE_CHECKING:
    from pontine.planner.corpus.english import English

SAY = load("en", "choices")


def moved(s: English, a: Said, verb: str | None = None) -> Said:
    """`a` put somewhere, in one of the plainest ways."""
    rng, b = s.rng, s.the(1)
    verb = verb or rng.choice(["in", "in", "in", "in", "on", "on", "near", "left", "right", "behind"])
    goes = "[go|belong|should go]" if a.plural else "[goes|belongs|should go]"
    text = rng.choice(["[put|put|place|drop|set|pop|move|stick] {a} " + SAY["to"][verb] + " {b}", "{a} " + goes + " " + SAY["to"][verb] + " {b}", "[I want|I'd like] {a} " + SAY["to"][verb] + " {b}", "[pick|take|grab|get] {a} and [put|place] " + ("them " if a.plural else "it ") + SAY["to"][verb] + " {b}", "{a} " + SAY["to"][verb] + " {b}"])
    return Said(fill(text, rng, a=a.text, b=b.text), f"{verb} {a.form}, {b.form}")


def taken(s: English, a: Said) -> Said:
    """`a` picked up, in one of the plainest ways."""
    return Said(fill(s.rng.choice(SAY["taken"]), s.rng, a=a.text), f"hold {a.form}")


def either(s: English, a: Said) -> Said:
    """`a` moved or picked up."""
    return taken(s, a) if s.rng.random() < 0.4 and not a.plural else moved(s, a)


def described(s: English) -> Said:
    """An adjective and a noun, picked up or moved: nothing else to it."""
    rng = s.rng
    adjective = rng.choice(words.COLORS) if rng.random() < 0.7 else rng.choice(words.SIZES + words.PLACES)
    text = f"{adjective} {s.noun()}"
    return either(s, Said(f"{rng.choice(['the', 'the', 'the', 'that', 'my', ''])} {text}".strip(), f"the {text}"))


def nearest(s: English) -> Said:
    rng, b, text = s.rng, s.the(1), s.description()
    if rng.random() < 0.25:
        a = Said(fill("whichever {a} is " + SAY["closest"] + " {b}", rng, a=text, b=b.text), f"the {text} @nearest {b.form}")
    else:
        a = Said(fill("the {a} [|||that is |that's |which is |lying |sitting ]" + SAY["closest"] + " {b}", rng, a=text, b=b.text), f"the {text} @nearest {b.form}")
    return either(s, a)


def far_side(s: English) -> Said:
    rng, text = s.rng, s.rng.choice(["thing", "object", "item", "one", s.noun()])
    side = rng.choice(list(SAY["far_sides"]))
    link = rng.choice(SAY["far_side"])
    return either(s, Said(f"the {text} {link}{expand(SAY['far_sides'][side], rng)}", f"the {text} @{side}"))


def off(s: English) -> Said:
    rng, b = s.rng, s.the(1)
    if rng.random() < 0.3:
        text = s.description(plural=True)
        told = Said(expand(SAY["off"], rng) + text, f"all {text}", True)
        return Said(fill(SAY["off_2"], rng, a=told.text, b=b.text), f"out {told.form}, {b.form}")
    a = s.the(1)
    return Said(fill(SAY["off_3"], rng, a=a.text, b=b.text), f"out {a.form}, {b.form}")


def choice(s: English) -> Said:
    rng = s.rng
    if rng.random() < 0.5:
        (count, shown), text = rng.choice(SAY["handful"]), s.description(plural=True)
        lead = "" if " of" in shown else rng.choice(["", "any ", "some ", "just "])
        of = rng.choice(SAY["choice"])
        if shown.endswith(" of"):
            of = rng.choice(["", "the "])
        return moved(s, Said(f"{lead}{shown} {of}{text}", f"{count} {text}", True))
    if rng.random() < 0.5:
        text = s.description()
        lead = rng.choice(SAY["choice_2"])
        return either(s, Said(f"{lead} {text}", f"a {text}"))
    text = s.description(plural=True)
    lead = rng.choice(SAY["choice_3"])
    return either(s, Said(f"{lead} {text}", f"a {text}"))


def rest(s: English) -> Said:
    rng = s.rng
    a = s.the(1) if rng.random() < 0.6 else rng.choice([s.plain_all(), s.pair(), Said(f"one {(n := s.noun())}", f"a {n}")])
    b, c, others = s.the(1), s.the(1), s.rest()
    v, w = rng.choice(["in", "in", "on"]), rng.choice(["in", "in", "on"])
    text = rng.choice(SAY["rest"])
    return Said(fill(text, rng, a=a.text, b=b.text, c=c.text, o=others.text, v=expand(SAY["to"][v], rng), w=expand(SAY["to"][w], rng)).strip(), f"{v} {a.form}, {b.form}; {w} {others.form}, {c.form}")


def spared(s: English) -> Said:
    """Everything, or all of a kind, but one; said before or after."""
    rng, out, c, v = s.rng, (s.the(1) if s.rng.random() < 0.85 else s.pair()), s.the(1), s.rng.choice(["in", "in", "on"])
    told = Said("everything", "all", True) if rng.random() < 0.4 else s.plain_all()
    if rng.random() < 0.3:
        color = rng.choice(words.COLORS)
        told = Said(*rng.choice([(f"all the {color} ones", f"all {color} ones"), (f"everything {color}", f"all {color}"), (f"the {color} ones", f"all {color} ones"), (f"all {color} things", f"all {color} things")]), True)
    form = f"{v} {told.form} ! {out.form}, {c.form}"
    if rng.random() < 0.5:
        but = rng.choice(SAY["spared_2"])
        return Said(fill("[put|put|move|] {a} " + but + " {b} [|should go |goes |go ]" + SAY["to"][v] + " {c}", rng, a=told.text, b=out.text, c=c.text).strip(), form)
    return Said(fill("[put|move|drop|] {a} [|go |]" + SAY["to"][v] + " {c}[, but |, | but |; ]" + SAY["spared"], rng, a=told.text, b=out.text, c=c.text).strip(), form)


def spared_one(s: English) -> Said:
    """One thing moved, another left alone."""
    rng, a, b, c, v = s.rng, s.the(1), s.the(1), s.the(1), s.rng.choice(["in", "in", "on"])
    text = rng.choice(["put {a} {r} {c}[, but |, | and |; ]" + SAY["spared"].replace("|except {b}", ""), "[no need to touch|never mind|forget|ignore|leave|don't bother with] {b}[, just|, |; | and ]put {a} {r} {c}", "{b} [stays|stays put|stays where it is][; |, ][but |]put {a} {r} {c}", "[don't|do not] put {b} {r} {c}[, |; ]put {a} [there|in it|{r} it]", "{a} {r} {c}, {b} [stays|stays put|is fine where it is]"])
    return Said(fill(text, rng, a=a.text, b=b.text, c=c.text, r=expand(SAY["to"][v], rng)).replace("  ", " "), f"{v} {a.form}, {c.form}; keep {b.form}")


def stacked(s: English) -> Said:
    rng, a, b = s.rng, s.the(1), s.the(1)
    return Said(fill(SAY["stacked"], rng, a=a.text, b=b.text), f"on {a.form}, {b.form}")


def in_hand(s: English) -> Said:
    lead = s.rng.choice(SAY["in_hand"])
    if s.rng.random() < 0.2:
        return Said(fill(SAY["in_hand_2"], s.rng, a=lead), "down any @held")
    return moved(s, Said(lead, "any @held"))


def disposed(s: English) -> Said:
    rng, a, b = s.rng, s.the(1), s.the(1)
    return Said(fill(SAY["disposed"], rng, a=a.text, b=b.text, r=rng.choice(["in", "into"])), f"in {a.form}, {b.form}")


def wished(s: English) -> Said:
    """Two movements with one verb, of single things or of kinds."""
    rng = s.rng
    parts = []
    for _ in range(2):
        a, b, v = rng.choice([s.plain_all, s.plain_all, s.the])(), s.the(1), rng.choice(["in", "on"])
        parts.append((f"{a.text} {expand(SAY['to'][v], rng)} {b.text}", f"{v} {a.form}, {b.form}"))
    return Said(expand(SAY["wished"], rng).lstrip() + rng.choice(SAY["wished_2"]).join(t for t, _ in parts), "; ".join(f for _, f in parts))


TURNS: list[tuple[float, Callable[[English], Said]]] = [
    (3, described), (2, nearest), (1, far_side), (1.5, off), (2, choice), (2, rest), (2, spared), (1.5, spared_one), (1, stacked), (0.7, in_hand), (0.7, disposed), (1, wished), (4, skill),
]
"""The ways and how often each is taken."""
