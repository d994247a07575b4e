"""Writes the size of an image's disk as 8 bytes, the most significant first, then its bytes: libqcow.py IMAGE [START END]..."""

import sys

import pyqcow

image = pyqcow.file()
image.open(sys.argv[1])
out = sys.stdout.buffer
out.write(image.get_media_size().to_bytes(8, "big"))
numbers = [int(text) for text in sys.argv[2:]]
for start, end in zip(numbers[::2], numbers[1::2]):
    while start < end:
        piece = image.read_buffer_at_offset(min(end - start, 1 << 20), start)
        if not piece:
            sys.exit(f"nothing at {start}")
        out.write(piece)
        start += len(piece)
