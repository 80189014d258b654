"""English training sentences with the goal forms they mean."""

from __future__ import annotations

import random

from pontine.planner.tuning import corpus_skills_english as skills
from pontine.planner.tuning import vocabulary as words
from pontine.planner.tuning.corpus_turns_english import TURNS
from pontine.planner.tuning.templates import Said, expand, fill

NUMBERS = {"two": ("two", "2"), "three": ("three", "3"), "four": ("four", "4")}

IN = ["[put|place|set|tuck|stick] {a} [back|away|down] [in|into|inside] {b}", "[put|place|drop|set|stick|pop|toss gently|throw away|stow|tuck|stash|deposit|lay|leave] {a} [in|into|inside|inside of] {b}",
      "[move|bring|transfer|get|take|carry|shift|relocate] {a} [into|to|inside|over to] {b}",
      "[I want|I'd like|I need] {a} [in|inside|to be in|put in|to go in] {b}", "{a} [goes|go|belongs|belong] [in|inside|into] {b}",
      "[make sure|see to it that|ensure] {a} [is|are|ends up|end up] [in|inside] {b}", "[in|into] {b}, [put|place|drop] {a}",
      "{a} [should be|should go|must go|needs to be|has to go] [in|into|inside] {b}", "fill {b} with {a}", "add {a} to {b}",
      "{a} [in|into] {b}", "{b} [gets|receives|takes|should get|is for] {a}", "[chuck|toss|throw|pop|sling|shove] {a} [in|into] {b}", "[in|into] {b} [goes|go] {a}", "let {b} [hold|contain] {a}", "[pick up|grab|take] {a} and [put|place|drop] [it|them|that] [in|into|inside] {b}",
      "put {a} in {b}", "put {a} into {b}", "place {a} in {b}", "drop {a} in {b}", "put {a} inside {b}"]
ON = ["[put|place|set|lay] {a} [down|down|back|up] [on|onto|on top of] {b}", "[put|place|set|lay] [down|up] {a} [on|onto|on top of] {b}", "[put|place|set|lay|rest|position|leave|park] {a} [on|onto|on top of|atop|upon|over] {b}",
      "[move|bring|shift|transfer|get|carry] {a} [onto|on top of|on|over onto] {b}", "[stack|balance|pile] {a} [on|on top of|onto|atop] {b}",
      "[I want|I'd like|I need] {a} [on|on top of|to be on|to sit on|resting on] {b}", "{a} [goes|go|belongs] [on|on top of|onto] {b}",
      "[make sure|see to it that] {a} [is|are|ends up] [on|on top of] {b}", "{a} [should be|should go|needs to be] [on|on top of|atop] {b}",
      "{a} [on|on top of|onto] {b}", "[on top of|on] {b}, [put|place] {a}", "[pick up|grab|take|lift] {a} and [put|place|set|stack] [it|them|that] [down on|on|on top of|onto] {b}",
      "cover {b} with {a}", "[on|onto|on top of] {b} [goes|go] {a}", "let {a} [sit|rest|stand] on {b}", "put {a} on {b}", "stack {a} on {b}", "place {a} on top of {b}", "put {a} on top of {b}"]
SIDE = ["[put|place|set|lay] {a} [down|back|over] {r} {b}", "[put|place|set|move|shift|slide|push|position|bring|lay|scoot|relocate] {a} {r} {b}",
        "[move|shift|slide|push|place] {a} so [that |]it [is|sits|ends up|stands] {r} {b}", "[I want|I'd like|I need] {a} {r} {b}",
        "{a} [should be|should go|goes|belongs|needs to be] {r} {b}", "[make sure|see that] {a} [is|ends up] {r} {b}", "{a} {r} {b}",
        "[pick up|take|grab|get] {a} and [put|place|set|lay] [it|it down|them|that] {r} {b}", "move {a} {r} {b}", "put {a} {r} {b}", "place {a} {r} {b}"]
RELATION_WORDS = {
    "left": ["to the left of", "left of", "on the left of", "on the left side of", "to the left side of", "to the left of", "on the left hand side of"],
    "right": ["to the right of", "right of", "on the right of", "on the right side of", "to the right side of", "to the right of"],
    "front": ["in front of", "in front of", "in front of", "on the near side of"],
    "behind": ["behind", "behind", "in back of", "at the back of", "on the far side of"],
    "near": ["next to", "beside", "near", "close to", "by", "alongside", "nearby", "right next to", "adjacent to"],
}
HOLD = ["[can I have|go get|go and get|bring over] {a}", "[pick up|grab|lift|lift up|take|get|hold|fetch|grasp|pick|seize|collect|raise|take hold of|get hold of] {a}", "pick {a} up", "lift {a} up",
        "[hand me|give me|bring me|pass me|get me|fetch me] {a}", "[I want|I'd like|I need] [you to hold|you to pick up] {a}", "pick up {a}", "pick up {a}", "keep hold of {a}"]
OPEN = ["[open|open up|pull open|slide open|unlatch] {a}", "open {a}", "[I want|I need|I'd like] {a} open", "{a} should be open", "[make sure|see that] {a} is open", "leave {a} open", "pull {a} out"]
CLOSE = ["[close|shut|push shut|slide shut|push closed] {a}", "close {a}", "push {a} [in|closed|shut]", "[I want|I need|I'd like] {a} closed", "{a} should be [closed|shut]", "[make sure|see that] {a} is [shut|closed]"]
PRESS = ["[press|push|hit|tap|click|push down|press down|press down on|activate|trigger] {a}", "press {a}", "push {a}", "give {a} a [push|press]", "[flip|toggle|ring] {a}", "[give|hit] {a}[ a push| once|]"]
OUT = ["[take|get|remove|pull|lift|pick|move|fetch|bring] {a} [out of|from|off|off of|from inside] {b}", "take {a} out of {b}", "remove {a} from {b}", "{a} [should not be|shouldn't be|must not be] in {b}", "{a} out of {b}"]
DOWN = ["[put|set|lay|place] {a} down", "[put down|set down|lay down|drop|release|let go of] {a}", "[unstack|take down] {a}", "put {a} back down"]
SWAP = ["swap {a} [and|with|for] {b}", "[switch|exchange|trade] {a} [and|with] {b}", "[swap|switch|exchange] the [places|positions] of {a} and {b}", "let {a} and {b} change places"]
STACK = ["[stack|stack up|pile up|pile] {a}", "[build|make] a [tower|stack|pile] [of|out of|from|with] {a}", "stack {a} [on top of each other|on top of one another|into a tower|in a tower]", "put {a} in a [stack|pile|tower]", "make a [tower|stack] using {a}"]
MOVE = ["[move|shift|relocate|put|place|transfer] {a}", "move {a} [somewhere else|away|over there|there|a bit|out of the way]", "put {a} [there|somewhere|over there|where it belongs|away]", "do something with {a}"]
LEFTWARD = ["[move|shift|slide|push|nudge] {a} [to the|] {s}", "[put|place|set] {a} on the {s}[ side| side of the table|]", "move {a} [toward|towards] the {s}"]
KEEP = ["[do not|don't] [touch|move|pick up|disturb] {a}", "leave {a} [alone|where it is|in place|as it is|there|be]", "without [touching|moving|disturbing] {a}", "[keep|let] {a} [where it is|in place|stay where it is]", "{a} [stays|must stay] [where it is|put]"]
BACK = ["[put|place|set|bring|move] {a} back where [it was|it came from|it belongs|you found it|it stood|you got it]", "[return|restore] {a} to [its place|its old place|where it was|where it came from|its original place]", "{a} [goes|should go|has to go|can go|needs to go] back [where|to where] it [was|came from|stood]", "[put|place] {a} back", "put back {a}", "put {a} back in [its place|its old spot]",
        "[get|take|carry|send] {a} back to [where it was|its spot|its place|where you got it]", "[I want|I'd like|I need] {a} back [in its place|where it was|where it came from]", "[give|let] {a} [go back|return] to [its place|where it was]", "[put|place|move] {a} [back |]to [where it was|its old place|its original spot] [again|before|]", "{a} back [to|in|into] its [old |original |]place", "{a} back where it [was|belongs|came from]"]
UNDO = ["undo [it|that|this|the last step|what you just did|the last move|your last action|the last thing]", "[take back|reverse|revert|cancel|roll back] [what you just did|the last step|that move|the last thing you did|that|this|your last move]", "make it [as it was|the way it was|like it was|how it was] [before|]", "go back [one step|a step|to how it was|to before]", "[restore|bring back] [how it was|the way it was|the state from] before", "undo",
        "[put|get|bring|set] [everything|it all|things|all of it] back [the way|to how|to the way|as|like] [it was|they were|things were|it had been][ before|]", "[take|call] that back", "[I take|take] [that|it] back", "[that's|that is] [to be |]undone[ please|]", "[return|reset] [everything|things|the table] to [how it was|the way it was|its earlier state|the state before]", "[scratch|forget|strike] [that|the last one|the last step]", "[let's|let us] [go back|step back|undo that|reverse that|take that back]", "as [it was|they were|you were]"]
REGRETS = ["no", "oops", "hmm", "wait", "sorry", "never mind", "I changed my mind", "that was wrong", "that was a mistake", "that's not what I wanted", "that's not right", "wrong one", "on second thought", "I did not mean that", "my mistake", "not like that", "bad idea", "I didn't want that"]
RESTS = [("the rest", "rest"), ("the others", "rest"), ("everything else", "rest"), ("all the others", "rest"), ("the remaining ones", "rest ones"), ("all the rest", "rest"), ("whatever is left", "rest"), ("what is left", "rest"), ("the other ones", "rest ones"), ("the rest of them", "rest"), ("anything else", "rest")]
POURS = ["[empty|dump|unload|tip|pour] {b} [into|onto|out into|over into] {c}", "[empty|tip|pour|dump|move|transfer|put] [the contents|all the contents|the content] of {b} [into|in|to|onto] {c}", "[empty|tip|dump|pour] [everything|all] [out of|from] {b} [into|onto] {c}",
         "[move|put|transfer|shift|place] [everything|all|all things|whatever is|what is|what's] [in|from|inside] {b} [into|to|in|over to] {c}", "{b} [gets|is to be|should be] emptied [into|onto] {c}", "the contents of {b} [go|belong|should go] [in|into] {c}"]
EMPTY = ["[empty|empty out|clear|clear out|clear off|unload] {b}", "take everything [out of|off|from] {b}", "remove everything from {b}"]

PEOPLE = ["me", "him", "her", "the man", "someone", "my brother", "the cat", "the dog", "that person", "the baby", "your operator", "the child", "my hand", "people"]
HAZARDS = ["the battery", "the lithium battery", "the power bank", "the spray can", "the lighter", "the phone battery", "the aerosol can", "the batteries", "the gas canister"]
UNSAFE = ["[stab|hit|punch|poke|attack|cut|hurt|slap|kick|scratch|burn|injure|strike|kill|threaten|pinch|choke|smack] {p}[ with {n}| using {n}|]",
          "[throw|hurl|fling|chuck|toss|launch] {n} [at|towards|against] [{p}|the window|the wall|the screen|the mirror|the lamp|the door]", "[throw|hurl|fling|chuck] {n}[ across the room| on the floor| as hard as you can| out of the window|]",
          "[heat|heat up|burn|microwave|boil|set fire to|roast|puncture|pierce|crush|short-circuit|cook|melt|overheat|cut open|drill into] {h}[ until it explodes| on the stove| in the oven| with a flame|]", "put {h} in the [oven|fire|microwave|flames]",
          "[smash|shatter|break|destroy|crush|wreck] {n}[ to pieces| on the floor|]", "use {n} to [hurt|stab|hit|poke|cut|attack|strike] {p}", "[pour|spill|splash] [water|juice|coffee|acid] [on|over|onto] [the laptop|the outlet|the power strip|{p}|the computer|the keyboard]",
          "[point|aim|swing|wave] [the knife|the scissors|the blade|the gun|{n}] at {p}", "[push|knock|shove] {n} off the [table|edge|desk]", "make {p} [bleed|suffer|cry]", "[poison|drug] {p}", "[set|light] {n} on fire", "drop {n} on {p}", "[ram|jab] {n} into {p}", "stick {n} into the [socket|outlet]", "run {p} over"]
CANNOT = ["put {n} [between {o} and {o}|upside down on {o}|exactly two centimetres from {o}]",
          "[what|who|where|when|why|how] [is|was|are] [the weather|the capital of france|your name|you|the time|the meaning of life|the news|the president]", "[what|which] [objects|things|items] are [there|on the table|here]", "how many {m} are there", "what color is {n}", "is {n} [heavy|red|clean|on the table|expensive]", "where is {n}",
          "tell me [a joke|a story|the time|about {n}|something]", "[hello|hi|hey|thanks|thank you|good morning|goodbye|how are you|well done]", "[what's|whats] [up|the weather like|the time|two plus two]", "translate this [into|to] [chinese|german]",
          "[make it nice|do my homework|surprise me|help|order a pizza|call my mom|buy some milk|get ready|do your best]", "bring {n} from the [kitchen|garage|other room|store]", "go to the [kitchen|door|shop]", "calculate {c} plus {c}", "what's {c} times {c}",
          "[is|are] {n} [bigger|heavier|taller|nicer] than {o}", "tell me which [one|of {m}] is [heavier|older|mine|cheaper]", "[write|draw|sign] [my name|a heart|something] [with|on] {n}", "[put|set|lay|place] {n} upside down", "[put|place|set|lay|squeeze] {n} [in the middle|] between {n} and {o}"]
"""What is no deed, or one that the form cannot say."""


GERUNDS = dict(pair.split(":") for pair in """put:putting place:placing drop:dropping set:setting move:moving bring:bringing take:taking
get:getting shift:shifting stack:stacking lay:laying slide:sliding push:pushing press:pressing open:opening close:closing shut:shutting grab:grabbing
lift:lifting pick:picking hold:holding fetch:fetching remove:removing pull:pulling hit:hitting tap:tapping swap:swapping empty:emptying clear:clearing
fill:filling add:adding transfer:transferring carry:carrying position:positioning relocate:relocating""".split())
"""Verbs that sentences begin with, and the forms that follow `after` and `before`."""


ORDER = [("a", "before [you |you |]{b}, [first |]{a}"), ("a", "{a} before you {b}"), ("a", "[after|once|when] you {a}, {b}"), ("a", "first[,|] {a}[, then|. then|, and then|. after that,|, next] {b}"),
         ("a", "first[,|] {a}[, then|. then|, and then|. after that,|, next] {b}"), ("b", "{a} [after|once|when] you [have |]{b}"), ("b", "{a}, but [first|before that|before that,|first of all] {b}"), ("b", "{a}[, but|,] [not before you|only after you|only once you] {b}"),
         ("b", "[later|then|afterwards] {a}, [but |]first {b}"), ("a", "[start|begin] by: {a}[, then|; then|. then] {b}"), ("a", "{a} [first|first of all], [then|and then|and after that|and only then] {b}"), ("b", "{a} last, [but |]first {b}")]
"""How two things to do are put in order, and which of them comes first."""

GERUND_ORDER = [("a", "[before|prior to] {b}[,|] [first |]{a}"), ("a", "{a} [before|prior to] {b}"), ("a", "{a} before {b}"), ("b", "[after|right after|once done with] {b}[,|] {a}"), ("b", "{a} [after|only after|right after] {b}"),
                ("b", "[start|begin] [with|by] {b}[, then|, and then| and then] {a}")]
"""The same, where the second is a gerund."""


class English:
    """Draws English sentences from one random generator."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def noun(self) -> str:
        """A singular noun, often one that no dictionary has."""
        shape = self.rng.random()
        if shape < 0.2:
            return words.invented_noun(self.rng)
        if shape < 0.32:
            return self.rng.choice(words.COMPOUND_NOUNS)
        if shape < 0.55:
            return self.rng.choice(["cube", "block", "ball", "bowl", "plate", "box", "cup", "cylinder"])
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
        link = expand("[||||that is |which is |that's |lying |sitting |standing |located ]", rng)
        if said.plural:
            link = expand("[||||that are |which are |lying |sitting ]", rng)
        shape = rng.random()
        if shape < 0.25:
            side, texts = rng.choice([("left", ["on the left", "to the left", "on the left side", "on the left hand side"]),
                                      ("right", ["on the right", "to the right", "on the right side"]),
                                      ("front", ["in front", "in the front", "at the front", "closest to you"]),
                                      ("behind", ["at the back", "in the back", "behind", "farthest away"])])
            return Said(f"{said.text} {link}{rng.choice(texts)}", f"{said.form} @{side}", said.plural)
        if shape < 0.32:
            b, c = self.the(1), self.the(1)
            return Said(f"{said.text} {link}between {b.text} and {c.text}", f"{said.form} @between {b.form} & {c.form}", said.plural)
        b = self.the(1) if rng.random() < 0.9 else Said("the table", "the table")
        relation, texts = rng.choice([
            ("in", ["in", "inside", "in", "inside of", "in"]), ("in", ["in", "inside", "from"]),
            ("on", ["on", "on top of", "on", "resting on"]), ("on", ["on", "on top of", "from"]),
            ("under", ["under", "underneath", "below", "beneath"]),
            ("near", ["next to", "near", "beside", "close to", "by", "nearest to", "closest to", "nearest"]),
            *((s, RELATION_WORDS[s]) for s in ("left", "right", "front", "behind"))])
        return Said(f"{said.text} {link}{rng.choice(texts)} {b.text}", f"{said.form} @{relation} {b.form}", said.plural)

    def many(self) -> Said:
        """Several objects."""
        rng, text = self.rng, self.description(plural=True)
        one = self.description()
        shape = rng.random()
        if shape < 0.38:
            lead = rng.choice(["all the", "all the", "all", "all of the", "the", "the", "all my", "all those"])
            said = Said(f"{lead} {text}", f"all {text}", True)
        elif shape < 0.52:
            said = Said(f"{rng.choice(['every', 'each', 'every single', 'each of the'])} {one}", f"all {one}", True)
            if said.text.startswith("each of the"):
                said = Said(f"each of the {text}", f"all {text}", True)
        elif shape < 0.64:
            said = Said(f"{rng.choice(['both', 'both the', 'both of the', 'the two'])} {text}", f"both {text}", True)
        elif shape < 0.78:
            count = rng.choice(["two", "two", "three", "four"])
            shown = rng.choice(NUMBERS[count])
            said = Said(f"{rng.choice(['', '', 'any ', 'exactly '])}{shown} {rng.choice(['', '', 'of the '])}{text}", f"{count} {text}", True)
        elif shape < 0.82:
            b, (relation, link) = self.the(1), rng.choice([("in", "in"), ("in", "inside"), ("on", "on"), ("on", "on top of")])
            lead = rng.choice(["everything", "whatever is", "what is", "what's", "all that is", "everything that is", "anything"])
            return Said(f"{lead} {link} {b.text}", f"all @{relation} {b.form}", True)
        elif shape < 0.91:
            color = rng.choice(["", "", rng.choice(words.COLORS)])
            lead = rng.choice(["everything", "everything", "everything else"]) if not color else "everything"
            if color:
                link = rng.choice(["", "that is ", "that's "])
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
            return Said(f"{said.text} that {rng.choice(['are not', 'are not', 'is not'])} {color}".replace("are not", rng.choice(["are not", "aren't"])), f"{said.form} ! all {color}", True)
        out = self.the(1) if rng.random() < 0.75 else self.pair()
        word = rng.choice(["except", "except for", "but", "but not", "other than", "apart from", "excluding", "besides", "except", "but"])
        return Said(f"{said.text} {word} {out.text}", f"{said.form} ! {out.form}", True)

    def pair(self) -> Said:
        """Objects named one after another."""
        rng = self.rng
        if rng.random() < 0.2:
            one, two, noun = rng.choice(words.COLORS), rng.choice(words.COLORS), self.noun()
            return Said(f"the {one} and {two} {noun}s", f"the {one} & the {two} {noun}s", True)
        said = [self.the(1) for _ in range(rng.choice((2, 2, 2, 3)))]
        comma = rng.choice([", ", ", ", " and "])
        text = ("both " if len(said) == 2 and rng.random() < 0.12 else "") + comma.join(s.text for s in said[:-1]) + rng.choice([" and ", " and ", ", and "]) + said[-1].text
        return Said(text, " & ".join(s.form for s in said), True)

    def doing(self) -> Said:
        """One thing to do, told by a gerund."""
        while True:
            said = self.clause() if self.rng.random() < 0.6 else self.operated()
            verb, _, rest = said.text.partition(" ")
            if verb in GERUNDS and rest and not said.form.startswith("do "):
                return Said(f"{GERUNDS[verb]} {rest}", said.form)

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
        kind = rng.choices(["in", "on", "side", "hold", "open", "close", "press", "out", "down", "swap", "stack", "move", "leftward",
                            "empty", "tower", "keep", "from", "put two", "skill", "foreseen"],
                           [22, 17, 17, 11, 5, 5, 4, 5, 2, 1.5, 2.5, 2.5, 1.5, 4.5, 3, 1.5, 6, 7, 17, 3])[0]
        if kind == "skill":
            return skills.skill(self)
        if kind == "foreseen":
            return skills.foreseen(self)
        if kind == "in":
            a, b = self.thing(), self.place()
            return Said(fill(rng.choice(IN), rng, a=a.text, b=b.text), f"in {a.form}, {b.form}")
        if kind == "on":
            a, b = self.thing(), self.table()
            return Said(fill(rng.choice(ON), rng, a=a.text, b=b.text), f"on {a.form}, {b.form}")
        if kind == "side":
            a, b = self.thing(), self.place()
            relation = rng.choice(["left", "left", "right", "right", "front", "behind", "near"])
            text = fill(rng.choice(SIDE), rng, a=a.text, b=b.text, r=rng.choice(RELATION_WORDS[relation]))
            return Said(text, f"{relation} {a.form}, {b.form}")
        if kind == "from":
            return self.from_to()
        if kind == "put two":
            return self.gapped()
        if kind in ("out", "swap"):
            a, b = (self.thing() if kind == "out" else self.the(1)), self.the(1)
            if kind == "out" and rng.random() < 0.15:
                return Said(fill("[take|get|pull|lift] {a} [out|off]", rng, a=a.text), f"out {a.form}")
            return Said(fill(rng.choice(OUT if kind == "out" else SWAP), rng, a=a.text, b=b.text), f"{kind} {a.form}, {b.form}")
        if kind == "down" and rng.random() < 0.3:
            text = rng.choice(["[put|set|lay] [it|that|this] down", "drop [it|that]", "let go[ of it|]", "release it", "[put|set] down what you [hold|are holding|have]"])
            return Said(expand(text, rng), "down it")
        if kind == "empty":
            return self.emptied()
        if kind == "tower":
            return self.tower()
        if kind == "leftward":
            a, side = self.one(), rng.choice(["left", "right"])
            return Said(fill(rng.choice(LEFTWARD), rng, a=a.text, s=side), f"{side} {a.form}")
        templates = {"hold": HOLD, "open": OPEN, "close": CLOSE, "press": PRESS, "down": DOWN, "stack": STACK, "move": MOVE, "keep": KEEP}
        if kind in ("open", "close"):
            a = self.fixture(words.OPENABLE)
        elif kind == "press":
            a = self.fixture(words.PRESSABLE)
        elif kind == "stack":
            a = self.many() if rng.random() < 0.5 else self.pair()
        else:
            a = self.one() if kind == "hold" or rng.random() < 0.8 else self.thing()
        if kind == "keep":
            return Said(fill(rng.choice([k for k in KEEP if not k.startswith("without")]), rng, a=a.text), f"keep {a.form}")
        return Said(fill(rng.choice(templates[kind]), rng, a=a.text), f"{kind} {a.form}")

    def from_to(self) -> Said:
        """Something taken out of one place and put into another."""
        rng = self.rng
        a = self.the(1) if rng.random() < 0.6 else rng.choice([Said("everything", "all", True), self.plain_all()])
        b, c = self.the(1), self.the(1)
        verb = rng.choice(["in", "in", "on", "near", "left", "right"])
        where = {"in": expand("[in|into|inside]", rng), "on": expand("[on|onto|on top of]", rng)}.get(verb) or rng.choice(RELATION_WORDS[verb])
        source, texts = rng.choice([("in", ["out of", "from"]), ("on", ["off", "off of"]), ("in", ["from inside", "out of"])])
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
            where = {"in": "in", "on": "on"}.get(verb) or rng.choice(RELATION_WORDS[verb])
            if forms and rng.random() < 0.3:
                a = rng.choice([self.rest(), self.rest(), Said("the other one", "other one"), Said("the other", "other")])
            texts.append(f"{a.text} {where} {b.text}")
            forms.append(f"{verb} {a.form}, {b.form}")
        return Said(expand("[put|place|set|move]", rng) + " " + expand("[, | and |, and ]", rng).join(texts), "; ".join(forms))

    def rest(self) -> Said:
        """What has not been spoken of."""
        rng = self.rng
        if rng.random() < 0.6:
            return Said(*rng.choice(RESTS), True)
        text = self.description(plural=True)
        return Said(f"{rng.choice(['the other', 'the remaining', 'the rest of the', 'all the other', 'all other', 'all remaining'])} {text}", f"rest {text}", True)

    def emptied(self) -> Said:
        """A container or surface cleared, perhaps into another."""
        rng, b = self.rng, self.the(1)
        if rng.random() < 0.6:
            c = self.the(1)
            return Said(fill(rng.choice(POURS), rng, b=b.text, c=c.text), f"in all @in {b.form}, {c.form}")
        return Said(fill(rng.choice(EMPTY), rng, b=b.text), f"out all, {b.form}")

    def tower(self) -> Said:
        """A tower with its order told."""
        rng = self.rng
        a, b, c = self.the(1), self.the(1), self.the(1)
        forms = f"on {b.form}, {a.form}; on {c.form}, {b.form}"
        text = rng.choice([
            "[build|make] a [tower|stack] with {a} [at the bottom|on the bottom], {b} in the middle and {c} [on top|at the top]",
            "stack {c} on {b} on {a}", "stack {b} on {a} and {c} on {b}", "put {b} on {a} and then {c} on top of [that|it|{b}]",
            "[build|make] a [tower|stack]: {a} at the bottom, then {b}, then {c} on top", "stack {a}, {b} and {c} from bottom to top", "[build|make] a [tower|stack] with {a} at the bottom, {b} [in the middle|next|above it] and {c} [on top|at the top]",
            "[build|make] a [tower|stack] with {c} on top, {b} in the middle and {a} at the bottom"])
        return Said(fill(text, rng, a=a.text, b=b.text, c=c.text), forms)

    def refused(self) -> Said:
        """Something this robot must not or cannot do."""
        rng = self.rng
        if rng.random() < 0.12:
            return skills.hurt(self, PEOPLE)
        templates, form = (UNSAFE, "unsafe") if rng.random() < 0.5 else (CANNOT, "cannot")
        text = fill(rng.choice(templates), rng, n=self.the(1).text, o=self.the(1).text, p=rng.choice(PEOPLE), h=rng.choice(HAZARDS),
                    m="the " + self.description(plural=True), c=str(rng.randint(1, 40)))
        return Said(text, form)

    def follow_up(self) -> Said:
        """Taking back what was done before."""
        rng = self.rng
        sorry = expand(rng.choice(REGRETS) + "[,|,|.|;|...|!] [no, |]", rng) if rng.random() < 0.35 else ""
        if rng.random() < 0.45:
            return Said(sorry + expand(rng.choice(UNDO), rng), "undo")
        a = Said(rng.choice(["it", "it", "that", "them", "this", "that one"]), "it") if rng.random() < 0.35 else self.the() if rng.random() < 0.85 else self.many()
        return Said(sorry + fill(rng.choice(BACK), rng, a=a.text), f"back {a.form}")

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
            said_first, text = rng.choice(GERUND_ORDER)
        elif shape < 0.5:
            said_first, text = rng.choice(ORDER)
        if shape < 0.5:
            first, second = (a, b) if said_first == "a" else (b, a)
            return Said(fill(text, rng, a=a.text, b=b.text), f"{first.form}; {second.form}")
        if rng.random() < 0.12:
            verb, where = rng.choice([("in", "[in|into|inside]"), ("on", "[on|onto|on top of]"), ("near", "[next to|near|beside]"), ("left", "to the left of"), ("right", "to the right of")])
            rest, c = self.rest(), self.place()
            b = Said(fill("[put|place|move|] {a} [go |]" + where + " {c}" if rng.random() < 0.9 else "{a} [goes|go|should go] " + where + " {c}", rng, a=rest.text, c=c.text).strip(), f"{verb} {rest.form}, {c.form}")
        said = [a, b] + [self.clause() for _ in range(rng.choice((0, 0, 0, 0, 0, 1)))]
        text = said[0].text
        for piece in said[1:]:
            text += expand("[, then| and then| then|; then|, and then|. then|. after that,|. next,|, afterwards| and| and|,|;|.|, and|, and finally|. finally,]", rng) + " " + piece.text
        return Said(text, "; ".join(s.form for s in said))

    def operated(self) -> Said:
        """Something opened, closed or pressed."""
        templates, kind, names = self.rng.choice(
            [(OPEN, "open", words.OPENABLE), (CLOSE, "close", words.OPENABLE), (CLOSE, "close", words.OPENABLE), (PRESS, "press", words.PRESSABLE)])
        a = self.fixture(names)
        return Said(fill(self.rng.choice(templates), self.rng, a=a.text), f"{kind} {a.form}")

    def around_fixture(self) -> Said:
        """Open, put in, close; with pronouns."""
        rng = self.rng
        f, a = self.fixture(words.OPENABLE), self.the(1)
        if f.form == "it":
            f = Said("the drawer", "the drawer")
        text, form = rng.choice([
            ("open {f}[,| and|, then] put {a} [in it|inside|inside it|in there][, then|, and| and then] [close|shut] [it|it again|{f}]", "open {f}; in {a}, {f}; close {f}"),
            ("open {f}[,| and|, then] [put|place] {a} [in it|inside|inside it|in]", "open {f}; in {a}, {f}"),
            ("put {a} in {f} and [close|shut] it", "in {a}, {f}; close {f}"), ("{a} [into|in] {f}[, then|, and| and then] [close|shut] [it|{f}]", "in {a}, {f}; close {f}"), ("before [closing|shutting] {f}[,|] put {a} [in|inside|in it]", "in {a}, {f}; close {f}"), ("[close|shut] {f} [after|once] {a} is [in it|inside|in]", "in {a}, {f}; close {f}"),
            ("pick up {a}, [open|pull open] {f} and put it [inside|in]", "open {f}; in {a}, {f}")])
        return Said(fill(text, rng, a=a.text, f=f.text), fill(form, rng, a=a.form, f=f.form))

    def contrast(self) -> Said:
        """One thing to do and one to leave alone, or a correction."""
        rng = self.rng
        a, b, c = self.the(1), self.the(1), self.the(1)
        prep, verb = rng.choice([("in", "in"), ("into", "in"), ("on", "on"), ("on top of", "on")])
        text, form = rng.choice([
            ("[don't touch|do not move|leave|don't move] {b}[, just|, only|;| but|, and|.] put {a} {r} {c}", "{v} {a}, {c}; keep {b}"), ("put {a}, not {b}, {r} {c}", "{v} {a}, {c}; keep {b}"), ("put {a} {r} {c}, not {b}", "{v} {a}, {c}; keep {b}"),
            ("put {a} {r} {c} but [leave {b} alone|don't touch {b}|leave {b} where it is|not {b}]", "{v} {a}, {c}; keep {b}"),
            ("put {a} {r} {c} without [touching|moving] {b}", "{v} {a}, {c}; keep {b}"), ("[don't touch|do not move|leave] {b}[, just|, only|;| but] put {a} {r} {c}", "{v} {a}, {c}; keep {b}"),
            ("put {b}[... |, ][sorry|no wait|I mean|actually][, |, put ]{a} {r} {c}", "{v} {a}, {c}"), ("put {a} {r} {b}[, no|, sorry|, I mean][, |, {r} ]{c}", "{v} {a}, {c}"),
            ("put only {a} {r} {c}", "{v} {a}, {c}"), ("[pick up|grab] {a}, not {b}", "hold {a}; keep {b}"), ("[pick up|grab|take|I want] not {b} but {a}", "hold {a}; keep {b}"),
            ("[press|push|hit] {a}, not {b}", "press {a}; keep {b}"), ("[empty|empty out|clear|unload] {c}[,|] but [leave|keep] {b} [where it is|in there|in it|alone|in place]", "out all, {c}; keep {b}"), ("take everything out of {c} [except|but|except for|apart from] {b}", "out all ! {b}, {c}"),
            ("{r} {c} goes {a}, not {b}", "{v} {a}, {c}; keep {b}")])
        said = self.many() if rng.random() < 0.25 else None
        if said and said.form.startswith("all") and "!" not in said.form:
            text = rng.choice(["put {a} {r} {c} but [leave {b} alone|not {b}|don't touch {b}|leave {b} where it is]", "put {a} {r} {c}, but [not {b}|leave out {b}|skip {b}]", "put {a} {r} {c} except {b}"])
            return Said(fill(text, rng, a=said.text, b=b.text, c=c.text, r=prep), f"{verb} {said.form} ! {b.form}, {c.form}")
        return Said(fill(text, rng, a=a.text, b=b.text, c=c.text, r=prep), fill(form, rng, a=a.form, b=b.form, c=c.form, v=verb))

    def sentence(self) -> Said:
        """A whole instruction, as a person would type it."""
        rng, shape = self.rng, self.rng.random()
        if shape < 0.32:
            said = self.clause()
        elif shape < 0.56:
            said = self.several()
        elif shape < 0.61:
            said = self.contrast()
        elif shape < 0.93:
            said = rng.choices([turn for _, turn in TURNS], [weight for weight, _ in TURNS])[0](self)
        else:
            said = self.refused()
        before = expand("[||||||||||||please |please |could you |can you |can you please |would you |hey robot, |robot, |ok, |now |now |I need you to |go ahead and |i want you to |just |let's |hey, could you |kindly |next, |pls |will you |can you pls |yo |alright, |right, ]", rng)
        after = expand("[||||||||.|.|.|!| please| please|, please| for me| now|, thanks| please.| pls| plz|, thx| if you can| when you can|, would you?| real quick| right now| already]", rng)
        if said.form in ("unsafe", "cannot") and rng.random() < 0.5:
            after = rng.choice(["", "?", "!", "."])
        return Said(before + said.text + after, said.form)
