"""The WordPiece vocabulary: what it keeps, how languages are sampled, and that two processes learn the same one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from crossglot.errors import UsageError
from crossglot.pretraining.wordpiece import SPECIAL_TOKENS, sampled_lines, train_wordpiece

TEXTS = {
    "de": [f"Der Bär läuft über die Straße Nummer {number}." for number in range(60)],
    "ja": [f"私は学生{'です' * (number % 3)}。東京へ行く" for number in range(60)],
    "hi": [f"यह किताब बहुत अच्छी है {number}" for number in range(60)],
}


def test_special_tokens_come_first_and_the_size_is_kept() -> None:
    tokenizer = train_wordpiece(TEXTS, 150)
    assert [tokenizer.convert_ids_to_tokens(number) for number in range(5)] == list(SPECIAL_TOKENS)
    assert len(tokenizer) <= 150
    assert sorted(tokenizer.get_vocab().values()) == list(range(len(tokenizer)))


def test_case_and_accents_are_kept_and_cjk_characters_stand_alone() -> None:
    tokenizer = train_wordpiece(TEXTS, 300)
    assert tokenizer.tokenize("Bär") == ["Bär"]
    assert tokenizer.tokenize("東京") == ["東", "京"]
    assert "किताब" in tokenizer.get_vocab()
    assert tokenizer("Bär")["input_ids"][0] == tokenizer.cls_token_id


def test_two_processes_learn_the_same_vocabulary() -> None:
    program = (
        "import hashlib\n"
        "from crossglot.pretraining.wordpiece import train_wordpiece\n"
        "texts = {'a': [f'the {n} tiny cats sat by bit {n * 7919 % 1000}' for n in range(400)], 'b': ['çok güzel']}\n"
        "print(hashlib.sha256(repr(sorted(train_wordpiece(texts, 120).get_vocab().items())).encode()).hexdigest())\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    digests = {
        subprocess.run(  # noqa: S603 (this interpreter, our program)
            [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    }
    assert len(digests) == 1


def test_sampled_bytes_follow_the_smoothed_shares() -> None:
    texts = {
        "big": [f"big {number:06d}" for number in range(9_000)],
        "sma": [f"sma {number:06d}" for number in range(1_000)],
    }
    counts = Counter(line[:3] for line in sampled_lines(texts, exponent=0.7))
    assert counts["big"] / counts.total() == pytest.approx(0.823183, abs=1e-3)  # worked out in test_sampling
    assert counts.total() == pytest.approx(10_000, rel=1e-3)


def test_a_small_language_is_read_over_again_and_a_large_one_in_part() -> None:
    texts = {
        "big": [f"big {number:06d}" for number in range(9_000)],
        "sma": [f"sma {number:06d}" for number in range(1_000)],
    }
    times = Counter(sampled_lines(texts))
    assert max(times[line] for line in texts["big"]) == 1
    assert {times[line] for line in texts["sma"]} == {1, 2}


def test_a_vocabulary_of_special_tokens_alone_is_refused() -> None:
    with pytest.raises(UsageError, match="vocab_size"):
        train_wordpiece(TEXTS, 5)
