"""Ways in which a model folder may be damaged or of a form that is not read: what is done to a sound one, what is said.

`test_damaged_models.py` does each to a copy of a tiny encoder and loads it, from Python and by the command line. To add
one, add a line; `said` are words of the one message.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import load_file, save_file

WEIGHTS, CONFIG, TOKENIZER = "model.safetensors", "config.json", "tokenizer.json"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 711396\n"
NESTED = "[" * 100_000 + "]" * 100_000
HUGE = 10**9


class Damage(NamedTuple):
    """What is done to a folder, and words of the message."""

    name: str
    do: Callable[[Path], object]
    said: tuple[str, ...]


def config(name: str, *said: str, without: tuple[str, ...] = (), **changes: Any) -> Damage:
    """Other values in config.json."""

    def do(folder: Path) -> None:
        known = json.loads((folder / CONFIG).read_text(encoding="utf-8")) | changes
        kept = {key: value for key, value in known.items() if key not in without}
        (folder / CONFIG).write_text(json.dumps(kept), encoding="utf-8")

    return Damage(f"config.json: {name}", do, (CONFIG, *said) if said[:1] != ("…",) else said[1:])


def content(file: str, what: str, data: str | bytes, *said: str) -> Damage:
    """A file with other bytes; its name is said."""
    raw = data.encode() if isinstance(data, str) else data
    return Damage(f"{file}: {what}", lambda folder: (folder / file).write_bytes(raw), (file, *said))


def edited(file: str, what: str, change: Callable[[Any], object], *said: str) -> Damage:
    """A JSON file with something changed inside."""

    def do(folder: Path) -> None:
        known = json.loads((folder / file).read_text(encoding="utf-8"))
        change(known)
        (folder / file).write_text(json.dumps(known), encoding="utf-8")

    return Damage(f"{file}: {what}", do, said)


def weights(what: str, change: Callable[[dict[str, torch.Tensor]], object], *said: str) -> Damage:
    """Other tensors."""

    def do(folder: Path) -> None:
        tensors = load_file(folder / WEIGHTS)
        change(tensors)
        save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})

    return Damage(f"weights: {what}", do, said)


def header(what: str, change: Callable[[dict[str, Any]], object], *said: str) -> Damage:
    """A safetensors header that says other than what follows it."""

    def do(folder: Path) -> None:
        raw = (folder / WEIGHTS).read_bytes()
        (size,) = struct.unpack("<Q", raw[:8])
        known = json.loads(raw[8 : 8 + size])
        change(known)
        text = json.dumps(known).encode()
        (folder / WEIGHTS).write_bytes(struct.pack("<Q", len(text)) + text + raw[8 + size :])

    return Damage(f"safetensors header: {what}", do, (WEIGHTS, *said))


def instead(file: str, what: str, make: Callable[[Path], object], *said: str) -> Damage:
    """Something else where a file is expected."""

    def do(folder: Path) -> None:
        (folder / file).unlink()
        make(folder / file)

    return Damage(f"{file}: {what}", do, (file, *said))


def alone(what: str, files: dict[str, str], *said: str, gone: tuple[str, ...] = (WEIGHTS,)) -> Damage:
    """Other files, some of an encoder's gone."""

    def do(folder: Path) -> None:
        for name in gone:
            (folder / name).unlink()
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")

    return Damage(what, do, said)


def index(what: str, named: dict[str, str] | str, *said: str, shards: tuple[str, ...] = ()) -> Damage:
    """Weights in several files, by an index."""

    def do(folder: Path) -> None:
        for shard in shards:
            shutil.copy(folder / WEIGHTS, folder / shard)
        (folder / WEIGHTS).unlink()
        text = named if isinstance(named, str) else json.dumps({"metadata": {}, "weight_map": named})
        (folder / f"{WEIGHTS}.index.json").write_text(text, encoding="utf-8")

    return Damage(f"sharded: {what}", do, said)


def _first(tensors: dict[str, torch.Tensor], part: str) -> str:
    return next(name for name in tensors if part in name)


def _set(part: str, value: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[dict[str, torch.Tensor]], object]:
    return lambda tensors: tensors.update({_first(tensors, part): value(tensors[_first(tensors, part)])})


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


QUERY, WORDS = "layer.1.attention.self.query.weight", "word_embeddings.weight"
SHARD = "model-00001-of-00002.safetensors"

CONFIGS = (
    content(CONFIG, "cut off", '{"model_type": "bert", "hidden_si', "not readable as JSON"),
    content(CONFIG, "empty", "", "empty"),
    content(CONFIG, "binary", bytes(range(256)), "not UTF-8"),
    content(CONFIG, "UTF-16", json.dumps({"model_type": "bert"}).encode("utf-16"), "not UTF-8"),
    content(CONFIG, "Latin-1", '{"model_type": "bert", "by": "Müller"}'.encode("latin-1"), "not UTF-8"),
    content(CONFIG, "byte order mark", b'\xef\xbb\xbf{"model_type": "bert"}', "byte order mark"),
    content(CONFIG, "a list", "[]", "JSON object"),
    content(CONFIG, "a number", "7", "JSON object"),
    content(CONFIG, "null", "null", "JSON object"),
    content(CONFIG, "deep", NESTED, "nested too deep"),
    content(CONFIG, "deep inside", '{"model_type": "bert", "x": ' + NESTED + "}", "nested too deep"),
    content(CONFIG, "LFS pointer", POINTER, "Git LFS pointer", "git lfs pull"),
    config("hidden_size in words", "hidden_size", hidden_size="64"),
    config("hidden_size null", "hidden_size", hidden_size=None),
    config("hidden_size a list", "hidden_size", hidden_size=[32]),
    config("hidden_size a fraction", "hidden_size", hidden_size=32.5),
    config("hidden_size true", "hidden_size", hidden_size=True),
    config("hidden_size zero", "hidden_size", hidden_size=0),
    config("hidden_size negative", "hidden_size", hidden_size=-32),
    config("hidden_size absurd", "hidden_size", hidden_size=HUGE),
    config("hidden_size beyond the weights", hidden_size=20_000),
    config("heads zero", "num_attention_heads", num_attention_heads=0),
    config("heads that do not divide", "attention heads", num_attention_heads=5),
    config("heads in words", "num_attention_heads", num_attention_heads="two"),
    config("heads absurd", "num_attention_heads", num_attention_heads=HUGE),
    config("layers zero", "num_hidden_layers", num_hidden_layers=0),
    config("layers negative", "num_hidden_layers", num_hidden_layers=-1),
    config("layers absurd", "num_hidden_layers", num_hidden_layers=HUGE),
    config("layers beyond the weights", num_hidden_layers=900),
    config("layers a fraction", "num_hidden_layers", num_hidden_layers=2.5),
    config("vocabulary absurd", "vocab_size", vocab_size=10**12),
    config("vocabulary zero", "vocab_size", vocab_size=0),
    config("vocabulary in words", "vocab_size", vocab_size="many"),
    config("vocabulary null", "vocab_size", vocab_size=None),
    config("intermediate absurd", "intermediate_size", intermediate_size=HUGE),
    config("intermediate wrong", "…", "has the shape [64] where config.json describes [48]", intermediate_size=48),
    config("positions absurd", "max_position_embeddings", max_position_embeddings=10**12),
    config("positions zero", "max_position_embeddings", max_position_embeddings=0),
    config("positions negative", "max_position_embeddings", max_position_embeddings=-1),
    config("positions in words", "max_position_embeddings", max_position_embeddings="512"),
    config("activation unknown", "nope", hidden_act="nope"),
    config("activation a number", hidden_act=7),
    config("activation null", hidden_act=None),
    config("epsilon in words", layer_norm_eps="small"),
    config("dropout in words", hidden_dropout_prob="some"),
    config("dropout over 1", hidden_dropout_prob=7.0),
    config("pad_token_id beyond", pad_token_id=10**6),
    config("pad_token_id in words", pad_token_id="pad"),  # noqa: S106
    config("dtype unknown", dtype="float33"),
    config("model_type unknown", "nope", model_type="nope"),
    config("model_type a number", "model_type", model_type=7),
    config("model_type a list", "model_type", model_type=["bert"]),
    config("model_type gone", "model_type", without=("model_type", "architectures")),
    config("model_type another's", "…", model_type="distilbert"),
    config("id2label a number", id2label=7),
    config("id2label odd", id2label={"x": "A"}),
    config("attention unknown", "…", _attn_implementation="nope", attn_implementation="nope"),
    config("position_blocks a number", "position_blocks", position_blocks=7),
    config("position_blocks in words", "position_blocks", position_blocks={"en": "first", "de": 70}),
    config("position_blocks beyond", "position_blocks", position_blocks={"en": 0, "de": 10**6}),
    config("infinite size", "hidden_size", hidden_size=float("inf")),
    config("no number", "hidden_size", hidden_size=float("nan")),
)

FILES = (
    content(WEIGHTS, "empty", b"", "empty"),
    content(WEIGHTS, "eight bytes", b"\0" * 8),
    content(WEIGHTS, "text", "these are no weights"),
    content(WEIGHTS, "LFS pointer", POINTER, "Git LFS pointer", "git lfs pull"),
    content(WEIGHTS, "header of 8 EB", b"\xff" * 8 + b"{}"),
    Damage("no tensors", lambda f: (f / WEIGHTS).write_bytes(struct.pack("<Q", 2) + b"{}"), ("weights", "missing")),
    content(WEIGHTS, "a page of a portal", "<!DOCTYPE html><html><body>Log in</body></html>"),
    Damage("weights: cut off", lambda f: os.truncate(f / WEIGHTS, (f / WEIGHTS).stat().st_size // 2), (WEIGHTS,)),
    header("offsets beyond the end", lambda h: h[_first(h, QUERY)].update(data_offsets=[0, 10**12])),
    header("another shape", lambda h: h[_first(h, QUERY)].update(shape=[10**9, 10**9])),
    header("unknown dtype", lambda h: h[_first(h, QUERY)].update(dtype="F33")),
    header("negative offsets", lambda h: h[_first(h, QUERY)].update(data_offsets=[-4, 4])),
    header("no offsets", lambda h: h[_first(h, QUERY)].pop("data_offsets")),
    header("two tensors in one place", lambda h: h.update({_first(h, QUERY): h[_first(h, "key.weight")]})),
    weights("a layer gone", lambda t: [t.pop(n) for n in [*t] if "layer.1." in n], "missing", "layer.1"),
    weights("one bias gone", lambda t: t.pop(_first(t, "query.bias")), "missing", "query.bias"),
    weights("of another model", lambda t: [t.pop(name) for name in list(t)[1:]], "missing"),
    weights("transposed", _set("intermediate.dense.weight", lambda w: w.T.contiguous()), "shape"),
    weights("flat", _set(QUERY, lambda w: w.reshape(-1)), "shape"),
    weights("no dimensions", _set(QUERY, lambda w: w[0, 0]), WEIGHTS),
    weights("empty tensor", _set(QUERY, lambda w: w[:0]), WEIGHTS),
    weights("not a number", _set(QUERY, lambda w: w.fill_(float("nan"))), "not finite", QUERY),
    weights("one not a number", _set(WORDS, lambda w: w.index_fill_(0, torch.tensor([7]), float("nan"))), "not finite"),
    weights("infinite", _set(QUERY, lambda w: w * float("inf")), "not finite", QUERY),
    weights("whole numbers", _set(QUERY, lambda w: w.to(torch.int64)), "I64", QUERY),
    weights("bytes", _set(QUERY, lambda w: w.to(torch.int8)), "I8", QUERY, "quantised"),
    weights("8-bit floats", _set(QUERY, lambda w: w.to(torch.float8_e4m3fn)), "F8_E4M3", QUERY, "quantised"),
    weights("truth values", _set(QUERY, lambda w: w > 0), "BOOL", QUERY),
    weights("imaginary", _set(QUERY, lambda w: w.to(torch.complex64)), QUERY),
    *(
        change
        for file in (WEIGHTS, CONFIG, TOKENIZER)
        for change in (
            instead(file, "a folder", lambda path: path.mkdir(), "not a file"),
            instead(file, "a symlink loop", _loop, "symbolic links"),
            instead(file, "a symlink to nothing", lambda path: path.symlink_to("gone"), "gone"),
            instead(file, "a pipe", os.mkfifo, "not a file"),
        )
    ),
    index("shards that are not there", {"a": SHARD, "b": "model-00002-of-00002.safetensors"}, SHARD, "missing"),
    index(
        "one shard of two",
        {"a": SHARD, "b": "model-00002-of-00002.safetensors"},
        "model-00002",
        "missing",
        shards=(SHARD,),
    ),
    index("outside the folder", {"a": "../model.safetensors"}, "../model.safetensors"),
    index("absolute", {"a": "/etc/passwd"}, "/etc/passwd"),
    index("not JSON", "{", f"{WEIGHTS}.index.json", "JSON", shards=(SHARD,)),
    index("no map", "{}", f"{WEIGHTS}.index.json", "weight_map", shards=(SHARD,)),
    index("a map of numbers", '{"weight_map": {"a": 7}}', f"{WEIGHTS}.index.json", "weight_map", shards=(SHARD,)),
    index("names without a file", '{"weight_map": []}', f"{WEIGHTS}.index.json", "weight_map", shards=(SHARD,)),
    Damage("sharded: no index", lambda f: (f / WEIGHTS).rename(f / SHARD), (SHARD, "index")),
)

TOKENIZERS = (
    content(TOKENIZER, "cut off", '{"version": "1.0", "model": {"type": "Wo', "tokenizer"),
    content(TOKENIZER, "empty", "", "empty"),
    content(TOKENIZER, "binary", bytes(range(256)), "utf-8"),
    content(TOKENIZER, "UTF-16", "{}".encode("utf-16"), "utf-8"),
    content(TOKENIZER, "deep", NESTED),
    content(TOKENIZER, "a list", "[]"),
    content(TOKENIZER, "an empty object", "{}"),
    content(TOKENIZER, "LFS pointer", POINTER, "Git LFS pointer"),
    edited(
        TOKENIZER,
        "bad regex",
        lambda t: t.update(
            pre_tokenizer={"type": "Split", "pattern": {"Regex": "(["}, "behavior": "Isolated", "invert": False}
        ),
        TOKENIZER,
    ),
    edited(
        TOKENIZER,
        "bad regex in the normaliser",
        lambda t: t.update(normalizer={"type": "Replace", "pattern": {"Regex": "*("}, "content": "x"}),
        TOKENIZER,
    ),
    edited(TOKENIZER, "unknown model", lambda t: t["model"].update(type="Nope"), TOKENIZER),
    edited(TOKENIZER, "unknown pre-tokenizer", lambda t: t.update(pre_tokenizer={"type": "Nope"}), TOKENIZER),
    edited(TOKENIZER, "empty vocabulary", lambda t: t["model"].update(vocab={}), "tokenizer"),
    edited(TOKENIZER, "words for numbers", lambda t: t["model"]["vocab"].update(cat="seven"), TOKENIZER),
    edited(TOKENIZER, "numbers below zero", lambda t: t["model"]["vocab"].update(cat=-7), TOKENIZER),
    edited(
        TOKENIZER, "a piece beyond the weights", lambda t: t["model"]["vocab"].update(cat=10**6), "tokenizer", "weights"
    ),
    edited(
        TOKENIZER,
        "vocabulary of another model",
        lambda t: t["model"]["vocab"].update({f"w{i}": 150 + i for i in range(999)}),
        "belong together",
    ),
    edited(TOKENIZER, "added pieces odd", lambda t: t.update(added_tokens=[7]), TOKENIZER),
    content("tokenizer_config.json", "cut off", "{", "JSON"),
    content("tokenizer_config.json", "a list", "[]", "JSON object"),
    content("tokenizer_config.json", "binary", bytes(range(256)), "not UTF-8"),
    content("tokenizer_config.json", "deep", NESTED, "nested too deep"),
    edited("tokenizer_config.json", "a class a number", lambda t: t.update(tokenizer_class=7), "tokenizer"),
    edited("tokenizer_config.json", "pieces are numbers", lambda t: t.update(mask_token=7), "tokenizer"),
    edited("tokenizer_config.json", "pieces are lists", lambda t: t.update(unk_token=[1]), "tokenizer"),
    content("special_tokens_map.json", "cut off", "{", "JSON"),
    content("special_tokens_map.json", "binary", b"\xff\xfe\x00", "not UTF-8"),
    content("added_tokens.json", "a list", "[1]", "JSON object"),
    content("crossglot.json", "Latin-1", '{"by": "Müller"}'.encode("latin-1"), "UTF-8"),
    content("crossglot.json", "deep", NESTED, "nested too deep"),
    content("crossglot.json", "no number", '{"learning_rate": NaN}', "learning_rate"),
    content("crossglot.json", "a role of its own", '{"role": ["m-bert"]}', "role"),
    Damage("bare vocabulary: binary", lambda f: _bare(f, bytes(range(256)) * 4), ("vocab.txt", "not UTF-8")),
    Damage("bare vocabulary: empty", lambda f: _bare(f, b""), ("vocab.txt", "empty")),
    Damage("bare vocabulary: words only", lambda f: _bare(f, b"the\ncat\n"), ("vocab.txt", "not a BERT vocabulary")),
    Damage("bare vocabulary: UTF-16", lambda f: _bare(f, "[PAD]\n[UNK]".encode("utf-16")), ("vocab.txt", "not UTF-8")),
    Damage("bare vocabulary: LFS pointer", lambda f: _bare(f, POINTER.encode()), ("vocab.txt", "Git LFS pointer")),
    Damage(
        "bare vocabulary: special pieces only",
        lambda f: _bare(f, b"[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"),
        ("special pieces only",),
    ),
    Damage("a SentencePiece model of noise", lambda f: _sentencepiece(f, bytes(range(256)) * 9), ("tokenizer",)),
    Damage("a SentencePiece model that is empty", lambda f: _sentencepiece(f, b""), ("spiece.model", "empty")),
)

FORMS = (
    config(
        "bitsandbytes 4 bit",
        "quantised",
        "bitsandbytes",
        "dequantize",
        quantization_config={"quant_method": "bitsandbytes", "load_in_4bit": True},
    ),
    config("bitsandbytes unnamed", "quantised", quantization_config={"load_in_8bit": True}),
    *(
        config(method, "quantised", method, quantization_config={"quant_method": method, "bits": 4})
        for method in ("gptq", "awq", "fp8", "compressed-tensors", "hqq", "quanto", "torchao", "a-new-one")
    ),
    config("quantised, oddly", "quantised", quantization_config="yes"),
    config("code of the repository", "code of", "not run", model_type="mine", auto_map={"AutoModel": "mine.Model"}),
    config("a decoder", "…", "not a masked language model", model_type="gpt2"),
    config("an encoder-decoder", "…", "not a masked language model", model_type="t5"),
    config("a BERT as decoder", "…", "not a masked language model", is_decoder=True),
    config("a picture's", "…", "not a masked language model", model_type="vit"),
    alone("pickled weights", {"pytorch_model.bin": "x"}, "pytorch_model.bin", "pickled", "save_pretrained"),
    alone("pickled shards", {"pytorch_model-00001-of-00002.bin": "x"}, "pytorch_model-00001-of-00002.bin", "pickled"),
    alone(
        "an adapter",
        {
            "adapter_config.json": '{"base_model_name_or_path": "xlm-roberta-base", "peft_type": "LORA"}',
            "adapter_model.safetensors": "x",
        },
        "adapter",
        "xlm-roberta-base",
        "merge_and_unload",
        gone=(WEIGHTS, CONFIG),
    ),
    alone(
        "an adapter beside a configuration",
        {"adapter_config.json": "{}", "adapter_model.safetensors": "x"},
        "adapter",
        "merge_and_unload",
    ),
    alone("GGUF", {"model-q4.gguf": "GGUF"}, "model-q4.gguf", "GGUF", "safetensors"),
    alone("GGUF without a configuration", {"model-q4.gguf": "GGUF"}, "model-q4.gguf", "GGUF", gone=(WEIGHTS, CONFIG)),
    alone("ONNX", {"model.onnx": "x"}, "model.onnx", "ONNX"),
    alone("ONNX in a folder", {"onnx/model.onnx": "x"}, "ONNX"),
    alone("TensorFlow", {"tf_model.h5": "x"}, "tf_model.h5", "TensorFlow"),
    alone("Flax", {"flax_model.msgpack": "x"}, "flax_model.msgpack", "Flax"),
    alone(
        "Google's release",
        {"bert_model.ckpt.index": "x", "bert_config.json": "{}"},
        "bert_model.ckpt.index",
        "TensorFlow",
        gone=(WEIGHTS, CONFIG),
    ),
    alone("no weights", {}, "no weights"),
    alone("nothing", {}, "no config.json", gone=(WEIGHTS, CONFIG)),
    alone(
        "a sentence-transformers folder",
        {"modules.json": "[]", "0_Transformer/config.json": "{}"},
        "0_Transformer",
        gone=(WEIGHTS, CONFIG),
    ),
)


def _bare(folder: Path, data: bytes) -> None:
    for path in folder.glob("*token*"):
        path.unlink()
    (folder / "vocab.txt").write_bytes(data)


def _sentencepiece(folder: Path, data: bytes) -> None:
    for path in (*folder.glob("*token*"), *folder.glob("vocab*")):
        path.unlink()
    (folder / "spiece.model").write_bytes(data)


DAMAGES = (*CONFIGS, *FILES, *TOKENIZERS, *FORMS)
