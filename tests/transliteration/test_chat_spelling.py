from __future__ import annotations

from random import Random

from crossglot.corpora.transliteration import romanise
from crossglot.transliteration.chat_spelling import chat_spelling, standard


def spellings(word: str, times: int = 600) -> set[str]:
    chance = Random(1)
    return {chat_spelling(word, chance) for _ in range(times)}


def test_what_chat_writers_are_known_for_is_drawn() -> None:
    known = {
        "नहीं": {"nahin", "nahi", "nhi"}, "अच्छा": {"achcha", "acha"}, "कर": {"kar", "kr"}, "तो": {"to", "toh"},
        "लड़की": {"ladki", "larki"}, "ज़्यादा": {"zyada", "jyada"}, "फिर": {"fir", "phir"}, "पहले": {"pahle", "pehle"},
        "में": {"men", "mein", "mei"}, "हम": {"ham", "hum"}, "साला": {"sala", "saala"}, "गए": {"gae", "gaye", "gay"},
        "भी": {"bhi", "bi", "bhee"}, "you": {"you", "u"}, "going": {"going", "goin"}, "happy": {"happy", "hapy"},
    }  # fmt: skip
    for word, ways in known.items():
        assert ways <= spellings(word), word


def test_spellings_are_small_latin_letters_and_never_empty() -> None:
    for word in ("क्षत्रिय", "ॐ", "अः", "एक", "ज्ञान", "A", "Weather", "o"):
        assert all(spelled.isascii() and spelled == spelled.lower() for spelled in spellings(word)) or word == "ॐ"
        assert "" not in spellings(word)


def test_the_usual_spelling_is_the_most_frequent_one() -> None:
    chance = Random(2)
    for word, usual in (("काम", romanise("काम")), ("weather", "weather")):
        drawn = [chat_spelling(word, chance) for _ in range(400)]
        assert max(set(drawn), key=drawn.count) == usual


def test_a_seed_decides_all_spellings() -> None:
    first, second = Random(4), Random(4)
    assert [chat_spelling("नहीं", first) for _ in range(50)] == [chat_spelling("नहीं", second) for _ in range(50)]


def test_words_are_composed_the_same_way_whoever_typed_them() -> None:
    assert standard("\u0932\u095c\u0915\u0940") == standard("\u0932\u0921\u093c\u0915\u0940")
    assert standard("क्\u200dया") == standard("क्या")
    assert standard("Weather") == "weather"
