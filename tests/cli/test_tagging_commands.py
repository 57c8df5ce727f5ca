"""finetune, predict and evaluate, end to end on a tiny encoder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny_world import run, write_encoder, write_root

from crossglot.corpora.columns import read_columns
from crossglot.corpora.conllu import parse_conllu, read_conllu
from crossglot.tagging.encoder_tagger import load_encoder_tagger


@pytest.fixture(scope="module")
def tiny_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_root(tmp_path_factory.mktemp("root"))


@pytest.fixture(scope="module")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoders") / "tiny-bert")


@pytest.fixture(scope="module")
def tagger(tiny_encoder: Path, tiny_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("taggers") / "pos"
    train = tiny_root / "ud/UD_English-EWT/en_ewt-ud-train.conllu"
    options = ("--lr", "5e-2", "--epochs", 6, "--batch-size", 8, "--device", "cpu", "--precision", "fp32")
    result = run("finetune", tiny_encoder, "--train", train, "--out", out, *options)
    assert result.exit_code == 0, result.output
    return out


def test_finetuning_learns_words_that_it_saw(tagger: Path, tiny_root: Path) -> None:
    result = run("evaluate", tagger, tiny_root / "ud/UD_English-EWT/en_ewt-ud-test.conllu", "--json")
    assert result.exit_code == 0, result.output
    scores = json.loads(result.stdout)
    assert scores["metric"] == "accuracy"
    assert scores["value"] > 0.9
    assert scores["interval"]["low"] <= scores["value"] <= scores["interval"]["high"]


def test_evaluate_prints_a_line_and_a_table_per_tag(tagger: Path, tiny_root: Path) -> None:
    result = run("evaluate", tagger, tiny_root / "ud/UD_English-EWT/en_ewt-ud-test.conllu")
    assert result.exit_code == 0
    assert "accuracy" in result.stdout
    assert "NOUN" in result.stdout


def test_plain_text_from_stdin_comes_out_as_columns(tagger: Path) -> None:
    result = run("predict", tagger, "-", stdin="the dog sees\n\na cat\n")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["the", "dog", "sees", "", "a", "cat", ""]
    assert lines[1] == "dog\tNOUN"


def test_plain_text_can_stay_plain(tagger: Path) -> None:
    result = run("predict", tagger, "-", "--to", "plain", stdin="the dog\n")
    assert result.stdout == "the/DET dog/NOUN\n"


def test_conllu_keeps_all_it_has_but_its_tags(tagger: Path, tmp_path: Path) -> None:
    given = (
        "# sent_id = s1\n# note = kept\n1-2\tthedog\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n"
        "1\tthe\tthe\t_\tDT\tA=b\t2\tdet\t_\t_\n2\tdog\tdog\tX\t_\t_\t0\troot\t_\t_\n\n"
    )
    source, out = tmp_path / "in.conllu", tmp_path / "out.conllu"
    source.write_text(given, encoding="utf-8")
    assert run("predict", tagger, source, "--out", out).exit_code == 0
    assert out.read_text(encoding="utf-8") == given.replace("the\tthe\t_", "the\tthe\tDET").replace(
        "dog\tX", "dog\tNOUN"
    )


def test_columns_in_columns_out(tagger: Path, tiny_root: Path, tmp_path: Path) -> None:
    source, out = tiny_root / "ner/conll2003/de-test.conll", tmp_path / "tagged.tsv"
    assert run("predict", tagger, source, "--out", out).exit_code == 0
    before, after = read_columns(source), read_columns(out, scheme="none")
    assert [sentence.words for sentence in before] == [sentence.words for sentence in after]


def test_plain_text_can_become_conllu(tagger: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.conllu"
    result = run("predict", tagger, "-", "--out", out, "--to", "conllu", stdin="the dog\n")
    assert result.exit_code == 0, result.output
    assert [sentence.tags for sentence in read_conllu(out)] == [("DET", "NOUN")]


def test_entities_are_tagged_scored_and_written_to_misc(tiny_encoder: Path, tiny_root: Path, tmp_path: Path) -> None:
    corpus, out = tiny_root / "ner/conll2003", tmp_path / "ner"
    options = ("--task", "ner", "--lr", "5e-2", "--epochs", "6", "--batch-size", "8", "--out", out)
    result = run(
        "finetune", tiny_encoder, "--train", corpus / "en-train.conll", "--dev", corpus / "en-dev.conll", *options
    )
    assert result.exit_code == 0, result.output
    assert "f1" in result.stdout
    assert "PER" in result.stdout
    source = tmp_path / "in.conllu"
    source.write_text("1\tthe\t_\tDET\t_\t_\t_\t_\t_\t_\n2\tdog\t_\tNOUN\t_\t_\t_\t_\t_\tA=b\n\n", encoding="utf-8")
    assert run("predict", out, source, "--out", tmp_path / "out.conllu").exit_code == 0
    (sentence,) = parse_conllu(tmp_path / "out.conllu")
    assert [row.upos for row in sentence.rows] == ["DET", "NOUN"]
    assert sentence.rows[1].misc == "A=b|Tag=B-PER"


def test_a_narrow_encoder_without_a_rate_gets_start_and_rate_from_the_dev_set(
    tiny_root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    encoder, corpus = write_encoder(tmp_path / "narrow"), tiny_root / "ud/UD_English-EWT"
    command = ("finetune", encoder, "--train", corpus / "en_ewt-ud-train.conllu", "--epochs", 1, "--max-train", 40)
    without = run(*command, "--out", tmp_path / "without")
    assert without.exit_code == 0, without.output
    assert "searched on 4 of the 40 training sentences, set aside for it" in caplog.text
    assert "give a dev set (--dev) or the rate itself (--lr)" in caplog.text
    assert "chosen on 4 of the 40 training sentences" in without.stderr
    dev = ("--dev", corpus / "en_ewt-ud-dev.conllu")
    first = run(*command, *dev, "--out", tmp_path / "first")
    assert first.exit_code == 0, first.output
    assert not (encoder / "crossglot.json").exists(), "the folder is the user's"
    recipe = load_encoder_tagger(tmp_path / "first").recipe
    said = ("--head-start", recipe.head_start, "--lr", f"{recipe.learning_rate:g}")
    assert f"chosen on the dev set: {' '.join(said)} (tried: random 0.0001: " in first.stderr
    again = run(*command, *dev, *said, "--out", tmp_path / "second")
    assert "chosen on the dev set" not in again.stderr, "what is given is not searched"
    assert load_encoder_tagger(tmp_path / "second").recipe == recipe


def test_several_sources_are_joined_and_cut_to_max_train(tiny_encoder: Path, tiny_root: Path, tmp_path: Path) -> None:
    trains = [
        argument
        for name in ("UD_English-EWT/en_ewt", "UD_German-GSD/de_gsd")
        for argument in ("--train", tiny_root / f"ud/{name}-ud-train.conllu")
    ]
    result = run("finetune", tiny_encoder, *trains, "--max-train", 50, "--epochs", 1, "--out", tmp_path / "both")
    assert result.exit_code == 0, result.output
    assert "50 sentences" in result.stderr


def test_where_words_are_read_is_given_and_kept(tiny_encoder: Path, tiny_root: Path, tmp_path: Path) -> None:
    train = tiny_root / "ud/UD_English-EWT/en_ewt-ud-train.conllu"
    command = ("finetune", tiny_encoder, "--train", train, "--epochs", 1, "--lr", "1e-3", "--out", tmp_path / "tagger")
    result = run(*command, "--subword", "first", "--cutting", "text")
    assert result.exit_code == 0, result.output
    recipe = load_encoder_tagger(tmp_path / "tagger").recipe
    assert (recipe.subword, recipe.cutting) == ("first", "text")
    refused = run(*command, "--subword", "last")
    assert refused.exit_code == 2
    assert "first-spelled" in refused.stderr
    text = "1\tthe\t_\tDET\t_\t_\t_\t_\t_\tSpaceAfter=No\n2\tdog\t_\tNOUN\t_\t_\t_\t_\t_\t_\n\n"
    (tmp_path / "in.conllu").write_text(text, encoding="utf-8")
    assert run("predict", tmp_path / "tagger", tmp_path / "in.conllu", "--out", tmp_path / "out.conllu").exit_code == 0
    (sentence,) = parse_conllu(tmp_path / "out.conllu")
    assert (len(sentence.words), sentence.unspaced) == (2, (0,))


def test_words_are_taken_back_to_their_script_before_they_are_tagged_and_come_out_as_they_were(
    tiny_encoder: Path, tmp_path: Path
) -> None:
    """A tagger that knows Cyrillic words alone, and text of them typed in Latin letters."""
    train, typed = tmp_path / "ru.tsv", "sobaka vidit dom"
    train.write_text("собака\tNOUN\nвидит\tVERB\nдом\tX\n\n" * 4, encoding="utf-8")
    from crossglot.tagging.baselines import BASELINES

    BASELINES["most-frequent-tag"].fit(read_columns(train, scheme="none"), task="labels", seed=0).save(tmp_path / "t")
    plainly = run("predict", tmp_path / "t", "-", "--to", "plain", stdin=f"{typed}\n")
    back = ("--back-transliterate", f"ru={train}")
    restored = run("predict", tmp_path / "t", "-", "--to", "plain", *back, stdin=f"{typed}\n")
    assert plainly.stdout != restored.stdout == "sobaka/NOUN vidit/VERB dom/X\n"
    gold = tmp_path / "typed.tsv"
    gold.write_text("sobaka\tNOUN\nvidit\tVERB\ndom\tX\n\n", encoding="utf-8")
    scored = run("evaluate", tmp_path / "t", gold, "--json", *back)
    assert json.loads(scored.stdout)["value"] == 1.0


def test_words_of_other_scripts_are_read_in_latin_letters(tmp_path: Path) -> None:
    from crossglot.tagging.baselines import BASELINES

    train = tmp_path / "typed.tsv"
    train.write_text("sobaka\tNOUN\nvidit\tVERB\ndom\tX\n\n" * 4, encoding="utf-8")
    BASELINES["most-frequent-tag"].fit(read_columns(train, scheme="none"), task="labels", seed=0).save(tmp_path / "t")
    told = run("predict", tmp_path / "t", "-", "--to", "plain", "--romanise", stdin="собака видит дом\n")
    assert told.stdout == "собака/NOUN видит/VERB дом/X\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--romanise", "--back-transliterate", "ru=x.tsv"), "opposites"),
        (("--back-transliterate", "ru"), "--back-transliterate ru: write it with the language first"),
        (("--back-transliterate", "ru=gone.tsv"), "gone.tsv"),
    ],
)
def test_readings_that_make_no_sense_are_refused(tagger: Path, options: tuple[str, ...], message: str) -> None:
    result = run("predict", tagger, "-", *options, stdin="the dog\n")
    assert result.exit_code != 0
    assert message in result.output
