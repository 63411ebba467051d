"""Benedetti et al., "Minimal model for spontaneous quantum synchronization" (2016)."""
