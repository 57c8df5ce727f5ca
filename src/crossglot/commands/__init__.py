"""What the commands parse and print; the work is done elsewhere."""
