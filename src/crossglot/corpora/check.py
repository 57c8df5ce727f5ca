"""Check a whole data root: read every file, report every fault, and what its splits share that they should not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from unicodedata import is_normalized

from crossglot.corpora.catalogue import (
    EVALUATED,
    OWN_LANGUAGES,
    PARALLEL,
    SPLITS,
    corpus_files,
    list_corpora,
    own_languages,
)
from crossglot.corpora.check_findings import FileReport, Findings, Report, is_paper
from crossglot.corpora.check_parallel import check_lines, check_treebanks
from crossglot.corpora.codemix import TRANSLITERATED, read_codemix
from crossglot.corpora.column_layout import decode_columns
from crossglot.corpora.columns import read_columns
from crossglot.corpora.conllu import read_conllu
from crossglot.corpora.first_bytes import ENOUGH, packing
from crossglot.corpora.opening import Held, Source, decode, plain_name, read_bytes
from crossglot.corpora.released_counts import count_remarks, line_remarks
from crossglot.corpora.sentences import TaggedSentence
from crossglot.errors import DataError

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_WRITTEN = re.compile("^# text = (.*)$", re.MULTILINE)


def check_root(root: Path | str, progress: Callable[[int, int, str], None] | None = None) -> Report:
    """Read everything in a data root and report all that is wrong with it, not only the first fault.

    Args:
        root: the data root (docs/data.md says how it is laid out).
        progress: told (corpora done, corpora in all, the next one's name) before each.

    Raises:
        DataError: if there is no such folder, or nothing in it that the layout knows.
    """
    root = Path(root)
    if not root.is_dir():
        raise DataError("no such data root", path=root, remedy="Give a folder with ud/, ner/ … (see docs/data.md).")
    found = Findings(root)
    jobs = list(_jobs(root, _keys(root, found)))
    if not jobs:
        raise DataError("holds nothing of a data root", path=root, remedy="See docs/data.md for the layout.")
    for done, (name, check) in enumerate(jobs):
        if progress is not None:
            progress(done, len(jobs), name)
        check(found)
    if progress is not None:
        progress(len(jobs), len(jobs), "")
    return found.report()


def _keys(root: Path, found: Findings) -> frozenset[str]:
    """Keys of the languages that the root itself defines."""
    try:
        return frozenset(own_languages(root))
    except DataError as error:
        found.blame([error], root / OWN_LANGUAGES)
        return frozenset()


def _jobs(root: Path, keys: frozenset[str]) -> Iterator[tuple[str, Callable[[Findings], None]]]:
    for task in ("pos", "ner", "codemix"):
        for name in list_corpora(root, task):
            yield name, partial(_check_corpus, task=task, name=name)
    sets: dict[str, list[Path]] = {}
    for path in sorted((root / "parallel").glob("*")):
        name, _, language = plain_name(path).rpartition(".")
        if path.is_file() and (language in keys or _LANGUAGE.fullmatch(language)) and not is_paper(path):
            sets.setdefault(name, []).append(path)
    for name, paths in sets.items():
        yield f"parallel/{name}", partial(_check_lines, paths=paths)
    for path in sorted((root / "mono").glob("*.txt*")):
        if plain_name(path).endswith(".txt") and not is_paper(path):
            yield f"mono/{path.name}", partial(_check_lines, paths=[path])
    parallel = [name for name in list_corpora(root, "pos") if name.endswith(PARALLEL)]
    tests = [files["test"] for name in parallel if "test" in (files := corpus_files(root, "pos", name))]
    if len(tests) > 1:
        yield "parallel treebanks", partial(_check_treebanks, paths=tests)


def _check_corpus(found: Findings, task: str, name: str) -> None:
    labels: dict[str, Counter[str]] = {}
    for split, path in corpus_files(found.root, task, name).items():
        skipped: list[DataError] = []
        sentences, encoding, text = _read(path, task, skipped)
        found.blame(skipped, path)
        found.remark(_form_remarks(text, path), path)
        labels[split] = _labels(sentences, task)
        words = sum(len(sentence.words) for sentence in sentences)
        inside = path.relative_to(found.root)
        found.files.append(FileReport(inside, len(sentences), words, labels[split], encoding, len(skipped)))
        if not skipped:
            found.remark(count_remarks(name, split, (len(sentences), words), path), path)
        texts = _WRITTEN.findall(text)
        evaluated = split != "train" or name in EVALUATED
        # a sentence without its text, or a text whose sentence was skipped: nobody knows which is whose
        known = texts if len(texts) == len(sentences) else []
        found.text.add_split(name, split, sentences, known, evaluated=evaluated)
    found.missing.extend((name, split) for split in SPLITS if split not in labels)
    if labels.get("train"):
        for split in ("dev", "test"):
            if unseen := sorted(set(labels.get(split, ())) - set(labels["train"])):
                found.unseen.append((name, split, tuple(unseen)))


def _read(path: Path, task: str, skipped: list[DataError]) -> tuple[list[TaggedSentence], str, str]:
    """The sentences of a file that are no fault, its encoding, and of CoNLL-U the text."""
    encoding = "utf-8"
    text = ""
    try:
        data = read_bytes(path)
        # at hand, it need not be unpacked again; what is packed twice is for the reader to refuse
        source: Source = path if packing(data[:ENOUGH]) else Held(str(path), data)
        if task == "ner":
            encoding = decode_columns(data, path)[1]
            return read_columns(source, lenient=True, skipped=skipped), encoding, text
        text = decode(data, path, lenient=True)
        if task == "codemix":
            both = read_codemix(path, lenient=True, skipped=skipped)
            return [sentence.in_form(TRANSLITERATED) for sentence in both], encoding, text
        return read_conllu(source, lenient=True, skipped=skipped), encoding, text
    except DataError as error:
        if not skipped:  # otherwise the sentences' own faults say more
            skipped.append(error)
        return [], encoding, text


def _labels(sentences: Iterable[TaggedSentence], task: str) -> Counter[str]:
    tags = Counter(chain.from_iterable(sentence.tags for sentence in sentences))
    if task != "ner":
        return Counter(dict(tags.most_common()))
    return Counter({tag[2:]: count for tag, count in tags.most_common() if tag.startswith("B-")})


def _check_lines(found: Findings, paths: list[Path]) -> None:
    parallel = check_lines(paths)
    faulty = Counter(error.path for error in parallel.faults)
    found.blame(parallel.faults, paths[0])
    found.remark(parallel.remarks, paths[0])
    for path, lines in parallel.lines.items():
        inside = path.relative_to(found.root)
        found.files.append(FileReport(inside, len(lines), faults=faulty[path]))
        found.text.add_text(str(inside), lines)
        if not faulty[path]:
            found.remark(line_remarks(plain_name(path).rpartition(".")[0], len(lines), path), path)


def _check_treebanks(found: Findings, paths: list[Path]) -> None:
    found.remark(check_treebanks(paths), found.root)


def _form_remarks(text: str, path: Path) -> Iterator[DataError]:
    """Remarks on what level 1 of the UD validator refuses and our readers take."""
    if text.strip("\n") and not text.endswith("\n\n"):
        remedy = "Compare it with the release: it may be cut off."
        yield DataError("no empty line after the last sentence", path=path, line=text.count("\n") + 1, remedy=remedy)
    if not is_normalized("NFC", text):
        lines = [line for line, written in enumerate(text.split("\n"), 1) if not is_normalized("NFC", written)]
        what = f"{len(lines):,} lines are not in Unicode's normal form C"
        remedy = "Words are read as they are written: an encoder may spell these otherwise than text from elsewhere."
        yield DataError(what, path=path, line=lines[0], remedy=remedy)
