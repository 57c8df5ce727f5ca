"""Lines out of step, told from their lengths: real texts are in step, whatever moves their lines is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossglot.corpora.in_step import out_of_step
from crossglot.corpora.parallel import parallel_sets, read_side


def sides(data_root: Path, name: str, *languages: str) -> dict[str, list[str]]:
    files = parallel_sets(data_root)[name]
    return {language: list(read_side((files[language],)).lines) for language in languages or files}


def test_no_real_set_is_out_of_step(data_root: Path) -> None:
    """Sixty sets and more, of two to fifty languages: news, Wikipedia, exercises of a few words."""
    sets = parallel_sets(data_root)
    assert len(sets) > 60
    assert {name: found for name in sets if (found := out_of_step(sides(data_root, name)))} == {}


@pytest.mark.parametrize("languages", [("en", "de"), ("en", "ja"), ("hi", "ur"), ("en", "zh", "ar", "fi", "ko")])
def test_lines_moved_by_one_are_seen_where_they_are(data_root: Path, languages: tuple[str, ...]) -> None:
    texts = sides(data_root, "ntrex128", *languages)
    last = languages[-1]
    texts[last] = [*texts[last][:600], "", *texts[last][600:1200], *texts[last][1201:]]
    found = out_of_step(texts)
    assert set(found) == ({last} if len(languages) > 2 else set(languages))
    assert found[last] == [(601, 1200)]


def test_two_halves_changed_about_are_seen_in_both(data_root: Path) -> None:
    texts = sides(data_root, "pud", "en", "de", "ru", "tr")
    texts["ru"] = texts["ru"][500:] + texts["ru"][:500]
    assert out_of_step(texts) == {"ru": [(1, 1000)]}


def test_what_lengths_cannot_tell_is_not_said() -> None:
    alike = [f"{number:03d}" for number in range(300)]
    assert out_of_step({"en": alike, "de": alike[::-1]}) == {}
    rising = ["x" * (number % 90 + 1) for number in range(99)]
    assert out_of_step({"en": rising, "de": rising[::-1]}) == {}
    assert out_of_step({"en": rising * 2}) == {}
    assert out_of_step({"en": [""] * 300, "de": ["x"] * 300}) == {}
    assert out_of_step({}) == {}
    longer = rising * 2
    assert out_of_step({"en": longer, "de": longer[::-1]}) == {"en": [(1, 198)], "de": [(1, 198)]}
