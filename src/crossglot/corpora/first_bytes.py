"""What a file's first bytes tell that its name may not: that it is packed, and how, or that it is UTF-16."""

from __future__ import annotations

from codecs import getincrementaldecoder

GZIP, XZ = "gzip", "xz"
ENOUGH = 4096
"""First bytes that are looked at."""

_MAGIC = {
    b"\x1f\x8b": GZIP,
    b"\xfd7zXZ\x00": XZ,
    b"(\xb5/\xfd": "zstd",
    b"7z\xbc\xaf'\x1c": "7z",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}
_BZIP2 = b"1AY&SY"  # after `BZh` and a digit, which a word might begin with
_MARKS = {b"\xff\xfe\x00\x00": "UTF-32", b"\x00\x00\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_FEWEST = 16  # bytes below which nothing is said of a text without a mark
_BLOCKS = 0x20  # first bytes of most alphabets in UTF-16, and of punctuation; Chinese and the like are not UTF-8 anyway


def packing(head: bytes) -> str:
    """How a file is packed: `gzip`, `xz`, one that nothing here unpacks (`bzip2`, `zip`, …), or nothing."""
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            return name
    return "bzip2" if head[:3] == b"BZh" and head[4:10] == _BZIP2 else ""


def wide_encoding(head: bytes) -> str:
    """`UTF-16` or `UTF-32` for text in one of them (`UTF-16LE`, `UTF-16BE` without its mark); nothing for any other.

    Without a mark: one byte of every two of a line feed is zero, always on the same side, and on the other side there
    is no zero at all. Words may hold U+0000, but not so regularly. What is well-formed UTF-8 is taken for UTF-16 only
    where that side has nothing but what stands for blocks of letters (0x04 for Cyrillic) and would be no text itself.
    """
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return name
    head = head[: len(head) // 2 * 2]
    if len(head) < _FEWEST or 8 * head.count(0) < len(head):
        return ""
    for high, low, name in ((1, 0, "UTF-16LE"), (0, 1, "UTF-16BE")):
        planes = head[high::2], head[low::2]
        ends = [place for place in range(len(planes[1])) if planes[1][place] == 0x0A]
        regular = 0 not in planes[1] and 0x0A not in planes[0] and all(planes[0][place] == 0 for place in ends)
        if regular and (max(planes[0]) <= _BLOCKS or not _is_utf8(head)):
            return name
    return ""


def _is_utf8(head: bytes) -> bool:
    """Whether these first bytes, perhaps cut off inside a character, are well-formed UTF-8."""
    try:
        getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True
