"""Reports: tables, figures and the page, from results and predictions; loads no model."""

from crossglot.report.terminal import terminal_ending, terminal_tables
from crossglot.report.writing import write_report

__all__ = ["terminal_ending", "terminal_tables", "write_report"]
