"""The version of the installed package."""

from importlib.metadata import version

__version__ = version("quantsync")

# Raised whenever results change by more than rounding. Stores go on under another version of
# quantsync where this and the sources of model and measures are the same.
NUMERICS = 2
