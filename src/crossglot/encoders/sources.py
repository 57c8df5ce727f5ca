"""Where an encoder comes from: a local folder or a hub repository at one commit, and what must be there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

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
PICKLED_WEIGHTS = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.h5", "*.msgpack")
NOTES = "crossglot.json"


@dataclass(frozen=True, slots=True)
class Source:
    """A local folder, or a hub repository with its revision resolved to a commit hash where the hub said which."""

    name: str
    folder: Path | None
    revision: str | None

    @property
    def location(self) -> str:
        """What `from_pretrained` is given."""
        return self.name if self.folder is None else str(self.folder)

    def pinned(self) -> dict[str, str]:
        """The revision as a keyword argument of `from_pretrained`."""
        return {} if self.folder is not None or self.revision is None else {"revision": self.revision}

    def tokenizer_files(self) -> list[Path]:
        """Files of a local folder that hold a vocabulary."""
        folder = self.folder or Path()
        return [folder / name for name in TOKENIZER_FILES if (folder / name).is_file()]

    @property
    def role(self) -> Role | None:
        """The paper's role that this encoder takes, from the hub id or from the folder's notes."""
        if self.folder is None:
            return ROLES.get(self.name)
        role = self.notes().get("role")
        if role not in (None, "m-bert", "en-bert"):
            raise ModelError(f"{self.folder / NOTES}: unknown role {role!r}: m-bert, en-bert or null")
        return role

    def notes(self) -> dict[str, Any]:
        """What `crossglot.json` says about a local encoder; empty without one.

        Raises:
            ModelError: if the file is not a JSON object.
        """
        path = None if self.folder is None else self.folder / NOTES
        if path is None or not path.is_file():
            return {}
        try:
            notes = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise ModelError(f"{path}: not readable as JSON: {error}") from error
        if not isinstance(notes, dict):
            raise ModelError(f"{path}: a JSON object is wanted")
        return notes


def find_source(name_or_path: str | Path, *, revision: str | None = None) -> Source:
    """Finds out whether a name is a folder here or a repository on the hub, and at which revision.

    A folder's revision is a checksum of its configuration, weights and tokenizer; a repository's is its commit hash.

    Raises:
        ModelError: if there is neither, the hub cannot be reached, or a folder is not at the revision asked for.
    """
    name = str(name_or_path)
    folder = Path(name).expanduser()
    if folder.is_dir():
        found = folder_checksum(folder)
        if revision is not None and revision != found:
            raise ModelError(f"{folder}: its revision (a checksum of its files) is {found}, not {revision}")
        return Source(name.rstrip("/"), folder, found)
    if folder.exists():
        raise ModelError(
            f"{folder}: a file; an encoder is a folder with config.json, model.safetensors and a tokenizer"
        )
    if isinstance(name_or_path, Path) or name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name:
        raise ModelError(f"{folder}: no such folder")
    return Source(name, None, _commit(name, revision))


def folder_checksum(folder: Path) -> str:
    """SHA-256 of the files that make a local encoder what it is: configuration, weights, tokenizer."""
    total = hashlib.sha256()
    wanted = {"config.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "merges.txt"}
    wanted.update(TOKENIZER_FILES)
    for path in sorted(folder.iterdir()):
        if path.name in wanted or path.name.endswith((".safetensors", ".safetensors.index.json")):
            with path.open("rb") as file:
                total.update(f"{path.name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()


def _commit(name: str, revision: str | None) -> str | None:
    """The commit hash of a repository on the hub (or in its local cache), from its config.json."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    asked = f" at revision {revision}" if revision else ""
    try:
        return Path(hf_hub_download(name, "config.json", revision=revision)).parent.name
    except HFValidationError as error:
        raise ModelError(f"{name}: neither a folder here nor a hub id (owner/name)") from error
    except GatedRepoError as error:
        raise ModelError(f"{name}: access is granted on its hub page only; accept its terms, then log in") from error
    except RevisionNotFoundError as error:
        raise ModelError(f"{name}: the hub has no revision {revision}") from error
    except RepositoryNotFoundError as error:
        raise ModelError(
            f"{name}: no folder of this name here, and no such encoder on the hub (or it is private)"
        ) from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, OSError, HfHubHTTPError) as error:
        if isinstance(error, EntryNotFoundError) and not isinstance(error, LocalEntryNotFoundError):
            raise ModelError(f"{name}: its repository{asked} has no config.json: not a transformers encoder") from error
        raise ModelError(
            f"{name}: no folder of this name here, and the hub cannot be reached for it{asked}, nor is it cached\n"
            "  give a folder, or go online (HF_HUB_OFFLINE unset) once to fill the cache"
        ) from error


@contextmanager
def loading_quietly() -> Iterator[None]:
    """Keeps transformers from reporting dropped heads and drawing progress bars while the context lasts."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
