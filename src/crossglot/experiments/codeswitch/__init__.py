"""Table 6: code-switched Hindi and English."""
