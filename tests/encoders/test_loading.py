"""Any encoder by folder or hub id, in fp32 and without heads; what cannot be loaded says why."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from tiny_models import POSITIONS, save_tiny, tiny_config, wordpiece_vocabulary

from crossglot.encoders.encoder import Encoder
from crossglot.encoders.forward import last_hidden, make_batch
from crossglot.encoders.loading import load_encoder, load_tokenizer
from crossglot.encoders.origin import find_origin
from crossglot.errors import ModelError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save_tiny(tmp_path / "encoder")


def hidden_of(encoder: Encoder) -> torch.Tensor:
    with torch.no_grad():
        return last_hidden(encoder.model, make_batch(encoder, [np.arange(5, 25)]))


def weights_of(encoder: Encoder) -> dict[str, torch.Tensor]:
    return {name: weight.clone() for name, weight in encoder.model.state_dict().items()}


def test_a_folder_gives_the_encoder_that_transformers_gives(folder: Path) -> None:
    encoder = load_encoder(folder)
    reference = transformers.AutoModelForMaskedLM.from_pretrained(folder).bert.eval()
    with torch.no_grad():
        expected = reference(torch.arange(5, 25)[None]).last_hidden_state[0]
    torch.testing.assert_close(hidden_of(encoder), expected, atol=1e-6, rtol=1e-6)
    assert not encoder.model.training
    assert encoder.trained
    assert encoder.hidden_size == 32


def test_heads_are_dropped_without_a_word(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    encoder = load_encoder(folder)
    assert not [name for name in encoder.model.state_dict() if "pooler" in name or "cls" in name]
    captured = capfd.readouterr()
    assert captured.out.strip() == captured.err.strip() == ""
    assert transformers.utils.logging.is_progress_bar_enabled()


def test_weights_kept_in_bf16_are_loaded_in_fp32(tmp_path: Path) -> None:
    folder = save_tiny(tmp_path)
    transformers.AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.bfloat16).save_pretrained(folder)
    assert load_file(folder / "model.safetensors")["bert.embeddings.word_embeddings.weight"].dtype == torch.bfloat16
    encoder = load_encoder(folder)
    assert {weight.dtype for weight in encoder.model.parameters()} == {torch.float32}
    assert encoder.packs


def test_the_revision_of_a_folder_follows_its_content(folder: Path, tmp_path: Path) -> None:
    revision = load_encoder(folder).revision
    moved = shutil.copytree(folder, tmp_path / "elsewhere")
    (moved / "crossglot.json").write_text('{"learning_rate": 1e-3}', encoding="utf-8")
    assert load_encoder(moved, revision=revision).revision == revision
    weights = load_file(moved / "model.safetensors")
    weights["bert.embeddings.word_embeddings.weight"][7, 7] += 1
    save_file(weights, moved / "model.safetensors", metadata={"format": "pt"})
    assert find_origin(moved).revision != revision
    with pytest.raises(ModelError, match=f"not {revision}"):
        load_encoder(moved, revision=revision)


def test_notes_beside_a_local_encoder_are_read(folder: Path) -> None:
    assert (load_encoder(folder).role, load_encoder(folder).learning_rate) == (None, None)
    notes = {"role": "m-bert", "learning_rate": 5e-4, "made_by": {"steps": 100}, "perplexity": {"en": 40.5}}
    (folder / "crossglot.json").write_text(json.dumps(notes), encoding="utf-8")
    encoder = load_encoder(folder)
    assert (encoder.role, encoder.learning_rate) == ("m-bert", 5e-4)
    assert encoder.notes == notes


@pytest.mark.parametrize(
    ("notes", "message"),
    [
        ("{", "not readable as JSON"),
        ("[]", "a JSON object is wanted"),
        ('{"role": "bert"}', "unknown role 'bert'"),
        ('{"learning_rate": "fast"}', "learning_rate 'fast'"),
        ('{"learning_rate": 3}', "learning_rate 3"),
    ],
)
def test_damaged_notes_are_an_error(folder: Path, notes: str, message: str) -> None:
    (folder / "crossglot.json").write_text(notes, encoding="utf-8")
    with pytest.raises(ModelError, match=message):
        load_encoder(folder)


def test_a_copy_has_its_own_weights(folder: Path) -> None:
    encoder = load_encoder(folder)
    before = weights_of(encoder)
    copy = encoder.copy()
    with torch.no_grad():
        for weight in copy.model.parameters():
            weight.zero_()
    assert all(torch.equal(weight, before[name]) for name, weight in encoder.model.state_dict().items())
    assert copy.tokenizer is encoder.tokenizer


def test_an_untrained_encoder_has_the_shape_and_the_seeds_weights(folder: Path) -> None:
    encoder = load_encoder(folder)
    torch.manual_seed(5)
    state = torch.get_rng_state()
    one, same, other = encoder.untrained(1), encoder.untrained(1), encoder.untrained(2)
    assert torch.equal(torch.get_rng_state(), state)
    trained = weights_of(encoder)
    assert {name: weight.shape for name, weight in weights_of(one).items()} == {
        name: weight.shape for name, weight in trained.items()
    }
    key = "encoder.layer.0.attention.self.query.weight"
    assert torch.equal(weights_of(one)[key], weights_of(same)[key])
    assert not torch.equal(weights_of(one)[key], weights_of(other)[key])
    assert not torch.equal(weights_of(one)[key], trained[key])
    assert not one.trained
    assert one.revision not in (encoder.revision, other.revision)
    assert not one.model.training
    assert make_batch(one, [np.arange(5, 25)]).packed
    assert hidden_of(one).isfinite().all()


def test_positions_are_counted_without_roberta_s_offset(tmp_path: Path) -> None:
    assert load_encoder(save_tiny(tmp_path / "bert")).max_positions == POSITIONS
    assert load_encoder(save_tiny(tmp_path / "roberta", "roberta")).max_positions == POSITIONS


def test_a_maximum_length_beyond_the_positions_is_refused(folder: Path) -> None:
    encoder = load_encoder(folder)
    encoder.require_length(POSITIONS)
    with pytest.raises(ModelError, match="use a maximum length of at most 140"):
        encoder.require_length(512)


# What cannot be loaded


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such folder"):
        load_encoder(tmp_path / "nothing")
    with pytest.raises(ModelError, match="no such folder"):
        load_encoder("./nothing")


def test_a_file_is_no_encoder(folder: Path) -> None:
    with pytest.raises(ModelError, match="a file; an encoder is a folder"):
        load_encoder(folder / "config.json")


def test_a_folder_without_a_tokenizer_is_an_error(folder: Path) -> None:
    """transformers would make a tokenizer of special pieces alone, and every word would be unknown."""
    for path in folder.glob("*token*"):
        path.unlink()
    (folder / "vocab.txt").unlink(missing_ok=True)
    with pytest.raises(ModelError, match=r"no tokenizer there\n.*tokenizer\.json"):
        load_encoder(folder)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_folder_without_configuration_or_weights_is_an_error(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"no config.json|{name} is missing"):
        load_encoder(folder)


def test_pickled_weights_are_never_read(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    torch.save(weights, folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"pickled only \(pytorch_model.bin\), and unpickling runs code"):
        load_encoder(folder)
    assert len(load_tokenizer(folder)) > 50


def test_a_decoder_is_no_masked_language_model(tmp_path: Path, folder: Path) -> None:
    config = transformers.GPT2Config(vocab_size=100, n_embd=16, n_layer=1, n_head=1, bos_token_id=0, eos_token_id=0)
    transformers.GPT2LMHeadModel(config).save_pretrained(tmp_path / "gpt2")
    load_tokenizer(folder).save_pretrained(tmp_path / "gpt2")
    with pytest.raises(ModelError, match="a gpt2 model is not a masked language model"):
        load_encoder(tmp_path / "gpt2")


def test_missing_encoder_weights_are_an_error(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    kept = {name: weight for name, weight in weights.items() if "layer.1." not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"16 weights of the encoder are missing .*encoder\.layer\.1\."):
        load_encoder(folder)


def test_a_damaged_weights_file_is_an_error(folder: Path) -> None:
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="weights cannot be loaded"):
        load_encoder(folder)


def test_weights_of_another_shape_are_an_error(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"intermediate_size": 48}), encoding="utf-8")
    with pytest.raises(ModelError, match="weights cannot be loaded"):
        load_encoder(folder)


def test_a_tokenizer_with_more_pieces_than_the_weights_is_an_error(folder: Path) -> None:
    tokenizer = load_tokenizer(folder)
    tokenizer.add_tokens(["zzz"])
    tokenizer.save_pretrained(folder)
    with pytest.raises(ModelError, match="they do not belong together"):
        load_encoder(folder)


def test_code_of_a_repository_is_not_run(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {"model_type": "mine", "auto_map": {"AutoConfig": "mine.Mine", "AutoModel": "mine.Model"}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "mine.py").write_text("raise SystemExit('run')", encoding="utf-8")
    with pytest.raises(ModelError):
        load_encoder(folder)


def test_a_hub_id_without_network_says_what_to_do() -> None:
    with pytest.raises(
        ModelError, match=r"bert-base-cased: no folder of this name here, the hub cannot be reached"
    ) as e:
        load_encoder("google-bert/bert-base-cased")
    assert "go online once to fill the cache" in str(e.value)


def test_what_is_no_hub_id_is_said_to_be_none() -> None:
    with pytest.raises(ModelError, match="neither a folder here nor a hub id"):
        load_encoder("my best model")


def test_a_hub_id_is_read_from_the_cache_at_its_commit(tmp_path: Path) -> None:
    """In a process of its own, because the hub client reads where its cache is when it is imported."""
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "models--google-bert--bert-base-multilingual-cased"
    save_tiny(repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit, encoding="utf-8")
    program = (
        "from crossglot.encoders.loading import load_encoder\n"
        "encoder = load_encoder('google-bert/bert-base-multilingual-cased')\n"
        "print(encoder.name, encoder.role, encoder.revision)\n"
        "from crossglot.encoders.origin import find_origin\n"
        "assert find_origin(find_origin(encoder.name).location) == find_origin(encoder.name)\n"
    )
    environment = os.environ | {"HF_HUB_CACHE": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.split() == ["google-bert/bert-base-multilingual-cased", "m-bert", commit]


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("google-bert/bert-base-multilingual-cased", "m-bert"),
        ("bert-base-multilingual-cased", "m-bert"),
        ("google-bert/bert-base-cased", "en-bert"),
        ("bert-base-cased", "en-bert"),
        ("FacebookAI/xlm-roberta-base", None),
    ],
)
def test_hub_ids_of_the_paper_take_their_role(monkeypatch: pytest.MonkeyPatch, name: str, role: str | None) -> None:
    class Hub:
        def model_info(self, *_: Any, **__: Any) -> Any:
            return type("Info", (), {"id": name, "sha": "abc", "siblings": []})

    monkeypatch.setattr("huggingface_hub.HfApi", Hub)
    assert (find_origin(name).role, find_origin(name).revision) == (role, "abc")


# Tokenizers alone


def test_a_tokenizer_loads_without_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "config.json").unlink()
    assert load_tokenizer(folder).tokenize("the cat") == ["the", "cat"]


def write_vocabulary(path: Path, pieces: list[str]) -> Path:
    path.write_text("".join(f"{piece}\n" for piece in pieces), encoding="utf-8")
    return path


def test_a_bare_vocabulary_keeps_case_if_it_has_any(tmp_path: Path) -> None:
    pieces = list(wordpiece_vocabulary())
    cased = load_tokenizer(write_vocabulary(tmp_path / "cased.txt", pieces))
    assert cased.tokenize("Hund cat") == ["Hund", "cat"]
    lower = [piece for piece in pieces if piece == piece.lower() or piece.startswith("[")]
    uncased = load_tokenizer(write_vocabulary(tmp_path / "uncased.txt", [*lower, "hund"]))
    assert uncased.tokenize("Hund CAT") == ["hund", "cat"]
    assert uncased.tokenize("été") == uncased.tokenize("ete")


def test_a_folder_with_a_bare_vocabulary_keeps_case(folder: Path) -> None:
    """transformers alone would lower-case every word."""
    for path in folder.glob("*token*"):
        path.unlink()
    write_vocabulary(folder / "vocab.txt", list(wordpiece_vocabulary()))
    assert load_encoder(folder).tokenizer.tokenize("Hund") == ["Hund"]


def test_a_bare_vocabulary_without_special_pieces_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"not a BERT vocabulary: \[UNK\], \[CLS\]"):
        load_tokenizer(write_vocabulary(tmp_path / "words.txt", ["[PAD]", "[SEP]", "[MASK]", "a"]))


def test_the_paper_s_vocabularies_have_their_known_pieces(data_root: Path) -> None:
    multilingual = load_tokenizer(data_root / "vocab" / "bert-base-multilingual-cased.txt")
    english = load_tokenizer(data_root / "vocab" / "bert-base-cased.txt")
    assert (len(multilingual), len(english)) == (119547, 28996)
    for tokenizer, specials in ((multilingual, [0, 100, 101, 102, 103]), (english, [0, 100, 101, 102, 103])):
        assert tokenizer.convert_tokens_to_ids(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]) == specials
        assert tokenizer("", add_special_tokens=True)["input_ids"] == [101, 102]
    assert multilingual.tokenize("Übersetzung") != multilingual.tokenize("übersetzung")
    assert multilingual.tokenize("東京") == ["東", "京"]  # CJK characters are words of their own
    assert multilingual.tokenize("naïve")[0].startswith("na")
    assert "ï" in "".join(multilingual.tokenize("naïve"))  # accents stay


def test_a_bert_that_is_a_decoder_is_refused(folder: Path) -> None:
    config = tiny_config("bert", len(load_tokenizer(folder)), is_decoder=True)
    config.save_pretrained(folder)
    with pytest.raises(ModelError, match="not a masked language model"):
        load_encoder(folder)


def test_an_encoder_of_adapters_that_must_be_told_the_language_is_refused(folder: Path) -> None:
    tiny = tiny_config("xmod", len(load_tokenizer(folder)), languages=["en_XX", "hi_IN"], default_language=None)
    tiny.save_pretrained(folder)
    with pytest.raises(ModelError, match=r"an adapter a language.*\(en_XX, hi_IN …\)\n  use XLM-R"):
        load_encoder(folder)


def test_an_architecture_that_the_installed_transformers_lacks_may_be_newer(folder: Path) -> None:
    described = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    described |= {"model_type": "bert-of-2031", "transformers_version": "9.1.0"}
    (folder / "config.json").write_text(json.dumps(described), encoding="utf-8")
    with pytest.raises(
        ModelError, match=r"knows no bert-of-2031 models, and this one was written by 9\.1\.0\n.*pip install -U"
    ):
        load_encoder(folder)
