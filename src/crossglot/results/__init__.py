"""The typed tables of a run: rows, claims and what is said of them; reading and writing them."""
