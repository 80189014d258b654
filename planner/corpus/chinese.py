"""Chinese training sentences with the goal forms they mean."""

from __future__ import annotations

import random
from dataclasses import replace

from pontine.planner.corpus import skills_chinese as skills
from pontine.planner.corpus import vocabulary as words
from pontine.planner.corpus.rules import BY_RULES, Rules, same
from pontine.planner.corpus.templates import Said, expand, fill, load
from pontine.planner.corpus.turns_chinese import TURNS

SAY = load("zh", "clauses")


class Chinese:
    """Draws Chinese sentences from one random generator."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        leaves = {
            "the": lambda: self.the(1), "thing": lambda: _in_place(self.thing()), "one": self.one,
            "many": lambda: _in_place(self.many()), "place": self.place, "pair": self.pair, "clause": self.any_clause,
            "n": lambda: same(self.description()), "noun": lambda: same(self.noun()),
            "color": lambda: same(rng.choice(words.COLORS_ZH)),
            "door": lambda: self.fixture(words.OPENABLE_ZH), "knob": lambda: self.fixture(words.PRESSABLE_ZH),
        }  # fmt: skip
        self.rules = Rules(load("zh", "rules"), leaves)

    def noun(self) -> str:
        """A noun, often one that no dictionary has, sometimes an English name."""
        shape = self.rng.random()
        if shape < 0.16:
            return words.invented_noun_zh(self.rng)
        if shape < 0.26:
            return self.rng.choice([words.invented_noun(self.rng), self.rng.choice(words.NOUNS + words.MORE_NOUNS)])
        if shape < 0.48:
            return self.rng.choice(words.COMMON_ZH)
        return self.rng.choice(words.NOUNS_ZH if shape < 0.76 else words.MORE_NOUNS_ZH)

    def description(self) -> str:
        """Adjectives and a noun: the words a form copies."""
        rng, shape = self.rng, 1.25 * self.rng.random()
        noun = rng.choice(words.GENERIC_ZH[:3]) if rng.random() < 0.05 else self.noun()
        de = rng.choice(SAY["description"])
        if shape < 0.4:
            return f"{rng.choice(words.COLORS_ZH)}{de}{noun}"
        if shape < 0.48:
            return f"{rng.choice(words.SIZES_ZH)}{de}{noun}"
        if shape < 0.56:
            return f"{rng.choice(words.PLACES_ZH)}{rng.choice(SAY['description_2'])}{noun}"
        if shape < 0.64:
            return f"{rng.choice(words.SIZES_ZH + words.PLACES_ZH)}的{rng.choice(words.COLORS_ZH)}{de}{noun}"
        if shape < 0.68:
            return f"{rng.choice(words.COLORS_ZH + words.SIZES_ZH)}的"
        return noun

    def the(self, relation_depth: int = 0) -> Said:
        """One definite object."""
        rng, text = self.rng, self.description()
        said = Said(f"{rng.choice(SAY['the'])}{text}", f"the {text}")
        if relation_depth < 1 and rng.random() < 0.14:
            return self.related(said)
        return said

    def related(self, said: Said) -> Said:
        """The same thing, told by where it is."""
        rng, shape = self.rng, self.rng.random()
        b = self.the(1)
        if shape < 0.1:
            c = self.the(1)
            return Said(f"{b.text}{rng.choice('和与跟')}{c.text}{rng.choice(SAY['related_9'])}的{said.text}", f"{said.form} @between {b.form} & {c.form}", said.plural)
        if shape < 0.2:
            side, texts = rng.choice(SAY["related"])
            return Said(f"{rng.choice(SAY['related_10'])}{rng.choice(texts)}的{said.text}", f"{said.form} @{side}", said.plural)
        if shape < 0.26:
            return Said(f"离{b.text}{rng.choice(SAY['related_11'])}的{said.text}", f"{said.form} @nearest {b.form}", said.plural)
        if rng.random() < 0.1:
            name = rng.choice(SAY["related_2"])
            b = Said(name, f"the {name}")
        relation, texts = rng.choice([
            ("in", SAY["related_3"]), ("in", SAY["related_4"]), ("on", SAY["related_5"]), ("on", SAY["related_6"]), ("under", SAY["related_7"]),
            *((s, SAY["relation_words"][s]) for s in ("left", "right", "front", "behind", "near"))])
        lead = rng.choice(SAY["related_8"])
        return Said(f"{lead}{b.text}{rng.choice(texts)}的{said.text}", f"{said.form} @{relation} {b.form}", said.plural)

    def many(self) -> Said:
        """Several objects; the text may go with 都."""
        rng, text, shape = self.rng, self.description(), self.rng.random()
        if shape < 0.46:
            said = Said(f"{rng.choice(SAY['many_5'])}{text}", f"all {text}", True)
        elif shape < 0.58:
            said = Said(f"{rng.choice(SAY['many_6'])}{text}都", f"both {text}", True)
        elif shape < 0.72:
            count = rng.choice(["two", "two", "three", "four"])
            shown = rng.choice(SAY["numbers"][count])
            classifier = "" if shown == "俩" else rng.choice(SAY["many"])
            said = Said(f"{rng.choice(SAY['many_7'])}{shown}{classifier}{text}", f"{count} {text}", True)
        elif shape < 0.86:
            said = Said(f"{text}{rng.choice(SAY['many_8'])}", f"all {text}", True)
        else:
            generic = rng.choice(SAY["many_2"])
            color = rng.choice(["", "", rng.choice([c for c in words.COLORS_ZH if len(c) > 1]) + "的"])
            said = Said(f"{rng.choice(SAY['many_9'])}{color}{generic}", f"all {color}{generic}", True)
        if rng.random() < 0.2 and said.form.startswith("all"):
            b, (relation, where) = self.the(1), rng.choice(SAY["many_3"])
            if rng.random() < 0.25:
                b = Said(name := rng.choice(SAY["many_4"]), f"the {name}")
                relation, where = "on", "上"
            noun = said.form.removeprefix("all ")
            if rng.random() < 0.25:
                return Said(f"{b.text}{where}的{rng.choice(SAY['many_10'])}", f"all @{relation} {b.form}", True)
            return Said(f"{b.text}{where}{rng.choice(SAY['many_11'])}{noun}{rng.choice(SAY['many_12'])}", f"all {noun} @{relation} {b.form}", True)
        if rng.random() < 0.18 and not said.text.endswith(("都", "全部", "全", "统统")):
            return self.related(said)
        if rng.random() < 0.32 and said.form.startswith("all"):
            return self.except_for(text)
        return said

    def except_for(self, text: str) -> Said:
        """Several objects less some."""
        rng = self.rng
        out = self.the(1) if rng.random() < 0.8 else self.pair()
        if rng.random() < 0.25:
            return Said(f"除{rng.choice(SAY['except_for'])}{out.text}{rng.choice(SAY['except_for_2'])}{rng.choice(['', '', '，'])}[把]{rng.choice(SAY['except_for_3'])}", f"all ! {out.form}", True)
        rest = rng.choice([f"所有{text}", f"所有的{text}", f"其他{text}", f"其他的{text}", f"其余的{text}", f"全部{text}", f"别的{text}"])
        return Said(f"除{rng.choice(SAY['except_for'])}{out.text}{rng.choice(SAY['except_for_2'])}{rng.choice(['', '', '，'])}[把]{rest}{rng.choice(SAY['except_for_4'])}", f"all {text} ! {out.form}", True)

    def pair(self) -> Said:
        """Objects named one after another."""
        rng = self.rng
        said = [self.the(1) for _ in range(rng.choice((2, 2, 2, 3)))]
        text = "、".join(s.text for s in said[:-1]) + rng.choice(SAY["pair_2"]) + said[-1].text + rng.choice(SAY["pair"])
        return Said(text, " & ".join(s.form for s in said), True)

    def one(self) -> Said:
        """One object, definite or not."""
        rng, shape, text = self.rng, self.rng.random(), self.description()
        if shape < 0.85:
            return self.the()
        if shape < 0.91:
            return Said(f"{rng.choice(SAY['one_2'])}{text}", f"a {text}")
        if shape < 0.95:
            return Said(f"{rng.choice(SAY['one_3'])}{text}", f"other {text}")
        return Said(rng.choice(SAY["one"]), "it")

    def thing(self) -> Said:
        """Whatever can be moved."""
        shape = self.rng.random()
        if shape < 0.76:
            return self.one()
        return self.many() if shape < 0.92 else self.pair()

    def place(self) -> Said:
        """Where something can be put in or on."""
        if self.rng.random() < 0.04:
            text = self.description()
            return Said(f"{self.rng.choice(SAY['place'])}{text}", f"a {text}")
        return self.the()

    def table(self) -> Said:
        """The table, or another place."""
        if self.rng.random() < 0.12:
            name = self.rng.choice(SAY["table"])
            return Said(name, f"the {name}")
        return self.place()

    def fixture(self, names: list[str]) -> Said:
        """Something that opens or is pressed."""
        if self.rng.random() < 0.05:
            return Said("它", "it")
        name = self.rng.choice(names) if self.rng.random() < 0.85 else self.description()
        return Said(f"{self.rng.choice(SAY['fixture'])}{name}", f"the {name}")

    def moved(self, template: str, a: Said, **slots: str) -> str:
        """`template` filled; an exclusion that is spoken first takes the 把 with it."""
        text = fill(template.replace("{a}", "\x00"), self.rng, **slots)
        if "[把]" not in a.text:
            return text.replace("\x00", a.text)
        lead, rest = a.text.split("[把]")
        for particle in ("把\x00", "将\x00"):
            if text.startswith(particle):
                return f"{lead}{'，' if not lead.endswith('，') and self.rng.random() < 0.6 else ''}{particle[0]}{rest}{text[2:]}"
        return text.replace("\x00", lead + rest)

    def clause(self) -> Said:
        """One thing to do."""
        rng = self.rng
        kind = rng.choices(SAY["clause"],
                           [21, 15, 16, 10, 5, 5, 4, 5, 2, 1.5, 2.5, 2.5, 1.5, 4.5, 3, 1.5, 6, 6, 14, 8, 4])[0]
        if kind == "skill":
            return skills.skill(self)
        if kind == "foreseen":
            return skills.foreseen(self)
        if kind == "terse":
            return self.terse()
        if kind == "in":
            a, b = self.thing(), self.place()
            return Said(self.moved(rng.choice(SAY["in"]), a, b=b.text, v=rng.choice(SAY["in_verbs"])), f"in {a.form}, {b.form}")
        if kind == "on":
            a, b = self.thing(), self.table()
            return Said(self.moved(rng.choice(SAY["on"]), a, b=b.text, v=rng.choice(SAY["on_verbs"])), f"on {a.form}, {b.form}")
        if kind == "side":
            a, b, relation = self.thing(), self.place(), rng.choice(["left", "left", "right", "right", "front", "behind", "near"])
            text = self.moved(rng.choice(SAY["side"]), a, b=b.text, v=rng.choice(SAY["side_verbs"]), r=rng.choice(SAY["relation_words"][relation]))
            return Said(text, f"{relation} {a.form}, {b.form}")
        if kind == "from":
            return self.from_to()
        if kind == "put two":
            return self.listed()
        if kind in ("out", "swap"):
            a, b = (self.thing() if kind == "out" else self.the(1)), self.the(1)
            if kind == "out" and rng.random() < 0.25:
                if rng.random() < 0.3:
                    return Said(expand(SAY["clause_2"], rng), "out it")
                return Said(self.moved(SAY["clause_5"], a), f"out {a.form}")
            return Said(self.moved(rng.choice(SAY["out"] if kind == "out" else SAY["swap"]), a, b=b.text), f"{kind} {a.form}, {b.form}")
        if kind == "down" and rng.random() < 0.3:
            return Said(expand(SAY["clause_3"], rng), "down it")
        if kind == "empty":
            return self.emptied()
        if kind == "tower":
            return self.tower()
        if kind == "leftward":
            return self.rules.draw("leftward", rng)
        templates = {"hold": SAY["hold"], "open": SAY["open"], "close": SAY["close"], "press": SAY["press"], "down": SAY["down"], "stack": SAY["stack"], "move": SAY["move"], "keep": SAY["keep"]}
        if kind in ("open", "close"):
            a = self.fixture(words.OPENABLE_ZH)
        elif kind == "press":
            a = self.fixture(words.PRESSABLE_ZH)
        elif kind == "stack":
            a = self.many() if rng.random() < 0.5 else self.pair()
        else:
            a = self.one() if kind == "hold" or rng.random() < 0.8 else self.thing()
        return Said(self.moved(rng.choice(templates[kind]), a), f"{kind} {a.form}")

    def any_clause(self) -> Said:
        """One thing to do, also of those that rules say."""
        return self.clause() if self.rng.random() < 0.75 else self.rules.draw("clause_of_rules", self.rng)

    def from_to(self) -> Said:
        """Something taken out of one place and put into another."""
        rng, b, c = self.rng, self.the(1), self.the(1)
        a = self.the(1)
        verb = rng.choice(["in", "in", "in", "on", "on", "left", "right", "near"])
        where = self.where(verb)
        source, place, off = rng.choice(SAY["from_to"])
        text = rng.choice([f"[把|将|]{{a}}从{{b}}{place}[拿|取|拿|捡|夹]{off}[，|，然后|，再|]放[到|在|进]{{c}}{where}", f"[把|将]{{b}}{place}的{{a}}[拿|取]{off}[，|，然后|，再|][放|摆|挪][到|在|进]{{c}}{where}", f"[把|将|]{{b}}{place}的{{a}}[放|移|挪|换|拿|转移][到|在|进]{{c}}{where}", f"[把|将]{{a}}从{{b}}{place}[移到|放到|拿到|挪到|转移到|搬到]{{c}}{where}", f"从{{b}}{place}[拿|取]{off[0]}{{a}}[，|，然后|再]放[到|在|进]{{c}}{where}"])
        return Said(fill(text, rng, a=a.text, b=b.text, c=c.text), f"{verb} {a.form} @{source} {b.form}, {c.form}")

    def where(self, verb: str) -> str:
        """The words after the reference that say the relation."""
        if verb in SAY["relation_words"]:
            return self.rng.choice(SAY["relation_words"][verb])
        return expand(SAY["inside"], self.rng) if verb == "in" else self.rng.choice(SAY["where"])

    def listed(self) -> Said:
        """Two or three movements with parallel wording."""
        rng = self.rng
        texts: list[str] = []
        forms: list[str] = []
        lead, v = rng.choice(SAY["listed"]), rng.choice(SAY["listed_2"])
        for _ in range(rng.choice((2, 2, 2, 3))):
            a, b = self.one(), self.place()
            verb = rng.choice(["in", "in", "on", "on", "left", "right", "near"])
            where = self.where(verb)
            if forms and rng.random() < 0.3:
                a = rng.choice([Said("另一个", "other"), Said(SAY["listed_5"], "other"), self.rest(), self.rest(), self.rest()])
            into = {"in": rng.choice(SAY["listed_3"])}.get(verb) or rng.choice(SAY["listed_4"])
            texts.append(f"{lead if not forms or rng.random() < 0.6 else ''}{a.text}{v}{into}{b.text}{where}")
            forms.append(f"{verb} {a.form}, {b.form}")
        return Said("，".join(texts), "; ".join(forms))

    def rest(self) -> Said:
        """What has not been spoken of."""
        rng = self.rng
        if rng.random() < 0.6:
            text, form = rng.choice(SAY["rests"])
            return Said(text, form, True)
        noun = self.description()
        return Said(f"{rng.choice(SAY['rest'])}{noun}{rng.choice(SAY['rest_2'])}", f"rest {noun}", True)

    def terse(self) -> Said:
        """A movement in as few characters as will do, often without a verb."""
        rng, a, b = self.rng, self.the(1) if self.rng.random() < 0.8 else self.one(), self.place()
        verb = rng.choice(["in", "in", "on", "on", "left", "right", "left", "right", "front", "behind", "near", "near"])
        kind = "side" if verb in SAY["short_relation_words"] and (verb != "near" or rng.random() < 0.5) else verb
        r = rng.choice(SAY["short_relation_words"].get(verb, [""]))
        return Said(fill(rng.choice(SAY["terse"][kind]), rng, a=a.text, b=b.text, r=r), f"{verb} {a.form}, {b.form}")

    def emptied(self) -> Said:
        """A container or surface cleared, perhaps into another."""
        rng, b = self.rng, self.the(1)
        if rng.random() < 0.55:
            c = self.the(1)
            text = fill(rng.choice(SAY["pours"]), rng, b=b.text, c=c.text)
            noun = next((f"{n} " for n in SAY["contents"] if f"的{n}" in text), "")
            return Said(text, f"in all {noun.strip()} @in {b.form}, {c.form}".replace("  ", " "))
        return Said(fill(rng.choice(SAY["empty"]), rng, b=b.text), f"out all, {b.form}")

    def tower(self) -> Said:
        """A tower with its order told."""
        rng, a, b, c = self.rng, self.the(1), self.the(1), self.the(1)
        text = rng.choice(SAY["tower"])
        return Said(fill(text, rng, a=a.text, b=b.text, c=c.text), f"on {b.form}, {a.form}; on {c.form}, {b.form}")

    def refused(self) -> Said:
        """Something this robot must not or cannot do."""
        rng = self.rng
        if rng.random() < 0.12:
            return skills.hurt(self, SAY["people"])
        templates, form = (SAY["unsafe"], "unsafe") if rng.random() < 0.5 else (SAY["cannot"], "cannot")
        return Said(fill(rng.choice(templates), rng, n=self.the(1).text, o=self.the(1).text, p=rng.choice(SAY["people"]), h=rng.choice(SAY["hazards"])), form)

    def several(self) -> Said:
        """Two to four things to do, in an order that the sentence tells."""
        rng, shape = self.rng, self.rng.random()
        if shape < 0.1:
            return self.around_fixture()
        a, b = self.clause(), self.clause()
        if rng.random() < 0.3:
            a, b = rng.sample([self.operated(), a], 2)
        if shape < 0.5:
            said_first, text = rng.choice(SAY["order"])
            first, second = (a, b) if said_first == "a" else (b, a)
            return Said(fill(text, rng, a=a.text, b=b.text), f"{first.form}; {second.form}")
        if rng.random() < 0.12:
            rest, c, verb = self.rest(), self.place(), rng.choice(["in", "in", "on", "near", "left", "right"])
            text = fill(SAY["several_2"] + self.where(verb), rng, a=rest.text, c=c.text)
            b = Said(text, f"{verb} {rest.form}, {c.form}")
        said = [a, b] + [self.clause() for _ in range(rng.choice((0, 0, 0, 0, 0, 1)))]
        text = said[0].text
        for piece in said[1:]:
            text += expand(SAY["several"], rng) + piece.text
        return Said(text, "; ".join(s.form for s in said))

    def operated(self) -> Said:
        """Something opened, closed or pressed."""
        templates, kind, names = self.rng.choice(
            [(SAY["open"], "open", words.OPENABLE_ZH), (SAY["close"], "close", words.OPENABLE_ZH), (SAY["close"], "close", words.OPENABLE_ZH), (SAY["press"], "press", words.PRESSABLE_ZH)])
        a = self.fixture(names)
        return Said(fill(self.rng.choice(templates), self.rng, a=a.text), f"{kind} {a.form}")

    def around_fixture(self) -> Said:
        """Open, put in, close; with pronouns."""
        rng, f, a = self.rng, self.fixture(words.OPENABLE_ZH), self.the(1)
        if f.form == "it":
            f = Said(words.OPENABLE_ZH[0], f"the {words.OPENABLE_ZH[0]}")
        text, form = rng.choice(SAY["around_fixture"])
        return Said(fill(text, rng, a=a.text, f=f.text), form.replace("{a}", a.form).replace("{f}", f.form))

    def contrast(self) -> Said:
        """One thing to do and one to leave alone, or a correction."""
        rng, a, b, c = self.rng, self.the(1), self.the(1), self.the(1)
        r, verb = rng.choice(SAY["contrast"])
        r = r.replace("{c}", c.text)
        if rng.random() < 0.35:
            text = self.description()
            said = rng.choice([Said(f"所有{text}都", f"all {text}"), Said(f"{text}都", f"all {text}"), Said(f"所有的{text}", f"all {text}")])
            text = rng.choice(SAY["contrast_2"])
            return Said(fill(text, rng, a=said.text, b=b.text, r=r), f"{verb} {said.form} ! {b.form}, {c.form}")
        text, form = rng.choice(SAY["contrast_3"])
        return Said(fill(text, rng, a=a.text, b=b.text, c=c.text, r=r), form.replace("{a}", a.form).replace("{b}", b.form).replace("{c}", c.form).replace("{v}", verb))

    def follow_up(self) -> Said:
        """Taking back what was done before."""
        rng = self.rng
        sorry = rng.choice(SAY["regrets"]) + rng.choice("，，，。 ！") if rng.random() < 0.35 else ""
        if rng.random() < 0.45:
            return Said(sorry + expand(rng.choice(SAY["undo"]), rng), "undo")
        a = Said(rng.choice(SAY["follow_up"]), "it") if rng.random() < 0.35 else self.one() if rng.random() < 0.85 else self.many()
        return Said(sorry + self.moved(rng.choice(SAY["back"]), a), f"back {a.form}")

    def sentence(self) -> Said:
        """A whole instruction, as a person would type it."""
        rng, shape = self.rng, self.rng.random()
        if rng.random() < BY_RULES:
            said = self.rules.draw("sentence", rng)
        elif shape < 0.32:
            said = self.clause()
        elif shape < 0.56:
            said = self.several()
        elif shape < 0.61:
            said = self.contrast()
        elif shape < 0.93:
            said = rng.choices([turn for _, turn in TURNS], [weight for weight, _ in TURNS])[0](self)
        else:
            said = self.refused()
        before = expand(SAY["sentence"], rng)
        after = expand(SAY["sentence_2"], rng)
        return Said(before + said.text + after, said.form)


def _in_place(a: Said) -> Said:
    """A noun that stays where it stands: an exclusion in it has no 把 to take along."""
    return replace(a, text=a.text.replace("[把]", ""))
