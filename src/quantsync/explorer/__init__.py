"""The explorer: a page in the browser, or in a notebook, on which maps follow sliders."""

from quantsync.explorer.notebook import explore

__all__ = ["explore"]
