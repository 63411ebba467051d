"""Two coupled optomechanical cells."""
