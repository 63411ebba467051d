"""Runs the command line as ``python -m quantsync``."""

from quantsync.cli import main

main()
