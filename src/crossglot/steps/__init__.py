"""Steps: one module a kind of cached work."""
