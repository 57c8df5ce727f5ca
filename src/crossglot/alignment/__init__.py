"""Sentence vectors, shifts between languages, and nearest neighbours (section 5 of the paper)."""
