"""Translation language modelling: what its rows hold, which pairs are read, and that pretraining on it resumes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from crossglot.errors import DataError, UsageError
from crossglot.pretraining.pretrain import pretrain
from crossglot.pretraining.rows import PieceStream, Wanted, joined
from crossglot.pretraining.shapes import SHAPES
from crossglot.pretraining.texts import is_held_out
from crossglot.pretraining.tlm import ParallelStreams, draw_tlm_rows, parallel_streams, read_bitexts
from crossglot.pretraining.wordpiece import train_wordpiece

CLS, SEP = 2, 3
SHAPE = SHAPES["tiny"].changed(
    name="test", layers=1, hidden=16, heads=2, vocab_size=200, positions=24, length=16, batch_pieces=192, steps=12
)
FP32: dict[str, Any] = {"device": "cpu", "precision": "fp32"}


def numbered(lengths: list[int], first: int) -> PieceStream:
    """Sentence n has pieces n · 100 + first, + first + 1, …: which sentence and which place can be read off."""
    return joined(
        [[100 * number + first + place for place in range(length)] for number, length in enumerate(lengths, 1)], SEP
    )


def drawn(source: PieceStream, target: PieceStream, rows: int = 300, length: int = 24, **more: object):  # type: ignore[no-untyped-def]
    bitext = ParallelStreams(("en", "de"), source, target)
    wanted = Wanted(rows, length, CLS, SEP, **more)  # type: ignore[arg-type]
    return draw_tlm_rows([bitext], [1.0], wanted, np.random.default_rng(0))


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=30), st.integers(8, 40))
def test_a_row_holds_a_sentence_and_its_translation_and_no_padding(pairs: list[tuple[int, int]], length: int) -> None:
    source, target = numbered([one for one, _ in pairs], 10), numbered([other for _, other in pairs], 60)
    rows = drawn(source, target, rows=20, length=length)
    assert rows.ids.shape == rows.positions.shape == (20, length)
    for ids, positions in zip(rows.ids.tolist(), rows.positions.tolist(), strict=True):
        second = positions.index(1, 2)  # where positions start over
        assert (ids[0], ids[second - 1], ids[-1]) == (CLS, SEP, SEP)
        assert positions == [*range(second), *range(1, length - second + 1)]
        sides = ids[1:second], ids[second:]
        assert sides[0][0] % 100 == 10
        if len(sides[1]) > 1:
            assert sides[1][0] == sides[0][0] + 50  # the translation, from its first piece on
        assert all(10 <= piece % 100 < 40 for piece in sides[0] if piece != SEP)
        assert all(60 <= piece % 100 < 90 for piece in sides[1] if piece != SEP)


def test_pairs_that_fit_are_whole_on_both_sides_and_the_last_is_cut_alike() -> None:
    rows = drawn(numbered([4] * 50, 10), numbered([8] * 50, 60), length=33)
    for ids, positions in zip(rows.ids.tolist(), rows.positions.tolist(), strict=True):
        second = positions.index(1, 2)
        assert second - 1 in (10, 11, 12)  # 5 + 9 pieces per pair with their marks: 32 · 5 / 14
        whole = [sum(piece == SEP for piece in side[:-1]) for side in (ids[1:second], ids[second:])]
        assert whole == [2, 2]


def test_every_language_can_have_positions_of_its_own() -> None:
    plain = drawn(numbered([5] * 9, 10), numbered([7] * 9, 60))
    moved = drawn(numbered([5] * 9, 10), numbered([7] * 9, 60), blocks={"en": 0, "de": 24})
    target = (plain.ids % 100 >= 60) | ((plain.ids == SEP) & (np.arange(24) == 23))
    second = np.array([row.index(1, 2) for row in plain.positions.tolist()])[:, None]
    assert (target <= (np.arange(24) >= second)).all()
    assert (moved.positions == plain.positions + 24 * (np.arange(24) >= second)).all()


def test_pairs_without_letters_on_one_side_or_held_out_are_left_out(tmp_path: Path) -> None:
    english, german = [f"house {number}" for number in range(300)], [f"Haus {number}" for number in range(300)]
    english[5] = german[7] = "\u200b"
    for name, lines in (("en", english), ("de", german)):
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    bitexts = read_bitexts({("en", "de"): (tmp_path / "en", tmp_path / "de")}, ["de", "en"])
    kept = bitexts["en", "de"]
    held_out = [pair for pair in zip(english, german, strict=True) if any(map(is_held_out, pair))]
    assert held_out
    assert {*kept, *held_out} == {*zip(english, german, strict=True)}
    assert not {*kept} & {*held_out}

    tokenizer = train_wordpiece({"both": [*english, *german]}, 80)
    there, back = parallel_streams(tokenizer, bitexts)[0]
    assert (there.languages, back.languages) == (("en", "de"), ("de", "en"))
    assert there.source is back.target and there.target is back.source
    pieces = [pair for pair in kept if "\u200b" not in pair]
    assert len(there.source.starts) == len(there.target.starts) == len(pieces)
    for side, lines in ((there.source, [one for one, _ in pieces]), (there.target, [other for _, other in pieces])):
        cut = [part[:-1].tolist() for part in np.split(side.ids, side.starts[1:])]
        assert cut == [tokenizer(line, add_special_tokens=False)["input_ids"] for line in lines]


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("texts")
    for language, sentence in (
        ("en", "the dog of house {} sees a cat"),
        ("de", "der Hund von Haus {} sieht eine Katze"),
    ):
        lines = [sentence.format(number) for number in range(120)]
        (folder / f"{language}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {language: folder / f"{language}.txt" for language in ("en", "de")}


def bitexts(texts: dict[str, Path]) -> dict[tuple[str, str], tuple[Path, Path]]:
    return {("en", "de"): (texts["en"], texts["de"])}


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("separate", [False, True])
def test_pretraining_on_translations_resumes_to_the_same_weights(
    texts: dict[str, Path], tmp_path: Path, separate: bool
) -> None:
    def interrupt(progress: object) -> None:
        raise KeyboardInterrupt

    settings: dict[str, object] = {
        "shape": SHAPE, "bitexts": bitexts(texts), "separate_positions": separate, **FP32
    }  # fmt: skip
    whole = pretrain(texts, tmp_path / "whole", **settings)  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        pretrain(
            texts, tmp_path / "cut", **settings, report_every=4, checkpoint_seconds=0,  # type: ignore[arg-type]
            progress=lambda now: interrupt(now) if now.step == 8 else None,
        )  # fmt: skip
    assert (tmp_path / "cut" / "checkpoint.safetensors").exists()
    pretrain(texts, tmp_path / "cut", **settings)  # type: ignore[arg-type]
    assert same(weights(whole), weights(tmp_path / "cut"))


def test_the_record_says_what_was_translated_and_a_run_without_says_nothing(
    texts: dict[str, Path], tmp_path: Path
) -> None:
    shape = SHAPE.changed(steps=2)
    for name, settings in (("with", {"bitexts": bitexts(texts), "tlm_share": 1.0}), ("without", {"tlm_share": 1.0})):
        pretrain(texts, tmp_path / name, shape=shape, **FP32, **settings)
    made_by, plain = (
        json.loads((tmp_path / name / "crossglot.json").read_text())["made_by"] for name in ("with", "without")
    )
    assert made_by["tlm_share"] == 1.0
    assert made_by["bitexts"]["en-de"]["files"] == ["en.txt", "de.txt"]
    assert len(made_by["bitexts"]["en-de"]["sha256"]) == 64
    assert made_by.keys() - plain.keys() == {"tlm_share", "bitexts"}
    assert not same(weights(tmp_path / "with"), weights(tmp_path / "without"))
    with pytest.raises(UsageError, match=r"other settings \(tlm_share, bitexts\)"):
        pretrain(texts, tmp_path / "with", shape=shape, **FP32)


def test_bad_bitexts_end_in_one_clear_message(texts: dict[str, Path], tmp_path: Path) -> None:
    short, empty = tmp_path / "short.de", tmp_path / "empty"
    short.write_text("eine Zeile\n", encoding="utf-8")
    empty.write_text("", encoding="utf-8")
    out = tmp_path / "run"
    for pair, files, error, message in (
        (("en", "de"), (texts["en"], short), DataError, r"120 lines, but short\.de has 1"),
        (("en", "de"), (texts["en"], tmp_path / "gone"), DataError, "gone"),
        (("en", "de"), (empty, empty), DataError, "empty"),
        (("en", "fr"), (texts["en"], texts["de"]), UsageError, "no text of 'fr'"),
        (("en", "en"), (texts["en"], texts["en"]), UsageError, "one language"),
    ):
        with pytest.raises(error, match=message):
            pretrain(texts, out, shape=SHAPE, bitexts={pair: files}, **FP32)
    with pytest.raises(UsageError, match=r"tlm_share: has to be a number above 0 and at most 1, not 0\.0"):
        pretrain(texts, out, shape=SHAPE, bitexts=bitexts(texts), tlm_share=0.0, **FP32)
    assert not out.exists()
