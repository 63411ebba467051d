"""Ghildiyal et al., "Quantum synchronization between two spin chains ..." (2024)."""
