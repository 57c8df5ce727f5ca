"""The scripts of a page, which are our own and data of charts, told apart from its markup."""

from __future__ import annotations

import json
import re

SCRIPT = re.compile(r"<script([^>]*)>(.*?)</script>", re.DOTALL)


def without_scripts(page: str) -> str:
    """The page's markup; its scripts are checked to be data of charts, or to be drawn from nowhere else.

    Raises:
        AssertionError: for a script from another place, or data that are no JSON object.
    """
    for attributes, content in SCRIPT.findall(page):
        assert "src" not in attributes
        if "application/json" in attributes:
            assert isinstance(json.loads(content), dict)
            assert "<" not in content
        else:
            assert attributes == ""
    return SCRIPT.sub("", page)
