"""Figure 1: overlap by hand, properties of sets, planted dependence found, reasons where there is no number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import transformers
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.origin import find_origin
from crossglot.encoders.pieces import piece_words
from crossglot.encoders.spelling import script_of, spelling, unknown_in_words
from crossglot.encoders.tokenizers import load_tokenizer
from crossglot.errors import DataError
from crossglot.experiments.judging import judge
from crossglot.experiments.overlap.claims import (
    ACROSS_SCRIPTS,
    BY_OVERLAP,
    ENTITY_OVERLAP,
    NO_OVERLAP,
    ON_CONLL,
    SLOPE_AGAINST,
    WITHIN_AGAINST,
)
from crossglot.experiments.overlap.plan import MEASURES, SEEN_TOKENS, SPELLED_OVERLAP, SPELLING
from crossglot.experiments.overlap.shared_pieces import shared_pieces
from crossglot.experiments.registry import EXPERIMENTS
from crossglot.experiments.relations import slope_against, slopes_within, zero_shot_scores
from crossglot.languages import PAPER_NER
from crossglot.results.rows import MEAN, ResultRow, results_frame
from crossglot.steps.count_pieces import CountPieces, read_counted
from crossglot.tagging.overlap import (
    PieceUse,
    Share,
    entity_overlap,
    joined,
    overlap_of,
    piece_use,
    seen_tokens,
    seen_types,
    spelled_overlap_of,
)
from made_up_cells import candidate, cells, evidence, setting, statistic
from toy_world import write_entities

PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "anna",
    "rom",
    "##e",
    "##a",
    "paris",
    "sees",
    "sieht",
    "in",
    "das",
]
PIECES += ["анна", "рим", "видит", "а", "р"]


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vocabulary") / "vocab.txt"
    path.write_text("\n".join(PIECES) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def sentencepiece() -> Any:
    """A SentencePiece model that knows no Cyrillic: `annaш` is ▁anna <unk>, `ш` alone ▁ <unk>."""
    scores = {"<unk>": 0.0, "▁": -3.0, "▁anna": -1.0, "▁rom": -2.0, "a": -3.0, "e": -3.0, "n": -3.0}
    raw = Tokenizer(models.Unigram(list(scores.items()), unk_id=0, byte_fallback=False))
    raw.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    return transformers.PreTrainedTokenizerFast(tokenizer_object=raw, unk_token="<unk>", mask_token="<mask>")  # noqa: S106


def sentence(text: str) -> TaggedSentence:
    """`anna/PER sees rome/LOC`: a tag after the slash, O without."""
    parts = [word.partition("/") for word in text.split()]
    return TaggedSentence(tuple(p[0] for p in parts), tuple(f"B-{p[2]}" if p[2] else "O" for p in parts))


TRAIN = [sentence("anna/PER sees rome/LOC in paris"), sentence("zzz/PER sees")]
EVALUATION = [sentence("anna/PER sieht roma/LOC das das")]


def test_overlap_by_hand(vocabulary: Path) -> None:
    """E_train: anna, rom, ##e and [UNK] for `zzz`; E_eval: anna, rom, ##a. `paris` is no entity there."""
    tokenizer = load_tokenizer(vocabulary)
    assert entity_overlap(TRAIN, EVALUATION, tokenizer) == pytest.approx(100 * 2 / 5)
    assert entity_overlap(TRAIN[:1], EVALUATION, tokenizer) == pytest.approx(100 * 2 / 4)
    assert entity_overlap(TRAIN[:1], TRAIN[:1], tokenizer) == 100
    train, evaluation = piece_use(TRAIN, tokenizer), piece_use(EVALUATION, tokenizer)
    assert seen_types(train, evaluation).value == pytest.approx(100 * 2 / 5), "anna and rom of anna sieht rom ##a das"
    assert seen_tokens(train, evaluation).value == pytest.approx(100 * 2 / 6), "das stands twice"


def test_figure_1s_overlap_is_the_jaccard_index_of_sets_of_pieces(vocabulary: Path) -> None:
    """Against sets made by hand of what the tokenizer writes, [UNK] among them, as the paper defines it."""
    tokenizer = load_tokenizer(vocabulary)
    for train, evaluation in (
        ("anna/PER xxx/PER", "yyy/PER das/PER"),
        ("rome/LOC paris/LOC in", "roma/LOC zzz/LOC"),
        ("xxx/PER", "yyy/PER"),
        ("anna/PER xxx", "anna/PER yyy/PER"),
    ):
        e_train, e_eval = (
            {
                piece
                for word, tag in zip(one.words, one.tags, strict=True)
                if tag != "O"
                for piece in tokenizer.tokenize(word)
            }
            for one in (sentence(train), sentence(evaluation))
        )
        found = entity_overlap([sentence(train)], [sentence(evaluation)], tokenizer)
        assert found == pytest.approx(100 * len(e_train & e_eval) / len(e_train | e_eval))


def test_two_words_that_the_tokenizer_cannot_spell_have_nothing_in_common(vocabulary: Path) -> None:
    tokenizer = load_tokenizer(vocabulary)
    for train, evaluation in (("xxx/PER anna/PER", "yyy/PER das/PER"), ("xxx/PER", "yyy/PER")):
        one, other = (piece_use([sentence(text)], tokenizer) for text in (train, evaluation))
        assert spelled_overlap_of(one, other).value == 0
    assert entity_overlap([], [sentence("anna")], tokenizer) is None


def test_only_types_that_both_sets_annotate_count(vocabulary: Path) -> None:
    """The Russian set knows no places: what it shares of them cannot help, as they are not scored."""
    tokenizer = load_tokenizer(vocabulary)
    train = piece_use([sentence("anna/PER rome/LOC xxx/LOC")], tokenizer)
    evaluation = piece_use([sentence("anna/PER das/PER rome/ORG xxx/ORG")], tokenizer)
    assert overlap_of(train, evaluation) == spelled_overlap_of(train, evaluation) == Share(50, 2), "anna of anna das"
    assert overlap_of(train, evaluation, ["LOC", "ORG", "PER"]) == Share(100 * 4 / 5, 5)
    assert overlap_of(train, evaluation, ["LOC"]) == overlap_of(train, evaluation, []) == Share(None, 0)


def test_what_cannot_be_spelled_counts_in_the_whole_and_is_never_shared(vocabulary: Path) -> None:
    tokenizer = load_tokenizer(vocabulary)
    train = piece_use([sentence("anna/PER xxx/PER in"), sentence("zzz in")], tokenizer)
    evaluation = piece_use([sentence("anna/PER xxx/PER yyy/LOC"), sentence("xxx zzz in das")], tokenizer)
    assert evaluation.unspelled_in_entities == {"PER": {"xxx"}, "LOC": {"yyy"}}
    assert evaluation.unspelled == {"xxx": 2, "yyy": 1, "zzz": 1}
    both = ("PER", "LOC")
    assert spelled_overlap_of(train, evaluation, both) == Share(100 / 3, 3), "anna of anna xxx yyy, both have xxx"
    assert overlap_of(train, evaluation, both) == Share(100, 2), "the paper's: anna and [UNK]"
    assert seen_types(train, evaluation) == Share(100 * 2 / 6, 6), "anna and in, of these, das and three forms"
    assert seen_tokens(train, evaluation) == Share(100 * 2 / 7, 7), "xxx stands twice"


def test_a_word_that_is_spelled_in_part_has_its_known_pieces_and_its_unknown_ones(sentencepiece: Any) -> None:
    use = piece_use([sentence("annaш/PER шaш anna")], sentencepiece)
    known = dict(zip(sentencepiece.convert_ids_to_tokens(list(use.counts)), use.counts.values(), strict=True))
    assert known == {"▁anna": 2, "a": 1}, "the mark before шaш is no piece of it"
    assert use.unspelled == {"annaш": 1, "шaш": 2}, "each unknown piece, under the form of its word"
    assert use.in_entities == {"PER": {sentencepiece.convert_tokens_to_ids("▁anna")}}
    assert use.unspelled_in_entities == {"PER": {"annaш"}}
    assert (overlap_of(use, use).value, spelled_overlap_of(use, use).value) == (100, 50)


def test_a_target_of_unknown_words_alone_is_not_seen(vocabulary: Path) -> None:
    unspelled = piece_use([sentence("xxx/PER yyy")], load_tokenizer(vocabulary))
    measures = (spelled_overlap_of, seen_types, seen_tokens)
    assert [measure(unspelled, unspelled).value for measure in measures] == [0, 0, 0]


FORMS = st.sampled_from("xyz")
TYPES = ("LOC", "PER")
USES = st.builds(
    lambda counts, entities, unspelled, forms: PieceUse(
        {name: frozenset(ids & set(counts)) for name, ids in entities.items() if ids & set(counts)},
        counts,
        {name: frozenset(found & set(unspelled)) for name, found in forms.items() if found & set(unspelled)},
        unspelled,
    ),
    st.dictionaries(st.integers(0, 30), st.integers(1, 5)),
    st.dictionaries(st.sampled_from(TYPES), st.sets(st.integers(0, 30))),
    st.dictionaries(FORMS, st.integers(1, 5)),
    st.dictionaries(st.sampled_from(TYPES), st.sets(FORMS)),
)


@given(USES, USES)
def test_overlap_is_symmetric_and_both_shares_are_per_cent(one: PieceUse, other: PieceUse) -> None:
    for measure in (overlap_of, spelled_overlap_of):
        assert measure(one, other) == measure(other, one)
        assert measure(one, one).value in (None, 100) or measure is spelled_overlap_of
    assert (spelled_overlap_of(one, other).value or 0) <= (overlap_of(one, other).value or 0)
    measures = (overlap_of, spelled_overlap_of, seen_types, seen_tokens)
    for share in [measure(one, other) for measure in measures]:
        assert (share.value is None) == (share.n == 0)
        assert share.value is None or 0 <= share.value <= 100
    everything = joined([one, other])
    for types in ((), ("LOC",), TYPES):
        together, (first, second) = everything.of(types), (use.of(types) for use in (one, other))
        assert together.spelled == first.spelled | second.spelled
        assert together.unspelled == first.unspelled | second.unspelled
    assert everything.types == one.types | other.types
    assert sum(everything.counts.values()) == sum(one.counts.values()) + sum(other.counts.values())
    assert sum(everything.unspelled.values()) == sum(one.unspelled.values()) + sum(other.unspelled.values())
    for value in [measure(everything, other).value for measure in (seen_types, seen_tokens)]:
        assert value is None or (value == 100) == (not other.unspelled)


def test_spelling_by_hand(vocabulary: Path) -> None:
    found = spelling([["rome", "анна", "бб", "!"]], load_tokenizer(vocabulary))
    assert found.words == 4
    assert found.pieces_per_word == pytest.approx(5 / 4)
    assert found.unknown_words == 50, "бб and !"
    assert found.letters == 10
    assert found.known_letters == pytest.approx(100 * 2 / 10), "only а stands alone as a piece"
    assert found.scripts == pytest.approx({"Cyrillic": 60, "Latin": 40})
    assert found.script_pieces == {"Cyrillic": 5, "Latin": 9}, "special pieces belong to no script"


def test_a_letter_is_unknown_wherever_its_unknown_piece_stands(vocabulary: Path, sentencepiece: Any) -> None:
    found = spelling([["anna", "annaш"], ["шш"]], sentencepiece)
    assert found.letters == 11
    assert found.known_letters == pytest.approx(100 * 8 / 11), "ш alone is ▁ <unk>"
    assert found.unknown_words == pytest.approx(100 * 2 / 3)
    for tokenizer, counts in ((sentencepiece, [0, 1, 2]), (load_tokenizer(vocabulary), [0, 1, 1])):
        pieces = piece_words(tokenizer, [["anna", "annaш"], ["шaш"]])
        assert unknown_in_words(pieces, tokenizer).tolist() == counts
    assert not unknown_in_words(piece_words(sentencepiece, []), sentencepiece).size


def test_a_bare_mark_is_no_piece_of_a_word(sentencepiece: Any) -> None:
    """`neaen` is ▁ n e a e n, and `ш` ▁ <unk>: that both begin with the mark is nothing that they share."""
    train, evaluation = (piece_use([sentence(text)], sentencepiece) for text in ("neaen/PER", "ш/PER"))
    spells = sorted(sentencepiece.convert_tokens_to_ids(["n", "e", "a"]))
    assert sorted(train.counts) == sorted(train.in_entities["PER"]) == spells
    assert not evaluation.counts
    assert overlap_of(train, train).value == 100
    assert seen_tokens(train, evaluation).value == 0
    assert spelling([["neaen", "ш"]], sentencepiece).pieces_per_word == 3, "n e a e n, and one unknown"


@pytest.mark.parametrize(
    ("letter", "script"), [("a", "Latin"), ("ß", "Latin"), ("я", "Cyrillic"), ("क", "Devanagari"), ("か", "Hiragana")]
)  # fmt: skip
def test_scripts_of_letters(letter: str, script: str) -> None:
    assert script_of(letter) == script


def names(*pairs: tuple[str, str]) -> list[list[tuple[str, str]]]:
    return [[(word, tag) for word, tag in pairs]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """English, German, Spanish and Russian; the last shares no piece with the others. Hindi has no entity at all."""
    folder = tmp_path / "data"
    write_entities(
        folder, "conll2003/en", names(("anna", "B-PER"), ("sees", "O"), ("rome", "B-LOC"), ("paris", "B-LOC"))
    )
    write_entities(folder, "conll2003/de", names(("anna", "B-PER"), ("sieht", "O"), ("rome", "B-LOC")))
    write_entities(folder, "conll2002/es", names(("anna", "B-PER"), ("das", "B-LOC"), ("in", "O")))
    write_entities(folder, "wikineural/ru", names(("анна", "B-PER"), ("видит", "O"), ("рим", "B-LOC")))
    write_entities(folder, "hiner/hi", names(("das", "O"), ("in", "O")))
    return folder


def measured(root: Path, vocabulary: Path, tmp_path: Path, slope: float, languages: tuple[str, ...]) -> list[ResultRow]:
    """Figure 1 by an M-BERT that is flat and an EN-BERT whose F1 is `slope` times the overlap."""
    folder = tmp_path / "encoder"
    folder.mkdir(exist_ok=True)
    (folder / "vocab.txt").write_bytes(vocabulary.read_bytes())
    revision = find_origin(folder).revision or ""
    players = [candidate(name, role, folder, revision) for name, role in (("big", "m-bert"), ("little", "en-bert"))]  # type: ignore[arg-type]
    experiment, study = EXPERIMENTS["figure1"], setting(root, *players)
    known = {
        (row.source, row.target): row.value
        for row in experiment.lay_out(study).rows(evidence([], tmp_path, experiment.lay_out(study).steps))
        if row.metric == ENTITY_OVERLAP and row.system == "big"
    }
    flat = cells("figure1", "big", "m-bert", languages, lambda s, t: 60.0 + 2 * (s < t))
    steep = cells("figure1", "little", "en-bert", languages, lambda s, t: slope * (known.get((s, t)) or 0.0))
    return experiment.lay_out(study).rows(evidence([*flat, *steep], tmp_path, experiment.lay_out(study).steps))


def test_dependence_on_overlap_is_told_from_none(root: Path, vocabulary: Path, tmp_path: Path) -> None:
    rows = measured(root, vocabulary, tmp_path, 0.9, ("en", "de", "es", "ru"))
    overlap = {(r.source, r.target): r.value for r in rows if r.metric == ENTITY_OVERLAP and r.system == "big"}
    assert overlap["en", "de"] == pytest.approx(75), "anna rom ##e of anna rom ##e paris"
    assert overlap["en", "ru"] == 0
    assert statistic(rows, "little", "correlation", BY_OVERLAP).value == pytest.approx(1)
    assert statistic(rows, "little", "slope", BY_OVERLAP).value == pytest.approx(0.9)
    assert abs(statistic(rows, "big", "slope", BY_OVERLAP).value or 0) < 0.1
    difference = statistic(rows, "big", "slope minus en-bert's", BY_OVERLAP)
    assert difference.ci_high is not None and difference.ci_high < 0
    across = statistic(rows, "little", "mean over pairs", ACROSS_SCRIPTS, metric="f1")
    assert (across.value, across.n) == (0, 6)
    lowest = statistic(rows, "big", "minimum over pairs", NO_OVERLAP)
    assert (lowest.value, lowest.ci_low, lowest.n) == (60, 59, 6)
    verdicts = {row.id: row.verdict for row in judge(results_frame(rows))}
    assert verdicts["m-bert-flatter"] == verdicts["m-bert-without-overlap"] == "holds"
    assert verdicts["single-languages-follow"] == verdicts["no-overlap-across-scripts"] == "holds"
    assert statistic(rows, "big", WITHIN_AGAINST, BY_OVERLAP).value == pytest.approx(-0.9, abs=0.1)
    on_conll = statistic(rows, "big", SLOPE_AGAINST, ON_CONLL)
    assert on_conll.value == pytest.approx(-0.9, abs=0.1)
    assert on_conll.n == 6, "English, German and Spanish; the Russian set is no CoNLL set"
    shared = statistic(rows, "big", "mean over pairs", ACROSS_SCRIPTS, metric=ENTITY_OVERLAP)
    assert (shared.value, shared.n) == (0, 6)


def test_trends_of_single_languages_are_told_from_what_their_sources_make_of_all_together() -> None:
    """Sources that share much are bad ones here: all together falls, though from each source it rises by 0.5."""
    languages = ("en", "de", "es", "ru", "fr")
    place = {key: number for number, key in enumerate(languages)}
    x = {(s, t): 20.0 * place[s] + 2 * place[t] for s in languages for t in languages if s != t}

    def rising(source: str, target: str) -> float:
        return 80 - 15 * place[source] + 0.5 * x.get((source, target), 0.0)

    rows = cells("figure1", "big", "m-bert", languages, rising)
    level = cells("figure1", "little", "en-bert", languages, lambda _, __: 10.0)
    scores = zero_shot_scores([*rows, *level])
    together = slope_against(scores["big"], scores["little"], x, x, BY_OVERLAP, "en-bert's")[0]
    assert together.value is not None and together.value < 0
    found = slopes_within(scores["big"], scores["little"], x, x)
    assert found.value == pytest.approx(0.5)
    assert found.n == 5
    assert slopes_within(scores["big"], scores["little"], {}, x).why == (
        "no source with three targets of different overlap"
    )


def test_every_pair_has_all_measures_and_every_language_its_spelling(
    root: Path, vocabulary: Path, tmp_path: Path
) -> None:
    rows = measured(root, vocabulary, tmp_path, 0.5, ("en", "de", "es", "ru"))
    for metric in MEASURES:
        found = {(r.source, r.target) for r in rows if r.metric == metric and r.system == "little" and r.source}
        assert len(found) == 25
    for metric in SPELLING:
        assert statistic(rows, "big", MEAN, metric=metric, target="ru").value is not None
    assert statistic(rows, "big", MEAN, metric=SPELLING[-1], target="ru").part == "Cyrillic"


def test_pairs_overlap_in_the_types_that_are_scored_and_say_which(root: Path, vocabulary: Path, tmp_path: Path) -> None:
    """Spanish gets a type of its own, whose words English has as places; and words that cannot be spelled."""
    write_entities(root, "conll2002/es", names(("anna", "B-PER"), ("rome", "B-MISC"), ("xxx", "B-PER")))
    write_entities(root, "wikineural/ru", names(("xxx", "B-ORG"), ("рим", "B-ORG"), ("ррр", "O")))
    rows = measured(root, vocabulary, tmp_path, 0.5, ("en", "de", "es"))
    pair = {"source": "es", "target": "en"}
    plain = statistic(rows, "big", MEAN, metric=ENTITY_OVERLAP, **pair)
    assert (plain.value, plain.n, plain.types) == (50, 2, "PER"), "anna of anna and [UNK]; rome is no place here"
    assert statistic(rows, "big", MEAN, metric=SPELLED_OVERLAP, source="es", target="es").value == pytest.approx(75)
    assert statistic(rows, "big", MEAN, metric=ENTITY_OVERLAP, source="es", target="es").value == 100
    none = statistic(rows, "big", MEAN, metric=ENTITY_OVERLAP, source="en", target="ru")
    assert none.missing == "the entity types of en and ru have none in common"
    assert statistic(rows, "big", MEAN, metric=SEEN_TOKENS, source="en", target="ru").value == 0


def test_the_mean_overlap_across_scripts_is_a_row(root: Path, vocabulary: Path, tmp_path: Path) -> None:
    rows = measured(root, vocabulary, tmp_path, 0.5, ("en", "de", "es", "ru"))
    across = statistic(rows, "big", "mean over pairs", ACROSS_SCRIPTS, metric=ENTITY_OVERLAP)
    assert (across.value, across.n) == (0, 6)
    assert across.interval is not None


def test_scripts_of_a_language_are_told_in_order_of_their_share(root: Path, vocabulary: Path, tmp_path: Path) -> None:
    write_entities(root, "conll2002/es", names(("видит", "O"), ("anna", "B-PER"), ("す", "O"), ("カ", "O"), ("क", "O")))
    write_entities(root, "wikineural/ru", names(("видит" * 30, "O"), ("a", "B-PER")))
    rows = [row for row in measured(root, vocabulary, tmp_path, 0.5, ("en", "es")) if row.system == "big"]
    told = {
        target: [(r.part, r.value, r.n) for r in rows if (r.metric, r.target) == (SPELLING[-1], target)]
        for target in ("es", "ru")
    }
    assert told["es"] == [("Cyrillic", 5, 5), ("Latin", 9, 4), ("Hiragana", 0, 1)], "three at most"
    assert told["ru"] == [("Cyrillic", 5, 150)], "less than 1 % is Latin"
    write_entities(root, "conll2003/de", names(("1991", "B-PER")))
    rows = measured(root, vocabulary, tmp_path, 0.5, ("en", "es"))
    bare = statistic(rows, "big", MEAN, metric=SPELLING[-1], target="de")
    assert (bare.value, bare.missing) == (None, "no letter in conll2003/de test")


def test_the_step_keeps_all_that_the_measures_need(root: Path, vocabulary: Path, tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_bytes(vocabulary.read_bytes())
    write_entities(root, "conll2002/es", names(("anna", "B-PER"), ("xxx", "B-LOC"), ("yyy", "O"), ("yyy", "O")))
    study = setting(root, candidate("big", "m-bert", tmp_path, find_origin(tmp_path).revision or ""))
    step = next(
        step
        for step in EXPERIMENTS["figure1"].lay_out(study).steps
        if isinstance(step, CountPieces) and (step.split.language, step.split.split) == ("es", "test")
    )
    evidence([], tmp_path, [step])
    use = read_counted(tmp_path / step.id).use
    assert use == piece_use(step.split.read(), load_tokenizer(vocabulary))
    assert use.unspelled_in_entities == {"LOC": {"xxx"}}
    assert use.unspelled == {"xxx": 1, "yyy": 2}


def test_a_set_without_entities_has_no_overlap_and_says_so(root: Path, vocabulary: Path, tmp_path: Path) -> None:
    rows = measured(root, vocabulary, tmp_path, 0.5, ("en", "de", "es", "ru"))
    empty = statistic(rows, "big", MEAN, metric=ENTITY_OVERLAP, source="en", target="hi")
    assert (empty.value, empty.missing) == (None, "no entity in hiner/hi test")
    assert statistic(rows, "big", MEAN, metric=SEEN_TOKENS, source="es", target="hi").value == 100
    results_frame(rows)


def test_languages_that_are_not_there_are_named_with_the_reason(root: Path, vocabulary: Path, tmp_path: Path) -> None:
    rows = measured(root, vocabulary, tmp_path, 0.5, ("en", "de", "es", "ru"))
    absent = [
        row.missing or ""
        for row in rows
        if row.system == "big" and row.source is None and row.metric == ENTITY_OVERLAP and row.aggregate == MEAN
    ]
    assert len(absent) == len(PAPER_NER) - 5
    assert any("Bengali (bn)" in why for why in absent)


def test_one_pair_only_gives_reasons(root: Path, vocabulary: Path, tmp_path: Path) -> None:
    rows = measured(root, vocabulary, tmp_path, 0.5, ("en", "de"))
    found = statistic(rows, "big", "correlation", BY_OVERLAP)
    assert (found.value, found.missing) == (None, "fewer than 3 cells")
    decided = judge(results_frame(rows))
    of_pieces = "no-overlap-across-scripts"  # takes no score
    assert {judged.verdict for judged in decided if judged.id != of_pieces} == {"cannot tell"}
    assert any("fewer than 3 cells" in judged.why for judged in decided)


def test_a_step_that_failed_leaves_its_reason_in_the_cells(root: Path, vocabulary: Path, tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    folder.mkdir()
    (folder / "vocab.txt").write_bytes(vocabulary.read_bytes())
    study = setting(root, candidate("big", "m-bert", folder, "none"))
    rows = EXPERIMENTS["figure1"].lay_out(study).rows(evidence([], tmp_path))
    assert statistic(rows, "big", MEAN, metric=ENTITY_OVERLAP, source="en", target="de").missing == "it broke"


def test_overlaps_of_all_pairs_need_a_vocabulary_and_a_data_root_alone(root: Path, vocabulary: Path) -> None:
    table = shared_pieces(vocabulary, data=root)
    assert set(table["source"]) == {"en", "de", "es", "hi", "ru"}
    assert table.height == 5 * 4
    found = {(row["source"], row["target"]): row[ENTITY_OVERLAP] for row in table.iter_rows(named=True)}
    assert found["en", "de"] == pytest.approx(75)
    assert found["en", "ru"] == 0
    assert found["en", "hi"] is None, "the Hindi set has no entity"
    assert shared_pieces(vocabulary, data=root, languages=["de", "en"]).height == 2
    with pytest.raises(DataError, match="no such data root"):
        shared_pieces(vocabulary, data=root / "nowhere")
    with pytest.raises(DataError, match="Bengali"):
        shared_pieces(vocabulary, data=root, languages=["bn"])
