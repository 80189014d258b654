"""What the brain says when it asks or declines, in the person's language; the texts are in `data/*/messages.json`."""

from __future__ import annotations

from collections.abc import Sequence

from pontine.planner.language.languages import data


def word(key: str, language: str, what: str = "", options: Sequence[str] = (), count: int = 0) -> str:
    """The text of that key in a language.

    Example:
        >>> word("which", "en", "the cube", ["red_cube", "blue_cube"])
        'Which one do you mean by “the cube”: red_cube or blue_cube?'
    """
    told = data(language, "language")
    joined = told["comma"].join(options[:-1]) + (told["or"] if len(options) > 1 else "") + "".join(options[-1:])
    return str(data(language, "messages")[key]).format(what=what, options=joined, count=count)
