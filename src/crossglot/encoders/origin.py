"""The origin of an encoder: a local folder or a hub repository at one commit, and what must be there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from crossglot.checksums import file_checksum
from crossglot.encoders.hub import TOKENIZER_FILES, TOLD_BY, download, download_file, file_names, find_repository
from crossglot.encoders.languages_apart import language_ids
from crossglot.encoders.model_files import check_plain, read_object
from crossglot.encoders.whole import check_whole
from crossglot.errors import ModelError

Role = Literal["m-bert", "en-bert"]

ROLES: dict[str, Role] = {
    "google-bert/bert-base-multilingual-cased": "m-bert",
    "bert-base-multilingual-cased": "m-bert",
    "google-bert/bert-base-cased": "en-bert",
    "bert-base-cased": "en-bert",
}
"""The paper's two encoders by hub id."""

NOTES = "crossglot.json"
BASE_WIDTH = 768
"""Hidden size of BERT-base, which the paper's fine-tuning recipe is meant for."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an encoder is loaded from, at one revision.

    Attributes:
        name: hub id or folder, as given.
        folder: the folder, or None for a hub id.
        location: where it is found: the folder, or the hub id's folder in the cache, by its absolute path, so that
            steps find it from wherever they run; the hub id as long as nothing was downloaded (see `fetched`).
        revision: commit hash of a hub id, checksum of a folder; empty if it was not asked for.
        files: names of the files that are there.
        sizes: of a repository's files, in bytes, as far as the hub says them.
    """

    name: str
    folder: Path | None
    location: str
    revision: str
    files: tuple[str, ...]
    sizes: Mapping[str, int] = field(default_factory=dict)

    def fetched(self, *, weights: bool) -> Origin:
        """The same encoder in a folder: a repository's files are downloaded, where the cache does not have them yet.

        Raises:
            ModelError: if one cannot be downloaded.
        """
        if self.here is not None:
            return self
        folder = download(self.name, self.revision, self.files, weights=weights, sizes=self.sizes)
        return replace(self, location=str(folder))

    @property
    def is_partial(self) -> bool:
        """Whether the hub's cache, from which alone it is known, has no weights of it: what there are is not known."""
        return self.folder is None and self.here is not None and set(self.files) <= {*TOLD_BY, *TOKENIZER_FILES}

    def tokenizer_files(self) -> list[str]:
        """The files that hold a vocabulary."""
        return [name for name in TOKENIZER_FILES if name in self.files]

    def bare_vocabulary(self) -> Path | None:
        """A folder's `vocab.txt`, if nothing else describes its tokenizer (as in Google's own BERT releases).

        transformers would lower-case its words, whatever the vocabulary holds.
        """
        if self.here is None or self.tokenizer_files() != ["vocab.txt"] or "tokenizer_config.json" in self.files:
            return None
        return self.here / "vocab.txt"

    @property
    def role(self) -> Role | None:
        """The paper's role that this encoder takes, from the hub id or from the folder's notes."""
        if self.folder is None:
            return ROLES.get(self.name)
        role = self.notes().get("role")
        if role not in (None, "m-bert", "en-bert"):
            raise ModelError(f"{self.folder / NOTES}: unknown role {role!r}: m-bert, en-bert or null")
        return role

    def learning_rate(self) -> float | None:
        """The fine-tuning rate kept beside a local encoder, if any.

        Raises:
            ModelError: if it is not a rate.
        """
        return checked_rate(self.notes().get("learning_rate"), str(self.folder))

    def fine_tuning(self, task: str) -> dict[str, Any]:
        """How a local encoder's notes say that it is fine-tuned for a task; see `kept_fine_tuning`.

        Raises:
            ModelError: if they hold anything else than a start and a rate.
        """
        return kept_fine_tuning(self.notes(), task, str(self.folder))

    def width(self) -> int:
        """Hidden size by config.json, of a hub id's too; BERT-base's of the paper's two, and if nothing there says it.

        Raises:
            ModelError: if its config.json cannot be read.
        """
        if self.name in ROLES:
            return BASE_WIDTH
        config = self.config()
        widths = (config.get(name) for name in ("hidden_size", "dim", "d_model", "emb_dim", "n_embd"))
        return next((width for width in widths if isinstance(width, int)), BASE_WIDTH)

    def position_blocks(self) -> tuple[str, ...]:
        """The languages that have position ids of their own, by config.json; those of the paper's two have none.

        Raises:
            ModelError: if its config.json cannot be read.
        """
        return () if self.name in ROLES else tuple(self.config().get("position_blocks") or ())

    def embedded_languages(self) -> tuple[str, ...]:
        """The languages that it has embeddings of (XLM), by config.json; the paper's two have none.

        Raises:
            ModelError: if its config.json cannot be read, or is none of such an encoder.
        """
        return () if self.name in ROLES else tuple(language_ids(self.config(), self.name))

    def config(self) -> dict[str, Any]:
        """What its config.json says, of a hub id's too.

        Raises:
            ModelError: if it cannot be read, or is no JSON object.
        """
        return read_object(self.config_file())

    def config_file(self) -> Path:
        """Its config.json; a hub id's is downloaded, where the cache does not have it yet.

        Raises:
            ModelError: if it cannot be downloaded.
        """
        here = self.here
        return download_file(self.name, self.revision, "config.json") if here is None else here / "config.json"

    @property
    def here(self) -> Path | None:
        """The folder that it is loaded from (it may be the hub's cache); None for a hub id that is not in the cache."""
        return Path(self.location) if Path(self.location).is_dir() else None

    def notes(self) -> dict[str, Any]:
        """What `crossglot.json` says about a local encoder; empty without one.

        Raises:
            ModelError: if the file is not a JSON object.
        """
        path = None if self.folder is None else self.folder / NOTES
        if path is None or not path.is_file():
            return {}
        return read_object(path)


def kept_fine_tuning(notes: Mapping[str, Any], task: str, where: str) -> dict[str, Any]:
    """Start of the new layer and learning rate that an encoder's notes name for a task, as settings of a recipe.

    `{"finetuning": {"ner": {"head_start": "probe", "learning_rate": 3e-4}}}`; a bare `learning_rate` is for all tasks.

    Raises:
        ModelError: if there is anything else.
    """
    by_task = notes.get("finetuning") or {}
    own = by_task.get(task, {}) if isinstance(by_task, dict) else None
    fault = f"{where}: finetuning in {NOTES} wants a head_start (random, probe) and a learning_rate per task"
    if not isinstance(own, dict) or not own.keys() <= {"head_start", "learning_rate"}:
        raise ModelError(fault)
    if own.get("head_start", "random") not in ("random", "probe"):
        raise ModelError(fault)
    rate = checked_rate(own.get("learning_rate", notes.get("learning_rate")), where)
    if own and rate is None:
        raise ModelError(fault)
    return {} if rate is None else own | {"learning_rate": rate}


def checked_rate(rate: object, where: str) -> float | None:
    """A learning rate of an encoder's notes; None where there is none.

    Raises:
        ModelError: if it is not a rate.
    """
    if rate is None:
        return None
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate < 1:
        raise ModelError(f"{where}: learning_rate {rate!r} in {NOTES} is not a rate between 0 and 1")
    return float(rate)


def path_named(name: str | Path) -> Path:
    """The path that a name would be, `~` and `~user` replaced by that user's folder; of an unknown user it stays."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return Path(name)


def find_origin(name_or_path: str | Path, *, revision: str | None = None, weights: bool = True) -> Origin:
    """Finds out whether a name is a folder here or a repository on the hub, and at which revision.

    A folder's revision is a checksum of its configuration, weights and tokenizer; a repository's is its commit hash.
    A folder of the hub's cache that is not here stands for its repository at its commit: it is another machine's.

    Args:
        name_or_path: hub id or folder.
        revision: commit, tag or branch of a hub id; checksum of a folder.
        weights: whether the weights are wanted too; if not, a folder's are not read for a checksum nobody asked for.

    Raises:
        ModelError: if there is neither, the hub cannot be reached, or a folder is no whole one or not at the revision
            asked for.
    """
    name = str(name_or_path)
    folder = path_named(name)
    if folder.is_dir():
        found = _snapshot(folder) or _folder_origin(name, folder, checksum=weights or revision is not None)
        if revision is not None and revision != found.revision:
            raise ModelError(f"{folder}: its revision is {found.revision}, not {revision}")
        return found
    if folder.exists():
        raise ModelError(
            f"{folder}: a file; an encoder is a folder with config.json, model.safetensors and a tokenizer"
        )
    if in_cache := _in_cache(folder):
        name, commit = in_cache
        if revision not in (None, commit):
            raise ModelError(f"{folder}: its revision is {commit}, not {revision}")
        revision = commit
    elif isinstance(name_or_path, Path) or name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name:
        raise ModelError(f"{folder}: no such folder")
    repository = find_repository(name, revision)
    location = name if repository.folder is None else str(repository.folder)
    return Origin(name, None, location, repository.commit, repository.files, repository.sizes)


def out_of_reach(origin: Origin) -> ModelError:
    """The error about an encoder of which the hub's cache has a part only; see `Origin.is_partial`."""
    return ModelError(
        f"{origin.name}: the hub cannot be reached, and the cache holds only {', '.join(origin.files)} of it\n"
        "  give a folder, or go online once to fill the cache (HF_HUB_OFFLINE unset)"
    )


def folder_checksum(folder: Path) -> str:
    """SHA-256 of the files that make a local encoder what it is: configuration, weights, tokenizer."""
    total = hashlib.sha256()
    for path in _model_files(folder, weights=True):
        total.update(f"{path.name}\0{file_checksum(path)}\n".encode())
    return total.hexdigest()


def _model_files(folder: Path, *, weights: bool) -> list[Path]:
    """The files that make a local encoder what it is, by name.

    Raises:
        ModelError: if one is no file that can be read (see `check_plain`).
    """
    ends = (".safetensors", ".safetensors.index.json") if weights else ()
    found = [
        path
        for path in sorted(folder.iterdir())
        if path.name in (*TOLD_BY, *TOKENIZER_FILES) or path.name.endswith(ends)
    ]
    check_plain(found)
    for path in found:
        if path.suffix == ".json" and path.name not in ("tokenizer.json", "vocab.json"):
            read_object(path)
    return found


def _folder_origin(name: str, folder: Path, *, checksum: bool) -> Origin:
    _model_files(folder, weights=checksum)
    if checksum:
        check_whole(folder)
    revision = folder_checksum(folder) if checksum else ""
    return Origin(name.rstrip("/"), folder, str(folder.absolute()), revision, file_names(folder))


def _snapshot(folder: Path) -> Origin | None:
    """A repository as the hub client's cache holds it; None for other folders."""
    found = _in_cache(folder)
    return None if found is None else Origin(found[0], None, str(folder.absolute()), found[1], file_names(folder))


def _in_cache(folder: Path) -> tuple[str, str] | None:
    """Id and commit of `models--owner--name/snapshots/commit`, as the hub client's cache names folders."""
    if folder.parent.name != "snapshots" or not folder.parent.parent.name.startswith("models--"):
        return None
    return folder.parent.parent.name.removeprefix("models--").replace("--", "/"), folder.name
