"""The program `crossglot`, also as `python -m crossglot`: the command line, which signals stop from its first line."""

from __future__ import annotations

from crossglot.commands import stopping


def main() -> None:
    """Runs the command line on `sys.argv`; for the exit status see `commands.faults`."""
    with stopping.heeded():
        from crossglot.cli import main as run

        run()


if __name__ == "__main__":
    main()
