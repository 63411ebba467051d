"""Waits that survive a machine ten times slower: they end when something has happened."""

import time

PATIENT = 600  # seconds; only what hangs takes as long


def wait_until(condition, every=0.02):
    """Look again and again until a condition holds."""
    end = time.monotonic() + PATIENT
    while not condition():
        assert time.monotonic() < end, "nothing has happened for minutes"
        time.sleep(every)
