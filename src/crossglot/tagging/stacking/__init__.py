"""Bhat et al. (2018): a tagger of code-switched text, stacked on one of the languages apart."""
