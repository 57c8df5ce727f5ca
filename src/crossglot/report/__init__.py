"""Reports: tables, figures and the page, from results and predictions; loads no model."""

from crossglot.report.settings_of_runs import settings_in_short
from crossglot.report.side_by_side import side_by_side_tables, write_side_by_side
from crossglot.report.summary import summary
from crossglot.report.terminal import terminal_ending, terminal_tables
from crossglot.report.writing import write_report

__all__ = [
    "settings_in_short",
    "side_by_side_tables",
    "summary",
    "terminal_ending",
    "terminal_tables",
    "write_report",
    "write_side_by_side",
]
