"""Steady states under perturbations at any frequencies, by harmonic balance."""
