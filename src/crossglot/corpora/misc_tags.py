r"""Labels in CoNLL-U's MISC field: `Tag=…`, written so that any label fits there and comes back as it was.

UD says nothing of escapes in MISC. These are the ones that UDPipe documents for `SpacesAfter` and its like
(https://ufal.mff.cuni.cz/udpipe/2/models#universal_dependencies): `\p` a vertical bar, `\s` a blank, `\t`, `\n`, `\r`,
and `\\` a backslash; other characters that Unicode calls blanks, which may not stand everywhere in a field, are `\u`
and four hexadecimal digits. An `=` stands as it is: what comes after the first one is the label.
"""

from __future__ import annotations

import re

KEY = "Tag"
_ESCAPES = {"\\": "\\\\", "|": "\\p", " ": "\\s", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_MEANT = {escape[1]: character for character, escape in _ESCAPES.items()}
_TO_ESCAPE = re.compile(r"[\\|\s]")
_ESCAPED = re.compile(r"\\(?:([\\pstnr])|u([0-9a-f]{4}))")


def escaped(label: str) -> str:
    r"""The label without a blank or a bar: `Case=Nom|Number=Sing` → `Case=Nom\pNumber=Sing`."""
    return _TO_ESCAPE.sub(lambda found: _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04x}", label)


def unescaped(value: str) -> str:
    """What `escaped` was given; a backslash that begins no escape stands for itself."""
    return _ESCAPED.sub(lambda found: _MEANT[found[1]] if found[1] else chr(int(found[2], 16)), value)


def with_tag(misc: str, label: str) -> str:
    """A MISC field with this label and everything else that it had; a label that it has is replaced in its place."""
    added = f"{KEY}={escaped(label)}"
    if misc == "_":
        return added
    parts = misc.split("|")
    old = [at for at, part in enumerate(parts) if part.startswith(f"{KEY}=")]
    if not old:
        return f"{misc}|{added}"
    return "|".join(added if at == old[0] else part for at, part in enumerate(parts) if at not in old[1:])


def tag_in(misc: str) -> str | None:
    """The label that a MISC field holds, or None."""
    found = next((part for part in misc.split("|") if part.startswith(f"{KEY}=")), None)
    return None if found is None else unescaped(found.removeprefix(f"{KEY}="))
