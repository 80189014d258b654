"""English training sentences with the goal forms they mean."""

from __future__ import annotations

import random

from pontine.planner.corpus import skills_english as skills
from pontine.planner.corpus import vocabulary as words
from pontine.planner.corpus.rules import BY_RULES, Rules, same
from pontine.planner.corpus.templates import Said, expand, fill, load
from pontine.planner.corpus.turns_english import TURNS

SAY = load("en", "clauses")


class English:
    """Draws English sentences from one random generator."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        leaves = {
            "the": lambda: self.the(1), "thing": self.thing, "one": self.one,
            "many": self.many, "place": self.place, "pair": self.pair, "clause": self.any_clause,
            "n": lambda: same(self.description()), "ns": lambda: same(self.description(plural=True)),
            "noun": lambda: same(self.noun()), "color": lambda: same(rng.choice(words.COLORS)),
            "door": lambda: self.fixture(words.OPENABLE), "knob": lambda: self.fixture(words.PRESSABLE),
        }  # fmt: skip
        self.rules = Rules(load("en", "rules"), leaves)

    def noun(self) -> str:
        """A singular noun, often one that no dictionary has."""
        shape = self.rng.random()
        if shape < 0.2:
            return words.invented_noun(self.rng)
        if shape < 0.32:
            return self.rng.choice(words.COMPOUND_NOUNS)
        if shape < 0.55:
            return self.rng.choice(words.COMMON)
        return self.rng.choice(words.NOUNS if shape < 0.78 else words.MORE_NOUNS)

    def description(self, plural: bool = False) -> str:
        """Adjectives and a noun: the words a form copies."""
        rng, shape = self.rng, 1.25 * self.rng.random()
        noun = rng.choice(words.GENERIC[:3]) if rng.random() < 0.05 else self.noun()
        if plural:
            noun += "es" if noun.endswith(("s", "x", "h")) else "s"
        if shape < 0.38:
            adjectives = [rng.choice(words.COLORS)]
        elif shape < 0.48:
            adjectives = [rng.choice(words.SIZES)]
        elif shape < 0.54:
            adjectives = [rng.choice(words.PLACES)]
        elif shape < 0.63:
            adjectives = [rng.choice(words.SIZES + words.PLACES), rng.choice(words.COLORS)]
        elif shape < 0.7:
            adjectives, noun = [rng.choice(words.COLORS + words.SIZES + words.PLACES)], "ones" if plural else "one"
        else:
            adjectives = []
        return " ".join([*adjectives, noun])

    def article(self) -> str:
        """What stands before a definite singular noun; most often `the`."""
        return self.rng.choice(["the"] * 13 + ["that", "this", "my", "your", "", "", ""])

    def the(self, relation_depth: int = 0) -> Said:
        """One definite object."""
        rng, text = self.rng, self.description()
        said = Said(f"{self.article()} {text}".strip(), f"the {text}")
        if relation_depth < 1 and rng.random() < 0.17:
            return self.related(said)
        return said

    def related(self, said: Said) -> Said:
        """The same thing, told by where it is."""
        rng = self.rng
        link = expand(SAY["related"], rng)
        if said.plural:
            link = expand(SAY["related_2"], rng)
        shape = rng.random()
        if shape < 0.25:
            side, texts = rng.choice(SAY["related_3"])
            return Said(f"{said.text} {link}{rng.choice(texts)}", f"{said.form} @{side}", said.plural)
        if shape < 0.32:
            b, c = self.the(1), self.the(1)
            return Said(f"{said.text} {link}between {b.text} and {c.text}", f"{said.form} @between {b.form} & {c.form}", said.plural)
        b = self.the(1) if rng.random() < 0.9 else Said("the table", "the table")
        relation, texts = rng.choice([
            ("in", SAY["related_4"]), ("in", ["in", "inside", "from"]),
            ("on", SAY["related_5"]), ("on", SAY["related_6"]),
            ("under", ["under", "underneath", "below", "beneath"]),
            ("near", SAY["related_7"]),
            *((s, SAY["relation_words"][s]) for s in ("left", "right", "front", "behind"))])
        return Said(f"{said.text} {link}{rng.choice(texts)} {b.text}", f"{said.form} @{relation} {b.form}", said.plural)

    def many(self) -> Said:
        """Several objects."""
        rng, text = self.rng, self.description(plural=True)
        one = self.description()
        shape = rng.random()
        if shape < 0.38:
            lead = rng.choice(SAY["many"])
            said = Said(f"{lead} {text}", f"all {text}", True)
        elif shape < 0.52:
            said = Said(f"{rng.choice(['every', 'each', 'every single', 'each of the'])} {one}", f"all {one}", True)
            if said.text.startswith("each of the"):
                said = Said(f"each of the {text}", f"all {text}", True)
        elif shape < 0.64:
            said = Said(f"{rng.choice(['both', 'both the', 'both of the', 'the two'])} {text}", f"both {text}", True)
        elif shape < 0.78:
            count = rng.choice(["two", "two", "three", "four"])
            shown = rng.choice(SAY["numbers"][count])
            said = Said(f"{rng.choice(['', '', 'any ', 'exactly '])}{shown} {rng.choice(['', '', 'of the '])}{text}", f"{count} {text}", True)
        elif shape < 0.82:
            b, (relation, link) = self.the(1), rng.choice(SAY["many_2"])
            lead = rng.choice(SAY["many_3"])
            return Said(f"{lead} {link} {b.text}", f"all @{relation} {b.form}", True)
        elif shape < 0.91:
            color = rng.choice(["", "", rng.choice(words.COLORS)])
            lead = rng.choice(SAY["many_4"]) if not color else "everything"
            if color:
                link = rng.choice(SAY["many_5"])
                said = Said(f"everything {link}{color}", f"all {color}", True)
            else:
                said = Said(lead, "rest" if lead.endswith("else") else "all", True)
        else:
            generic = rng.choice(["objects", "things", "items", "stuff"])
            said = Said(f"all the {generic}", f"all {generic}", True)
        if rng.random() < 0.2 and not said.text.endswith("else"):
            return self.related(said)
        if rng.random() < 0.32 and said.form.startswith("all"):
            return self.except_for(said)
        return said

    def plain_all(self) -> Said:
        """All of a kind."""
        text = self.description(plural=True)
        return Said(f"{self.rng.choice(['all the', 'all', 'the', 'all of the'])} {text}", f"all {text}", True)

    def except_for(self, said: Said) -> Said:
        """Several objects less some."""
        rng = self.rng
        if rng.random() < 0.15:
            color = rng.choice(words.COLORS)
            return Said(f"{said.text} that {rng.choice(['are not', 'are not', 'is not'])} {color}".replace("are not", rng.choice(SAY["except_for"])), f"{said.form} ! all {color}", True)
        out = self.the(1) if rng.random() < 0.75 else self.pair()
        word = rng.choice(SAY["except_for_2"])
        return Said(f"{said.text} {word} {out.text}", f"{said.form} ! {out.form}", True)

    def pair(self) -> Said:
        """Objects named one after another."""
        rng = self.rng
        if rng.random() < 0.2:
            one, two, noun = rng.choice(words.COLORS), rng.choice(words.COLORS), self.noun()
            return Said(f"the {one} and {two} {noun}s", f"the {one} & the {two} {noun}s", True)
        said = [self.the(1) for _ in range(rng.choice((2, 2, 2, 3)))]
        comma = rng.choice([", ", ", ", " and "])
        text = ("both " if len(said) == 2 and rng.random() < 0.12 else "") + comma.join(s.text for s in said[:-1]) + rng.choice(SAY["pair"]) + said[-1].text
        return Said(text, " & ".join(s.form for s in said), True)

    def doing(self) -> Said:
        """One thing to do, told by a gerund."""
        while True:
            said = self.clause() if self.rng.random() < 0.6 else self.operated()
            verb, _, rest = said.text.partition(" ")
            if verb in SAY["gerunds"] and rest and not said.form.startswith("do "):
                return Said(f"{SAY['gerunds'][verb]} {rest}", said.form)

    def one(self) -> Said:
        """One object, definite or not."""
        rng, shape = self.rng, self.rng.random()
        text = self.description()
        if shape < 0.86:
            return self.the()
        if shape < 0.9:
            return Said(f"{rng.choice(['a', 'a', 'any', 'one', 'some'])} {text}", f"a {text}")
        if shape < 0.92:
            plural = self.description(plural=True)
            return Said(f"{rng.choice(['one of the', 'any of the'])} {plural}", f"a {plural}")
        if shape < 0.95:
            return Said(f"the other {text}", f"other {text}")
        return Said(rng.choice(["it", "it", "that", "this", "them"]), "it")

    def thing(self) -> Said:
        """Whatever can be moved."""
        shape = self.rng.random()
        if shape < 0.74:
            return self.one()
        return self.many() if shape < 0.9 else self.pair()

    def place(self) -> Said:
        """Where something can be put in or on."""
        shape = self.rng.random()
        if shape < 0.05:
            return Said(self.rng.choice(["a", "any", "either"]) + f" {(text := self.description())}", f"a {text}")
        return self.the()

    def table(self) -> Said:
        """The table, or another place."""
        return Said("the table", "the table") if self.rng.random() < 0.12 else self.place()

    def fixture(self, names: list[str]) -> Said:
        """Something that opens or is pressed."""
        name = self.rng.choice(names) if self.rng.random() < 0.85 else self.description()
        article = self.rng.choice(["the", "the", "the", "the", "", "that"])
        if self.rng.random() < 0.06:
            return Said("it", "it")
        return Said(f"{article} {name}".strip(), f"the {name}")

    def clause(self) -> Said:
        """One thing to do."""
        rng = self.rng
        kind = rng.choices(SAY["clause"],
                           [22, 17, 17, 11, 5, 5, 4, 5, 2, 1.5, 2.5, 2.5, 1.5, 4.5, 3, 1.5, 6, 7, 8, 4])[0]
        if kind == "skill":
            return skills.skill(self)
        if kind == "foreseen":
            return skills.foreseen(self)
        if kind == "in":
            a, b = self.thing(), self.place()
            return Said(fill(rng.choice(SAY["in"]), rng, a=a.text, b=b.text), f"in {a.form}, {b.form}")
        if kind == "on":
            a, b = self.thing(), self.table()
            return Said(fill(rng.choice(SAY["on"]), rng, a=a.text, b=b.text), f"on {a.form}, {b.form}")
        if kind == "side":
            a, b = self.thing(), self.place()
            relation = rng.choice(["left", "left", "right", "right", "front", "behind", "near"])
            text = fill(rng.choice(SAY["side"]), rng, a=a.text, b=b.text, r=rng.choice(SAY["relation_words"][relation]))
            return Said(text, f"{relation} {a.form}, {b.form}")
        if kind == "from":
            return self.from_to()
        if kind == "put two":
            return self.gapped()
        if kind in ("out", "swap"):
            a, b = (self.thing() if kind == "out" else self.the(1)), self.the(1)
            if kind == "out" and rng.random() < 0.15:
                return Said(fill(SAY["clause_2"], rng, a=a.text), f"out {a.form}")
            return Said(fill(rng.choice(SAY["out"] if kind == "out" else SAY["swap"]), rng, a=a.text, b=b.text), f"{kind} {a.form}, {b.form}")
        if kind == "down" and rng.random() < 0.3:
            text = rng.choice(SAY["clause_3"])
            return Said(expand(text, rng), "down it")
        if kind == "empty":
            return self.emptied()
        if kind == "tower":
            return self.tower()
        if kind == "leftward":
            return self.rules.draw("leftward", rng)
        templates = {"hold": SAY["hold"], "open": SAY["open"], "close": SAY["close"], "press": SAY["press"], "down": SAY["down"], "stack": SAY["stack"], "move": SAY["move"], "keep": SAY["keep"]}
        if kind in ("open", "close"):
            a = self.fixture(words.OPENABLE)
        elif kind == "press":
            a = self.fixture(words.PRESSABLE)
        elif kind == "stack":
            a = self.many() if rng.random() < 0.5 else self.pair()
        else:
            a = self.one() if kind == "hold" or rng.random() < 0.8 else self.thing()
        if kind == "keep":
            return Said(fill(rng.choice([k for k in SAY["keep"] if not k.startswith("without")]), rng, a=a.text), f"keep {a.form}")
        return Said(fill(rng.choice(templates[kind]), rng, a=a.text), f"{kind} {a.form}")

    def any_clause(self) -> Said:
        """One thing to do, also of those that rules say."""
        return self.clause() if self.rng.random() < 0.75 else self.rules.draw("clause_of_rules", self.rng)

    def from_to(self) -> Said:
        """Something taken out of one place and put into another."""
        rng = self.rng
        a = self.the(1) if rng.random() < 0.6 else rng.choice([Said("everything", "all", True), self.plain_all()])
        b, c = self.the(1), self.the(1)
        verb = rng.choice(["in", "in", "on", "near", "left", "right"])
        where = {"in": expand(SAY["from_to"], rng), "on": expand(SAY["from_to_2"], rng)}.get(verb) or rng.choice(SAY["relation_words"][verb])
        source, texts = rng.choice(SAY["from_to_3"])
        it = "them" if a.plural else "it"
        out = rng.choice(texts)
        text = fill(rng.choice([f"[take|get|remove|pull|lift|fetch|grab|pick] {{a}} {out} {{b}}[ and|, then| and then|, and|,] [put|place|set|drop|lay|stick] {it} {where} {{c}}", f"[take|get|remove|pull|lift] {{a}} {out} {{b}} and [put|place|set|drop] {it} {where} {{c}}",
                                f"[move|transfer|take|shift|bring|get|carry] {{a}} {out} {{b}} [|and |over ]{where} {{c}}", f"{out} {{b}}, [take|get|move] {{a}} and [put|place] {it} {where} {{c}}", f"{{a}} {rng.choice(['from', texts[0]])} {{b}} [goes|should go|belongs] {where} {{c}}",
                                f"[take|get|pull|lift] {{a}}[ which| that|] {'are' if a.plural else 'is'} {'inside' if source == 'in' else 'on'} {{b}} and [put|place|set] {it} {where} {{c}}"]), rng, a=a.text, b=b.text, c=c.text)
        return Said(text, f"{verb} {a.form} @{source} {b.form}, {c.form}", a.plural)

    def gapped(self) -> Said:
        """Two or three movements that share one verb."""
        rng = self.rng
        texts: list[str] = []
        forms: list[str] = []
        for _ in range(rng.choice((2, 2, 2, 3))):
            a, b = (self.one() if not forms else rng.choice([self.the, self.one])()), self.place()
            verb = rng.choice(["in", "in", "on", "on", "left", "right", "near"])
            where = {"in": "in", "on": "on"}.get(verb) or rng.choice(SAY["relation_words"][verb])
            if forms and rng.random() < 0.3:
                a = rng.choice([self.rest(), self.rest(), Said("the other one", "other one"), Said("the other", "other")])
            texts.append(f"{a.text} {where} {b.text}")
            forms.append(f"{verb} {a.form}, {b.form}")
        return Said(expand(SAY["gapped"], rng) + " " + expand(SAY["gapped_2"], rng).join(texts), "; ".join(forms))

    def rest(self) -> Said:
        """What has not been spoken of."""
        rng = self.rng
        if rng.random() < 0.6:
            text, form = rng.choice(SAY["rests"])
            return Said(text, form, True)
        text = self.description(plural=True)
        return Said(f"{rng.choice(['the other', 'the remaining', 'the rest of the', 'all the other', 'all other', 'all remaining'])} {text}", f"rest {text}", True)

    def emptied(self) -> Said:
        """A container or surface cleared, perhaps into another."""
        rng, b = self.rng, self.the(1)
        if rng.random() < 0.6:
            c = self.the(1)
            return Said(fill(rng.choice(SAY["pours"]), rng, b=b.text, c=c.text), f"in all @in {b.form}, {c.form}")
        return Said(fill(rng.choice(SAY["empty"]), rng, b=b.text), f"out all, {b.form}")

    def tower(self) -> Said:
        """A tower with its order told."""
        rng = self.rng
        a, b, c = self.the(1), self.the(1), self.the(1)
        forms = f"on {b.form}, {a.form}; on {c.form}, {b.form}"
        text = rng.choice(SAY["tower"])
        return Said(fill(text, rng, a=a.text, b=b.text, c=c.text), forms)

    def refused(self) -> Said:
        """Something this robot must not or cannot do."""
        rng = self.rng
        if rng.random() < 0.12:
            return skills.hurt(self, SAY["people"])
        templates, form = (SAY["unsafe"], "unsafe") if rng.random() < 0.5 else (SAY["cannot"], "cannot")
        text = fill(rng.choice(templates), rng, n=self.the(1).text, o=self.the(1).text, p=rng.choice(SAY["people"]), h=rng.choice(SAY["hazards"]),
                    m="the " + self.description(plural=True), c=str(rng.randint(1, 40)))
        return Said(text, form)

    def follow_up(self) -> Said:
        """Taking back what was done before."""
        rng = self.rng
        sorry = expand(rng.choice(SAY["regrets"]) + "[,|,|.|;|...|!] [no, |]", rng) if rng.random() < 0.35 else ""
        if rng.random() < 0.45:
            return Said(sorry + expand(rng.choice(SAY["undo"]), rng), "undo")
        a = Said(rng.choice(SAY["follow_up"]), "it") if rng.random() < 0.35 else self.the() if rng.random() < 0.85 else self.many()
        return Said(sorry + fill(rng.choice(SAY["back"]), rng, a=a.text), f"back {a.form}")

    def several(self) -> Said:
        """Two to four things to do, in an order that the sentence tells."""
        rng, shape = self.rng, self.rng.random()
        if shape < 0.1:
            return self.around_fixture()
        a, b = self.clause(), self.clause()
        if rng.random() < 0.3:
            a, b = rng.sample([self.operated(), a], 2)
        if shape < 0.22:
            b = self.doing()
            said_first, text = rng.choice(SAY["gerund_order"])
        elif shape < 0.5:
            said_first, text = rng.choice(SAY["order"])
        if shape < 0.5:
            first, second = (a, b) if said_first == "a" else (b, a)
            return Said(fill(text, rng, a=a.text, b=b.text), f"{first.form}; {second.form}")
        if rng.random() < 0.12:
            verb, where = rng.choice(SAY["several"])
            rest, c = self.rest(), self.place()
            b = Said(fill("[put|place|move|] {a} [go |]" + where + " {c}" if rng.random() < 0.9 else "{a} [goes|go|should go] " + where + " {c}", rng, a=rest.text, c=c.text).strip(), f"{verb} {rest.form}, {c.form}")
        said = [a, b] + [self.clause() for _ in range(rng.choice((0, 0, 0, 0, 0, 1)))]
        text = said[0].text
        for piece in said[1:]:
            text += expand(SAY["several_2"], rng) + " " + piece.text
        return Said(text, "; ".join(s.form for s in said))

    def operated(self) -> Said:
        """Something opened, closed or pressed."""
        templates, kind, names = self.rng.choice(
            [(SAY["open"], "open", words.OPENABLE), (SAY["close"], "close", words.OPENABLE), (SAY["close"], "close", words.OPENABLE), (SAY["press"], "press", words.PRESSABLE)])
        a = self.fixture(names)
        return Said(fill(self.rng.choice(templates), self.rng, a=a.text), f"{kind} {a.form}")

    def around_fixture(self) -> Said:
        """Open, put in, close; with pronouns."""
        rng = self.rng
        f, a = self.fixture(words.OPENABLE), self.the(1)
        if f.form == "it":
            f = Said("the drawer", "the drawer")
        text, form = rng.choice(SAY["around_fixture"])
        return Said(fill(text, rng, a=a.text, f=f.text), fill(form, rng, a=a.form, f=f.form))

    def contrast(self) -> Said:
        """One thing to do and one to leave alone, or a correction."""
        rng = self.rng
        a, b, c = self.the(1), self.the(1), self.the(1)
        prep, verb = rng.choice(SAY["contrast"])
        text, form = rng.choice(SAY["contrast_2"])
        said = self.many() if rng.random() < 0.25 else None
        if said and said.form.startswith("all") and "!" not in said.form:
            text = rng.choice(SAY["contrast_3"])
            return Said(fill(text, rng, a=said.text, b=b.text, c=c.text, r=prep), f"{verb} {said.form} ! {b.form}, {c.form}")
        return Said(fill(text, rng, a=a.text, b=b.text, c=c.text, r=prep), fill(form, rng, a=a.form, b=b.form, c=c.form, v=verb))

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
        if said.form in ("unsafe", "cannot") and rng.random() < 0.5:
            after = rng.choice(["", "?", "!", "."])
        return Said(before + said.text + after, said.form)
