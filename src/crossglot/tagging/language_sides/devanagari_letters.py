"""A word in Latin letters spelled in Devanagari letter by letter: what is left where no known word is like it."""

from __future__ import annotations

import re


def _table(letters: str) -> dict[str, str]:
    entries = letters.split()
    return dict(zip(entries[::2], entries[1::2], strict=True))


_CONSONANTS = {
    **_table("k क kh ख g ग gh घ ch च chh छ j ज jh झ t त th थ d द dh ध n न p प ph फ b ब bh भ m म y य r र l ल"),
    **_table("v व w व sh श s स h ह f फ़ z ज़ q क c क x क्स"),
}
_VOWELS = _table("a अ aa आ i इ ee ई ii ई u उ oo ऊ uu ऊ e ए ai ऐ ei ऐ ay ऐ o ओ au औ ou औ")
_SIGNS = {**_table("aa ा i ि ee ी ii ी u ु oo ू uu ू e े ai ै ei ै ay ै o ो au ौ ou ौ"), "a": ""}
_AT_END = {"a": "ा", "i": "ी", "u": "ू"}
_NASAL, _VIRAMA = "ं", "्"
_PARTS = re.compile(
    "|".join(
        [f"(?P<consonant>{'|'.join(sorted(_CONSONANTS, key=len, reverse=True))})",
         "(?P<vowel>aa|ee|ii|oo|uu|ai|ei|ay(?![aeiou])|au|ou|a|i|u|e|o)", "(?P<other>.)"]
    ),
    re.DOTALL,
)  # fmt: skip


def in_devanagari(word: str) -> str:
    """The word as Hindi's letters would have it; what is no Latin letter stays as it is.

    Between two consonants nothing is written: where a vowel is not spoken there, spelling mostly has the inherent one.

    >>> in_devanagari("padta"), in_devanagari("pakka"), in_devanagari("rahein")
    ('पदता', 'पक्का', 'रहैं')
    """
    parts = [(match.lastgroup, match[0]) for match in _PARTS.finditer(word.lower())]
    found: list[str] = []
    for at, (kind, part) in enumerate(parts):
        before = parts[at - 1] if at else (None, "")
        after = parts[at + 1] if at + 1 < len(parts) else (None, "")
        if kind == "vowel":
            signs = _SIGNS | _AT_END if after[0] is None else _SIGNS
            found.append(signs[part] if before[0] == "consonant" else _VOWELS[part])
        elif kind == "consonant" and part == "n" and before[0] == "vowel" and _is_nasal(before[1], after):
            found.append(_NASAL)
        elif kind == "consonant":
            found.append(_CONSONANTS[part] + (_VIRAMA if after == (kind, part) else ""))
        else:
            found.append(part)
    return "".join(found)


def _is_nasal(vowel: str, after: tuple[str | None, str]) -> bool:
    """Whether an n only colours the vowel before it: before consonants, and after a word's last vowel but a short a."""
    return (after[0] == "consonant" and after[1] not in ("n", "h", "y")) or (after[0] is None and vowel != "a")
