"""A matrix of somebody's own: its scores read from a file, with the statistics and drawings of the paper's typology."""
