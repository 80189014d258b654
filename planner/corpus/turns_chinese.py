"""Chinese ways of choosing among things that a plain clause does not show, as sentences with their goal forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pontine.planner.corpus import vocabulary as words
from pontine.planner.corpus.skills_chinese import skill
from pontine.planner.corpus.templates import Said, expand, fill, load

if TYPE_CHECKING:
    from pontine.planner.corpus.chinese import Chinese

SAY = load("zh", "choices")


def moved(s: Chinese, a: Said, kind: str | None = None) -> Said:
    """`a` put somewhere, in one of the plainest ways."""
    rng, b = s.rng, s.the(1)
    kind = kind or rng.choice(["in", "in", "in", "in", "on", "on", "near", "left", "right", "behind", "front"])
    template = rng.choice(SAY["into"] if kind == "in" and rng.random() < 0.4 else SAY["moved"])
    return Said(fill(template, rng, a=a.text, b=b.text, r=expand(SAY["at"][kind], rng)), f"{kind} {a.form}, {b.form}")


def taken(s: Chinese, a: Said) -> Said:
    """`a` picked up, in one of the plainest ways."""
    return Said(fill(s.rng.choice(SAY["taken"]), s.rng, a=a.text), f"hold {a.form}")


def either(s: Chinese, a: Said) -> Said:
    """`a` moved or picked up."""
    return taken(s, a) if s.rng.random() < 0.4 and not a.plural else moved(s, a)


def that_one(s: Chinese) -> Said:
    """A thing told by a side, a size or a colour with 那个 or without a noun."""
    rng = s.rng
    lead = rng.choice(rng.choice([words.PLACES_ZH, words.SIZES_ZH, words.COLORS_ZH, SAY["that_one"]]))
    that = rng.choice(SAY["that_one_2"])
    text = lead + that + (s.noun() if that == "的" or rng.random() < 0.7 else "")
    return Said(text, f"the {text}")


def that_thing(s: Chinese) -> Said:
    """One told so moved or picked up, or another moved to it."""
    if s.rng.random() < 0.65:
        return either(s, that_one(s))
    a, b, kind = s.the(1), that_one(s), s.rng.choice(["in", "in", "on", "near", "left", "right"])
    return Said(fill(s.rng.choice(SAY["moved"]), s.rng, a=a.text, b=b.text, r=expand(SAY["at"][kind], s.rng)), f"{kind} {a.form}, {b.form}")


def bare(s: Chinese) -> Said:
    """The shortest things that people say."""
    a = Said(text := s.noun() if s.rng.random() < 0.6 else s.description(), f"the {text}")
    return either(s, a)


def nearest(s: Chinese) -> Said:
    rng, b, text = s.rng, s.the(1), s.description()
    lead = rng.choice(SAY["nearest"])
    return either(s, Said(fill(lead, rng, a=text, b=b.text), f"the {text} @nearest {b.form}"))


def between(s: Chinese) -> Said:
    rng, b, c, text = s.rng, s.the(1), s.the(1), s.rng.choice(["东西", "物品", s.description(), s.description()])
    a = Said(fill(SAY["between"], rng, a=text, b=b.text, c=c.text), f"the {text} @between {b.form} & {c.form}")
    return either(s, a)


def choice(s: Chinese) -> Said:
    rng, b, text = s.rng, s.the(1), s.description()
    kind, cl = rng.choice(["in", "in", "in", "on"]), rng.choice(SAY["classifiers"])
    many = rng.random() < 0.6
    count, shown = rng.choice(SAY["choice"]) if many else ("a", "一")
    template = rng.choice(SAY["choice_2"])
    if not many and rng.random() < 0.4:
        template = rng.choice(SAY["choice_3"])
    return Said(fill(template, rng, a=text, b=b.text, n=shown, c=cl, r=expand(SAY["at"][kind], rng)), f"{kind} {count} {text}, {b.form}")


def rest(s: Chinese) -> Said:
    rng = s.rng
    a = Said(text := s.description(), f"the {text}") if rng.random() < 0.6 else rng.choice([s.the(1), Said(f"一{rng.choice(SAY['classifiers'])}{(n := s.noun())}", f"a {n}"), s.pair()])
    b, c, v, w = s.the(1), s.the(1), rng.choice(["in", "in", "on"]), rng.choice(["in", "in", "on"])
    others = Said(rng.choice(SAY["others"]), "rest")
    if rng.random() < 0.25:
        noun = rng.choice([s.noun(), "东西"])
        others = Said(rng.choice(SAY["rest"]) + noun, f"rest {noun}")
    first = rng.choice([SAY["rest_2"] + SAY["put"] + "{b}" + rng.choice([SAY["at"][v], SAY["at"][v], "" if v == "in" else SAY["at"][v]])])
    then = rng.choice([SAY["rest_3"] + (rng.choice([SAY["at"][w], ""]) if w == "in" else SAY["at"][w]), SAY["rest_4"] + SAY["at"][w]])
    return Said(fill(first + then, rng, a=a.text, b=b.text, c=c.text, o=others.text), f"{v} {a.form}, {b.form}; {w} {others.form}, {c.form}")


def spared(s: Chinese) -> Said:
    """Everything, or all of a kind, but one; said before or after."""
    rng, out, c, v = s.rng, (s.the(1) if s.rng.random() < 0.85 else s.pair()), s.the(1), s.rng.choice(["in", "in", "in", "on"])
    into = SAY["put"] + "{c}" + (rng.choice([SAY["at"][v], ""]) if v == "in" else SAY["at"][v])
    text = s.description() if rng.random() < 0.6 else rng.choice([c for c in words.COLORS_ZH if len(c) < 3]) + "的"
    if rng.random() < 0.5:
        others = rng.choice(["", "", "", "，", "，"]) + rng.choice(SAY["spared_2"])
        form = "all"
        if rng.random() < 0.4:
            others, form = rng.choice(["", "，"]) + rng.choice(SAY["spared_3"]) + text, f"all {text}"
        tail = rng.choice(SAY["spared_4"])
        return Said(fill(SAY["spared_5"] + tail + ("，" if not tail and not others.startswith("，") else "") + others + SAY["spared_6"] + into, rng, b=out.text, c=c.text), f"{v} {form} ! {out.form}, {c.form}")
    lead, form = rng.choice([(f"{text}都", f"all {text}"), (f"{text}都", f"all {text}"), (f"所有{text}", f"all {text}"), (SAY["spared_7"], SAY["spared_8"]), ("东西都", SAY["spared_8"]), ("全都", "all"), (f"把{text}都", f"all {text}"), (f"{text}全", f"all {text}")])
    return Said(fill(lead + into + SAY["spared"], rng, b=out.text, c=c.text), f"{v} {form} ! {out.form}, {c.form}")


def spared_one(s: Chinese) -> Said:
    """One thing moved, another left alone."""
    rng, a, b, c, v = s.rng, s.the(1), s.the(1), s.the(1), s.rng.choice(["in", "in", "on"])
    into = SAY["put"] + "{c}" + (rng.choice([SAY["at"][v], ""]) if v == "in" else SAY["at"][v])
    text = rng.choice(["{a}" + into + SAY["spared"], SAY["spared_one"] + into + SAY["spared"], SAY["ignored"] + SAY["spared_one_2"] + into, SAY["spared_one_3"] + SAY["at"][v], SAY["spared_one_4"] + SAY["at"][v] + SAY["spared_one_5"], SAY["spared_one_6"] + into])
    return Said(fill(text, rng, a=a.text, b=b.text, c=c.text), f"{v} {a.form}, {c.form}; keep {b.form}")


def in_hand(s: Chinese) -> Said:
    text = s.rng.choice(SAY["in_hand"])
    if s.rng.random() < 0.2:
        return Said(fill(SAY["in_hand_2"], s.rng, a=text), "down any @held")
    return moved(s, Said(text, "any @held"))


def contents(s: Chinese) -> Said:
    """What is in or on something, moved on or taken out."""
    rng, b, c = s.rng, s.the(1), s.the(1)
    source, where = rng.choice(SAY["contents"])
    if rng.random() < 0.3:
        text = s.description()
        out = rng.choice(SAY["contents_2"])
        return Said(fill(SAY["contents_4"] + where + SAY["contents_5"] + out[0], rng, a=text, b=b.text), f"out {out[1]} {text}, {b.form}")
    kind = rng.choice(["in", "in", "on"])
    what = rng.choice(SAY["contents_3"])
    return Said(fill(SAY["contents_4"] + where + what[0] + SAY["put"] + "{c}" + SAY["at"][kind], rng, b=b.text, c=c.text), f"{kind} all {what[1]} @{source} {b.form}, {c.form}".replace("  ", " "))


def listed(s: Chinese) -> Said:
    """Two movements as short as can be: 红的放这儿，绿的放那儿."""
    rng, texts, forms = s.rng, [], []
    for _ in range(rng.choice((2, 2, 3))):
        shape = rng.random()
        text = rng.choice(words.COLORS_ZH + words.SIZES_ZH) + "的" if shape < 0.4 else s.description()
        b, kind = s.the(1), rng.choice(["in", "in", "on"])
        lead, form = rng.choice(SAY["listed"])
        texts.append(f"{lead}{text}{expand(SAY['put'], rng)}{b.text}{expand(SAY['at'][kind], rng) if kind == 'on' or rng.random() < 0.6 else ''}")
        forms.append(f"{kind} {form} {text}, {b.form}")
    return Said(rng.choice(SAY["listed_2"]).join(texts), "; ".join(forms))


def piled(s: Chinese) -> Said:
    rng, text = s.rng, s.description()
    if rng.random() < 0.4:
        count, shown = rng.choice(SAY["piled"])
        return Said(fill(SAY["piled_2"], rng, n=shown, c=rng.choice(SAY["classifiers"]), a=text), f"stack {count} {text}")
    return Said(fill(SAY["piled_3"], rng, a=text), f"stack all {text}")


def operated(s: Chinese) -> Said:
    text = s.rng.choice(SAY["operated"])
    verb, out = s.rng.choice(SAY["operated_2"])
    return Said(fill(out, s.rng, a=text), f"{verb} the {text}")


TURNS: list[tuple[float, Callable[[Chinese], Said]]] = [
    (2, bare), (2, that_thing), (2, nearest), (0.7, between), (2.5, choice), (2.5, rest), (3, spared), (2, spared_one), (0.8, in_hand), (1.5, contents), (1.5, listed), (0.8, piled), (0.4, operated), (6, skill),
]
"""The ways and how often each is taken."""
