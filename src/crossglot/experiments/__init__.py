"""The experiments: each question of the paper in a folder of its own, and what they share."""
