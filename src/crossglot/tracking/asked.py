"""Whether a package that tracks was asked for, and is there."""

from __future__ import annotations

from importlib.util import find_spec

from crossglot.errors import UsageError
from crossglot.remedies import called

PACKAGES = {"mlflow": "mlflow", "tensorboard": "tensorboardX"}
"""What can be asked for, which is also what the extra is called, and the package that it takes."""


def check_tracking(wanted: str, *known: str) -> None:
    """Refuses, before any work, what there is not; asking for nothing is fine.

    Args:
        wanted: what was asked for; empty for nothing.
        known: what can be asked for here.

    Raises:
        UsageError: for any other word, or if its package is not installed.
    """
    if not wanted:
        return
    if wanted not in known:
        raise UsageError(f"{called('track', wanted)}: there is {' and '.join(known)} here")
    if find_spec(PACKAGES[wanted]) is None:
        raise UsageError(
            f"{called('track', wanted)}: {PACKAGES[wanted]} is not installed here\n  pip install 'crossglot[{wanted}]'"
        )
