"""Printed sheets, measured as a ruler would."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from pontine.envs.errors import PontineError
from pontine.envs.tabletop.layout import random_table
from pontine.sim2real.emulation.tagging import marked
from pontine.sim2real.vision import sheet, tags
from pontine.sim2real.vision.markers import Markers, MarkersError


def test_every_tag_is_on_the_sheet_at_its_size(tmp_path: Path) -> None:
    markers = marked(random_table(3))
    written = sheet.write(sheet.pages(markers), tmp_path / "markers.png")
    detector = cv2.aruco.ArucoDetector(tags.dictionary(markers.family))
    sizes = {tag.id: tag.size for _, stuck in markers.places for tag in stuck}
    seen = {}
    for path in written:
        page = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        assert page.shape == (3508, 2480)
        corners, ids, _ = detector.detectMarkers(page)
        seen |= dict(zip(np.asarray(ids).ravel().tolist(), corners, strict=True))
    assert set(seen) == set(sizes)
    for id, quad in seen.items():
        sides = np.linalg.norm(quad[0] - np.roll(quad[0], 1, axis=0), axis=1) / 300 * 0.0254
        assert np.abs(sides - sizes[id]).max() < 0.0005


def test_a_pdf_is_whole_and_other_endings_are_refused(tmp_path: Path) -> None:
    sheet.write([sheet.board()], tmp_path / "board.pdf")
    assert (tmp_path / "board.pdf").read_bytes().startswith(b"%PDF")
    with pytest.raises(PontineError, match=r"\.pdf or \.png"):
        sheet.write([sheet.board()], tmp_path / "board.doc")
    assert [path.name for path in tmp_path.iterdir()] == ["board.pdf"]


def test_a_markers_file_comes_back_as_it_was_written(tmp_path: Path) -> None:
    markers = marked(random_table(5))
    markers.write(tmp_path / "markers.json")
    again = Markers.read(tmp_path / "markers.json")
    assert [o.name for o in again.objects] == [o.name for o in markers.objects]
    for a, b in zip(again.objects, markers.objects, strict=True):
        assert np.allclose([t.corners() for t in a.tags], [t.corners() for t in b.tags], atol=1e-7)


CUBE = {"name": "cube", "kind": "cube", "color": "red", "size": [0.03, 0.03, 0.03]}
TABLE = [{"id": 0, "size": 0.04, "position": [0.4, 0.2, 0.0]}]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"objects": []}, "no tags on the table"),
        ({"table": [{**TABLE[0], "id": 9999}]}, "ids 0 to 586"),
        ({"table": TABLE, "objects": [{**CUBE, "tags": [{"id": 0, "size": 0.02}]}]}, "each id is used once"),
        ({"table": TABLE, "objects": [{**CUBE, "tags": [{"id": 1, "size": 0.02, "face": "lid"}]}]}, "valid: back"),
        ({"table": TABLE, "objects": [{**CUBE, "tags": [{"id": 1, "size": 20}]}]}, "in metres"),
        ({"table": TABLE, "objects": [{**CUBE, "colour": "red"}]}, "unknown field 'colour'"),
        ({"table": TABLE, "objects": [CUBE, {**CUBE, "name": "other"}]}, "nothing tells them apart"),
        ({"table": TABLE, "objects": [{**CUBE, "color": None}]}, "no colour"),
        ({"table": TABLE, "objects": [{**CUBE, "kind": "bowl"}]}, "cannot be found|can be found"),
        ({"table": [{"id": 0, "size": 0.04}]}, r"table\[0\].position is missing"),
        ({"family": "tag99", "table": TABLE}, "tag36h11"),
        ({"family": ["tag36h11"], "table": TABLE}, "'family' must be a text"),
        ([], "JSON object"),
    ],
)
def test_a_wrong_markers_file_is_one_clear_line(tmp_path: Path, data: object, said: str) -> None:
    path = tmp_path / "markers.json"
    path.write_text(json.dumps(data))
    with pytest.raises(MarkersError, match=said) as caught:
        Markers.read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
