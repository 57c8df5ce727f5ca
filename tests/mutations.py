"""Bytes that were damaged: what fuzzers of folders do to a file."""

from __future__ import annotations

from hypothesis import strategies as st


def changed_bytes(raw: bytes, data: st.DataObject) -> bytes:
    """In up to four places, more often near the start, bytes put in, or in the place of others or of all the rest."""
    changed = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, min(len(changed), 4000)) | st.integers(0, len(changed)))
        what = data.draw(st.binary(max_size=9))
        gone = data.draw(st.sampled_from((0, len(what), 1, 100, 1000, len(changed))))
        changed[at : at + gone] = what
    return bytes(changed)
