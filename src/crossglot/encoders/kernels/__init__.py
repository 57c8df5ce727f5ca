"""Faster forward and backward passes on CPUs, in one place."""
