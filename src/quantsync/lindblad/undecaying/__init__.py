"""What does not decay: stationary states, oscillating coherences, what locks."""
