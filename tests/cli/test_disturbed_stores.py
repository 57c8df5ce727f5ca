"""Studies whose store is full, away, slow or shared while they fine-tune: they come to the same bytes all the same."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from slowed_study import STEPS, Slowed, undisturbed, until

ONCE = dict.fromkeys(range(1, STEPS + 1), 2)
"""Each step of the two trainings, done once."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return undisturbed(tmp_path_factory.mktemp("whole")).results()


@pytest.mark.parametrize("store", [pytest.param("", marks=pytest.mark.slow), "without locks"])
def test_two_studies_at_once_on_one_store(whole: dict[str, bytes], tmp_path: Path, store: str) -> None:
    study = Slowed(tmp_path / "study", store=store)
    both = [study.start(), study.start()]
    for run in both:
        _, said = run.communicate(timeout=300)
        assert run.returncode == 0, said
        assert "Traceback" not in said
    assert study.results() == whole
    assert study.hidden() == []
    if not store:
        assert study.how_often() == ONCE, "what one does the other waits for"
    before = study.finished()
    study.finish()
    assert study.finished() == before, "all that either has written is whole"


@pytest.mark.parametrize("back", [pytest.param("at once", marks=pytest.mark.slow), "for the next run"])
def test_a_store_that_is_away_for_a_while(whole: dict[str, bytes], tmp_path: Path, back: str) -> None:
    study = Slowed(tmp_path / "study")
    run, steps, away = study.start(), tmp_path / "study" / "out" / "steps", tmp_path / "away"
    until(lambda: len(study.optimised()) >= STEPS + 4)  # one training is done, another under way
    steps.rename(away)
    seen = len(study.optimised())
    if back == "at once":
        until(lambda: len(study.optimised()) >= seen + 2)
        away.rename(steps)
    _, said = run.communicate(timeout=300)
    assert "Traceback" not in said
    if back == "at once":
        assert run.returncode == 0, said
        assert "a training goes on without a checkpoint" in said
    else:
        assert run.returncode == 2
        assert "was deleted or moved while this ran" in said or f"{steps}" in said
        assert not steps.exists(), "nothing is begun in its stead"
        away.rename(steps)
        before = study.finished()
        assert before
        study.finish()
        assert before.items() <= study.finished().items()
    assert study.results() == whole
    assert study.hidden() == []


@pytest.mark.slow
def test_a_store_that_answers_slowly(whole: dict[str, bytes], tmp_path: Path) -> None:
    study = Slowed(tmp_path / "study", store="slow", between=0.2)
    study.finish(jobs=2)
    assert (study.results(), study.how_often(), study.hidden()) == (whole, ONCE, [])


IN_A_SMALL_DISK = """
mount -t tmpfs -o size={size} tmpfs {out} || exit 99
{command}; status=$?
ls -a {out}/steps > {listed} 2>/dev/null
mount -o remount,size=200m {out}
{command}; again=$?
cp -a {out}/. {kept}
exit $((10 * status + again))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("size", "status"), [("48k", 2), ("4m", 0)], ids=["for steps", "for checkpoints"])
def test_a_disk_that_is_full(whole: dict[str, bytes], tmp_path: Path, size: str, status: int) -> None:
    """A file system of its own, which grows for the second run."""
    study = Slowed(tmp_path / "study", seconds=0.0)
    study.folder.mkdir()
    study.out.mkdir()
    kept = Slowed(tmp_path / "kept")
    kept.out.mkdir(parents=True)
    script = IN_A_SMALL_DISK.format(
        size=size, out=shlex.quote(str(study.out)), kept=shlex.quote(str(kept.out)),
        listed=shlex.quote(str(tmp_path / "listed")), command=shlex.join(study.command()),
    )  # fmt: skip
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no unshare here")
    ran = subprocess.run(  # noqa: S603
        [unshare, "-rm", "sh", "-c", script], env=study.environment(), capture_output=True, text=True, check=False
    )
    if ran.returncode in (1, 99):
        pytest.skip(f"no file system can be mounted here: {ran.stderr}")
    assert ran.returncode == 10 * status, ran.stderr
    assert "Traceback" not in ran.stderr
    assert "the disk is full" in ran.stderr
    assert "a training goes on without a checkpoint" in ran.stderr
    assert ("the same command goes on from there" in ran.stderr) == (status == 2)
    assert kept.results() == whole
    assert kept.hidden() == []
    left = (tmp_path / "listed").read_text().split()
    assert not [name for name in left if name.endswith(".half")], left
