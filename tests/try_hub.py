"""`make try-hub`: the hub with two real encoders and a mirror of treebanks here, to follow README's first lines.

Encoders are taken from CROSSGLOT_ENCODERS (folders `multilingual-e5-small`, `all-minilm-l6-v2`), treebanks from the
data root CROSSGLOT_DATA: what is served are these files, as the hub and GitHub would. Ctrl-C ends it.
"""

from __future__ import annotations

import gzip
import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from crossglot.corpora.catalogue import corpus_files, list_corpora
from crossglot.corpora.sources import find_source
from loopback_files import Files, path_of, tar_of
from loopback_files import serving as serving_files
from loopback_hub import Hub, files_below
from loopback_hub import serving as serving_hub

ENCODERS: Mapping[str, str] = {
    "intfloat/multilingual-e5-small": "multilingual-e5-small",
    "sentence-transformers/all-MiniLM-L6-v2": "all-minilm-l6-v2",
}
LINE = (
    "crossglot reproduce table2 table8 --encoder m-bert=intfloat/multilingual-e5-small "
    "--encoder en-bert=sentence-transformers/all-MiniLM-L6-v2 --get"
)


def archive(root: Path, name: str) -> bytes:
    """A treebank's repository as GitHub packs it."""
    files = corpus_files(root, "pos", name)
    texts = {}
    for path in files.values():
        data = path.read_bytes()
        plain = gzip.decompress(data) if path.suffix == ".gz" else data
        texts[f"{name}-r/{path.name.removesuffix('.gz')}"] = plain.decode("utf-8")
    for path in (root / "ud" / name).glob("*.txt"):
        texts[f"{name}-r/{path.name}"] = path.read_text(encoding="utf-8")
    return tar_of(texts)


class Treebanks(dict[str, bytes]):
    """Path on GitHub → the archive, packed when it is asked for."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root = root
        self._names = {path_of(find_source(name).urls[0]): name for name in list_corpora(root, "pos")}

    def get(self, path: str, default: bytes | None = None) -> bytes | None:  # type: ignore[override]
        if path not in self and path in self._names:
            self[path] = archive(self._root, self._names[path])
        return super().get(path, default)


@contextmanager
def world(encoders: Mapping[str, Path], root: Path) -> Iterator[tuple[Hub, Files]]:
    """Both servers, until the block is left."""
    models = {name: files_below(folder) for name, folder in encoders.items()}
    with serving_hub(models) as hub, serving_files() as files:
        files.content = Treebanks(root)
        yield hub, files


def main() -> None:
    """Serves until it is stopped."""
    encoders, data = os.environ.get("CROSSGLOT_ENCODERS"), os.environ.get("CROSSGLOT_DATA")
    if encoders is None or data is None:
        sys.exit("set CROSSGLOT_ENCODERS to the encoders' folder, and CROSSGLOT_DATA to a data root (CONTRIBUTING.md)")
    folders = {name: Path(encoders) / folder for name, folder in ENCODERS.items()}
    cache = tempfile.mkdtemp(prefix="crossglot-cache-")
    with world(folders, Path(data)) as (hub, files):
        sys.stdout.write(
            "In another terminal, with an empty cache:\n\n"
            f"  export HF_ENDPOINT={hub.url} HF_HOME={cache}/hf CROSSGLOT_MIRROR={files.url} XDG_CACHE_HOME={cache}\n"
            f"  {LINE} --max-train 100 --max-test 100 --seeds 1\n\n"
            f"Ctrl-C ends this. What was fetched stays in {cache}: the same line runs again without the servers.\n"
        )
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.stdout.write("\n")
