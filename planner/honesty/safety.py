"""Words with which an instruction asks for harm, whatever the model made of it.

The model learns to refuse harm from examples and can miss a wording; these words (`harm` in `signs.json` and, as
patterns, in `doubts.json` of `language/data`) have no harmless reading for a robot arm, so they refuse by themselves.
Only the instruction is looked at, never the scene's names.
"""

from __future__ import annotations

from pontine.envs.scene import Scene
from pontine.planner.grounding.naming.placing import stands
from pontine.planner.honesty.doubts import asks_for, spoken
from pontine.planner.language import lexicon
from pontine.planner.language.languages import every
from pontine.planner.language.segments import split_units


def harmful(instruction: str, scene: Scene) -> bool:
    """Whether the instruction uses a word of harm that is not part of what some thing in the scene is called.

    Example:
        >>> harmful("press the button until it breaks", Scene()), harmful("press the button", Scene())
        (True, False)
    """
    units = split_units(instruction)
    names = [lexicon.plain(t) for o in scene.objects for t in (o.name, o.kind, *o.aliases)]
    names += [lexicon.plain(t) for f in scene.fixtures for t in (f.name, f.kind, *f.aliases)]
    called = {word for name in names for word in name.split(" ")}
    text = " ".join(units) if instruction.isascii() else "".join(units)
    for sign in every("signs", "harm"):
        if sign.isascii() and " " not in sign:
            if sign in units and sign not in called:
                return True
        elif sign in text and not any(sign in name for name in names):
            return True
    # "Drop it on the dog" is harmless where the dog is a toy on the table.
    toys = [word for word in every("doubts", "living") if any(word in name for name in names)]
    found = [words for words in asks_for("harm", spoken(instruction)) if not any(words in name for name in names)]
    return any(not any(stands(toy, words) for toy in toys) for words in found)
