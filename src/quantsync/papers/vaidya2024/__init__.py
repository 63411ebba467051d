"""Vaidya et al., "Exploring quantum synchronization with a composite two-qubit oscillator"."""
