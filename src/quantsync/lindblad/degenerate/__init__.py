"""States that a perturbation selects among several stationary ones."""
