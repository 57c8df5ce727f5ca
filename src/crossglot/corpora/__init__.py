"""Corpora: one module per format, reader and writer together; the catalogue of named corpora; checks of a data root."""
