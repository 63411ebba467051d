"""Baths of harmonic oscillators: Langevin equations, infinite chains, open networks."""
