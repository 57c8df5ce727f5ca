"""Archives: what is wanted is read, and nothing that could do harm gets through."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from crossglot.corpora.archives import read_members
from crossglot.errors import DataError


def tar_of(files: dict[str, bytes], links: dict[str, str] | None = None, mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        for name, target in (links or {}).items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
    return buffer.getvalue()


def zip_of(files: dict[str, bytes], *, link: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o120777 if name == link else 0o100644) << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


def members(tmp_path: Path, data: bytes, limit: int = 1000) -> dict[str, bytes]:
    path = tmp_path / "archive"
    path.write_bytes(data)
    return dict(read_members(path, lambda name: "secret" not in name, name="https://x/archive", limit=limit))


FILES = {"top/a.txt": b"alpha", "./top/b.txt": b"beta", "top/secret.txt": b"no"}


@pytest.mark.parametrize("data", [tar_of(FILES), tar_of(FILES, mode="w:xz"), zip_of(FILES)], ids=["gz", "xz", "zip"])
def test_wanted_files_are_read_from_any_archive(tmp_path: Path, data: bytes) -> None:
    assert members(tmp_path, data) == {"top/a.txt": b"alpha", "top/b.txt": b"beta"}


def test_a_file_that_is_no_archive_is_itself(tmp_path: Path) -> None:
    assert members(tmp_path, b"plain text") == {"https://x/archive": b"plain text"}


def test_archives_within_are_opened_once(tmp_path: Path) -> None:
    deepest = tar_of({"deepest": b"d"})
    inner = tar_of({"train": b"t", "deep.tar.gz": deepest})
    assert members(tmp_path, zip_of({"de.tar.gz": inner})) == {
        "de.tar.gz/train": b"t",
        "de.tar.gz/deep.tar.gz": deepest,
    }


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "C:/evil", "a\\..\\evil"])
@pytest.mark.parametrize("pack", [tar_of, zip_of])
def test_a_path_that_leads_out_is_an_error(tmp_path: Path, name: str, pack: type) -> None:
    with pytest.raises(DataError, match="unsafe path"):
        members(tmp_path, pack({name: b"x"}))


def test_links_are_passed_over_or_refused_and_never_followed(tmp_path: Path) -> None:
    assert members(tmp_path, tar_of({"a": b"x"}, {"secret": "/etc/passwd"})) == {"a": b"x"}
    with pytest.raises(DataError, match="link or device"):
        members(tmp_path, tar_of({}, {"a": "/etc/passwd"}))
    with pytest.raises(DataError, match="link or device"):
        members(tmp_path, zip_of({"a": b"/etc/passwd"}, link="a"))


@pytest.mark.parametrize("pack", [tar_of, zip_of])
def test_a_file_over_the_limit_is_an_error(tmp_path: Path, pack: type) -> None:
    with pytest.raises(DataError, match="more than 1000 bytes"):
        members(tmp_path, pack({"bomb": b"0" * 100_000}))


@pytest.mark.parametrize("data", [tar_of(FILES), zip_of(FILES)], ids=["tar", "zip"])
def test_a_damaged_archive_is_an_error_or_gives_right_files_only(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DataError, match="cannot be unpacked"):
        members(tmp_path, data[: len(data) // 2])
