"""Engine: cached work that knows nothing of language."""
