"""Models and measures by name, parameters with their units."""
