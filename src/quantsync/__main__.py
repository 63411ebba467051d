"""Runs the command line as ``python -m quantsync``."""

from quantsync.command_line.main import main

main()
