"""Constructed languages whose script, word order and vocabulary overlap are knobs, written as an ordinary data root."""

from crossglot.lab.making import make_lab
from crossglot.lab.spec import LabSpec, LanguageSpec, Sizes, load_spec, make_spec

__all__ = ["LabSpec", "LanguageSpec", "Sizes", "load_spec", "make_lab", "make_spec"]
