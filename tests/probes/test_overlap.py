"""Figure 1: overlap by hand, properties of sets, planted dependence found, reasons where there is no number."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.spelling import script_of, spelling
from crossglot.encoders.tokenizers import load_tokenizer
from crossglot.errors import DataError
from crossglot.languages import PAPER_NER
from crossglot.paper.claims_overlap import ACROSS_SCRIPTS, BY_OVERLAP, NO_OVERLAP
from crossglot.probes.overlap import ENTITY_OVERLAP, SEEN_TOKENS, SEEN_TYPES, SPELLING, OverlapProbe
from crossglot.probes.results import MEAN, MISSING, ResultRow, results_frame
from crossglot.probes.shared_pieces import shared_pieces
from crossglot.probes.verdicts import judge
from crossglot.tagging.overlap import PieceUse, entity_overlap, joined, overlap_of, piece_use, seen_tokens, seen_types
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


def sentence(text: str) -> TaggedSentence:
    """`anna/PER sees rome/LOC`: a tag after the slash, O without."""
    parts = [word.partition("/") for word in text.split()]
    return TaggedSentence(tuple(p[0] for p in parts), tuple(f"B-{p[2]}" if p[2] else "O" for p in parts))


TRAIN = [sentence("anna/PER sees rome/LOC in paris"), sentence("zzz/PER sees")]
EVALUATION = [sentence("anna/PER sieht roma/LOC das das")]


def test_overlap_by_hand(vocabulary: Path) -> None:
    """E_train: anna, rom, ##e; E_eval: anna, rom, ##a. `paris` is no entity there, `zzz` is unknown."""
    tokenizer = load_tokenizer(vocabulary)
    assert entity_overlap(TRAIN, EVALUATION, tokenizer) == pytest.approx(100 * 2 / 4)
    assert entity_overlap(TRAIN, TRAIN, tokenizer) == 100
    train, evaluation = piece_use(TRAIN, tokenizer), piece_use(EVALUATION, tokenizer)
    assert seen_types(train, evaluation).value == pytest.approx(100 * 2 / 5), "anna and rom of anna sieht rom ##a das"
    assert seen_tokens(train, evaluation).value == pytest.approx(100 * 2 / 6), "das stands twice"


def test_two_words_that_the_tokenizer_cannot_spell_have_nothing_in_common(vocabulary: Path) -> None:
    tokenizer = load_tokenizer(vocabulary)
    assert entity_overlap([sentence("xxx/PER anna/PER")], [sentence("yyy/PER das/PER")], tokenizer) == 0
    assert entity_overlap([sentence("xxx/PER")], [sentence("yyy/PER")], tokenizer) is None
    assert entity_overlap([], [sentence("anna")], tokenizer) is None


USES = st.builds(
    lambda counts, entities: PieceUse(frozenset(entities & set(counts)), counts),
    st.dictionaries(st.integers(0, 30), st.integers(1, 5)), st.sets(st.integers(0, 30)),
)  # fmt: skip


@given(USES, USES)
def test_overlap_is_symmetric_and_both_shares_are_per_cent(one: PieceUse, other: PieceUse) -> None:
    assert overlap_of(one, other) == overlap_of(other, one)
    for measure in (overlap_of, seen_types, seen_tokens):
        share = measure(one, other)
        assert (share.value is None) == (share.n == 0)
        assert share.value is None or 0 <= share.value <= 100
    everything = joined([one, other])
    assert everything.in_entities == one.in_entities | other.in_entities
    assert sum(everything.counts.values()) == sum(one.counts.values()) + sum(other.counts.values())
    assert seen_types(everything, other).value in (None, 100)
    assert seen_tokens(everything, one).value in (None, 100)


def test_spelling_by_hand(vocabulary: Path) -> None:
    found = spelling([["rome", "анна", "бб", "!"]], load_tokenizer(vocabulary))
    assert found.words == 4
    assert found.pieces_per_word == pytest.approx(5 / 4)
    assert found.unknown_words == 50, "бб and !"
    assert found.letters == 10
    assert found.known_letters == pytest.approx(100 * 2 / 10), "only а stands alone as a piece"
    assert found.scripts == pytest.approx({"Cyrillic": 60, "Latin": 40})
    assert found.script_pieces == {"Cyrillic": 5, "Latin": 9}, "special pieces belong to no script"


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


def probed(root: Path, vocabulary: Path, tmp_path: Path, slope: float, languages: tuple[str, ...]) -> list[ResultRow]:
    """Figure 1 by an M-BERT that is flat and an EN-BERT whose F1 is `slope` times the overlap."""
    folder = tmp_path / "encoder"
    folder.mkdir(exist_ok=True)
    (folder / "vocab.txt").write_bytes(vocabulary.read_bytes())
    from crossglot.encoders.sources import find_source

    revision = find_source(folder).revision or ""
    players = [candidate(name, role, folder, revision) for name, role in (("big", "m-bert"), ("little", "en-bert"))]  # type: ignore[arg-type]
    probe, study = OverlapProbe(), setting(root, *players)
    known = {
        (row.source, row.target): row.value
        for row in probe.rows(study, evidence([], tmp_path, probe.steps(study)))
        if row.metric == ENTITY_OVERLAP and row.system == "big"
    }
    flat = cells("figure1", "big", "m-bert", languages, lambda s, t: 60.0 + 2 * (s < t))
    steep = cells("figure1", "little", "en-bert", languages, lambda s, t: slope * (known.get((s, t)) or 0.0))
    return probe.rows(study, evidence([*flat, *steep], tmp_path, probe.steps(study)))


def test_dependence_on_overlap_is_told_from_none(root: Path, vocabulary: Path, tmp_path: Path) -> None:
    rows = probed(root, vocabulary, tmp_path, 0.9, ("en", "de", "es", "ru"))
    overlap = {(r.source, r.target): r.value for r in rows if r.metric == ENTITY_OVERLAP and r.system == "big"}
    assert overlap["en", "de"] == pytest.approx(75), "anna rom ##e of anna rom ##e paris"
    assert overlap["en", "ru"] == 0
    assert statistic(rows, "little", "correlation", BY_OVERLAP).value == pytest.approx(1)
    assert statistic(rows, "little", "slope", BY_OVERLAP).value == pytest.approx(0.9)
    assert abs(statistic(rows, "big", "slope", BY_OVERLAP).value or 0) < 0.1
    difference = statistic(rows, "big", "slope minus en-bert's", BY_OVERLAP)
    assert difference.ci_high is not None and difference.ci_high < 0
    across = statistic(rows, "little", "mean over pairs", ACROSS_SCRIPTS)
    assert (across.value, across.n) == (0, 6)
    lowest = statistic(rows, "big", "minimum over pairs", NO_OVERLAP)
    assert (lowest.value, lowest.ci_low, lowest.n) == (60, 59, 6)
    verdicts = {
        row["claim"].partition(":")[0]: row["verdict"] for row in judge(results_frame(rows)).iter_rows(named=True)
    }
    assert verdicts["m-bert-flatter"] == verdicts["m-bert-without-overlap"] == "holds"


def test_every_pair_has_all_measures_and_every_language_its_spelling(
    root: Path, vocabulary: Path, tmp_path: Path
) -> None:
    rows = probed(root, vocabulary, tmp_path, 0.5, ("en", "de", "es", "ru"))
    for metric in (ENTITY_OVERLAP, SEEN_TYPES, SEEN_TOKENS):
        found = {(r.source, r.target) for r in rows if r.metric == metric and r.system == "little" and r.source}
        assert len(found) == 25
    for metric in SPELLING:
        assert statistic(rows, "big", MEAN, metric=metric, target="ru").value is not None
    assert statistic(rows, "big", MEAN, metric=SPELLING[0], target="ru").condition == "Cyrillic"


def test_a_set_without_entities_has_no_overlap_and_says_so(root: Path, vocabulary: Path, tmp_path: Path) -> None:
    rows = probed(root, vocabulary, tmp_path, 0.5, ("en", "de", "es", "ru"))
    empty = statistic(rows, "big", MEAN, metric=ENTITY_OVERLAP, source="en", target="hi")
    assert (empty.value, empty.condition) == (None, f"{MISSING}no entity that can be spelled in hiner/hi test")
    assert statistic(rows, "big", MEAN, metric=SEEN_TOKENS, source="es", target="hi").value == 100
    results_frame(rows)


def test_languages_that_are_not_there_are_named_with_the_reason(root: Path, vocabulary: Path, tmp_path: Path) -> None:
    rows = probed(root, vocabulary, tmp_path, 0.5, ("en", "de", "es", "ru"))
    absent = [
        row.condition or ""
        for row in rows
        if row.system == "big" and row.source is None and row.metric == ENTITY_OVERLAP
    ]
    assert len(absent) == len(PAPER_NER) - 5
    assert any("Bengali (bn)" in why for why in absent)


def test_one_pair_only_gives_reasons(root: Path, vocabulary: Path, tmp_path: Path) -> None:
    rows = probed(root, vocabulary, tmp_path, 0.5, ("en", "de"))
    found = statistic(rows, "big", "correlation", f"{MISSING}{BY_OVERLAP}: fewer than 3 cells")
    assert found.value is None
    decided = judge(results_frame(rows))
    assert set(decided["verdict"]) == {"cannot tell"}
    assert any("fewer than 3 cells" in why for why in decided["why"])


def test_a_step_that_failed_leaves_its_reason_in_the_cells(root: Path, vocabulary: Path, tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    folder.mkdir()
    (folder / "vocab.txt").write_bytes(vocabulary.read_bytes())
    study = setting(root, candidate("big", "m-bert", folder, "none"))
    rows = OverlapProbe().rows(study, evidence([], tmp_path))
    assert (
        statistic(rows, "big", MEAN, metric=ENTITY_OVERLAP, source="en", target="de").condition == f"{MISSING}it broke"
    )


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
