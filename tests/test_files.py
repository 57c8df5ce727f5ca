"""Files and folders are written whole or not at all, in the user's modes, and what killed processes left is swept."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess  # to be killed
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crossglot.errors import DataError, StorageError, UsageError
from crossglot.files import (
    check_file_place,
    check_folder_place,
    check_working_folder,
    sweep,
    whole,
    whole_file,
    whole_folder,
    write_whole,
)


@pytest.fixture(params=[0o022, 0o077, 0o002, 0o000], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def anything(folder: Path) -> None:
    """May be replaced."""


# files


@pytest.mark.parametrize(
    "content", ["Wörter\r\n\ufeff", b"\xff\x00", "", "x" * 3_000_000], ids=["text", "bytes", "no", "big"]
)
def test_a_file_has_what_was_written(tmp_path: Path, content: str | bytes) -> None:
    write_whole(tmp_path / "a" / "b" / "c.tsv", content)
    assert (tmp_path / "a/b/c.tsv").read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert names(tmp_path) == ["a", "a/b", "a/b/c.tsv"]


def test_a_file_that_is_there_is_replaced_at_the_end_of_the_block_and_not_before(tmp_path: Path) -> None:
    target = tmp_path / "scores.csv"
    target.write_text("old")
    with whole_file(target, durable=True) as half:
        half.write_text("new")
        assert half.name == target.name  # libraries look at suffixes
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert names(tmp_path) == ["scores.csv"]


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), RuntimeError("x"), DataError("y"), OSError(errno.ENOSPC, "full")]
)
def test_a_block_that_fails_leaves_what_was_there(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "scores.csv"
    target.write_text("old")
    with pytest.raises((type(error), StorageError)), whole_file(target) as half:
        half.write_text("half")
        raise error
    assert target.read_text() == "old"
    assert names(tmp_path) == ["scores.csv"]


def test_files_have_the_modes_of_the_umask_whatever_the_library_gave_them(tmp_path: Path, umask: int) -> None:
    with whole_file(tmp_path / "made" / "weights") as half:
        half.touch(0o600)
    assert mode(tmp_path / "made" / "weights") == 0o666 & ~umask
    assert mode(tmp_path / "made") == 0o777 & ~umask


def test_a_name_of_255_bytes_can_be_written(tmp_path: Path) -> None:
    name = "ü" * 127 + "x"
    write_whole(tmp_path / name, "x")
    with whole_folder(tmp_path / "d" / name) as half:
        (half / name).write_text("y")
    assert names(tmp_path) == sorted(["d", f"d/{name}", f"d/{name}/{name}", name])


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "far" / "real.txt")
    (tmp_path / "dangling").symlink_to("far/new.txt")
    write_whole(tmp_path / "link.txt", "new")
    write_whole(tmp_path / "dangling", "made")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "far" / "real.txt").read_text() == "new"
    assert (tmp_path / "far" / "new.txt").read_text() == "made"
    assert names(tmp_path / "far") == ["new.txt", "real.txt"]


def test_a_pipe_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    check_file_place(pipe)
    write_whole(pipe, "through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert pipe.is_fifo()
    check_file_place("/dev/null")
    write_whole("/dev/null", "x")
    assert Path("/dev/null").is_char_device()


# folders


def test_a_folder_stands_in_its_place_at_the_end_of_the_block_and_not_before(tmp_path: Path) -> None:
    target = tmp_path / "a" / "tagger"
    with whole_folder(target, durable=True) as half:
        (half / "weights").write_text("new")
        (half / "below").mkdir(mode=0o700)
        write_whole(half / "below" / "more.txt", "new")
        assert not target.exists()
        assert half.name == target.name
    assert names(tmp_path) == ["a", "a/tagger", "a/tagger/below", "a/tagger/below/more.txt", "a/tagger/weights"]


@pytest.mark.parametrize("in_one_stroke", [True, False])
def test_a_folder_is_replaced_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_one_stroke: bool) -> None:
    if not in_one_stroke:
        monkeypatch.setattr(whole, "_exchange", lambda *_: False)
    target = tmp_path / "tagger"
    target.mkdir(mode=0o750)
    (target / "old").write_text("old")
    with whole_folder(target, may_replace=anything) as half:
        (half / "new").write_text("new")
        assert names(target) == ["old"]
    assert names(tmp_path) == ["tagger", "tagger/new"]
    assert mode(target) == 0o750, "whom the user let in stays as it was"


def test_folders_have_the_modes_of_the_umask(tmp_path: Path, umask: int) -> None:
    with whole_folder(tmp_path / "tagger") as half:
        (half / "below").mkdir(mode=0o700)
        (half / "below" / "weights").touch(mode=0o600)
    assert mode(tmp_path / "tagger") == mode(tmp_path / "tagger" / "below") == 0o777 & ~umask
    assert mode(tmp_path / "tagger" / "below" / "weights") == 0o666 & ~umask


@pytest.mark.parametrize("fault", ["block", "replaceable"])
def test_a_folder_that_cannot_be_written_leaves_what_was_there(tmp_path: Path, fault: str) -> None:
    target = tmp_path / "tagger"
    target.mkdir()
    (target / "old").write_text("old")

    def may_replace(folder: Path) -> None:
        if fault == "replaceable" and (folder / "since").exists():
            raise UsageError("has something else now")

    with pytest.raises((ValueError, UsageError)), whole_folder(target, may_replace=may_replace) as half:
        (half / "new").write_text("new")
        (target / "since").touch()
        if fault == "block":
            raise ValueError
    assert names(tmp_path) == ["tagger", "tagger/old", "tagger/since"]


def test_an_empty_folder_is_taken_and_any_other_stays(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with whole_folder(tmp_path / "empty") as half:
        (half / "new").write_text("new")
    assert names(tmp_path) == ["empty", "empty/new"]
    with pytest.raises(UsageError, match="empty: is there already; name a folder that is new or empty"):
        check_folder_place(tmp_path / "empty")
    with pytest.raises(UsageError, match="is there already"), whole_folder(tmp_path / "empty"):
        pytest.fail("found before the work")


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to("far")
    with whole_folder(tmp_path / "link") as half:
        (half / "new").write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert names(tmp_path / "far") == ["new"]


def test_the_folder_one_is_in_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for here in (".", "", tmp_path, "../" + tmp_path.name):
        with pytest.raises(UsageError, match="the folder you are in; name a folder inside it"):
            check_folder_place(here, anything)


def test_a_mount_point_is_not_replaced() -> None:
    with pytest.raises(UsageError, match="mount point"):
        check_folder_place("/proc" if Path("/proc").is_mount() else "/", anything)


def test_errors_of_a_nested_file_name_the_place_where_the_folder_is_wanted(tmp_path: Path) -> None:
    target = tmp_path / "my lab: 1"
    with pytest.raises(StorageError) as caught, whole_folder(target) as half:
        (half / "ud").write_text("a file")
        write_whole(half / "ud" / "en.conllu", "x")
    assert str(caught.value).startswith(f"{target}/ud/en.conllu: cannot be written: a file stands where a folder is")
    assert ".crossglot" not in str(caught.value)


def test_an_error_about_another_file_is_not_said_to_be_of_writing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), whole_file(tmp_path / "out.txt"):
        (tmp_path / "in.txt").read_bytes()


# what cannot be written is found before the work, with its true reason


def _file_in_the_way(folder: Path) -> Path:
    (folder / "way").write_text("mine")
    return folder / "way" / "deep" / "out"


def _long_name(folder: Path) -> Path:
    return folder / "new" / ("ö" * 128)


def _long_folder(folder: Path) -> Path:
    return folder / ("ö" * 128) / "out"


def _circle(folder: Path) -> Path:
    (folder / "one").symlink_to("two")
    (folder / "two").symlink_to("one")
    return folder / "one"


def _null(folder: Path) -> Path:
    return folder / "a\0b"


def _dangling_above(folder: Path) -> Path:
    (folder / "gone").symlink_to("nowhere")
    return folder / "gone" / "out"


FAULTY: dict[Callable[[Path], Path], str] = {
    _file_in_the_way: "a file stands where a folder is needed",
    _long_name: "the name is too long",
    _long_folder: "the name is too long",
    _circle: "symbolic links lead in a circle",
    _null: r"a name cannot hold the character U\+0000",
    _dangling_above: "a file stands where a folder is needed",
}


@pytest.mark.parametrize("check", [check_file_place, check_folder_place, check_working_folder])
@pytest.mark.parametrize("make", FAULTY, ids=lambda make: make.__name__)
def test_a_place_that_cannot_be_is_found_before_the_work(
    tmp_path: Path, make: Callable[[Path], Path], check: Callable[[Path], None]
) -> None:
    place = make(tmp_path)
    before = names(tmp_path)
    with pytest.raises(StorageError, match=FAULTY[make]):
        check(place)
    assert names(tmp_path) == before


@pytest.mark.parametrize("make", FAULTY, ids=lambda make: make.__name__)
def test_a_place_that_cannot_be_is_told_when_it_is_written_too(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    place = make(tmp_path)
    before = names(tmp_path)
    with pytest.raises(StorageError, match=FAULTY[make]):
        write_whole(place, "x")
    assert names(tmp_path) == before


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.EROFS, "the file system is read-only"),
        (errno.EACCES, "permission denied"),
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk quota is used up"),
    ],
)
def test_what_the_system_refuses_is_told_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: str
) -> None:
    def refuse(path: Path, *args: object, **kwargs: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    monkeypatch.setattr(os, "open", refuse)
    for check in (check_file_place, check_folder_place, check_working_folder):
        with pytest.raises(StorageError, match=rf"out: cannot be written: {told}\n  \w"):
            check(tmp_path / "new" / "out")
    with pytest.raises(StorageError, match=rf"out: cannot be written: {told}\n  \w"):
        write_whole(tmp_path / "out", "x")


def test_a_place_that_can_be_leaves_nothing_behind_when_checked(tmp_path: Path) -> None:
    check_file_place(tmp_path / "a" / "b.txt")
    check_folder_place(tmp_path / "a" / "b")
    check_working_folder(tmp_path / "a")
    assert names(tmp_path) == []


def test_a_folder_in_the_way_of_a_file_and_a_file_in_the_way_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    for write in (check_file_place, lambda path: write_whole(path, "x")):
        with pytest.raises(StorageError, match="a folder stands where a file is needed"):
            write(tmp_path / "folder")
    with pytest.raises(StorageError, match="a file stands where a folder is needed"):
        check_folder_place(tmp_path / "file", anything)
    with pytest.raises(StorageError, match="a file stands where a folder is needed"):
        check_working_folder(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_file_that_is_write_protected_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "gold.conllu"
    target.write_text("mine")
    real = os.access  # root may write anything: say what anybody else would be told
    monkeypatch.setattr(os, "access", lambda path, how: how != os.W_OK and real(path, how))
    for write in (check_file_place, lambda path: write_whole(path, "x")):
        with pytest.raises(
            StorageError, match=r"gold.conllu: cannot be written: permission denied\n  make it writable"
        ):
            write(target)
    assert target.read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names on this system")
def test_what_lies_beside_a_durable_folder_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    os.mkfifo(tmp_path / "pipe")
    with whole_folder(tmp_path / "tagger", durable=True) as half:
        (half / "weights").write_bytes(b"x")
    with whole_file(tmp_path / "scores", durable=True) as file:
        file.write_bytes(b"x")
    assert {path.name for path in tmp_path.iterdir()} == {"circle", "pipe", "tagger", "scores"}


# killed processes

KILLED = """
import os, signal, sys
from pathlib import Path
from crossglot import files
from crossglot.files import whole

events, last = 0, int(sys.argv[2])

def counted(real):
    def call(*args, **kwargs):
        global events
        events += 1
        if events == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    return call

for name in ("mkdir", "rmdir", "unlink", "rename", "replace", "chmod", "open", "close"):
    setattr(os, name, counted(getattr(os, name)))
whole._exchange = counted(whole._exchange) if sys.argv[3] == "swap" else lambda one, other: False
target = Path(sys.argv[1])
with files.whole_folder(target / "tagger", may_replace=lambda folder: None) as half:
    (half / "labels").write_text("new")
    files.write_whole(half / "weights", "new")
files.write_whole(target / "scores.csv", "new")
"""


def run_killed(folder: Path, event: int, how: str) -> int:
    return subprocess.run(  # noqa: S603 (our own lines)
        [sys.executable, "-c", KILLED, str(folder), str(event), how], check=False
    ).returncode


@pytest.mark.parametrize("how", ["swap", "two renames"])
def test_a_kill_at_any_event_leaves_the_old_or_the_new_and_what_it_left_is_swept(tmp_path: Path, how: str) -> None:
    event = 0
    while True:
        event += 1
        folder = tmp_path / str(event)
        (folder / "tagger").mkdir(parents=True)
        for name in ("tagger/labels", "tagger/weights", "scores.csv", ".mine.half", "tagger.half"):
            (folder / name).write_text("old")
        if run_killed(folder, event, how) != -signal.SIGKILL:
            break
        write_whole(folder / "other", "of the next one who writes there")
        kept = {name: (folder / name).read_text() for name in names(folder) if (folder / name).is_file()}
        assert kept.keys() == {".mine.half", "tagger.half", "other", "tagger/labels", "tagger/weights", "scores.csv"}
        assert kept["tagger/labels"] == kept["tagger/weights"]
        assert {kept["tagger.half"], kept[".mine.half"]} == {"old"}
    assert event > 20


def test_what_a_living_process_writes_is_not_swept(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a") as half:
        half.write_text("x")
        assert sweep(tmp_path) == []
        write_whole(tmp_path / "b", "y")
    assert names(tmp_path) == ["a", "b"]


def test_what_only_looks_like_ours_is_not_swept(tmp_path: Path) -> None:
    (tmp_path / ".crossglot-0123abcd.half").write_text("a file")
    (tmp_path / ".crossglot-0123abce.half").mkdir()
    (tmp_path / ".crossglot-0123abce.half" / "mine").write_text("no lock beside it")
    (tmp_path / ".crossglot-mine.half").mkdir()
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "lock").touch()
    (tmp_path / ".crossglot-0123abcf.half").symlink_to("far")
    before = names(tmp_path)
    assert sweep(tmp_path) == []
    assert names(tmp_path) == before


def test_a_folder_that_cannot_be_read_is_not_swept_and_no_error(tmp_path: Path) -> None:
    assert sweep(tmp_path / "absent") == []
