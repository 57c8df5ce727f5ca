"""A store on any URL that fsspec knows (s3://, gs://, …): whole steps are pushed there, and fetched once for a node.

Object stores have no rename. So a step's files go below a name of their own (`steps/<id>/<random>/`), its record with
their checksums last of them, and then `whole/<id>.json` says which random name is the step: a single object, which is
there or not. What a process that died had pushed until then is named by nothing, and nobody reads it.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from crossglot.engine.going import Going
from crossglot.engine.locking import locked
from crossglot.engine.record import RECORD, Record
from crossglot.engine.step import Step
from crossglot.engine.store import State, Store
from crossglot.errors import CrossglotError, StorageError, UsageError
from crossglot.files import whole_folder

LISTED_FOR = 5.0
"""Seconds for which a listing of the remote steps is taken to be true; before work is done, it is asked anew."""

_NAME = re.compile(r"[0-9a-f]{32}")
_SECRET = re.compile(r"(?i)KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL")


class RemoteStore(Store):
    """A store whose steps lie at a URL; its folder is this node's copy of those that were needed here.

    Credentials are those that fsspec's file systems find in the environment. What lets a step go on that was broken
    off stays on its node.
    """

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder)
        self.url = url.rstrip("/")
        self._files, self._root = _file_system(self.url)
        self._listed: tuple[float, frozenset[str]] = (float("-inf"), frozenset())
        self._bad: set[str] = set()  # damaged at the URL
        self._there: set[str] = set()  # whole at the URL, which they stay

    def state(self, step: Step) -> State:
        """See Store; a step is finished if it is whole at the URL, and has been fetched and is sound."""
        here = super().state(step)
        if here == "finished":
            return "finished" if self._is_there(step) else "to do"  # it did not get across
        if step.id in self._bad or step.id not in self._listing():
            return here
        return "finished" if self._fetch(step) else "damaged"

    def result(self, step: Step) -> Path:
        """See Store."""
        if super().state(step) != "finished" and step.id not in self._bad:
            self._fetch(step)
        return super().result(step)

    def put(self, step: Step, do: Callable[[Path], None], going: Going | None = None) -> Path:
        """See Store; the step is finished when it is at the URL, by this process or another."""
        if step.id in self._bad or not self._fetch(step):
            super().put(step, do, going)
        if step.id in self._bad or not self._is_there(step):
            self._push(step)
        self._bad.discard(step.id)
        self._there.add(step.id)
        return self.folder / step.id

    def _is_there(self, step: Step) -> bool:
        """Whether it is whole at the URL, to be sure."""
        if step.id not in self._there and (step.id in self._listing() or self._pointer(step) is not None):
            self._there.add(step.id)
        return step.id in self._there

    def _listing(self) -> frozenset[str]:
        """Ids of the steps that are whole at the URL, as they were a moment ago."""
        when, ids = self._listed
        if time.monotonic() - when > LISTED_FOR:
            with self._faults_of_url("cannot be listed"):
                try:
                    found = self._files.ls(f"{self._root}/whole", detail=False, refresh=True)
                except FileNotFoundError:
                    found = []
            ids = frozenset(name.rpartition("/")[2].removesuffix(".json") for name in found)
            self._listed = time.monotonic(), ids
        return ids

    def _pointer(self, step: Step) -> str | None:
        """Below which name the step's files lie; None if it is not whole."""
        with self._faults_of_url(f"'{step.title}' cannot be read"):
            try:
                at = json.loads(self._files.cat_file(f"{self._root}/whole/{step.id}.json"))["at"]
            except FileNotFoundError:
                return None
            if not (isinstance(at, str) and _NAME.fullmatch(at)):
                raise StorageError(
                    f"{self.url}/whole/{step.id}.json: names no step\n  delete it, and run the same again"
                )
            return at

    def _fetch(self, step: Step) -> bool:
        """Fetches a step that is whole, once for all processes of the node; whether it is here now and sound."""
        final = self.folder / step.id
        with locked(self.folder / f".lock-{step.id}"):
            if super().state(step) == "finished":
                return True
            at = self._pointer(step)
            if at is None:
                return False
            with whole_folder(final, may_replace=lambda damaged: None) as half:  # noqa: ARG005
                self._download(step, f"{self._root}/steps/{step.id}/{at}", half)
            if super().state(step) != "finished":
                self._bad.add(step.id)
                return False
        return True

    def _download(self, step: Step, there: str, half: Path) -> None:
        with self._faults_of_url(f"'{step.title}' cannot be fetched"):
            try:
                said = self._files.cat_file(f"{there}/{RECORD}")
                (half / RECORD).write_bytes(said)
                for name in Record.model_validate_json(said).files:  # names of files below the folder, and no others
                    (half / name).parent.mkdir(parents=True, exist_ok=True)
                    self._files.get_file(f"{there}/{name}", str(half / name))
            except (ValidationError, FileNotFoundError):
                return  # it is looked at next, and found damaged

    def _push(self, step: Step) -> None:
        """Files, then the record, then the word that it is whole."""
        folder, name = self.folder / step.id, secrets.token_hex(16)
        there = f"{self._root}/steps/{step.id}/{name}"
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != RECORD)
        with self._faults_of_url(f"'{step.title}' cannot be kept there"):
            for path in [*files, folder / RECORD]:
                target = f"{there}/{path.relative_to(folder).as_posix()}"
                self._files.makedirs(target.rpartition("/")[0], exist_ok=True)
                self._files.put_file(str(path), target)
            self._files.makedirs(f"{self._root}/whole", exist_ok=True)
            self._files.pipe_file(f"{self._root}/whole/{step.id}.json", json.dumps({"at": name}).encode())

    @contextmanager
    def _faults_of_url(self, what: str) -> Iterator[None]:
        """Says of whatever the file system raises what it was about, and no secret."""
        try:
            yield
        except CrossglotError:
            raise
        except Exception as error:
            first = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise StorageError(
                f"{self.url}: {what}: {without_secrets(first)}\n"
                "  look at the address, the network and the credentials in the environment; the same command goes on"
            ) from None  # what it came of may show credentials


def open_store(folder: Path, url: str = "") -> Store:
    """The store in a folder, or at a URL with its copies in the folder."""
    return RemoteStore(folder, url) if url else Store(folder)


def without_secrets(text: str) -> str:
    """The text without any value of the environment that may be a credential."""
    for name, value in os.environ.items():
        if len(value) > 3 and _SECRET.search(name):
            text = text.replace(value, f"({name})")
    return text


def check_url(url: str) -> None:
    """Refuses what is no URL of a store, before any work.

    Raises:
        UsageError: if it is none, or holds credentials, which would end up in files and messages.
    """
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query:
        raise UsageError(f"{parts.scheme}://…: a store's address holds no credentials: they belong in the environment")
    if not parts.scheme or "://" not in url:
        raise UsageError(f"{url}: is no address of a store: write it as s3://BUCKET/FOLDER")


def _file_system(url: str) -> tuple[Any, str]:
    import fsspec

    check_url(url)
    try:
        files, root = fsspec.core.url_to_fs(url, use_listings_cache=False, skip_instance_cache=True)
    except (ImportError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise UsageError(f"{url}: {first}\n  for s3://: pip install 'crossglot[s3]'") from error
    return files, str(root)
