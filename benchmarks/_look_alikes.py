"""Draw every character of GB 2312 and write which look alike: `lantian/detect/marks/look_alikes.txt`.

    python -m benchmarks._look_alikes SANS.ttc SERIF.ttc [--face 2] > lantian/detect/marks/look_alikes.txt

Needs Pillow, which Lantian itself does not. Any two Chinese faces do; ours were Noto Sans and Serif CJK SC.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter

SIDE, SMALL = 48, 24
LEAST, MOST = 0.78, 7
ALSO = ("日曰", "主王", "历厉", "候侯", "幻幼", "囗口")
"""Pairs that are thinner or wider than each other, so that the pictures do not lie over each other."""
HEAD = """\
# Characters of GB 2312 that look alike: a character, then up to eight others, the nearest first.
# Made by benchmarks/_look_alikes.py: every character drawn in a sans and a serif face (24 x 24 grey values,
# slightly blurred), compared by correlation; listed from 0.78 on,
# with a few pairs by hand. Measured shapes only: no part of a font."""


def characters() -> list[str]:
    """Return the 6,763 characters of GB 2312."""
    codes = [(row, cell) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)]
    return [bytes(code).decode("gb2312") for code in codes if not (code[0] == 0xD7 and code[1] > 0xF9)]


def drawn(path: str, face: int, signs: list[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Draw each sign; rows have mean 0 and length 1."""
    image, draw, faces = (import_module(f"PIL.{name}") for name in ("Image", "ImageDraw", "ImageFont"))
    font = faces.truetype(path, SIDE, index=face)
    pictures = []
    for sign in signs:
        picture = image.new("L", (SIDE, SIDE), 0)
        draw.Draw(picture).text((SIDE / 2, SIDE / 2), sign, font=font, fill=255, anchor="mm")
        pictures.append(np.asarray(picture.resize((SMALL, SMALL), image.Resampling.BOX), np.float32))
    rows = gaussian_filter(np.stack(pictures), (0, 0.7, 0.7)).reshape(len(signs), -1)
    rows -= rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 0 when done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fonts", nargs=2)
    parser.add_argument("--face", type=int, default=2)
    args = parser.parse_args(arguments)
    signs = characters()
    faces = [drawn(path, args.face, signs) for path in args.fonts]
    both = np.mean([rows @ rows.T for rows in faces], axis=0)
    alike = np.asarray(both, np.float16).astype(np.float32)
    np.fill_diagonal(alike, 0)
    print(HEAD)
    lines = []
    for place, sign in enumerate(signs):
        near = [at for at in np.argsort(-alike[place], kind="stable") if alike[place, at] >= LEAST][:MOST]
        also = (other for pair in ALSO if sign in pair for other in pair if other != sign)
        named = dict.fromkeys([*(signs[at] for at in near), *also])
        if named:
            lines.append(f"{sign} {''.join(named)}")
    print("\n".join(sorted(lines)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
