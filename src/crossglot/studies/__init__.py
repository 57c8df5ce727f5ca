"""Studies: probes × systems × languages × seeds, written down in TOML, and the presets of the paper."""
