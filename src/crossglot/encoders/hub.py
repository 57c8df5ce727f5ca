"""Encoders on the hub: a repository at its commit, and the files of it that are needed, in the hub client's cache."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crossglot.encoders.model_files import read_object, refusing
from crossglot.encoders.weight_files import INDEX, WEIGHTS, named_shards
from crossglot.errors import ModelError

_log = logging.getLogger(__name__)

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
"""Files that hold a vocabulary; one of them at least makes a tokenizer."""
TOLD_BY = (
    "config.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "merges.txt",
    "entity_vocab.json",
)  # fmt: skip
"""The other files that say what an encoder is, its weights aside."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of the hub at one commit.

    Attributes:
        commit: its hash.
        files: the files that are there, by their paths in it; of one known from the cache alone, those in the cache.
        folder: where the cache holds it, for one that is known from the cache alone.
        sizes: of its files, in bytes, as far as the hub says them.
    """

    commit: str
    files: tuple[str, ...]
    folder: Path | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)


def find_repository(name: str, revision: str | None) -> Repository:
    """A repository at its commit, asked of the hub; as the cache holds it where the hub is out of reach.

    Asked once and without retries: every later download names the commit, and files of a commit that are in the cache
    are taken from there. Its config.json is downloaded under the revision's own name, by which the cache then knows the
    commit offline.

    Args:
        name: hub id.
        revision: commit, tag or branch; None for the newest.

    Raises:
        ModelError: if there is none, or the hub cannot be reached and the cache does not hold it.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        info = HfApi().model_info(name, revision=revision, timeout=20, files_metadata=True)
    except HFValidationError as error:
        raise ModelError(f"{name}: neither a folder here nor a hub id (owner/name)") from error
    except GatedRepoError as error:
        raise ModelError(_gated(name)) from error
    except RevisionNotFoundError as error:
        raise ModelError(f"{name}: the hub has no revision {revision} of it") from error
    except RepositoryNotFoundError as error:
        raise ModelError(
            f"{name}: no folder of this name here, and no such model on the hub (or a private one)"
        ) from error
    except Exception as error:  # without a network every HTTP library has an error of its own
        return _cached_repository(name, revision, error)
    if "/" in name and info.id != name:
        _log.warning("%s is called %s on the hub now", name, info.id)
    sizes = {file.rfilename: file.size for file in info.siblings or ()}
    if "config.json" in sizes:
        _require_json(download_file(name, revision, "config.json"), name)
    return Repository(str(info.sha), tuple(sizes), None, {file: size for file, size in sizes.items() if size})


def _require_json(path: Path, name: str) -> None:
    """Throws a JSON file of the cache away that is none, so that it is asked for again.

    Raises:
        ModelError: if it was none.
    """
    try:
        read_object(path)
    except ModelError as error:
        for one in (path.resolve(), path):  # the cache has a link to what was downloaded
            one.unlink(missing_ok=True)
        raise ModelError(
            f"{name}: what came as its {path.name} is no JSON object, and was thrown away\n"
            "  is there a page to log in to between here and the hub? try again when there is not"
        ) from error


def download(
    name: str, commit: str, files: Iterable[str], *, weights: bool, sizes: Mapping[str, int] | None = None
) -> Path:
    """The folder of the cache with what an encoder is made of; what is not there yet is downloaded.

    Configuration and tokenizer, and the weights in safetensors if they are wanted; never weights of other kinds, nor
    what a repository holds besides (ONNX, OpenVINO, what sentence-transformers pools with).

    Args:
        name: hub id.
        commit: hash of one of its commits.
        files: the repository's files, a tokenizer's among them.
        weights: whether the weights are wanted.
        sizes: of files, in bytes, as far as they are known.

    Raises:
        ModelError: if a file cannot be downloaded, is one of those that the hub gives only to whoever is logged in, or
            the disk has no room for all of them.
    """
    from crossglot.encoders.hub_downloads import clear_abandoned

    sizes = sizes or {}
    there = set(files)
    wanted = [file for file in (*TOLD_BY, *TOKENIZER_FILES) if file in there]
    if weights and WEIGHTS in there:
        wanted.append(WEIGHTS)
    elif weights and INDEX in there:
        shards = named_shards(download_file(name, commit, INDEX))
        wanted += [INDEX, *(shard for shard in shards if shard in there)]
    clear_abandoned(name)
    _check_room(name, commit, wanted, sizes)
    return [download_file(name, commit, file, sizes.get(file)) for file in wanted][-1].parent


def _check_room(name: str, commit: str, wanted: Iterable[str], sizes: Mapping[str, int]) -> None:
    from huggingface_hub import constants, try_to_load_from_cache

    from crossglot.amounts import spell_size

    lacking = [file for file in wanted if not isinstance(try_to_load_from_cache(name, file, revision=commit), str)]
    total, cache = sum(sizes.get(file, 0) for file in lacking), Path(constants.HF_HUB_CACHE).absolute()
    free = shutil.disk_usage(next(folder for folder in (cache, *cache.parents) if folder.is_dir())).free
    if total > free:
        raise ModelError(
            f"{name}: {spell_size(total)} are to be downloaded, and the disk of the hub's cache has {spell_size(free)} "
            f"left ({cache})\n  make room there, or let HF_HOME name a folder on another disk"
        )


def download_file(name: str, revision: str | None, file: str, size: int | None = None) -> Path:
    """One file of a repository in the cache, downloaded if it is not there yet.

    Args:
        name: hub id.
        revision: commit, of which files that are in the cache are not asked for again; a tag or branch, or None for the
            newest.
        file: its path in the repository.
        size: in bytes, to be said.

    Raises:
        ModelError: if it cannot be downloaded.
    """
    from huggingface_hub import hf_hub_download, try_to_load_from_cache
    from huggingface_hub.errors import GatedRepoError

    from crossglot.amounts import spell_size
    from crossglot.encoders.hub_downloads import saying

    if file.endswith(".safetensors") and not isinstance(try_to_load_from_cache(name, file, revision=revision), str):
        how_much = f" ({spell_size(size)})" if size else ""
        _log.warning("downloading %s of %s%s, which the hub's cache keeps", file, name, how_much)
    with refusing(f"{name}: {file} cannot be downloaded"):
        try:
            bar = saying(f"{file} of {name}")
            return Path(hf_hub_download(name, file, revision=revision, tqdm_class=bar)).absolute()
        except GatedRepoError as error:
            raise ModelError(_gated(name)) from error


def missing_from_cache(name: str, revision: str | None) -> tuple[str, ...]:
    """What the cache lacks of an encoder: files, or `tokenizer` and `weights` where none of the possible ones is there.

    Args:
        name: hub id; of what is none, nothing is lacking, since whoever loads it says so.
        revision: commit, tag or branch; None for the newest that was downloaded.
    """
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    def there(file: str) -> Path | None:
        found = try_to_load_from_cache(name, file, revision=revision)
        return Path(found) if isinstance(found, str) else None

    try:
        lacking = [] if there("config.json") else ["config.json"]
    except HFValidationError:
        return ()
    if not any(map(there, TOKENIZER_FILES)):
        lacking.append("tokenizer")
    if index := there(INDEX):
        lacking += [shard for shard in named_shards(index) if not there(shard)]
    elif not there(WEIGHTS):
        lacking.append("weights")
    return tuple(lacking)


def _cached_repository(name: str, revision: str | None, cause: Exception) -> Repository:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(hf_hub_download(name, "config.json", revision=revision, local_files_only=True)).parent
    except LocalEntryNotFoundError as error:
        at = f" at revision {revision}" if revision else ""
        raise ModelError(
            f"{name}: no folder of this name here, the hub {_why(cause)}, "
            f"and the cache does not hold it{at}\n"
            "  give a folder, or go online once to fill the cache (HF_HUB_OFFLINE unset)"
        ) from error
    return Repository(folder.name, file_names(folder), folder.absolute())


def _why(cause: Exception) -> str:
    """Why the hub does not help; a page to log in to a network, which answers in its place, sends no JSON."""
    if isinstance(cause, ValueError):
        return "answers with what is no JSON (is there a page to log in to the network first?)"
    return f"cannot be reached ({type(cause).__name__})"


def file_names(folder: Path) -> tuple[str, ...]:
    """Names of a folder's files, and of those one folder further in, as `folder/file`."""
    inner = (f"{path.parent.name}/{path.name}" for path in folder.glob("*/*"))
    return tuple(sorted([*(path.name for path in folder.iterdir()), *inner]))


def _gated(name: str) -> str:
    return f"{name}: access is granted on its hub page only; accept its terms, then log in"
