"""Writes the mug's mesh: `python make_mug.py`. A turned body and a bent bar for a handle, each a closed surface."""

from __future__ import annotations

from math import cos, pi, sin
from pathlib import Path

RADIUS, HEIGHT, WALL, HANDLE, BAR = 0.018, 0.042, 0.003, 0.010, 0.0025
AROUND, ALONG = 32, 16


def rings(points, closed):
    """Faces between rings of points that follow each other, each ring seen anticlockwise along the way; ends shut."""
    faces = []
    count = len(points[0])
    for low in range(len(points) - 1):
        for k in range(count):
            a, b = low * count + k, low * count + (k + 1) % count
            faces.append((a, b, b + count, a + count))
    if closed:
        faces.append(tuple(reversed(range(count))))
        faces.append(tuple((len(points) - 1) * count + k for k in range(count)))
    return [p for ring in points for p in ring], faces


def body():
    """Up the outside, over the rim, down the inside, shut by the floor's two faces."""
    inner, floor = RADIUS - WALL, WALL
    profile = [(RADIUS, 0.0), (RADIUS, HEIGHT), (inner, HEIGHT), (inner, floor)]
    turn = [2 * pi * k / AROUND for k in range(AROUND)]
    return rings([[(r * cos(a), r * sin(a), z) for a in turn] for r, z in profile], closed=True)


def handle():
    """A bar of eight sides along half an ellipse, from the wall and back into it."""
    points = []
    for step in range(ALONG + 1):
        along = pi * (step / ALONG - 0.5)
        y, z = RADIUS - WALL / 2 + (HANDLE + WALL / 2 - BAR) * cos(along), HEIGHT / 2 + 0.3 * HEIGHT * sin(along)
        around = [2 * pi * k / 8 for k in range(8)]
        points.append([(BAR * cos(a), y + BAR * sin(a) * cos(along), z + BAR * sin(a) * sin(along)) for a in around])
    return rings(points, closed=True)


def main():
    lines, start = ["# a mug, in metres"], 1
    for name, (points, faces) in {"body": body(), "handle": handle()}.items():
        lines.append(f"o {name}")
        lines += [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in points]
        lines += ["f " + " ".join(str(start + k) for k in face) for face in faces]
        start += len(points)
    path = Path(__file__).parent / "pontine_mug" / "mug.obj"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
