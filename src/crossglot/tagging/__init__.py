"""Tagging: labels, the tagger, fine-tuning, prediction, metrics and floors."""
