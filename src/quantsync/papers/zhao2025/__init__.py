"""Zhao et al., "Quantum Synchronization of Perturbed Oscillating Coherences" (2025)."""
