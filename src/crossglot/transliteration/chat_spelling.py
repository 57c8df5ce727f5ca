"""How chat writers spell: a model of chance that makes many spellings of one word, to learn the way back from.

It is written from what is generally known of Hindi in Latin letters and of English in short messages; no message was
counted for its rates. A Hindi word is written by a table whose letters have other habits now and then (`सारा` → `sara`,
`saara`), then vowels, doubled letters and letters at its end are left out, put in or exchanged (`kr`, `acha`, `nahi`,
`toh`). Of English words vowels and doubled letters are left out, and frequent ones have short forms (`you` → `u`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from random import Random
from types import MappingProxyType

from crossglot.corpora.transliteration import is_devanagari, romanise

_JOINERS = re.compile("[\u200c\u200d]")

_HABITS: Sequence[tuple[float, Sequence[str], Sequence[str]]] = (
    (0.25, ("ा", "आ"), ("aa",)),
    (0.25, ("ी", "ई"), ("ee", "ee", "ii", "y")),
    (0.25, ("ू", "ऊ"), ("oo", "oo", "o")),
    (0.20, ("े", "ए"), ("ay", "ey", "ei", "y", "ai")),
    (0.30, ("ै", "ऐ"), ("e", "ay", "a", "ei", "y")),
    (0.30, ("ौ", "औ"), ("o", "ou", "or", "aw")),
    (0.10, ("ो", "ओ"), ("ou", "oo", "u")),
    (0.10, ("ि", "इ"), ("e", "ee", "")),
    (0.10, ("ु", "उ"), ("o", "oo", "")),
    (0.35, ("ं", "ँ"), ("", "", "m")),
    (0.45, ("ड\u093c", "ढ\u093c"), ("r", "rh")),
    (0.25, ("ज",), ("z", "z", "g")),
    (0.20, ("ज\u093c",), ("j",)),
    (0.40, ("फ",), ("ph",)),
    (0.45, ("व",), ("v",)),
    (0.30, ("छ",), ("chh", "cch")),
    (0.10, ("श", "ष"), ("s",)),
    (0.40, ("क\u093c",), ("k",)),
    (0.05, ("क",), ("q", "c")),
)  # (how often in a word, letters, what one of is written for them)
_SPOKEN: Sequence[tuple[str, str]] = (("ज्ञ", "ग्य"), ("ह्म", "म्ह"))

_SHORT_FORMS = """
you u yu ya, your ur yr, are r ar, and n nd &, to 2 tu, too 2 to, for 4 fr, because cuz coz bcoz bcz cos, be b,
please plz pls plzz, people ppl peeps, thanks thx thnx tnx thanx, message msg, messages msgs, with wid wth wit w,
the d da de th, see c, what wat wht wt, that dat tht, have hv hav, very v vry, this dis ths, they dey thy,
there dere ther, them dem thm, then den thn, not nt, am m, is iz s, was wz ws, will wil ll, good gud gd,
great gr8, before b4, why y, love luv lv, know knw kno, now nw, just jst jus, but bt, from frm, of ov f,
birthday bday, tomorrow tmrw tmrow, today 2day tdy, tonight 2nite tonite, night nite nyt, right rite ryt,
like lyk lik, my ma mi, okay ok k, about abt, would wud wd, could cud cd, should shud shd, when wen whn,
where wer whr, how hw, who hu, much mch, think thnk, friend frnd, friends frnds, really rly rlly,
something smthng sumthin, some sum sm, government govt, versus vs, picture pic, pictures pics, photo pic,
minutes mins, minute min, second sec, brother bro, sister sis, going goin gng, want wanna wnt, yes ya yup yeah,
no nope na
"""
_SHORT: Mapping[str, Sequence[str]] = MappingProxyType(
    {word: forms for word, *forms in (entry.split() for entry in _SHORT_FORMS.split(","))}
)
"""English words and how messages shorten them."""

_INNER_VOWEL = re.compile(r"(?<=[b-df-hj-np-tv-z])[aeiou](?=[b-df-hj-np-tv-z])")
_DOUBLED = re.compile(r"([b-df-hj-np-tv-z]h?)\1|cch")


def chat_spelling(word: str, chance: Random) -> str:
    """One spelling of a word, in small letters; a word in Devanagari is romanised, others stay in their script."""
    return _hindi(word, chance) if is_devanagari(word) else _english(word.lower(), chance)


def standard(word: str) -> str:
    """A word as pairs have it: canonically composed, without joiners; in small letters where the script has them."""
    return unicodedata.normalize("NFC", _JOINERS.sub("", word)).lower()


def _hindi(word: str, chance: Random) -> str:
    for written, spoken in _SPOKEN:
        word = word.replace(written, spoken)
    careful = chance.random() < 0.25
    if careful:
        return romanise(word).lower()
    habits: dict[str, str] = {}
    for rate, letters, ways in _HABITS:
        if chance.random() < rate:
            habits.update(dict.fromkeys(letters, chance.choice(ways)))
    spelled = romanise(word, habits).lower()
    often = chance.random
    if spelled.endswith("aa") and len(spelled) > 3 and often() < 0.8:
        spelled = spelled[:-1]
    if "ae" in spelled or "ie" in spelled or "oe" in spelled:
        spelled = re.sub("(?<=[aio])e", chance.choice(("e", "ye", "ye", "y")), spelled)
    if often() < 0.3:
        spelled = re.sub("a(?=h[^aeiou]|h$)", "e", spelled)
    if often() < 0.1:
        spelled = re.sub("a(?=[^aeiou])", "u", spelled, count=1)
    if often() < 0.3:
        spelled = re.sub("en$", chance.choice(("ein", "ei", "e", "ain", "em")), spelled)
    if often() < 0.3:
        spelled = re.sub("ain$", chance.choice(("ein", "en", "e", "ai", "in")), spelled)
    if often() < 0.15:
        spelled = re.sub("iya", chance.choice(("ia", "ya", "eya")), spelled)
    if often() < 0.1:
        spelled = re.sub("y(?=a)", chance.choice(("iy", "i")), spelled)
    if often() < 0.4:
        spelled = _DOUBLED.sub(lambda doubled: "ch" if doubled[0] in ("chch", "cch") else doubled[1] or "ch", spelled)
    if often() < 0.08:
        spelled = re.sub("(?<=[bcdgjkpt])h", "", spelled)
    if often() < 0.06 and spelled[-1:] in ("a", "o", "e"):
        spelled += "h"
    if often() < 0.15:
        spelled = _INNER_VOWEL.sub(lambda vowel: "" if vowel[0] in "aiu" and often() < 0.7 else vowel[0], spelled)
    if len(spelled) in (2, 3) and often() < 0.06:
        spelled = spelled[0]
    return _slips(spelled, chance) or romanise(word).lower()


def _english(word: str, chance: Random) -> str:
    often = chance.random
    if often() < 0.6:
        return word
    if word in _SHORT and often() < 0.6:
        return chance.choice(_SHORT[word])
    spelled = word
    if often() < 0.3 and len(word) > 2:
        spelled = _INNER_VOWEL.sub(lambda vowel: "" if often() < 0.6 else vowel[0], spelled)
    if often() < 0.3:
        spelled = re.sub("ing$", chance.choice(("in", "ng")), spelled)
    if often() < 0.3:
        spelled = re.sub("er$", chance.choice(("a", "r")), spelled)
    if often() < 0.2:
        spelled = _DOUBLED.sub(lambda doubled: doubled[1] or doubled[0], spelled)
    if often() < 0.1:
        spelled = spelled.replace("th", "d")
    if often() < 0.1:
        spelled = spelled.replace("ph", "f").replace("ck", "k").replace("qu", "q")
    return _slips(spelled, chance) or word


def _slips(spelled: str, chance: Random) -> str:
    """A letter drawn out, left out or exchanged with its neighbour, now and then."""
    at = chance.randrange(len(spelled)) if spelled else 0
    what = chance.random()
    if what < 0.04:
        return spelled[:at] + spelled[at : at + 1] * 2 + spelled[at + 1 :]
    if what < 0.06 and len(spelled) > 4:
        return spelled[:at] + spelled[at + 1 :]
    if what < 0.075 and len(spelled) > 4:
        return spelled[:at] + spelled[at : at + 2][::-1] + spelled[at + 2 :]
    return spelled
