"""How the files of a run's predictions are called."""

from __future__ import annotations

import hashlib

LONGEST = 120  # bytes of a system's name in the name of a file, which may have 255


def row_name(system: str, task: str, source: str) -> str:
    """`m-bert-small.pos.en`: what the files of a row's predictions are called by, whatever is in the names."""
    plain, of_source = plain_name(system), plain_name(source)
    named = plain.encode()[:LONGEST].decode(errors="ignore")
    if named != system.replace(" ", "-"):  # it stands for other systems, too, but for these digits
        named += f"~{hashlib.sha256(system.encode()).hexdigest()[:8]}"
    return f"{named}.{task}.{of_source}"


def plain_name(text: str) -> str:
    """What is neither letter nor digit nor one of `._+-` becomes a hyphen."""
    return "".join(character if character.isalnum() or character in "._+-" else "-" for character in text)
