"""Figure 2 and table 5: transfer against word order."""
