"""Named corpora of a data root: found by language and task, read split by split, known by their checksums.

The layout (docs/data.md): `ud/UD_<Name>/<code>-ud-{train,dev,test}.conllu`, `ner/<set>/<code>-{train,dev,test}.conll`,
`codemix/<set>-{train,dev,test}.conllu`, any of them .gz or .xz. Code-switched text is found by its switch key
(`hi/en:corrected`, see `corpora.codemix`).
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from crossglot.corpora.codemix import (
    CodeSwitchedSentence,
    is_switch_key,
    read_codemix,
    require_form,
    split_switch_key,
)
from crossglot.corpora.columns import read_columns
from crossglot.corpora.conllu import read_conllu
from crossglot.corpora.download import data_cache
from crossglot.corpora.mixing import VERSION as MIXING_VERSION
from crossglot.corpora.mixing import mix_treebanks
from crossglot.corpora.opening import SUFFIXES, checksum, plain_name
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.sources import find_source
from crossglot.corpora.tasks import TASKS, Task
from crossglot.corpora.transliteration import DEVANAGARI
from crossglot.errors import DataError, UsageError
from crossglot.known_files import stamp
from crossglot.languages import LANGUAGES, Language, read_languages
from crossglot.languages import language as find_language
from crossglot.remedies import way, ways

OWN_LANGUAGES = "languages.tsv"
SPLITS = ("train", "dev", "test")
PARALLEL = "-PUD"
SYNTHETIC = "synthetic/"
SYNTHETIC_CORPUS = f"{SYNTHETIC}pud"
SWITCHED: Mapping[tuple[str, str], tuple[str, ...]] = {("hi", "en"): ("codemix/hiencs", "codemix/hiencs_full")}
"""Sets of real code-switched text by pair, best first: HIENCS merged with its tweets, then the few it has in full."""

EVALUATED = frozenset({"codemix/hiencs_full"})
"""Sets that nothing is trained on, all their splits being one test set: these tweets were deleted by their writers."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """An annotated corpus of a data root.

    Attributes:
        name: `UD_German-GSD`, or `uner/en_ewt` (set and code).
        language: the key it was asked for by; a switch key for code-switched text.
        task: `pos` or `ner`.
        root: the data root.
        files: split → file, for the splits that are there.
        translation: for synthetic code-switched text, files of the parallel treebank whose phrases are mixed in.
        further: files that follow a split's: of a set that is `EVALUATED`, and of synthetic text.
    """

    name: str
    language: str
    task: str
    root: Path
    files: Mapping[str, Path] = field(hash=False)
    translation: tuple[Path, ...] = ()
    further: tuple[Path, ...] = ()

    def has(self, split: str) -> bool:
        """Whether the corpus has that split (PUD treebanks are test sets only)."""
        return split in self.files

    def file(self, split: str) -> Path:
        """The file of a split.

        Raises:
            DataError: if the corpus has no such split; says which it has.
        """
        if split not in self.files:
            other = way("choose another corpus of it", "corpora", f"{self.language}=NAME")
            raise DataError(
                f"{self.name} has no {split} split, only {', '.join(self.files)}",
                path=next(iter(self.files.values())).parent,
                remedy=f"{ways(f'Leave {self.language} out', other)}.",
            )
        return self.files[split]

    def files_of(self, split: str) -> tuple[Path, ...]:
        """All files that the sentences of a split are made of.

        Raises:
            DataError: no such split.
        """
        return (self.file(split), *self.further, *self.translation)

    def read(
        self, split: str, *, lenient: bool = False, skipped: list[DataError] | None = None
    ) -> list[TaggedSentence]:
        """Sentences of a split: UPOS tags for `pos`, BIO2 tags for `ner`.

        Raises:
            DataError: no such split, or a fault in the file (unless `lenient`, see `read_conllu`).
        """
        if is_switch_key(self.language):
            form = require_form(self.language)
            return [sentence.in_form(form) for sentence in self.read_switched(split, lenient=lenient, skipped=skipped)]
        read = read_conllu if self.task == "pos" else read_columns
        return read(self.file(split), lenient=lenient, skipped=skipped)

    def read_switched(
        self, split: str, *, lenient: bool = False, skipped: list[DataError] | None = None
    ) -> list[CodeSwitchedSentence]:
        """Sentences of a code-switched corpus in both forms, with the language of every word.

        Raises:
            DataError: see `read_codemix`.
        """
        paths = (self.file(split), *self.further)
        if self.translation:
            return mix_treebanks(paths, self.translation, split, split_switch_key(self.language)[0])
        return [sentence for path in paths for sentence in read_codemix(path, lenient=lenient, skipped=skipped)]

    def checksum(self, split: str) -> str:
        """SHA-256 of the split's decompressed bytes; of several files and of synthetic text, of what it is made of.

        Raises:
            DataError: no such split.
        """
        made_of = [checksum(self.file(split)), *map(checksum, self.further)]
        if self.translation:
            made_of += [*map(checksum, self.translation), split, str(MIXING_VERSION)]
        return made_of[0] if len(made_of) == 1 else hashlib.sha256(" ".join(made_of).encode()).hexdigest()


def root_languages(root: Path | str) -> Mapping[str, Language]:
    """The languages of a data root: all that crossglot knows, but those of the root's `languages.tsv` as it has them.

    Raises:
        DataError: if that file is faulty.
    """
    return {**LANGUAGES, **own_languages(root)}


def own_languages(root: Path | str) -> Mapping[str, Language]:
    """The languages that a data root's `languages.tsv` defines; none where there is no such file.

    Raises:
        DataError: if that file is faulty.
    """
    path = Path(root) / OWN_LANGUAGES
    found = stamp(path)
    return {} if found is None else _read_languages(path, *found)


@lru_cache(maxsize=4)
def _read_languages(path: Path, *stamp: int) -> Mapping[str, Language]:  # noqa: ARG001 - as long as the file is as it was
    return read_languages(path)


def find_corpus(root: Path | str, language: str, task: str, name: str | None = None) -> Corpus:
    """The corpus of a language for a task in a data root.

    Args:
        root: the data root.
        language: a key of `crossglot.languages`, or of the root's own `languages.tsv`, or a switch key
            (`hi/en:corrected`).
        task: `pos` or `ner`.
        name: `UD_Spanish-AnCora` for pos; `conll2002/es` for ner, or a bare set (`conll2002`, `uner`), in which the
            language's code is looked up; `codemix/hiencs` or `hiencs` for code-switched text. None: the first of the
            language's default corpora that is there; of treebanks, before all others, the one by its name in UD 2.0.

    Raises:
        DataError: no such root; none of the defaults, or not the named one, is there. Says what is.
        UsageError: an unknown language or task.
    """
    root = Path(root)
    if task not in TASKS:
        raise UsageError(f"no corpora for task {task!r}; the tasks are {', '.join(TASKS)}")
    if not root.is_dir():
        raise DataError("no such data root", path=root, remedy="Give a folder with ud/ and ner/ (see docs/data.md).")
    if is_switch_key(language):
        return _find_switched(root, language, task, name)
    entry = find_language(language, root_languages(root))
    candidates = corpus_candidates(entry, task, name)
    for candidate in candidates:
        if files := corpus_files(root, task, candidate):
            return Corpus(candidate, language, task, root, files)
    raise _missing(root, language, entry.name, task, name, candidates)


def corpus_candidates(entry: Language, task: str, name: str | None = None) -> tuple[str, ...]:
    """Names of the corpora that may serve a language for a task, best first: the defaults, or what a name stands for.

    Of treebanks the paper's comes first, as UD 2.0 names it (`UD_German`), then the others, by their names today.
    """
    defaults = entry.ner
    if task == "pos":
        papers = entry.first_treebank
        defaults = tuple(dict.fromkeys((papers, *entry.treebanks) if papers else entry.treebanks))
    if name is None:
        return defaults
    if task == "ner" and "/" not in name:
        return tuple(default for default in defaults if default.startswith(f"{name}/")) or (f"{name}/{entry.key}",)
    return (name,)


def load_corpus(
    language: str,
    task: Task = "pos",
    data: str | Path | None = None,
    split: str = "train",
    *,
    name: str | None = None,
    lenient: bool = False,
) -> list[TaggedSentence]:
    """Sentences of a language's corpus in a data root.

    Args:
        language: a key (`en`, `pt-BR`), or a switch key of code-switched text (`hi/en:corrected`).
        task: `pos` or `ner`.
        data: the data root; None for the data cache.
        split: `train`, `dev` or `test`.
        name: another corpus than the language's default, see `find_corpus`.
        lenient: skip malformed sentences instead of stopping.

    Raises:
        DataError: if the root, the corpus or the split is not there, or a file is faulty.
        UsageError: for an unknown language or task.
    """
    root = data_cache() if data is None else data
    return find_corpus(root, language, task, name).read(split, lenient=lenient)


def _find_switched(root: Path, language: str, task: str, name: str | None) -> Corpus:
    """Code-switched text: real sets before others, of others those whose names end in the pair's keys."""
    pair, _, synthetic = split_switch_key(language)
    if task != "pos":
        raise UsageError(f"code-switched text has no {task} tags")
    if synthetic:
        treebanks = parallel_treebanks(root, pair, name)
        if treebanks is None:
            what = f"no treebanks of {' and '.join(pair)} to make synthetic code-switched text of"
            raise DataError(what + (f" named {name}" if name and "+" in name else ""), path=root)
        (first, *further), translation = treebanks
        files = dict.fromkeys(SPLITS, first)
        called = f"{SYNTHETIC}{name.removeprefix(SYNTHETIC)}" if name and "+" in name else SYNTHETIC_CORPUS
        return Corpus(called, language, task, root, files, translation, tuple(further))
    there = list_corpora(root, "codemix")
    ending = "-".join(("", *pair))
    candidates = [*SWITCHED.get(pair, ()), *(set_name for set_name in there if set_name.endswith(ending))]
    if name is not None and "+" not in name:  # two treebanks are what synthetic text is made of
        candidates = [name if name.startswith("codemix/") else f"codemix/{name}"]
    for candidate in candidates:
        if files := corpus_files(root, "codemix", candidate):
            if candidate not in EVALUATED:
                return Corpus(candidate, language, task, root, files)
            first, *further = (files[split] for split in reversed(SPLITS) if split in files)
            return Corpus(candidate, language, task, root, {"test": first}, (), tuple(further))
    remedy = "Put one at codemix/<set>-{train,dev,test}.conllu (see docs/data.md)."
    if there:
        choose = way("Choose one", "corpora", f"{'/'.join(pair)}=NAME")
        remedy = f"There are {', '.join(there)}. {choose}".strip()
    what = f"no code-switched corpus of {'/'.join(pair)}" + (f" named {name!r}" if name else "")
    raise DataError(what, path=root, remedy=remedy)


def parallel_treebanks(
    root: Path | str, pair: tuple[str, str], named: str | None = None
) -> tuple[tuple[Path, ...], tuple[Path, ...]] | None:
    """Files of two languages' parallel treebanks, the first written in Devanagari; None where that is not so.

    Args:
        root: the data root.
        pair: the languages.
        named: both, `UD_Hindi-PUD+UD_English-PUD`; by default the PUD treebanks.
    """
    first = root_languages(root).get(pair[0])
    if first is None or first.script != DEVANAGARI:
        return None
    names = [parallel_treebank(root, key) or "" for key in pair]
    if named and "+" in named:
        names = named.removeprefix(SYNTHETIC).split("+")
    one, other = (tuple(corpus_files(Path(root), "pos", name).values()) for name in (names[0], names[-1]))
    return (one, other) if one and other else None


def parallel_treebank(root: Path | str, language: str) -> str | None:
    """The treebank of a language whose sentences are those of all other languages' (PUD), if the root has it."""
    entry = root_languages(root).get(language)
    names = (*entry.treebanks, f"UD_{entry.name.replace(' ', '_')}{PARALLEL}") if entry else ()
    return next((name for name in names if name.endswith(PARALLEL) and corpus_files(Path(root), "pos", name)), None)


def corpus_files(root: Path, task: str, name: str) -> dict[str, Path]:
    """Split → file of the corpus of that name; `task` may also be `codemix`, whose sets lie in `codemix/`."""
    group, _, code = name.partition("/")
    found: dict[str, Path] = {}
    for split in SPLITS:
        if task == "pos":
            pattern = f"*-ud-{split}.conllu"
            files = [path for suffix in SUFFIXES for path in sorted((root / "ud" / name).glob(pattern + suffix))]
        else:
            plain = root / "ner" / group / f"{code}-{split}.conll"
            if task == "codemix":
                plain = root / "codemix" / f"{code}-{split}.conllu"
            files = [path for suffix in SUFFIXES if (path := plain.with_name(plain.name + suffix)).is_file()]
        if files:
            found[split] = files[0]
    return found


def list_corpora(root: Path | str, task: str) -> list[str]:
    """Names of the corpora for a task (`pos`, `ner`, or `codemix`) that a data root holds, in alphabetical order."""
    root = Path(root)
    if task == "pos":
        return sorted({path.parent.name for path in root.glob("ud/*/*-ud-*.conllu*")})
    paths = root.glob("ner/*/*.conll*") if task == "ner" else root.glob("codemix/*.conllu*")
    names = (path.parent.name + "/" + plain_name(path).rpartition("-")[0] for path in paths)
    return sorted({name for name in names if corpus_files(root, task, name)})


def _missing(
    root: Path, language: str, english: str, task: str, name: str | None, candidates: tuple[str, ...]
) -> DataError:
    there = list_corpora(root, task)
    if name is None:
        what = f"no {task} corpus of {english} ({language}): none of {', '.join(candidates) or 'no defaults'}"
    else:
        what = f"no {task} corpus {name!r}"
    near = [known for known in there if english in known or known.partition("/")[2].startswith(language)]
    near += [known for known in difflib.get_close_matches(name or "", there) if known not in near]
    remedy = f"The root holds no {task} corpus at all; docs/data.md says how it is laid out. "
    if near:
        choose = way("Choose one", "corpora", f"{language}=NAME")
        remedy = f"Near it are {', '.join(near)}. " + (f"{choose}. " if choose else "")
    elif there:
        remedy = f"There are {', '.join(there[:8])}{f' and {len(there) - 8} more' if len(there) > 8 else ''}. "
    if to_get := next(filter(_can_be_fetched, candidates), None):
        remedy += f"`crossglot data get {to_get}` fetches one."
    return DataError(what, path=root, remedy=remedy.strip())


def _can_be_fetched(name: str) -> bool:
    try:
        return bool(find_source(name).urls)
    except UsageError:
        return False
