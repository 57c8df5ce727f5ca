"""Archives: what is wanted is read, and nothing that could do harm gets through."""

from __future__ import annotations

import gzip
import io
import lzma
import random
import struct
import tarfile
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossglot.corpora.archives import read_members
from crossglot.corpora.unpacking import Limits
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


def members(folder: Path, data: bytes, **limits: int) -> dict[str, bytes]:
    path = folder / "archive"
    path.write_bytes(data)
    allowed = Limits(**{"member": 1000, **limits})
    return dict(read_members(path, lambda name: "secret" not in name, name="https://x/archive", limits=allowed))


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


def raw_tar(*entries: tuple[tarfile.TarInfo, bytes], end: bool = True) -> bytes:
    """Headers and contents one behind the other, whatever they say."""
    blocks = [entry.tobuf(tarfile.GNU_FORMAT) + data + bytes(-len(data) % tarfile.BLOCKSIZE) for entry, data in entries]
    return b"".join(blocks) + bytes(1024 * end)


def entry(name: str, data: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    found = tarfile.TarInfo(name)
    found.size = len(data)
    for key, value in fields.items():
        setattr(found, key, value)
    return found, data


def test_names_that_name_nothing_are_passed_over(tmp_path: Path) -> None:
    for name in (".", "./", "", "././."):
        packed = raw_tar(entry(name, b"x"), entry("a", b"y"))
        assert members(tmp_path, packed) == {"a": b"y"}
        assert members(tmp_path, zip_of({name: b"x", "a": b"y"})) == {"a": b"y"}


def test_an_encrypted_file_is_said_to_be_encrypted(tmp_path: Path) -> None:
    data = bytearray(zip_of({"a": b"alpha"}))
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(DataError, match="an encrypted file in place of 'a'"):
        members(tmp_path, bytes(data))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_rare_ways_of_packing_are_refused(tmp_path: Path, method: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("a", b"alpha")
    with pytest.raises(DataError, match="packed in a way that is not supported"):
        members(tmp_path, buffer.getvalue())


@pytest.mark.parametrize("kind", [b"1", b"2", b"3", b"4", b"6", b"S"])
def test_links_devices_pipes_and_sparse_files_are_no_files(tmp_path: Path, kind: bytes) -> None:
    packed = raw_tar(entry("a", type=kind, linkname="/etc/passwd"))
    with pytest.raises(DataError, match="a link or device in place of 'a'"):
        members(tmp_path, packed)


def test_a_sparse_file_of_terabytes_is_none(tmp_path: Path) -> None:
    headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "a",
        "GNU.sparse.realsize": f"{1 << 50}",
    }
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        found, _ = entry("GNUSparseFile.0/a", b"0\n" + bytes(510))
        found.pax_headers = headers
        archive.addfile(found, io.BytesIO(b"0\n" + bytes(510)))
    with pytest.raises(DataError, match="a link or device in place of 'a'"):
        members(tmp_path, buffer.getvalue())


@pytest.mark.parametrize("names", [("a", "a"), ("a", "./a"), ("Train", "train"), ("\u00e9", "e\u0301"), ("ß", "SS")])
def test_two_files_of_one_name_are_an_error(tmp_path: Path, names: tuple[str, str]) -> None:
    with pytest.raises(DataError, match="twice"):
        members(tmp_path, raw_tar(*(entry(name, b"x") for name in names)))
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(buffer, "w") as archive:
            for name in names:
                archive.writestr(name, b"x")
    with pytest.raises(DataError, match="twice"):
        members(tmp_path, buffer.getvalue())


def test_names_that_are_not_utf_8_are_names(tmp_path: Path) -> None:
    packed = raw_tar(entry("caf\udce9", b"x"), entry("a", b"y"))
    assert members(tmp_path, packed) == {"caf\udce9": b"x", "a": b"y"}


PACKERS: list[Callable[[dict[str, bytes]], bytes]] = [
    tar_of,
    lambda f: tar_of(f, mode="w:xz"),
    lambda f: tar_of(f, mode="w:bz2"),
    zip_of,
]


@pytest.mark.parametrize("pack", PACKERS, ids=["gz", "xz", "bz2", "zip"])
def test_the_sum_of_all_files_has_a_limit(tmp_path: Path, pack: Callable[[dict[str, bytes]], bytes]) -> None:
    packed = pack({str(number): bytes(900) for number in range(12)})
    assert len(members(tmp_path, packed, total=12 * 900)) == 12
    with pytest.raises(DataError, match="more than 5000 bytes in all"):
        members(tmp_path, packed, total=5000)


def test_archives_within_count_with_what_they_hold(tmp_path: Path) -> None:
    inner = tar_of({"x": bytes(900)})
    with pytest.raises(DataError, match="bytes in all"):
        members(tmp_path, zip_of({f"{number}.tar.gz": inner for number in range(5)}), total=4000)


@pytest.mark.parametrize("mode", ["w:gz", "w:xz", "w:bz2"])
def test_what_is_unpacked_only_to_be_passed_over_has_a_limit(tmp_path: Path, mode: str) -> None:
    packed = tar_of({"secret": bytes(10_000_000), "a": b"x"}, mode=mode)
    assert members(tmp_path, packed) == {"a": b"x"}
    with pytest.raises(DataError, match="unpacks to more than 5000000 bytes"):
        members(tmp_path, packed, passed=5_000_000)


def test_a_header_of_hundreds_of_megabytes_is_not_read(tmp_path: Path) -> None:
    """Of pax, of GNU's long names, and where the header lies about its size."""
    long = gzip.compress(bytes(200_000_000), 1)
    for kind in (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK):
        found = tarfile.TarInfo("x")
        found.type, found.size = kind, 200_000_000
        packed = gzip.compress(found.tobuf()) + long  # two streams are one file
        tracemalloc.start()
        with pytest.raises(DataError, match="bytes of names and headers"):
            members(tmp_path, packed)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
        tracemalloc.stop()
        found.size = 1 << 60
        with pytest.raises(DataError):
            members(tmp_path, found.tobuf())


def test_so_many_files_that_their_names_alone_would_fill_the_memory(tmp_path: Path) -> None:
    many = raw_tar(*(entry(f"secret{number}") for number in range(300)))
    assert members(tmp_path, gzip.compress(many)) == {}
    with pytest.raises(DataError, match="more than 100000 bytes of names and headers"):
        members(tmp_path, gzip.compress(many), headers=100_000)
    names = zip_of({f"secret{number}": b"" for number in range(3000)})
    with pytest.raises(DataError, match="more than 100000 bytes of names and headers"):
        members(tmp_path, names, headers=100_000)


def test_a_chain_of_headers_is_no_recursion_without_end(tmp_path: Path) -> None:
    chain = [entry("././@LongLink", b"x" * 200 + bytes(312), type=tarfile.GNUTYPE_LONGNAME) for _ in range(3000)]
    with pytest.raises(DataError, match="cannot be unpacked"):
        members(tmp_path, raw_tar(*chain, entry("a", b"x")))


def test_xz_that_asks_for_gigabytes_is_refused(tmp_path: Path) -> None:
    large = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 29}]
    packed = lzma.compress(raw_tar(entry("a", b"x")), filters=large)
    with pytest.raises(DataError, match="cannot be unpacked"):
        members(tmp_path, packed)
    plain = lzma.compress(raw_tar(entry("a", b"x"), end=False)) + bytes(8) + lzma.compress(bytes(1024))
    assert members(tmp_path, plain) == {"a": b"x"}, "streams one behind the other, with padding between them"


@pytest.mark.parametrize("at", [0, 100, 124, 148, 156])
def test_files_behind_a_damaged_header_are_not_lost_without_a_word(tmp_path: Path, at: int) -> None:
    packed = bytearray(raw_tar(entry("a", b"x"), entry("b", b"y"), entry("c", b"z")))
    packed[1024 + at] ^= 0x55
    with pytest.raises(DataError, match="cannot be unpacked"):
        members(tmp_path, bytes(packed))


def test_an_archive_without_its_end_is_an_error(tmp_path: Path) -> None:
    whole = raw_tar(entry("a", b"x"), entry("b", b"y"))
    assert members(tmp_path, whole) == {"a": b"x", "b": b"y"}
    for size in (len(whole) - 1024, 1024, 1025, 1500, 512, 600):
        with pytest.raises(DataError, match="cannot be unpacked"):
            members(tmp_path, whole[:size])
    packed = gzip.compress(whole)
    for size in range(20, len(packed)):
        with pytest.raises(DataError, match="cannot be unpacked"):
            members(tmp_path, packed[:size])


def test_a_wrong_checksum_behind_the_last_file_is_found(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(raw_tar(entry("a", b"x"))))
    packed[-8] ^= 1
    with pytest.raises(DataError, match="CRC"):
        members(tmp_path, bytes(packed))


def test_sizes_in_a_zip_may_lie(tmp_path: Path) -> None:
    data = bytearray(zip_of({"a": bytes(5000)}))
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(signature) + at, 3)
    with pytest.raises(DataError, match=r"more than 1000|cannot be unpacked"):
        members(tmp_path, bytes(data), member=1000)
    struct.pack_into("<I", data, data.index(b"PK\x05\x06") + 12, 0xFFFFFFFE)  # of the central directory
    with pytest.raises(DataError):
        members(tmp_path, bytes(data))


def test_zips_one_in_the_other_are_opened_once(tmp_path: Path) -> None:
    deep = zip_of({"x": b"x"})
    for _ in range(5):
        deep = zip_of({"more.zip": deep})
    (name,) = members(tmp_path, deep, member=10_000)
    assert name == "more.zip/more.zip"


SEEDS = [
    *(pack(FILES) for pack in PACKERS),
    tar_of(FILES, {"link": "/etc/passwd"}, mode="w"),
    zip_of({"in.tar.gz": tar_of(FILES)}),
    raw_tar(entry("././@LongLink", b"n" * 150 + bytes(362), type=tarfile.GNUTYPE_LONGNAME), entry("a", b"x")),
    tar_of({"\u4e2d" * 60: b"long in pax"}, mode="w"),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """An archive with bytes changed, cut out, doubled or put in; often in its headers, with their checksum mended."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    dice = random.Random(draw(st.integers(0, 2**32)))
    for _ in range(draw(st.integers(1, 6))):
        at = dice.randrange(len(data)) if data else 0
        size = dice.choice((1, 1, 2, 4, 12, 512))
        match dice.randrange(5):
            case 0 if data:
                data[at] = dice.choice((0, 0xFF, 0x80, data[at] ^ (1 << dice.randrange(8)), dice.randrange(256)))
            case 1:
                del data[at : at + size]
            case 2:
                data[at:at] = dice.randbytes(size)
            case 3:
                data[at:at] = data[at : at + size]
            case _ if len(data) >= 512:
                block = at // 512 * 512
                data[block + dice.randrange(512) : block + 512] = data[block + dice.randrange(512) : block + 512]
        _mend(data, dice)
    return bytes(data)


def _mend(data: bytearray, dice: random.Random) -> None:
    """Gives a block, if it is whole, the checksum of a tar header: damage then gets beyond that test."""
    if len(data) >= 512 and dice.random() < 0.7:
        block = dice.randrange(len(data) // 512) * 512
        if b"ustar" in data[block : block + 512]:
            total = sum(data[block : block + 148]) + 8 * 32 + sum(data[block + 156 : block + 512])
            data[block + 148 : block + 156] = f"{total:06o}\0 ".encode()


@given(damaged() | st.binary(max_size=2000) | st.binary(max_size=600).map(lambda data: b"PK\x03\x04" + data))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_archive_gives_anything_but_files_or_one_clear_error(tmp_path: Path, data: bytes) -> None:
    try:
        found = members(tmp_path, data, member=20_000, total=100_000, passed=1_000_000, headers=100_000)
    except DataError as error:
        assert error.path == "https://x/archive"
        assert error.remedy
    else:
        assert sum(map(len, found.values())) <= 100_000
