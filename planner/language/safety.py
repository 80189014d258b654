"""Words with which an instruction asks for harm, whatever the model made of it.

The model learns to refuse harm from examples and can miss a wording; these few words have no harmless reading for
a robot arm, so they refuse by themselves. Only the instruction is looked at, never the scene's names.
"""

from __future__ import annotations

from pontine.envs.scene import Scene
from pontine.planner.language import lexicon
from pontine.planner.language.segments import split_units

_WORDS = frozenset(
    """stab stabbing kill killing murder strangle choke poison injure hurt maim shoot punch slap attack
hurl explode ignite""".split()
)
_PHRASES = (
    "on fire", "捅", "刺伤", "杀", "揍", "打人", "砸向", "扔向", "伤害", "下毒", "点燃", "点着", "引爆", "攻击", "掐死",
)  # fmt: skip


def harmful(instruction: str, scene: Scene) -> bool:
    """Whether the instruction uses a word of harm that is not part of what some thing in the scene is called."""
    units = split_units(instruction)
    names = [lexicon.plain(t) for o in scene.objects for t in (o.name, o.kind, *o.aliases)]
    names += [lexicon.plain(t) for f in scene.fixtures for t in (f.name, f.kind, *f.aliases)]
    called = {word for name in names for word in name.split(" ")}
    text = " ".join(units) if instruction.isascii() else "".join(units)
    words = _WORDS & set(units) - called
    return bool(words) or any(phrase in text and not any(phrase in name for name in names) for phrase in _PHRASES)
