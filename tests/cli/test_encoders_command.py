"""crossglot encoders list: for people and for scripts."""

from __future__ import annotations

import json

from tiny_world import run


def test_it_names_every_encoder_and_why_some_cannot_be_used() -> None:
    shown = run("encoders", "list")
    assert shown.exit_code == 0, shown.output
    found = json.loads(run("encoders", "list", "--json").stdout)
    assert len(found) >= 30
    assert [one["id"] for one in found if one["id"] not in shown.stdout] == []
    unusable = {one["id"]: one["cannot"] for one in found if not one["usable"]}
    assert "not a masked language model" in unusable["google/mt5-base"]
    assert all("cannot be used" in line for line in shown.stdout.splitlines() if line.split(" ")[0] in unusable)
