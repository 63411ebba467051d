"""Harmonic networks: their springs, normal modes and exact evolution."""
