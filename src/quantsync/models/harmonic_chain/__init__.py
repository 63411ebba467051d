"""Two probes on a harmonic chain."""
