"""Probes: one module a question of the paper; each says which steps it needs and yields a tidy table."""
