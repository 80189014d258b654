"""English sentences that ask for what has no verb in the goal form, so that the verb is copied.

Most of their verbs are rare or made up: a model that has seen many of them copies the one it does not know.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from pontine.planner.tuning.templates import Said, expand, fill

if TYPE_CHECKING:
    from pontine.planner.tuning.corpus_english import English

VERBS = """cut slice chop peel wash clean wipe cook bake fry fold iron dry polish paint glue grind squeeze scrub rinse sharpen repair fix
charge measure weigh scan photograph wrap rotate flip spin tilt shake roll twist bend unscrew unplug inflate sew tie untie copy inspect
sort count label stir sweep water grease trim mark sand brush tune play sign sketch align straighten level centre buff varnish rub pat
stroke caress cuddle hug kiss lick taste smell sniff tug yank drag jiggle wiggle wobble rattle swing dangle juggle bounce flatten
crumple crease unfold unwrap unbutton unzip zip lace braid weave knit embroider stamp engrave carve whittle file drill rivet weld
crank pump drain soak dip dunk sprinkle drizzle spray mist steam toast grill roast simmer knead whisk beat sift scoop skim strain
butter season salt garnish reheat chill freeze thaw defrost vacuum mop disinfect sterilise bleach dye stretch compress
probe poke prod nudge tease examine study observe watch track film record trace outline circle underline
highlight number rank match compare group combine mix blend shuffle deal rearrange reorient invert reverse pivot swivel revolve
orbit hover wrangle fondle salute greet bless decorate adorn festoon anoint calibrate zero reset test debug tighten
loosen fasten unfasten buckle unbuckle hitch unhitch tether untether hook unhook lock unlock jack prime load
aim reach touch approach palpate squish squash bop boop fiddle tinker""".split()
"""Real ones, of all sorts of work."""

PHRASAL = """reach:for reach:toward point:at point:to hover:over look:at listen:to play:with mess:with fiddle:with lean:on circle:around
dance:around sneak:up jump:over push:around shove:along wipe:off wipe:down clean:up scrub:off dry:off mop:up sweep:up rinse:out wash:up
turn:over turn:around turn:on turn:off switch:on switch:off flip:over roll:over roll:up roll:away fold:up fold:over spin:around twist:off
screw:on screw:in plug:in hook:up wrap:up tie:up tie:down shake:up shake:off stir:up mix:up cut:up cut:open chop:up cool:down warm:up
sort:out line:up straighten:up prop:up tilt:back lean:over bend:over stretch:out smooth:out flatten:out pump:up
fill:up top:up scoop:up soak:up dust:off brush:off chase:after follow:along run:through paint:over write:on check:on
check:out look:into size:up mark:off cross:out set:up take:apart put:together fix:up patch:up polish:up rub:in rub:off scrape:off
peel:back peel:off slice:up crank:up wind:down slow:down speed:up zoom:in home:in back:off""".split()
"""Verbs with a particle."""

PARTICLES = "up down over off out around away back along through apart together aside about across".split()
PREPOSITIONS = "with with using against around along across through from at for past toward upon".split()
ADVERBS = ["gently", "carefully", "slowly", "a bit", "a little", "once", "twice", "again", "for me", "quickly", "for a moment", "all the way", "properly", "a few times"]

ALONE = [("go home", "go home"), ("go back home", "go back home"), ("return home", "return home"), ("[move|go|return] to [the|your] home position", "{1} to home position"), ("take a bow", "take bow"), ("take a break", "take break"), ("take a nap", "take nap"),
         ("come here", "come here"), ("stand up", "stand up"), ("stand still", "stand still"), ("calm down", "calm down"), ("say hello", "say hello"), ("nod", "nod"), ("dance", "dance"), ("sing", "sing"), ("jump", "jump"), ("sleep", "sleep"), ("smile", "smile"),
         ("stretch", "stretch"), ("stretch out", "stretch out"), ("tidy up", "tidy up"), ("clean up", "clean up"), ("warm up", "warm up"), ("wake up", "wake up"), ("shut down", "shut down"), ("power off", "power off"), ("park yourself", "park"),
         ("retract", "retract"), ("retreat", "retreat"), ("stow yourself", "stow"), ("calibrate yourself", "calibrate"), ("reset yourself", "reset"), ("play dead", "play dead"), ("applaud", "applaud"), ("whistle", "whistle"), ("salute", "salute")]
"""What is done to nothing."""

LIQUIDS = "water milk coffee juice tea sand soup oil vinegar lemonade paint syrup sugar flour rice".split()
FIXED = [("pour {l} [into|in|over|onto] {b}", "do pour the {l}, {b}"), ("pour some {l} [into|in|over|onto] {b}", "do pour a {l}, {b}"), ("fill {a} with {l}", "do fill {a}, the {l}"), ("sprinkle {l} [over|on|onto] {b}", "do sprinkle the {l}, {b}"), ("spray {b} with {l}", "do spray {b}, the {l}"),
         ("stir {l} into {b}", "do stir the {l}, {b}"), ("stir the {l}", "do stir the {l}"), ("turn on the [light|lamp|tv|radio|computer|stove]", "do turn on the {1}"), ("turn off the [light|lamp|tv|radio|computer|stove]", "do turn off the {1}"), ("turn the [light|lamp|tv|radio] off", "do turn off the {1}"),
         ("turn {a} upside down", "do turn upside down {a}"), ("flip {a} upside down", "do flip upside down {a}"), ("rotate {a} by [90|45|180] degrees", "do rotate {a}"), ("turn {a} by [90|45|180] degrees", "do turn {a}"), ("turn {a} [to the left|clockwise|to face {b}|halfway]", "do turn {a}"),
         ("plug {a} into {b}", "do plug {a}, {b}"), ("screw {a} into {b}", "do screw {a}, {b}"), ("hook {a} to {b}", "do hook {a}, {b}"), ("tie {a} to {b}", "do tie {a}, {b}"), ("glue {a} to {b}", "do glue {a}, {b}"), ("[sing|play] a song", "do {1} a song"), ("write a letter", "do write a letter"),
         ("draw a [circle|line|house]", "do draw a {1}"), ("set the table", "do set the table"), ("make [coffee|dinner|breakfast]", "do make the {1}"), ("play {a}", "do play {a}"), ("wash the dishes", "do wash all dishes"), ("arrange {m} in [a row|a circle|order]", "do arrange all {m}"), ("line {m} up", "do line up all {m}"),
         ("clean the kitchen", "do clean the kitchen"), ("cut {a} in [half|two|pieces]", "do cut {a}"), ("slide your [hand|gripper] along {a}", "do slide along {a}"), ("dip {a} [in|into] {b}", "do dip {a}, {b}"), ("dunk {a} [in|into] {b}", "do dunk {a}, {b}"), ("point to {a}", "do point to {a}"), ("reach [for|towards|out to] {a}", "do reach {a}"), ("touch {a}", "do touch {a}"), ("hover [over|above] {a}", "do hover {1} {a}")]
"""Sentences with a form of their own; `{1}` is the first alternative that was taken."""

_ONSETS = "b bl br ch d dr f fl fr g gl gr h j k kl l m n p pl pr qu r s sh sk sl sm sn sp spl spr st str sw t thr tr tw v w y z".split()
_NUCLEI = "a e i o u oo ee ai ou ea a i o u".split()
_CODAS = "b ck d ff g gg k l ll m mp n nd ng nk p rf rg rk rm rp rt sh sk sp ss st t x zz ble gle dle zle mble ffle ggle nch".split()


def invented_verb(rng: random.Random) -> str:
    """A word that could be an English verb and most likely is none."""
    word = rng.choice(_ONSETS) + rng.choice(_NUCLEI) + rng.choice(_CODAS)
    if rng.random() < 0.25:
        word = rng.choice(("un", "re", "de", "out", "over", "mis")) + word
    if rng.random() < 0.2:
        word += rng.choice(("ify", "ise", "ate", "er"))
    return word


def verb(rng: random.Random) -> tuple[str, str]:
    """A verb and its particle, which is mostly empty."""
    shape = rng.random()
    if shape < 0.22:
        head, _, particle = rng.choice(PHRASAL).partition(":")
        return head, particle
    head = invented_verb(rng) if shape < 0.65 else rng.choice(VERBS)
    if shape < 0.35 or shape > 0.94:
        return head, rng.choice(PARTICLES)
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
        joint = rng.choice(PREPOSITIONS)
        text = rng.choice(["{v} {a} {j} {b}", "{v} {a} {j} {b}", "use {b} to {v} {a}", "with {b}, {v} {a}", "take {b} and {v} {a} with it"])
        return Said(fill(text, rng, v=both, a=a.text, b=b.text, j=joint), f"do {both} {a.form}, {b.form}")
    if shape < 0.44:
        return twisted(s, head)
    a = s.thing() if rng.random() < 0.5 else s.the()
    adverb = f" {rng.choice(ADVERBS)}" if rng.random() < 0.14 else ""
    if particle and particle not in ("for", "at", "to", "toward", "with", "into") and rng.random() < 0.5:
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
        head, particle = invented_verb(rng), rng.choice(["", "", rng.choice(PARTICLES)])
        text = f"{head} {particle}".strip()
        return Said(text + rng.choice(["", "", " now", " for me", " a bit"]), f"do {text}")
    text, form = rng.choice(ALONE)
    text, taken = expand_told(text, rng)
    return Said(text, f"do {form.replace('{1}', taken)}")


def fixed(s: English) -> Said:
    rng = s.rng
    text, form = rng.choice(FIXED)
    text, taken = expand_told(text, rng)
    a, b, m = s.the(1), s.the(1), s.description(plural=True)
    slots = {"l": rng.choice(LIQUIDS)}
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
    verb_, where = rng.choice([("in", "into"), ("in", "into"), ("in", "in"), ("in", "inside"), ("on", "onto"), ("on", "on top of"), ("on", "on"), ("near", "next to"), ("near", "beside"), ("left", "to the left of"), ("right", "to the right of"), ("behind", "behind")])
    return Said(f"{head} {a.text} {where} {b.text}", f"{verb_} {a.form}, {b.form}")


def hurt(s: English, people: list[str]) -> Said:
    """A made-up verb done to somebody is refused as harm is."""
    head, particle = verb(s.rng)
    return Said(f"{head} {s.rng.choice(people)}{f' {particle}' if particle else ''} with {s.the(1).text}", "unsafe")
