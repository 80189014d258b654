"""Pictures as PNG, for files and for whoever asks for one."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from ..arrays import Image


def png(picture: Image) -> bytes:
    """A picture (height, width, 3) uint8 as the bytes of a PNG file (ISO/IEC 15948), losslessly.

    Raises ValueError for what is no such picture.

    Example:
        >>> png(np.zeros((2, 3, 3), np.uint8))[:8]
        b'\\x89PNG\\r\\n\\x1a\\n'
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise ValueError(f"a picture is (height, width, 3) uint8, not {picture.shape} {picture.dtype}")
    height, width, _ = picture.shape
    # each row begins with the number of its filter: none
    rows = np.concatenate([np.zeros((height, 1), np.uint8), picture.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
