"""Kinds: what a declaration must have, and what a mesh says of itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pontine.envs.affordances import frame, graspable, takes_things_in
from pontine.envs.declarations.kind import BOX, KINDS, MAX_SHAPES, Kind, Shape, check, names_of_own
from pontine.envs.errors import PontineError
from pontine.envs.scene import SceneObject
from pontine.envs.tabletop.hulls import hull_of
from tests.envs.declarations.test_solids import FACES, box

CUBE = KINDS["cube"]


def test_each_kind_has_words_in_both_languages_and_shapes_within_its_extents() -> None:
    for kind in KINDS.own():
        check(kind)
        assert all(kind.words[language] for language in ("en", "zh")), kind.name
        for size in (kind.low, kind.high):
            low, high = hull_of(kind, size).span(np.array([0.0, 0.0, 1.0]))
            assert low == pytest.approx(-kind.rest_height(size), abs=1e-9), kind.name
            assert high - low == pytest.approx(size[2], abs=1e-9), kind.name


def test_tasks_draw_from_what_the_declarations_say() -> None:
    assert names_of_own(graspable=True) == ("cube", "block", "cylinder", "ball")
    assert names_of_own(flat_top=True) == ("cube", "block", "cylinder", "plate")
    assert names_of_own(container=True) == ("bowl", "box")


@pytest.mark.parametrize("name", names_of_own())
def test_one_place_says_what_a_hand_can_do(name: str) -> None:
    thing, kind = SceneObject("it", name), KINDS[name]
    assert (graspable(thing), takes_things_in(thing), frame(thing)) == (kind.graspable, kind.container, kind.frame)


def test_nobody_answers_for_a_kind_that_is_not_declared() -> None:
    assert graspable(SceneObject("it", "teapot")) is takes_things_in(SceneObject("it", "teapot")) is None
    assert takes_things_in(SceneObject("it", "teapot", container=True))
    assert frame(SceneObject("it", "teapot", container=True)) == "base"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "two words"}, "one word"),
        ({"low": (0.02, 0.02, 0.0)}, "a table takes three extents"),
        ({"high": (1000.0, 0.04, 0.04)}, "a table takes three extents"),
        ({"low": (0.05, 0.05, 0.05)}, "larger than high"),
        ({"frame": "top"}, "frame is 'centre' or 'base'"),
        ({"rolls": True}, "must be round"),
        ({"density": 0.0}, "density must be positive"),
        ({"words": {"en": "cube"}}, "words are a tuple"),
        ({"shapes": lambda size: ()}, "is made of 0 shapes"),
        ({"shapes": lambda size: (Shape(BOX, (0.1, 0.1, 0.1)),) * (MAX_SHAPES + 1)}, "is made of 10 shapes"),
        ({"shapes": lambda size: (Shape(BOX, (0.1, float("nan"), 0.1)),)}, "not finite"),
    ],
)
def test_a_declaration_that_is_not_whole_is_refused(change: dict, said: str) -> None:
    with pytest.raises(PontineError, match=said):
        check(replace(CUBE, **change))


def test_a_mesh_alone_says_size_shapes_and_looks(tmp_path: Path) -> None:
    path = tmp_path / "slab.obj"
    path.write_text(box((0.02, 0.04, 0.01)) + FACES)
    slab = Kind(name="slab", mesh=path, symmetry=2, words={"en": ("slab",)}, frame="base")
    check(slab)
    assert slab.low == slab.high == pytest.approx((0.02, 0.04, 0.01))
    (shape,) = slab.shapes(np.array([0.04, 0.04, 0.02]))
    assert (shape.type, shape.pos) == (BOX, pytest.approx((0.0, 0.0, 0.01)))
    assert sorted(shape.size) == pytest.approx([0.01, 0.02, 0.02])
    assert slab.surface is not None
    assert slab.surface.vertices.min(0) == pytest.approx((-0.5, -0.5, 0.0))


def test_a_mesh_that_no_table_can_hold_is_refused_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "slab.obj"
    path.write_text(box((20.0, 40.0, 10.0)) + FACES)
    with pytest.raises(PontineError, match=r"slab\.obj is 40 m wide"):
        Kind(name="slab", mesh=path, symmetry=2, words={"en": ("slab",)})
