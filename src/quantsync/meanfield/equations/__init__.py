"""Equations of motion: derived from symbols, compiled, evaluated."""
