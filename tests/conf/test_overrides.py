from __future__ import annotations

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import example, given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from pontine.conf.overrides import prepare, quote
from pontine.envs.errors import PontineError, UnknownNameError

KEYS = ["instruction", "seed", "report"]
TEXTS = ["instruction", "report"]
PARSER = OverridesParser.create()

awkward = st.text(alphabet="ab ,;'\"\\${}[]()<>=:~#%?*+-@/|&！，。「」：放把\t\n\r", max_size=16)


def read_back(value: str) -> object:
    """What a config holds after Hydra has parsed `instruction=<value>`."""
    config = OmegaConf.create({"instruction": None})
    config.instruction = PARSER.parse_override(f"instruction={value}").value()
    return OmegaConf.to_container(config, resolve=True)["instruction"]


@given(st.one_of(awkward, st.text()))
@example('put the red cube, then the "blue" one, {in} the ${bowl}')
@example("把红色方块放进碗里，然后（轻轻地）松开。")
@example("ends with a backslash\\")
@example("\\\\${x}\\'")
@example("")
def test_free_text_survives(text: str) -> None:
    if text != "???":
        assert read_back(quote(text)) == text


def test_the_one_text_no_config_can_hold() -> None:
    with pytest.raises(PontineError, match=r"\?\?\?"):
        quote("???")


def test_only_texts_are_quoted() -> None:
    assert prepare(["seed=1,2", "instruction=a, b", "-m", "report=null"], KEYS, TEXTS) == [
        "-m", "seed=1,2", "instruction='a, b'", "report=null",
    ]  # fmt: skip


def test_words_after_a_flag_belong_to_it() -> None:
    assert prepare(["seed=1", "--cfg", "job"], KEYS, TEXTS) == ["--cfg", "job", "seed=1"]
    with pytest.raises(UnknownNameError, match="valid: all, hydra, job"):
        prepare(["--cfg", "seed=1"], KEYS, TEXTS)


@pytest.mark.parametrize("word", ["sead=3", "+sead=3", "sead.x=3", "++sead=3"])
def test_an_unknown_key_is_named_with_the_nearest(word: str) -> None:
    with pytest.raises(
        UnknownNameError, match=r"'sead' \(did you mean 'seed'\?\); valid: instruction, plugins, report, seed"
    ):
        prepare([word], KEYS, TEXTS)


def test_groups_and_hydra_itself_may_be_overridden() -> None:
    words = ["algo=ppo", "hydra.sweep.dir=x", "hydra/launcher=joblib"]
    assert prepare(words, KEYS, TEXTS, ["algo"]) == words


def test_a_bare_sentence_is_told_how_it_is_given() -> None:
    with pytest.raises(PontineError, match='did you mean instruction="stack the cubes"'):
        prepare(["stack the cubes"], KEYS, TEXTS)


def test_an_unknown_flag() -> None:
    with pytest.raises(UnknownNameError, match="--multirun"):
        prepare(["--multi"], KEYS, TEXTS)


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(PontineError, match="is not text"):
        prepare([b"instruction=\xff".decode(errors="surrogateescape")], KEYS, TEXTS)


@pytest.mark.parametrize("words", [["seed=1", "seed=2"], ["+seed=1", "seed=1"], ["report=a", "seed=1", "report=b"]])
def test_what_is_given_twice_is_said(words: list[str]) -> None:
    with pytest.raises(PontineError, match="= is given 2 times"):
        prepare(words, KEYS, TEXTS)


@pytest.mark.parametrize("words", [["--resolve"], ["--cfg", "job", "-m"], ["-c", "all", "--multirun", "seed=1,2"]])
def test_flags_that_do_not_go_together(words: list[str]) -> None:
    with pytest.raises(PontineError, match="--cfg"):
        prepare(words, KEYS, TEXTS)
