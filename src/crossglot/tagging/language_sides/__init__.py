"""Ball and Garrette (2018): words read on one side per language, weighted by how probably they are of that language."""
