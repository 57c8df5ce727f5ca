"""Lample et al. (2016): a bidirectional LSTM over words and their characters, with a CRF; no pretrained encoder."""
