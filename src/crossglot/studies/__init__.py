"""Studies: TOML or options → experiments → a plan of steps → a folder of results."""
