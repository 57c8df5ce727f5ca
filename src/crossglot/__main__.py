"""`python -m crossglot` is the command line."""

from crossglot.cli import main

main()
