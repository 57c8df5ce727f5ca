"""A damaged or unsupported model is refused in one message that names the file, by every door, whatever is wrong."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import pytest
from damaged_models import DAMAGES, TOKENIZERS, Damage
from tiny_models import save_tiny
from typer.testing import CliRunner

from crossglot.encoders.loading import load_encoder, load_tokenizer
from crossglot.errors import CrossglotError, ModelError

MOST_KINDS = (
    "albert", "bert", "big_bird", "camembert", "convbert", "data2vec-text", "deberta", "deberta-v2", "distilbert",
    "electra", "ernie", "esm", "eurobert", "flaubert", "fnet", "funnel", "ibert", "layoutlm", "longformer", "luke",
    "megatron-bert", "mobilebert", "modernbert", "mpnet", "mra", "nystromformer", "reformer", "rembert", "roberta",
    "roberta-prelayernorm", "roformer", "squeezebert", "tapas", "xlm", "xlm-roberta", "xlm-roberta-xl", "xmod", "yoso",
)  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("encoders") / "sound")


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "encoder"))


@pytest.mark.parametrize("damage", DAMAGES, ids=[damage.name for damage in DAMAGES])
def test_it_is_refused_in_one_message_that_says_what_is_wrong(
    damage: Damage, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    damage.do(folder)
    with warnings.catch_warnings(), pytest.raises(ModelError) as refused:
        warnings.simplefilter("error")
        load_encoder(folder)
    message = str(refused.value)
    assert [words for words in damage.said if words not in message] == [], message
    assert str(folder) in message or message.startswith("a "), message
    assert len(message) < 800
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""


@pytest.mark.parametrize("damage", DAMAGES[::5], ids=[damage.name for damage in DAMAGES[::5]])
@pytest.mark.parametrize("command", ["embed", "finetune", "reproduce"])
def test_the_command_line_says_it_once_and_makes_nothing(
    command: str, damage: Damage, folder: Path, tmp_path: Path
) -> None:
    from crossglot.cli import app

    damage.do(folder)
    (tmp_path / "text.txt").write_text("the cat\n", encoding="utf-8")
    treebank = tmp_path / "root/ud/UD_English-EWT"
    treebank.mkdir(parents=True)
    for split in ("train", "dev", "test"):
        rows = "".join(f"{i}\tcat\t_\tNOUN\t_\t_\t_\t_\t_\t_\n" for i in range(1, 4))
        (treebank / f"en_ewt-ud-{split}.conllu").write_text(f"{rows}\n" * 3, encoding="utf-8")
    out = tmp_path / "out"
    given = {
        "embed": [str(folder), str(tmp_path / "text.txt")],
        "finetune": [str(folder), "--train", str(treebank / "en_ewt-ud-train.conllu"), "--lr", "0.01"],
        "reproduce": ["table2", "--encoder", str(folder), "--data", str(tmp_path / "root"), "--sources", "en",
                      "--targets", "en", "--seeds", "1", "--lr", "0.01"],
    }[command]  # fmt: skip
    result = CliRunner().invoke(app, [command, *given, "--out", str(out)])
    assert result.exit_code == 2, result.output
    assert result.stderr.count("error: ") == 1
    assert "Traceback" not in result.stderr
    assert not list(tmp_path.glob("out/*.npy")) and not (out / "tagger.json").exists()


@pytest.mark.parametrize("damage", TOKENIZERS, ids=[damage.name for damage in TOKENIZERS])
def test_a_tokenizer_alone_is_refused_or_read(damage: Damage, folder: Path) -> None:
    """Counting pieces needs no weights, so what does not fit them may be read."""
    damage.do(folder)
    try:
        assert len(load_tokenizer(folder)) > 5
    except CrossglotError as refused:
        assert str(folder) in str(refused)


def test_weights_in_several_files_are_read(folder: Path) -> None:
    import json

    from safetensors.torch import load_file, save_file

    expected = load_encoder(folder)
    tensors = load_file(folder / "model.safetensors")
    names = {name: f"model-0000{1 + number % 2}-of-00002.safetensors" for number, name in enumerate(tensors)}
    for shard in set(names.values()):
        some = {name: tensor for name, tensor in tensors.items() if names[name] == shard}
        save_file(some, folder / shard, metadata={"format": "pt"})
    (folder / "model.safetensors").unlink()
    text = json.dumps({"metadata": {"total_size": 1}, "weight_map": names})
    (folder / "model.safetensors.index.json").write_text(text, encoding="utf-8")
    found = load_encoder(folder)
    weights = found.model.state_dict()
    assert all((weight == weights[name]).all() for name, weight in expected.model.state_dict().items())


def test_half_precision_weights_are_sound(folder: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        tensors = {name: tensor.to(dtype) for name, tensor in load_file(folder / "model.safetensors").items()}
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        assert load_encoder(folder).model.dtype == torch.float32


def test_no_architecture_s_own_configuration_is_refused_for_its_sizes() -> None:
    from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING

    from crossglot.encoders.sizes import check_sizes

    kinds = [kind for kind in MODEL_FOR_MASKED_LM_MAPPING if kind.model_type in MOST_KINDS]
    assert len(kinds) > 25
    for kind in kinds:
        check_sizes(kind().to_dict(), kind.model_type)
