"""Encoders: loading by name or path, tokenizers, words to pieces, windows, packing, forward passes."""
