"""The one writer of files and folders: whole or not at all, in the user's modes, nothing of the user's replaced."""

from crossglot.files.faults import REASONS, NotWrittenError, faults_named, is_disk_full, why_not_written
from crossglot.files.passing import NO_LOCKS, PASSING, sweep
from crossglot.files.places import check_file_place, check_folder_place, check_only, check_working_folder, user_cache
from crossglot.files.whole import scratch_folder, whole_file, whole_files, whole_folder, write_whole

__all__ = [
    "NO_LOCKS", "PASSING", "REASONS", "NotWrittenError", "check_file_place", "check_folder_place", "check_only",
    "check_working_folder", "faults_named", "is_disk_full", "scratch_folder", "sweep", "user_cache", "whole_file",
    "whole_files", "whole_folder", "why_not_written", "write_whole",
]  # fmt: skip
