"""The command `quantsync`."""
