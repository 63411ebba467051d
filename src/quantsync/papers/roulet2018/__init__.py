"""Roulet and Bruder, "Quantum synchronization and entanglement generation" (2018)."""
