#!/usr/bin/env python3
"""images.py - writes small images for tests/data/test_images.c, with the standard library alone: rgb.png, 3 wide and 2
high, whose bytes are 0, 10, .., 170 in reading order (red, green, blue of each pixel); grey.png, 2 x 2, 0, 85, 170, 255;
wide.png, 2 x 1, grey in 16 bits, 1 and 65535.

    python3 tests/golden/scripts/images.py
"""
import struct
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write(name, width, height, depth, colour, rows):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    with open("tests/golden/data/" + name, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


numbers = bytes(range(0, 180, 10))
write("rgb.png", 3, 2, 8, 2, [numbers[:9], numbers[9:]])
write("grey.png", 2, 2, 8, 0, [bytes([0, 85]), bytes([170, 255])])
write("wide.png", 2, 1, 16, 0, [struct.pack(">HH", 1, 65535)])
