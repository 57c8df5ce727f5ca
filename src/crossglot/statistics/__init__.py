"""Statistics: arrays in, numbers out; knows nothing of languages."""
