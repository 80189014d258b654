"""Chinese ways of choosing among things that a plain clause does not show, as sentences with their goal forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pontine.planner.tuning import vocabulary as words
from pontine.planner.tuning.corpus_skills_chinese import skill
from pontine.planner.tuning.templates import Said, expand, fill

if TYPE_CHECKING:
    from pontine.planner.tuning.corpus_chinese import Chinese

AT = {"in": "[里|里|里面|中|里头]", "on": "[上|上|上面|上边]", "left": "[左边|左侧|左面]", "right": "[右边|右侧|右面]", "front": "[前面|前头|前边]", "behind": "[后面|后头|后边]", "near": "[旁边|旁|边上]"}
PUT = "[放|放|放|放到|放进|收进|装进|移到|摆到|拿到|挪到|丢进|扔进|搁]"
MOVED = ["[把|将|]{a}[都|]放{b}{r}", "[把|将]{a}[放到|放在|移到|挪到|摆到]{b}{r}", "{a}[放|放到|搁|摆|挪到]{b}{r}", "{b}{r}放{a}", "放{a}到{b}{r}", "让{a}[到|待在]{b}{r}"]
INTO = ["{a}[放|扔|丢|装|收|倒|搁|塞|插|投]{b}[里|]", "[把|将]{a}[放|扔|丢|装|收|倒|塞|插|投]进{b}[里|]", "{a}[进|入]{b}", "[把|将|]{a}[归|收]到{b}[里|]", "[把|将|]{a}[都|全|]收进{b}"]
TAKEN = ["[拿|拿|拿|取|要|抓|夹|选|拿起|拾起]{a}", "{a}[给我|拿给我|递给我|拿来|拿过来|递过来|拿起来]", "[把|将]{a}[给我|递过来|递给我|拿过来|拿来|拿起来|拿着|夹起来]", "[递|取|拿|抓]一下{a}", "给我{a}", "我要{a}", "帮我[拿|取]{a}"]
CLASSIFIERS = "个 个 个 块 只 颗 根 把 张 条 支 枚 件 样 粒 片".split()
SPARED = "[，|，|，但|，不过|，但是|，可是]{b}[就算了|除外|不要|不用|留下|留着|别动|不放|别放|就不用了|先别动|不算|不动|不用放|先留着|留在原处|别拿|别碰|不用管|先不动]"
IGNORED = "[不用管|别管|不管|先别动|别碰|别动|不要碰|不要动|先不管|不用动|不拿|留着]"
OTHERS = ["其余的", "剩下的", "其他的", "别的", "余下的", "剩余的", "其它的"]


def moved(s: Chinese, a: Said, kind: str | None = None) -> Said:
    """`a` put somewhere, in one of the plainest ways."""
    rng, b = s.rng, s.the(1)
    kind = kind or rng.choice(["in", "in", "in", "in", "on", "on", "near", "left", "right", "behind", "front"])
    template = rng.choice(INTO if kind == "in" and rng.random() < 0.4 else MOVED)
    return Said(fill(template, rng, a=a.text, b=b.text, r=expand(AT[kind], rng)), f"{kind} {a.form}, {b.form}")


def taken(s: Chinese, a: Said) -> Said:
    """`a` picked up, in one of the plainest ways."""
    return Said(fill(s.rng.choice(TAKEN), s.rng, a=a.text), f"hold {a.form}")


def either(s: Chinese, a: Said) -> Said:
    """`a` moved or picked up."""
    return taken(s, a) if s.rng.random() < 0.4 and not a.plural else moved(s, a)


def that_one(s: Chinese) -> Said:
    """A thing told by a side, a size or a colour with 那个 or without a noun."""
    rng = s.rng
    lead = rng.choice(rng.choice([words.PLACES_ZH, words.SIZES_ZH, words.COLORS_ZH, ["大号", "小号", "大个", "小个", "中号", "最后面", "最右侧", "左手边", "右手边"]]))
    that = rng.choice(["那个", "那个", "这个", "的那个", "的那只", "那只", "那块", "那根", "的"])
    text = lead + that + (s.noun() if that == "的" or rng.random() < 0.7 else "")
    return Said(text, f"the {text}")


def that_thing(s: Chinese) -> Said:
    """One told so moved or picked up, or another moved to it."""
    if s.rng.random() < 0.65:
        return either(s, that_one(s))
    a, b, kind = s.the(1), that_one(s), s.rng.choice(["in", "in", "on", "near", "left", "right"])
    return Said(fill(s.rng.choice(MOVED), s.rng, a=a.text, b=b.text, r=expand(AT[kind], s.rng)), f"{kind} {a.form}, {b.form}")


def bare(s: Chinese) -> Said:
    """The shortest things that people say."""
    a = Said(text := s.noun() if s.rng.random() < 0.6 else s.description(), f"the {text}")
    return either(s, a)


def nearest(s: Chinese) -> Said:
    rng, b, text = s.rng, s.the(1), s.description()
    lead = rng.choice(["离{b}最近的{a}", "离{b}最近的{a}", "离{b}最近的那个{a}", "距离{b}最近的{a}", "最靠近{b}的{a}", "离{b}近的{a}", "离{b}最近的那[块|只|根]{a}", "靠近{b}的{a}", "紧挨着{b}的{a}"])
    return either(s, Said(fill(lead, rng, a=text, b=b.text), f"the {text} @near {b.form}"))


def between(s: Chinese) -> Said:
    rng, b, c, text = s.rng, s.the(1), s.the(1), s.rng.choice(["东西", "物品", s.description(), s.description()])
    a = Said(fill("[在|夹在|]{b}[和|跟|与]{c}[之间|中间]的[|那个]{a}", rng, a=text, b=b.text, c=c.text), f"the {text} @between {b.form} & {c.form}")
    return either(s, a)


def choice(s: Chinese) -> Said:
    rng, b, text = s.rng, s.the(1), s.description()
    kind, cl = rng.choice(["in", "in", "in", "on"]), rng.choice(CLASSIFIERS)
    many = rng.random() < 0.6
    count, shown = rng.choice([("two", "两"), ("two", "两"), ("three", "三"), ("two", "2"), ("three", "3"), ("four", "四")]) if many else ("a", "一")
    template = rng.choice(["[随便|任意|任选|随意|随便挑|随便拿|][把|]{n}{c}{a}放{b}{r}", "{a}[随便|任意|][拿|挑|选|取|来|][上|出|]{n}{c}[，|]放[到|进|在|]{b}{r}", "放{n}{c}{a}[到|进|在]{b}{r}", "[随便|任意|][拿|挑|选|取]{n}{c}{a}[，|]放[到|进|在|]{b}{r}", "[把|将]{n}{c}{a}放[到|进|在|]{b}{r}", "从{a}[里|中]挑{n}{c}放[到|进|在|]{b}{r}", "{b}{r}放[上|进|]{n}{c}{a}"])
    if not many and rng.random() < 0.4:
        template = rng.choice(["[随便|不管|任意]哪[个|{c}]{a}[都行，|]放{b}{r}", "{a}随便哪[个|{c}][，|]放{b}{r}", "[其中|随便]一{c}{a}放{b}{r}", "哪[个|{c}]{a}都[行|可以]，放{b}{r}"])
    return Said(fill(template, rng, a=text, b=b.text, n=shown, c=cl, r=expand(AT[kind], rng)), f"{kind} {count} {text}, {b.form}")


def rest(s: Chinese) -> Said:
    rng = s.rng
    a = Said(text := s.description(), f"the {text}") if rng.random() < 0.6 else rng.choice([s.the(1), Said(f"一{rng.choice(CLASSIFIERS)}{(n := s.noun())}", f"a {n}"), s.pair()])
    b, c, v, w = s.the(1), s.the(1), rng.choice(["in", "in", "on"]), rng.choice(["in", "in", "on"])
    others = Said(rng.choice(OTHERS), "rest")
    if rng.random() < 0.25:
        noun = rng.choice([s.noun(), "东西"])
        others = Said(rng.choice(["其余", "其余的", "剩下的", "其他", "别的"]) + noun, f"rest {noun}")
    first = rng.choice(["[把|将|]{a}" + PUT + "{b}" + rng.choice([AT[v], AT[v], "" if v == "in" else AT[v]])])
    then = rng.choice(["[，|，|，|；|，然后]{o}[都|全|都|][放|放到|收进|放进|挪到|移到]{c}" + (rng.choice([AT[w], ""]) if w == "in" else AT[w]), "，把{o}[都|全|][放|放到]{c}" + AT[w]])
    return Said(fill(first + then, rng, a=a.text, b=b.text, c=c.text, o=others.text), f"{v} {a.form}, {b.form}; {w} {others.form}, {c.form}")


def spared(s: Chinese) -> Said:
    """Everything, or all of a kind, but one; said before or after."""
    rng, out, c, v = s.rng, (s.the(1) if s.rng.random() < 0.85 else s.pair()), s.the(1), s.rng.choice(["in", "in", "in", "on"])
    into = PUT + "{c}" + (rng.choice([AT[v], ""]) if v == "in" else AT[v])
    text = s.description() if rng.random() < 0.6 else rng.choice([c for c in words.COLORS_ZH if len(c) < 3]) + "的"
    if rng.random() < 0.5:
        others = rng.choice(["", "", "", "，", "，"]) + rng.choice(["", "", "别的", "其他的", "其余的", "剩下的", "其他东西", "所有东西", "东西"])
        form = "all"
        if rng.random() < 0.4:
            others, form = rng.choice(["", "，"]) + rng.choice(["其他", "其他的", "所有", "所有的", "别的", "其余的", "", ""]) + text, f"all {text}"
        tail = rng.choice(["外", "以外", "之外", "", ""])
        return Said(fill("除[了|]{b}" + tail + ("，" if not tail and not others.startswith("，") else "") + others + "[都|全|全都|全部]" + into, rng, b=out.text, c=c.text), f"{v} {form} ! {out.form}, {c.form}")
    lead, form = rng.choice([(f"{text}都", f"all {text}"), (f"{text}都", f"all {text}"), (f"所有{text}", f"all {text}"), ("所有东西都", "all 东西"), ("东西都", "all 东西"), ("全都", "all"), (f"把{text}都", f"all {text}"), (f"{text}全", f"all {text}")])
    return Said(fill(lead + into + SPARED, rng, b=out.text, c=c.text), f"{v} {form} ! {out.form}, {c.form}")


def spared_one(s: Chinese) -> Said:
    """One thing moved, another left alone."""
    rng, a, b, c, v = s.rng, s.the(1), s.the(1), s.the(1), s.rng.choice(["in", "in", "on"])
    into = PUT + "{c}" + (rng.choice([AT[v], ""]) if v == "in" else AT[v])
    text = rng.choice(["{a}" + into + SPARED, "[把|将]{a}" + into + SPARED, IGNORED + "{b}，[把|]{a}" + into, "[别|不要|不用]放{b}，放{a}到{c}" + AT[v], "[别|不要|不用]把{b}放{c}" + AT[v] + "，[放|要放|是]{a}", "{b}[不动|先留着|别动|留着]，[把|]{a}" + into])
    return Said(fill(text, rng, a=a.text, b=b.text, c=c.text), f"{v} {a.form}, {c.form}; keep {b.form}")


def in_hand(s: Chinese) -> Said:
    text = s.rng.choice(["手里的", "手里的东西", "手上的东西", "手里拿着的", "手里拿着的东西", "你拿着的", "你手里的东西", "夹爪里的东西", "拿着的东西", "手里那个", "手上的"])
    if s.rng.random() < 0.2:
        return Said(fill("[把|]{a}[放下|放下来|松开]", s.rng, a=text), "down it")
    return moved(s, Said(text, "it"))


def contents(s: Chinese) -> Said:
    """What is in or on something, moved on or taken out."""
    rng, b, c = s.rng, s.the(1), s.the(1)
    source, where = rng.choice([("in", "里"), ("in", "里面"), ("on", "上"), ("on", "上面")])
    if rng.random() < 0.3:
        text = s.description()
        out = rng.choice([("倒出来", "all"), ("全拿出来", "all"), ("都拿出来", "all"), ("拿出来", "the"), ("取出来", "the"), ("弄出来", "the"), ("都弄出来", "all")])
        return Said(fill("[把|将|]{b}" + where + "的{a}" + out[0], rng, a=text, b=b.text), f"out {out[1]} {text}, {b.form}")
    kind = rng.choice(["in", "in", "on"])
    what = rng.choice([("的", ""), ("的都", ""), ("的全", ""), ("有什么都", ""), ("的东西", "东西"), ("的东西统统", "东西"), ("有的东西都", "东西")])
    return Said(fill("[把|将|]{b}" + where + what[0] + PUT + "{c}" + AT[kind], rng, b=b.text, c=c.text), f"{kind} all {what[1]} @{source} {b.form}, {c.form}".replace("  ", " "))


def listed(s: Chinese) -> Said:
    """Two movements as short as can be: 红的放这儿，绿的放那儿."""
    rng, texts, forms = s.rng, [], []
    for _ in range(rng.choice((2, 2, 3))):
        shape = rng.random()
        text = rng.choice(words.COLORS_ZH + words.SIZES_ZH) + "的" if shape < 0.4 else s.description()
        b, kind = s.the(1), rng.choice(["in", "in", "on"])
        lead, form = rng.choice([("", "the"), ("", "the"), ("", "the"), ("所有", "all"), ("两个", "both")])
        texts.append(f"{lead}{text}{expand(PUT, rng)}{b.text}{expand(AT[kind], rng) if kind == 'on' or rng.random() < 0.6 else ''}")
        forms.append(f"{kind} {form} {text}, {b.form}")
    return Said(rng.choice(["，", "，", "，再", "；", " "]).join(texts), "; ".join(forms))


def piled(s: Chinese) -> Said:
    rng, text = s.rng, s.description()
    if rng.random() < 0.4:
        count, shown = rng.choice([("two", "两"), ("three", "三"), ("four", "四")])
        return Said(fill("[用|把|]{n}{c}{a}[搭个塔|搭一座塔|叠起来|摞起来|堆成一摞|堆个塔]", rng, n=shown, c=rng.choice(CLASSIFIERS), a=text), f"stack {count} {text}")
    return Said(fill("[把|]{a}[都|全|][摞|叠|堆|码]起来[，大的在下面|，小的在上面|，从大到小||]", rng, a=text), f"stack all {text}")


def operated(s: Chinese) -> Said:
    text = s.rng.choice(["左边的", "右边的", "上面的", "下面的", "左边那个", "右边那个", "红色的", "绿色的", "中间的", "上层的", "大的那个"])
    verb, out = s.rng.choice([("open", "[把|]{a}[拉开|打开]"), ("close", "[把|]{a}[关上|推上|合上]"), ("press", "[按|按下|按一下]{a}"), ("open", "[打开|拉开]{a}"), ("close", "[关上|关]{a}")])
    return Said(fill(out, s.rng, a=text), f"{verb} the {text}")


TURNS: list[tuple[float, Callable[[Chinese], Said]]] = [
    (2, bare), (2, that_thing), (2, nearest), (0.7, between), (2.5, choice), (2.5, rest), (3, spared), (2, spared_one), (0.8, in_hand), (1.5, contents), (1.5, listed), (0.8, piled), (0.4, operated), (7, skill),
]
"""The ways and how often each is taken."""
