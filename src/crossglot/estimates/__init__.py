"""What a study will take before it runs: time, memory, downloads and disk, from what this machine was measured at."""
