"""The origin of an encoder: a local folder or a hub repository at one commit, and what must be there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from crossglot.checksums import file_checksum
from crossglot.encoders.model_files import check_plain, read_object, refusing
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

TOKENIZER_FILES = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "sentencepiece.bpe.model",
    "spiece.model",
    "spm.model",
    "tokenizer.model",
    "bpe.codes",
)
TOLD_BY = ("config.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "merges.txt")
NOTES = "crossglot.json"
BASE_WIDTH = 768
"""Hidden size of BERT-base, which the paper's fine-tuning recipe is meant for."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an encoder is loaded from, at one revision.

    Attributes:
        name: hub id or folder, as given.
        folder: the folder, or None for a hub id.
        location: what `from_pretrained` is given: the folder, the hub id, or the hub id's folder in the cache; a folder
            by its absolute path, so that it is found from wherever a step runs.
        revision: commit hash of a hub id, checksum of a folder; empty if it was not asked for.
        files: names of the files that are there.
    """

    name: str
    folder: Path | None
    location: str
    revision: str
    files: tuple[str, ...]

    def pinned(self) -> dict[str, str]:
        """The revision as a keyword argument of `from_pretrained`."""
        return {"revision": self.revision} if self.location == self.name and self.folder is None else {}

    def tokenizer_files(self) -> list[str]:
        """The files that hold a vocabulary."""
        return [name for name in TOKENIZER_FILES if name in self.files]

    def bare_vocabulary(self) -> Path | None:
        """A local folder's `vocab.txt`, if nothing else describes its tokenizer (as in Google's own BERT releases).

        transformers would lower-case its words, whatever the vocabulary holds.
        """
        if self.folder is None or self.tokenizer_files() != ["vocab.txt"] or "tokenizer_config.json" in self.files:
            return None
        return self.folder / "vocab.txt"

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

    def config(self) -> dict[str, Any]:
        """What its config.json says, of a hub id's too.

        Raises:
            ModelError: if it cannot be read, or is no JSON object.
        """
        if self.here is not None:
            return read_object(self.here / "config.json")
        from huggingface_hub import hf_hub_download

        with refusing(f"{self.name}: cannot read its config.json"):
            return read_object(Path(hf_hub_download(self.name, "config.json", revision=self.revision)))

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


def find_origin(name_or_path: str | Path, *, revision: str | None = None, weights: bool = True) -> Origin:
    """Finds out whether a name is a folder here or a repository on the hub, and at which revision.

    A folder's revision is a checksum of its configuration, weights and tokenizer; a repository's is its commit hash.

    Args:
        name_or_path: hub id or folder.
        revision: commit, tag or branch of a hub id; checksum of a folder.
        weights: whether the weights are wanted too; if not, a folder's are not read for a checksum nobody asked for.

    Raises:
        ModelError: if there is neither, the hub cannot be reached, or a folder is no whole one or not at the revision
            asked for.
    """
    name = str(name_or_path)
    folder = Path(name).expanduser()
    if folder.is_dir():
        found = _snapshot(folder) or _folder_origin(name, folder, checksum=weights or revision is not None)
        if revision is not None and revision != found.revision:
            raise ModelError(f"{folder}: its revision is {found.revision}, not {revision}")
        return found
    if folder.exists():
        raise ModelError(
            f"{folder}: a file; an encoder is a folder with config.json, model.safetensors and a tokenizer"
        )
    if isinstance(name_or_path, Path) or name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name:
        raise ModelError(f"{folder}: no such folder")
    return _hub_origin(name, revision)


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


def _hub_origin(name: str, revision: str | None) -> Origin:
    """A repository at its commit, asked of the hub; as the cache holds it where the hub is out of reach.

    Asked once and without retries: every later download names the commit, and files of a commit that are in the cache
    are taken from there.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        info = HfApi().model_info(name, revision=revision, timeout=20)
    except HFValidationError as error:
        raise ModelError(f"{name}: neither a folder here nor a hub id (owner/name)") from error
    except GatedRepoError as error:
        raise ModelError(f"{name}: access is granted on its hub page only; accept its terms, then log in") from error
    except RevisionNotFoundError as error:
        raise ModelError(f"{name}: the hub has no revision {revision} of it") from error
    except RepositoryNotFoundError as error:
        raise ModelError(
            f"{name}: no folder of this name here, and no such model on the hub (or a private one)"
        ) from error
    except Exception as error:  # without a network every HTTP library has an error of its own
        return _cached_origin(name, revision, error)
    files = tuple(file.rfilename for file in info.siblings or ())
    return Origin(name, None, name, str(info.sha), files)


def _cached_origin(name: str, revision: str | None, cause: Exception) -> Origin:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(hf_hub_download(name, "config.json", revision=revision, local_files_only=True)).parent
    except LocalEntryNotFoundError as error:
        at = f" at revision {revision}" if revision else ""
        raise ModelError(
            f"{name}: no folder of this name here, the hub cannot be reached ({type(cause).__name__}), "
            f"and the cache does not hold it{at}\n"
            "  give a folder, or go online once to fill the cache (HF_HUB_OFFLINE unset)"
        ) from error
    return Origin(name, None, str(folder.absolute()), folder.name, _file_names(folder))


def _folder_origin(name: str, folder: Path, *, checksum: bool) -> Origin:
    _model_files(folder, weights=checksum)
    if checksum:
        check_whole(folder)
    revision = folder_checksum(folder) if checksum else ""
    return Origin(name.rstrip("/"), folder, str(folder.absolute()), revision, _file_names(folder))


def _snapshot(folder: Path) -> Origin | None:
    """A repository as the hub client's cache holds it (`models--owner--name/snapshots/commit`); None for others."""
    if folder.parent.name != "snapshots" or not folder.parent.parent.name.startswith("models--"):
        return None
    name = folder.parent.parent.name.removeprefix("models--").replace("--", "/")
    return Origin(name, None, str(folder.absolute()), folder.name, _file_names(folder))


def _file_names(folder: Path) -> tuple[str, ...]:
    """Names of its files, and of those one folder further in, as `folder/file`."""
    inner = (f"{path.parent.name}/{path.name}" for path in folder.glob("*/*"))
    return tuple(sorted([*(path.name for path in folder.iterdir()), *inner]))
