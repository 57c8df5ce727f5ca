"""Uncertainty of numbers, in the right unit: arrays in, numbers out; nothing here knows of languages or models."""
