"""Scripts: how a string of sounds is written, each in its real Unicode block; no two strings are written alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

CONSONANTS = "ptkbdgmnszfvlrhyc"
VOWELS = "aeiou"
_SOUNDS = VOWELS + CONSONANTS

_BLOCKS = r"([ptkbdgmnszfvlrhyc]?)([aeiou]?)"


@dataclass(frozen=True)
class Script:
    """A script.

    Attributes:
        code: ISO 15924.
        name: in English.
        write: sounds → text.
        cased: whether it has capitals.
    """

    code: str
    name: str
    write: Callable[[str], str]
    cased: bool = False


def _alphabet(letters: str) -> Callable[[str], str]:
    """One letter per sound, vowels first, in the order of `_SOUNDS`."""
    table = str.maketrans(_SOUNDS, letters)
    return lambda sounds: sounds.translate(table)


def _syllables(sounds: str, write: Callable[[str, str], str]) -> str:
    """Text of each consonant with the vowel after it; either may be missing."""
    return "".join(write(*found) for found in re.findall(_BLOCKS, sounds) if any(found))


def _devanagari(consonant: str, vowel: str) -> str:
    if not consonant:
        return dict(zip(VOWELS, "अएइओउ", strict=True))[vowel]
    letter = dict(zip(CONSONANTS, "पतकबदगमनसझफवलरहयच", strict=True))[consonant]
    return letter + dict(zip(VOWELS, ("", "े", "ि", "ो", "ु"), strict=True)).get(vowel, "्")


_KANA = {
    "": "ア エ イ オ ウ", "p": "パ ペ ピ ポ プ", "t": "タ テ ティ ト トゥ", "k": "カ ケ キ コ ク",
    "b": "バ ベ ビ ボ ブ", "d": "ダ デ ディ ド ドゥ", "g": "ガ ゲ ギ ゴ グ", "m": "マ メ ミ モ ム",
    "n": "ナ ネ ニ ノ ヌ", "s": "サ セ シ ソ ス", "z": "ザ ゼ ジ ゾ ズ", "f": "ファ フェ フィ フォ フ",
    "v": "ヴァ ヴェ ヴィ ヴォ ヴ", "l": "ラ゚ レ゚ リ゚ ロ゚ ル゚", "r": "ラ レ リ ロ ル", "h": "ハ ヘ ヒ ホ ホゥ",
    "y": "ヤ イェ イィ ヨ ユ", "c": "チャ チェ チ チョ チュ",
}  # fmt: skip


def _katakana(consonant: str, vowel: str) -> str:
    if vowel:
        return _KANA[consonant].split()[VOWELS.index(vowel)]
    return "ン" if consonant == "n" else "ッ" + _KANA[consonant].split()[-1]


_ONSETS = dict(zip(CONSONANTS, (17, 16, 15, 7, 3, 0, 6, 2, 9, 12, 8, 13, 5, 4, 18, 1, 14), strict=True))
_NUCLEI = dict(zip(VOWELS, (0, 5, 20, 8, 13), strict=True))
_CODAS = {"k": 24, "n": 4, "t": 25, "l": 8, "m": 16, "s": 19, "p": 26}
_NO_ONSET, _NO_NUCLEUS = 11, 18
_BLOCK = re.compile(r"([^aeiou]?)([aeiou])([kntlmsp](?![aeiou]))?")


def _hangul(sounds: str) -> str:
    """Syllable blocks; a consonant that neither begins nor ends one gets the vowel ㅡ, which is no sound's."""
    text = ""
    at = 0
    while at < len(sounds):
        found = _BLOCK.match(sounds, at)
        onset, vowel, coda = found.groups() if found else (sounds[at], "", "")
        block = (_ONSETS[onset] if onset else _NO_ONSET) * 21 + (_NUCLEI[vowel] if vowel else _NO_NUCLEUS)
        text += chr(0xAC00 + block * 28 + (_CODAS[coda] if coda else 0))
        at = found.end() if found else at + 1
    return text


SCRIPTS: Mapping[str, Script] = {
    script.code: script
    for script in (
        Script("Latn", "Latin", _alphabet(_SOUNDS), cased=True),
        Script("Cyrl", "Cyrillic", _alphabet("аеиоупткбдгмнсзфвлрхйц"), cased=True),
        Script("Grek", "Greek", _alphabet("αειουπτκβδγμνσζφθλρχξψ"), cased=True),
        Script("Armn", "Armenian", _alphabet("աեիոըպտկբդգմնսզֆվլրհյց"), cased=True),
        Script("Geor", "Georgian", _alphabet("აეიოუპტკბდგმნსზფვლრჰყც")),
        Script("Hebr", "Hebrew", _alphabet("אעיוטפתקבדגמנסזצשלרחהכ")),
        Script("Arab", "Arabic", _alphabet("اەیۆوپتکبدگمنسزفڤلرهيچ")),
        Script("Deva", "Devanagari", partial(_syllables, write=_devanagari)),
        Script("Kana", "Katakana", partial(_syllables, write=_katakana)),
        Script("Hang", "Hangul", _hangul),
    )
}
"""Scripts by code."""


def capitalise(text: str) -> str:
    """The text with its first letter as a capital, the rest untouched."""
    return text[:1].upper() + text[1:]
