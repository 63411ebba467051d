"""Two transmons with lossy resonators."""
