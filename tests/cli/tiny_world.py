"""A command runner, and an encoder and corpora so small that a command takes a second."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import typer.main
import typer.testing
from typer.testing import CliRunner, Result

# The runner makes all commands anew each time, which takes longer than many of them run.
typer.testing._get_command = cache(typer.main.get_command)  # type: ignore[attr-defined]

WORDS = {
    "en": (["the", "a", "dog", "cat", "sees", "runs", "red", "good", ".", "to"]),
    "de": (["der", "ein", "Hund", "Katze", "sieht", "rennt", "rot", "gut", ".", "zu"]),
}
TAGS = ["DET", "DET", "NOUN", "NOUN", "VERB", "VERB", "ADJ", "ADJ", "PUNCT", "ADP"]
ENTITIES = ["O", "O", "B-PER", "B-LOC", "O", "O", "O", "O", "O", "O"]


class WorkBegunError(BaseException):
    """What work raises where none may be begun; nothing that catches errors may catch it."""


def run(*arguments: object, stdin: str | bytes | None = None, **environment: str | None) -> Result:
    """Runs the command line in this process: `run("data", "check", root)`."""
    from crossglot.cli import app

    env = {"TERMINAL_WIDTH": "100", "CROSSGLOT_DEBUG": None, "CROSSGLOT_DATA": None, **environment}
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin, env=env)


def conllu(language: str, sentences: int, seed: int) -> str:
    """A made-up treebank."""
    dice = random.Random(f"{language}{seed}")
    blocks = []
    for number in range(sentences):
        chosen = [dice.randrange(len(TAGS)) for _ in range(dice.randint(3, 8))]
        rows = (f"{i}\t{WORDS[language][c]}\t_\t{TAGS[c]}\t_\t_\t_\t_\t_\t_" for i, c in enumerate(chosen, start=1))
        blocks.append(f"# sent_id = {language}-{seed}-{number}\n" + "\n".join(rows) + "\n")
    return "\n".join(blocks) + "\n"


def columns(language: str, sentences: int, seed: int) -> str:
    """A made-up NER corpus, one entity of each type at least."""
    dice = random.Random(f"{language}{seed}")
    blocks = [f"{WORDS[language][2]}\tB-PER\n{WORDS[language][3]}\tB-LOC\n"]
    for _ in range(sentences - 1):
        chosen = [dice.randrange(len(TAGS)) for _ in range(dice.randint(3, 8))]
        blocks.append("".join(f"{WORDS[language][c]}\t{ENTITIES[c]}\n" for c in chosen))
    return "\n".join(blocks) + "\n"


def write_root(root: Path) -> Path:
    """A data root with two treebanks and two NER sets of a few sentences."""
    for language, treebank, code in (("en", "UD_English-EWT", "en_ewt"), ("de", "UD_German-GSD", "de_gsd")):
        for seed, (split, sentences) in enumerate((("train", 40), ("dev", 10), ("test", 12))):
            pos = root / "ud" / treebank / f"{code}-ud-{split}.conllu"
            ner = root / "ner" / "conll2003" / f"{language}-{split}.conll"
            for path, text in ((pos, conllu(language, sentences, seed)), (ner, columns(language, sentences, seed))):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    return root


def write_encoder(folder: Path) -> Path:
    """A BERT of one layer with random weights, whose vocabulary is the made-up corpora's words."""
    from transformers import BertConfig, BertForMaskedLM, BertTokenizerFast

    folder.mkdir(parents=True)
    words = sorted({word for language in WORDS.values() for word in language})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    BertTokenizerFast(str(folder / "vocab.txt"), do_lower_case=False).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=130,
    )  # fmt: skip
    BertForMaskedLM(config).save_pretrained(folder)
    return folder
