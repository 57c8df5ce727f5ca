"""Pretraining encoders from scratch: vocabulary, objectives, loop, folder."""
