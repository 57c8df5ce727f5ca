"""Two runs side by side, from what they kept."""
