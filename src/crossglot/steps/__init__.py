"""Steps: one module per kind of cached work."""
