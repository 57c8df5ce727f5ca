"""The paper's transfer tables, and matrices of one's own."""
