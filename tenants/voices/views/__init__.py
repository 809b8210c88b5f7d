"""Pages of outputs, of voices, and the form anybody may fill in."""
