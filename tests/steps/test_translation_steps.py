"""Steps of translation: what makes them other steps, and a text that changed after it was planned."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossglot.errors import DataError
from crossglot.steps.arguments import EncoderReference
from crossglot.steps.bitext_sides import MOST_LINES, Side, describe_side, usable_pairs
from crossglot.steps.embed import EmbedLines
from crossglot.steps.score_translations import bottom_third, two_thirds
from crossglot.steps.translate import Translate


def side(folder: Path, language: str, text: str, most: int = MOST_LINES) -> Side:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"toy.{language}"
    path.write_text(text, encoding="utf-8")
    return describe_side(language, "toy", path, most=most)


def embedding(side: Side, **changes: object) -> EmbedLines:
    encoder = EncoderReference(revision="r", location="/models/r", name="r")
    fields = {"encoder": encoder, "side": side, "precision": "fp32", "device_kind": "cpu", "device": "cpu"}
    return EmbedLines.model_validate(fields | changes)


def test_a_step_is_known_by_the_text_and_the_encoder_not_by_where_they_lie(tmp_path: Path) -> None:
    here, moved = (embedding(side(tmp_path / name, "en", "one\ntwo\n")) for name in ("a", "b"))
    assert here.id == moved.id
    others = [
        embedding(here.side, untrained=1),
        embedding(here.side, untrained=2),
        embedding(here.side, precision="bf16"),
        embedding(side(tmp_path / "c", "de", "one\ntwo\n")),
        embedding(side(tmp_path / "d", "en", "one\nthree\n")),
    ]
    assert len({here.id, *(step.id for step in others)}) == 6
    pools = {Translate(source=here, target=others[3], pairs=pairs).id for pairs in (2, 3)}
    assert len(pools) == 2


def test_a_text_that_changed_since_it_was_planned_is_refused(tmp_path: Path) -> None:
    planned = side(tmp_path, "en", "one\ntwo\n")
    side(tmp_path, "en", "one\ntwo\nthree\n")
    with pytest.raises(DataError, match="changed since this was planned"):
        planned.read()


def test_of_a_long_text_the_same_lines_are_drawn_on_both_sides(tmp_path: Path) -> None:
    english = side(tmp_path, "en", "".join(f"line {number}\n" for number in range(100)), 20)
    german = side(tmp_path, "de", "".join(f"Zeile {number}\n" for number in range(100)), 20)
    assert english.numbers() == german.numbers()
    assert usable_pairs(english, german) == [(number, number) for number in english.numbers()]
    assert len(english.numbers()) == 20


def test_repeated_lines_take_no_place_among_those_drawn(tmp_path: Path) -> None:
    """Of 200 lines with 90 pairs that can be told apart, 60 are drawn; a draw of 60 lines would find some 27."""
    stand = [number % 90 for number in range(200)]
    english = side(tmp_path, "en", "".join(f"line {number}\n" for number in stand), 60)
    german = side(tmp_path, "de", "".join(f"Zeile {number}\n" for number in stand), 60)
    assert len(usable_pairs(english, german)) == 60
    assert [one for one, _ in usable_pairs(english, german)] == english.numbers() == german.numbers()
    assert max(english.numbers()) < 90


def test_sides_that_repeat_different_lines_are_drawn_alike(tmp_path: Path) -> None:
    english = side(tmp_path, "en", "".join(f"line {number}\n" for number in range(1000)), 300)
    german = side(tmp_path, "de", "".join(f"Zeile {number if number % 10 else 0}\n" for number in range(1000)), 300)
    assert len(english.numbers()) == len(german.numbers()) == 300
    assert len(usable_pairs(english, german)) > 260  # nine in ten of those drawn, not of a tenth


def test_a_short_text_gives_each_line_once_and_no_empty_one(tmp_path: Path) -> None:
    assert side(tmp_path, "en", "one\n\ntwo\none\n\u3000\nthree\n").numbers() == [0, 2, 5]


def test_layers_named_in_words_are_those_of_twelve_that_the_paper_means() -> None:
    assert [bottom_third(depth) for depth in (12, 4, 2, 1)] == [5, 2, 1, 1]
    assert [two_thirds(depth) for depth in (12, 4, 2, 1)] == [8, 3, 1, 1]
