"""Stores of sweeps: what is done is kept, whatever happens."""
