"""The hash of many stretches of one text at once.

Source:
    Appleby, MurmurHash3 (x86, 32 bits), as scikit-learn's ``HashingVectorizer`` uses it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Hashes = NDArray[np.uint32]

FIRST, SECOND = np.uint32(0xCC9E2D51), np.uint32(0x1B873593)
# Of the last one to three bytes only these count.
TAIL = np.array([0, 0xFF, 0xFFFF, 0xFFFFFF], dtype=np.uint32)


def murmur(data: NDArray[np.uint8], starts: Integers, sizes: Integers) -> NDArray[np.int32]:
    """Hash stretches of bytes, with seed 0.

    Args:
        data: The bytes.
        starts, sizes: Where each stretch begins, and its length; shape (n_stretches,).

    Returns:
        Shape (n_stretches,).
    """
    # A stretch may begin anywhere: each place has the four bytes that follow it.
    four = np.append(data, np.zeros(4, dtype=np.uint8)).astype(np.uint32)
    # numpy's stubs take a shift by a plain number for one of signed numbers.
    here: Any = four[:-3] | four[1:-2] << 8 | four[2:-1] << 16 | four[3:] << 24
    blocks, mixed = sizes >> 2, _mixed(here)
    # The longest first, so that those with a further block stand together.
    order = np.argsort(-blocks, kind="stable")
    ordered, hashes = starts[order], np.zeros(len(starts), dtype=np.uint32)
    ends = np.searchsorted(-blocks[order], -np.arange(blocks.max(initial=0)), side="left")
    for block, end in enumerate(ends.tolist()):
        some = hashes[:end] ^ mixed[ordered[:end] + 4 * block]
        hashes[:end] = _turned(some, 13) * np.uint32(5) + np.uint32(0xE6546B64)
    found = np.empty_like(hashes)
    found[order] = hashes
    found ^= _mixed(here[starts + 4 * blocks] & TAIL[sizes & 3])
    return _finished(found ^ sizes.astype(np.uint32)).view(np.int32)


def _mixed(block: Hashes) -> Hashes:
    return _turned(block * FIRST, 15) * SECOND


def _turned(hashes: Hashes, bits: int) -> Hashes:
    return hashes << np.uint32(bits) | hashes >> np.uint32(32 - bits)


def _finished(hashes: Hashes) -> Hashes:
    hashes = (hashes ^ hashes >> np.uint32(16)) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ hashes >> np.uint32(13)) * np.uint32(0xC2B2AE35)
    return hashes ^ hashes >> np.uint32(16)
