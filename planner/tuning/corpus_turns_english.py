"""English ways of choosing among things that a plain clause does not show, as sentences with their goal forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pontine.planner.tuning import vocabulary as words
from pontine.planner.tuning.corpus_skills_english import skill
from pontine.planner.tuning.templates import Said, expand, fill

if TYPE_CHECKING:
    from pontine.planner.tuning.corpus_english import English

TO = {"in": "[in|in|into|inside]", "on": "[on|on|onto|on top of]", "near": "[next to|beside|near|by]", "left": "[to the left of|left of]",
      "right": "[to the right of|right of]", "behind": "behind", "front": "in front of"}
CLOSEST = "[closest to|nearest to|nearest|closest to]"
FAR_SIDES = {"left": "[on the far left|furthest to the left|farthest to the left|all the way on the left|at the left end]", "right": "[on the far right|furthest to the right|farthest to the right|all the way on the right|at the right end]",
             "front": "[at the very front|right at the front|closest to you|nearest to the front]", "behind": "[at the very back|right at the back|farthest away|furthest to the back]"}
SPARED = "[leave {b}|leave {b} alone|leave {b} out|skip {b}|forget about {b}|never mind {b}|not {b}|ignore {b}|{b} stays|spare {b}|except {b}]"
HANDFUL = [("two", "two"), ("two", "two"), ("three", "three"), ("two", "a couple of"), ("two", "a pair of"), ("four", "four"), ("two", "2"), ("three", "3")]


def moved(s: English, a: Said, verb: str | None = None) -> Said:
    """`a` put somewhere, in one of the plainest ways."""
    rng, b = s.rng, s.the(1)
    verb = verb or rng.choice(["in", "in", "in", "in", "on", "on", "near", "left", "right", "behind"])
    goes = "[go|belong|should go]" if a.plural else "[goes|belongs|should go]"
    text = rng.choice(["[put|put|place|drop|set|pop|move|stick] {a} " + TO[verb] + " {b}", "{a} " + goes + " " + TO[verb] + " {b}", "[I want|I'd like] {a} " + TO[verb] + " {b}", "[pick|take|grab|get] {a} and [put|place] " + ("them " if a.plural else "it ") + TO[verb] + " {b}", "{a} " + TO[verb] + " {b}"])
    return Said(fill(text, rng, a=a.text, b=b.text), f"{verb} {a.form}, {b.form}")


def taken(s: English, a: Said) -> Said:
    """`a` picked up, in one of the plainest ways."""
    return Said(fill(s.rng.choice(["[take|take|grab|get|pick|pick up|lift|fetch|hand me|give me|pass me|hand over|pass|bring me|hold|select] {a}", "[can I have|could I have|I'll have|I need|let me have] {a}"]), s.rng, a=a.text), f"hold {a.form}")


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
        a = Said(fill("whichever {a} is " + CLOSEST + " {b}", rng, a=text, b=b.text), f"the {text} @near {b.form}")
    else:
        a = Said(fill("the {a} [|||that is |that's |which is |lying |sitting ]" + CLOSEST + " {b}", rng, a=text, b=b.text), f"the {text} @near {b.form}")
    return either(s, a)


def far_side(s: English) -> Said:
    rng, text = s.rng, s.rng.choice(["thing", "object", "item", "one", s.noun()])
    side = rng.choice(list(FAR_SIDES))
    link = rng.choice(["", "", "that is ", "that's "])
    return either(s, Said(f"the {text} {link}{expand(FAR_SIDES[side], rng)}", f"the {text} @{side}"))


def off(s: English) -> Said:
    rng, b = s.rng, s.the(1)
    if rng.random() < 0.3:
        text = s.description(plural=True)
        told = Said(expand("[all |]the ", rng) + text, f"all {text}", True)
        return Said(fill("[dump|tip|pour|shake|take|get|lift|pull|clear] {a} [out of|from|off] {b}", rng, a=told.text, b=b.text), f"out {told.form}, {b.form}")
    a = s.the(1)
    return Said(fill("[move|move|get|take|lift|slide|pull|bring|shift] {a} [off|off|off of|out of|away from] {b}", rng, a=a.text, b=b.text), f"out {a.form}, {b.form}")


def choice(s: English) -> Said:
    rng = s.rng
    if rng.random() < 0.5:
        (count, shown), text = rng.choice(HANDFUL), s.description(plural=True)
        lead = "" if " of" in shown else rng.choice(["", "any ", "some ", "just "])
        of = rng.choice(["", "", "", "of the ", "of those "])
        if shown.endswith(" of"):
            of = rng.choice(["", "the "])
        return moved(s, Said(f"{lead}{shown} {of}{text}", f"{count} {text}", True))
    if rng.random() < 0.5:
        text = s.description()
        lead = rng.choice(["any", "either", "one", "a", "some", "any one", "just any", "any old"])
        return either(s, Said(f"{lead} {text}", f"a {text}"))
    text = s.description(plural=True)
    lead = rng.choice(["one of the", "one of my", "any of the", "either of the", "any one of the", "one of those"])
    return either(s, Said(f"{lead} {text}", f"a {text}"))


def rest(s: English) -> Said:
    rng = s.rng
    a = s.the(1) if rng.random() < 0.6 else rng.choice([s.plain_all(), s.pair(), Said(f"one {(n := s.noun())}", f"a {n}")])
    b, c, others = s.the(1), s.the(1), s.rest()
    v, w = rng.choice(["in", "in", "on"]), rng.choice(["in", "in", "on"])
    text = rng.choice(["[put|place|] {a} {v} {b}[, | and |, and |; ][put |]{o} {w} {c}", "{a} [goes|go] {v} {b}[, | and |, and |; ]{o} [go |goes ||]{w} {c}", "[I want|move|drop] {a} {v} {b} and {o} {w} {c}"])
    return Said(fill(text, rng, a=a.text, b=b.text, c=c.text, o=others.text, v=expand(TO[v], rng), w=expand(TO[w], rng)).strip(), f"{v} {a.form}, {b.form}; {w} {others.form}, {c.form}")


def spared(s: English) -> Said:
    """Everything, or all of a kind, but one; said before or after."""
    rng, out, c, v = s.rng, (s.the(1) if s.rng.random() < 0.85 else s.pair()), s.the(1), s.rng.choice(["in", "in", "on"])
    told = Said("everything", "all", True) if rng.random() < 0.4 else s.plain_all()
    if rng.random() < 0.3:
        color = rng.choice(words.COLORS)
        told = Said(*rng.choice([(f"all the {color} ones", f"all {color} ones"), (f"everything {color}", f"all {color}"), (f"the {color} ones", f"all {color} ones"), (f"all {color} things", f"all {color} things")]), True)
    form = f"{v} {told.form} ! {out.form}, {c.form}"
    if rng.random() < 0.5:
        but = rng.choice(["but", "except", "except for", "apart from", "other than", "but not"])
        return Said(fill("[put|put|move|] {a} " + but + " {b} [|should go |goes |go ]" + TO[v] + " {c}", rng, a=told.text, b=out.text, c=c.text).strip(), form)
    return Said(fill("[put|move|drop|] {a} [|go |]" + TO[v] + " {c}[, but |, | but |; ]" + SPARED, rng, a=told.text, b=out.text, c=c.text).strip(), form)


def spared_one(s: English) -> Said:
    """One thing moved, another left alone."""
    rng, a, b, c, v = s.rng, s.the(1), s.the(1), s.the(1), s.rng.choice(["in", "in", "on"])
    text = rng.choice(["put {a} {r} {c}[, but |, | and |; ]" + SPARED.replace("|except {b}", ""), "[no need to touch|never mind|forget|ignore|leave|don't bother with] {b}[, just|, |; | and ]put {a} {r} {c}", "{b} [stays|stays put|stays where it is][; |, ][but |]put {a} {r} {c}", "[don't|do not] put {b} {r} {c}[, |; ]put {a} [there|in it|{r} it]", "{a} {r} {c}, {b} [stays|stays put|is fine where it is]"])
    return Said(fill(text, rng, a=a.text, b=b.text, c=c.text, r=expand(TO[v], rng)).replace("  ", " "), f"{v} {a.form}, {c.form}; keep {b.form}")


def stacked(s: English) -> Said:
    rng, a, b = s.rng, s.the(1), s.the(1)
    return Said(fill("[stack|stack|balance|set|put|rest|stand] {a} [on|on|on top of|down on|onto] {b}", rng, a=a.text, b=b.text), f"on {a.form}, {b.form}")


def in_hand(s: English) -> Said:
    lead = s.rng.choice(["what you are holding", "what you're holding", "whatever you hold", "the thing in your hand", "the thing in the gripper", "what's in your hand", "the item you are holding", "the object in your gripper", "what is in the gripper", "the one you hold"])
    if s.rng.random() < 0.2:
        return Said(fill("[drop|put down|let go of|release|set down] {a}", s.rng, a=lead), "down it")
    return moved(s, Said(lead, "it"))


def disposed(s: English) -> Said:
    rng, a, b = s.rng, s.the(1), s.the(1)
    return Said(fill("[get rid of {a}: put it {r} {b}|{a}? {r} {b}|[throw|toss|dump|chuck] {a} {r} {b}|clear {a} away into {b}|tidy {a} away into {b}|{a} to {b}]", rng, a=a.text, b=b.text, r=rng.choice(["in", "into"])), f"in {a.form}, {b.form}")


def wished(s: English) -> Said:
    """Two movements with one verb, of single things or of kinds."""
    rng = s.rng
    parts = []
    for _ in range(2):
        a, b, v = rng.choice([s.plain_all, s.plain_all, s.the])(), s.the(1), rng.choice(["in", "on"])
        parts.append((f"{a.text} {expand(TO[v], rng)} {b.text}", f"{v} {a.form}, {b.form}"))
    return Said(expand("[I want|I'd like|put|move|] ", rng).lstrip() + rng.choice([" and ", ", ", ", and "]).join(t for t, _ in parts), "; ".join(f for _, f in parts))


TURNS: list[tuple[float, Callable[[English], Said]]] = [
    (3, described), (2, nearest), (1, far_side), (1.5, off), (2, choice), (2, rest), (2, spared), (1.5, spared_one), (1, stacked), (0.7, in_hand), (0.7, disposed), (1, wished), (7, skill),
]
"""The ways and how often each is taken."""
