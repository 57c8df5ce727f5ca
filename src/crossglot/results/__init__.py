"""The typed tables of a run: rows, claims, verdicts; reading, writing and upgrading them."""
