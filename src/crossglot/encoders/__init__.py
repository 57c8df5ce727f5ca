"""Encoders: tokenizers, loading by name or path, WordPiece training, masked-LM pretraining."""
