"""JSON of strangers: what json.loads reads comes out the same, and what would hurt later is one line now."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pontine.envs.errors import PontineError, SceneError
from pontine.envs.io.json_text import DEEPEST, LARGEST_WHOLE, parse, read

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST_WHOLE, LARGEST_WHOLE)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(values, st.booleans())
def test_what_is_json_is_read(value: object, ascii_only: bool) -> None:
    try:
        text = json.dumps(value, ensure_ascii=ascii_only).encode()
    except UnicodeEncodeError:
        return
    assert parse(text) == value


@given(st.binary(max_size=40) | st.text(max_size=40))
def test_anything_is_read_or_refused_in_one_line(text: str | bytes) -> None:
    try:
        parse(text)
    except PontineError as error:
        assert len(str(error).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[" * 100_000, "is more than 64 deep"),
        ('{"a":' * 65 + "1" + "}" * 65, "is more than 64 deep"),
        ("1" * 5000, "has a whole number of 5000 digits"),
        (str(-LARGEST_WHOLE - 1), "has a whole number of 19 digits"),
        ("1e999", "too large"),
        ("NaN", "has NaN, which is not JSON"),
        ('{"a": 1, "b": 2, "a": 3}', "gives 'a' twice in one object"),
        (r'"\ud800"', "half a surrogate pair"),
        ('"\ud800"', "half a surrogate pair"),
        (b'"\xff"', "byte 1 is not UTF-8"),
        ("", "is not JSON: Expecting value"),
    ],
)
def test_what_is_refused(text: str | bytes, says: str) -> None:
    with pytest.raises(PontineError, match="scene") as caught:
        parse(text, "scene")
    assert says in str(caught.value)


def test_as_deep_as_may_be() -> None:
    assert parse("[" * DEEPEST + "]" * DEEPEST) is not None


def test_a_mark_of_byte_order_is_no_fault() -> None:
    assert parse(b"\xef\xbb\xbf[1]") == parse("\ufeff[1]") == [1]


def test_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "good.json").write_bytes(b"[1.5]")
    assert read(tmp_path / "good.json", "list") == [1.5]
    with pytest.raises(SceneError, match=r"cannot read scene '.*none\.json': No such file"):
        read(tmp_path / "none.json", "scene", SceneError)
    with pytest.raises(PontineError, match="null byte"):
        read("a\0b", "scene")
    monkeypatch.setattr("pontine.envs.io.json_text.LARGEST_FILE", 4)
    with pytest.raises(PontineError, match="has more than"):
        read(tmp_path / "good.json", "list")
