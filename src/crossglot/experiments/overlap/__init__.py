"""Figure 1: transfer against shared word pieces."""
