"""What words mean: WordNet's nouns, Chinese through the dictionary, characters and their sounds."""

from __future__ import annotations

import warnings

import pytest

from pontine.planner.language import dictionary, meaning, wordnet
from pontine.planner.language.characters import simplified, sound
from pontine.planner.language.lexicon import plain
from pontine.planner.language.meaning import Likeness, likeness
from pontine.planner.language.segments import split_units

ENTRIES = """
鑷子 镊子 [nie4 zi5] /tweezers/
高腳杯 高脚杯 [gao1 jiao3 bei1] /goblet/
工具 工具 [gong1 ju4] /tool/instrument/utensil/means/
""".encode()


@pytest.fixture
def cedict(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dictionary of three words."""
    monkeypatch.setattr(dictionary, "_text", lambda: ENTRIES)
    meaning._senses.cache_clear()


@pytest.mark.parametrize(
    ("said", "called", "like"),
    [
        ("spanner", "wrench", Likeness.SAME),
        ("skillets", "frying_pan", Likeness.SAME),
        ("settee", "couch", Likeness.NEAR),
        ("citrus", "lemon", Likeness.KIND),
        ("tool", "screwdriver", Likeness.KIND),
        ("clementine", "mandarin", Likeness.NEAR),
        ("soft cheese", "cream_cheese", Likeness.NEAR),
        ("fork", "spoon", Likeness.FAR),
        ("earphones", "phone", Likeness.FAR),
        ("unicorn", "lemon", Likeness.FAR),
        ("gizmo widget", "lemon", Likeness.FAR),
    ],
)
def test_how_like_two_nouns_are(said: str, called: str, like: Likeness) -> None:
    assert likeness(said, called) is like


@pytest.mark.usefixtures("cedict")
def test_chinese_words_that_the_lexicon_lacks_are_looked_up() -> None:
    assert likeness("镊子", "tweezers") is Likeness.SAME
    assert likeness("高脚杯", "goblet") is Likeness.SAME
    assert likeness("小镊子", "tweezers") is Likeness.NEAR
    assert likeness("高脚杯", "plate") is Likeness.FAR


def test_a_dictionary_that_is_missing_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionary.importlib.util, "find_spec", lambda name: None)
    dictionary._text.cache_clear()
    try:
        with pytest.warns(UserWarning, match=r"pip install 'pontine\[words\]'"):
            assert dictionary.glosses("镊子") == ()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert dictionary.glosses("高脚杯") == ()
    finally:
        dictionary._text.cache_clear()


def test_remarks_of_the_dictionary_are_no_meanings() -> None:
    text = "\n罐 罐 [guan4] /can; jar/(bound form) pot/variant of 缸[gang1]/CL:個|个[ge4]/to can/\n".encode()
    assert dictionary.glosses_in(text, "罐") == ("can", "jar", "pot")
    assert dictionary.glosses_in(text, "罐子") == ()


def test_no_sense_is_above_itself() -> None:
    kinds = wordnet._senses()[1]
    assert len(kinds) > 20_000
    assert all(number not in over for number, over in enumerate(kinds))


def test_traditional_characters_are_read_as_simplified_ones() -> None:
    assert split_units("把紅色積木放進盒子裡") == split_units("把红色积木放进盒子里")
    assert plain("馬克杯") == "马克杯"
    assert len(simplified("龜鬱鹽臺")) == 4


def test_what_sounds_alike() -> None:
    assert sound("香焦") == sound("香蕉") == "xiangjiao"
    assert sound("绿 lü A") == "lv lü A"
