"""Points off the grid, along a border."""
