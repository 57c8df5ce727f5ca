"""Pretrains a BERT by masked language modelling, on one language or many, with checkpoints and exact resume."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from crossglot.errors import UsageError
from crossglot.languages import KEY
from crossglot.limits import BYTES, SEED, SMOOTHING, SOME_SHARE, check_all
from crossglot.pretraining.curves import curves_of
from crossglot.pretraining.folder import (
    CHECKPOINT,
    Settings,
    begin,
    check_out,
    describe_text,
    finish,
    infer_role,
    store_vocabulary,
    stored_vocabulary,
)
from crossglot.pretraining.loop import Run, TrainingStatus, train
from crossglot.pretraining.perplexity import held_out_perplexity
from crossglot.pretraining.rows import piece_stream
from crossglot.pretraining.sampling import EXPONENT, smoothed_shares
from crossglot.pretraining.shapes import Shape, find_shape
from crossglot.pretraining.texts import Text, cut_to_bytes, file_list, read_text
from crossglot.pretraining.tlm import TLM_SHARE, Pair, describe_bitext, parallel_streams, read_bitexts
from crossglot.pretraining.wordpiece import train_wordpiece
from crossglot.runtime import Runtime, resolve_runtime
from crossglot.tracking.asked import check_tracking


def pretrain(
    texts: Mapping[str, Path | Sequence[Path]],
    out: Path,
    *,
    shape: str | Shape = "tiny",
    steps: int | None = None,
    vocab_size: int | None = None,
    learning_rate: float | None = None,
    batch_pieces: int | None = None,
    layers: int | None = None,
    hidden: int | None = None,
    heads: int | None = None,
    exponent: float = EXPONENT,
    next_sentence: bool = False,
    bitexts: Mapping[tuple[str, str], tuple[Path, Path]] | None = None,
    tlm_share: float = TLM_SHARE,
    separate_positions: bool = False,
    max_bytes: int | None = None,
    max_total_bytes: int | None = None,
    role: str | None = None,
    finetuning_rate: float | None = None,
    dtype: str = "fp32",
    seed: int = 1,
    device: str = "auto",
    precision: str = "auto",
    checkpoint_seconds: float = 120.0,
    report_every: int = 100,
    progress: Callable[[TrainingStatus], None] | None = None,
    checkpointed: Callable[[float], None] | None = None,
    resume: bool = True,
    track: str = "",
) -> Path:
    """Pretrains an encoder and leaves an ordinary Hugging Face folder with tokenizer and `crossglot.json`.

    The vocabulary and the batches are drawn by exponentially smoothed sampling of the languages; no language marker is
    given to the encoder. Interrupted anywhere, the same call goes on where the last checkpoint was written, and in fp32
    ends with the same weights as a run that nothing stopped: a step's data and chance depend on seed and step alone.

    Args:
        texts: plain text files of every language, one sentence or paragraph per line; .gz and .xz allowed.
        out: the folder; a finished run with the same settings there is left as it is.
        shape: name of a preset, or a `Shape`; the next seven change one of its fields.
        steps: optimizer steps.
        vocab_size: word pieces.
        learning_rate: peak learning rate.
        batch_pieces: pieces in a batch.
        layers: Transformer layers.
        hidden: width of a layer.
        heads: attention heads.
        exponent: of the smoothing; 1 samples as the text is, 0 all languages alike.
        next_sentence: learn next-sentence prediction too, as BERT and M-BERT did; lines are then taken in file order.
        bitexts: line-aligned files of pairs of languages, for translation language modelling beside masked language
            modelling (Lample and Conneau 2019): a row holds sentences and their translations, both masked.
        tlm_share: with bitexts, the probability with which a step is TLM.
        separate_positions: give every language position ids of its own instead of the same for all (Dufter and Schütze
            2020, section 2.3: lang-pos); taggers on the encoder must then be told each sentence's language.
        max_bytes: most bytes of text per language, bitexts not counted.
        max_total_bytes: most bytes of text over all languages; every language keeps its share.
        role: "m-bert" or "en-bert"; None infers it: several languages, or English alone.
        finetuning_rate: learning rate for taggers on this encoder, recorded with it; None is the shape's.
        dtype: "fp32" or "bf16", how the weights are stored at the end.
        seed: of vocabulary, weights, batches and masks.
        device: `cpu`, `cuda` or `cuda:N`; `auto` takes a GPU where there is one.
        precision: `fp32` or `bf16`; `auto` asks the machine.
        checkpoint_seconds: time between checkpoints.
        report_every: steps between calls of `progress`.
        progress: called with where the run stands.
        checkpointed: called after each checkpoint with the share of the steps that is done.
        resume: False starts over even if a checkpoint is there.
        track: `tensorboard` writes loss, learning rate, speed and, at the end, held-out perplexities to event files in
            `out/tensorboard`.

    Returns:
        `out`.

    Raises:
        DataError: a text or bitext is missing, empty or faulty.
        UsageError: an unknown shape or a setting that cannot be.
        StorageError: `out` holds another run, or cannot be written.
    """
    check_tracking(track, "tensorboard")
    chosen = find_shape(shape).changed(
        steps=steps, vocab_size=vocab_size, learning_rate=learning_rate, batch_pieces=batch_pieces,
        layers=layers, hidden=hidden, heads=heads, finetuning_rate=finetuning_rate,
    )  # fmt: skip
    check_all([
        ("exponent", exponent, SMOOTHING), ("tlm_share", tlm_share, SOME_SHARE), ("max_bytes", max_bytes, BYTES),
        ("max_total_bytes", max_total_bytes, BYTES), ("seed", seed, SEED),
    ])  # fmt: skip
    if dtype not in ("fp32", "bf16"):
        raise UsageError(f"unknown dtype '{dtype}': use fp32 or bf16")
    files = _files(texts)
    role = infer_role(role, list(files))
    check_out(out)
    runtime = resolve_runtime(device, precision)
    chosen.require_memory(0, on_cpu=runtime.kind == "cpu")
    if separate_positions and len(files) < 2:
        raise UsageError("separate positions are for several languages, and there is text of one only")
    corpus = {language: read_text(language, paths) for language, paths in files.items()}
    corpus = cut_to_bytes(corpus, each=max_bytes, total=max_total_bytes)
    parallel = read_bitexts(bitexts or {}, list(corpus))
    settings = Settings(
        shape=chosen.settings(),
        texts={language: describe_text(text, files[language]) for language, text in corpus.items()},
        exponent=exponent,
        next_sentence=next_sentence,
        role=role,
        dtype=dtype,
        seed=seed,
        precision=runtime.precision,
        separate_positions=separate_positions,
        tlm_share=tlm_share if parallel else 0.0,
        bitexts={"-".join(pair): describe_bitext(parallel[pair], paths) for pair, paths in (bitexts or {}).items()},
    )
    if begin(out, settings, resume=resume):
        run = _run(out, chosen, corpus, parallel, settings, runtime)
        with curves_of(out, track, progress) as told:
            loss = train(
                run, out / CHECKPOINT, checkpoint_seconds=checkpoint_seconds, report_every=report_every,
                progress=told.step, checkpointed=checkpointed,
            )  # fmt: skip
            held_out = {language: piece_stream(run.tokenizer, text.held_out) for language, text in corpus.items()}
            perplexity = held_out_perplexity(
                run.model, run.tokenizer, held_out, length=chosen.length, runtime=runtime, blocks=run.blocks
            )
            finish(out, run.model, settings, learning_rate=chosen.finetuning_rate, perplexity=perplexity, loss=loss)
            told.end(chosen.steps, perplexity)
    return out


def _files(texts: Mapping[str, Path | Sequence[Path]]) -> dict[str, list[Path]]:
    if not texts:
        raise UsageError("no text: give at least one language with a file")
    for language, paths in texts.items():
        if not re.fullmatch(KEY, language):
            raise UsageError(f"'{language}' is no key of a language: write one such as en or pt-BR")
        files = file_list(paths)
        if len(set(files)) < len(files):
            raise UsageError(f"{language}: a file of its text is named twice")
    return {language: file_list(paths) for language, paths in texts.items()}


def _run(
    out: Path,
    shape: Shape,
    corpus: Mapping[str, Text],
    parallel: Mapping[Pair, Sequence[Pair]],
    settings: Settings,
    runtime: Runtime,
) -> Run:
    """Learns the vocabulary, or takes that of the interrupted run, and cuts the texts into pieces."""
    from crossglot.pretraining.objectives import build_model

    tokenizer = stored_vocabulary(out, shape.positions) or train_wordpiece(
        {language: text.training for language, text in corpus.items()},
        shape.vocab_size,
        max_length=shape.positions,
        exponent=settings.exponent,
        seed=settings.seed,
    )
    store_vocabulary(out, tokenizer)
    shape.require_memory(len(tokenizer), on_cpu=runtime.kind == "cpu")
    separate = settings.separate_positions
    blocks = {language: shape.positions * number for number, language in enumerate(corpus)} if separate else {}
    bitexts, bitext_shares = parallel_streams(tokenizer, parallel) if parallel else ([], [])
    return Run(
        shape=shape,
        model=build_model(shape, len(tokenizer), settings.seed, next_sentence=settings.next_sentence, blocks=blocks),
        tokenizer=tokenizer,
        streams={language: piece_stream(tokenizer, text.training) for language, text in corpus.items()},
        shares=smoothed_shares({language: text.size for language, text in corpus.items()}, settings.exponent),
        seed=settings.seed,
        runtime=runtime,
        next_sentence=settings.next_sentence,
        blocks=blocks,
        bitexts=bitexts,
        bitext_shares=bitext_shares,
        tlm_share=settings.tlm_share,
    )
