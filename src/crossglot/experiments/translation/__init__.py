"""Figure 3: translation by nearest neighbours, layer by layer."""
