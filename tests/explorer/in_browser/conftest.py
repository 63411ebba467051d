"""A browser and a server for the tests of a file; tabs that must not make a mistake."""

import pytest
from explorer.browser import Server, Tab, chromium, installed

DESKTOP = {"width": 1400, "height": 900}
MINE = '''\
"""Models of my own."""

import time

import quantsync as qs


def pair(epsilon, detuning, wait=0.0):
    """Two spins, slowly where one likes.

    Parameters
    ----------
    epsilon : float
        Strength of the exchange, at most 0.5.
    detuning : float
        Difference of the frequencies.
    wait : float
        Seconds that each solution takes, at least.
    """
    time.sleep(wait)
    if epsilon > 0.501:
        raise qs.errors.InvalidArgumentError(f"<b>epsilon</b> is too large: {epsilon:.3g}")
    return qs.models.spin_pair(epsilon=epsilon, detuning=detuning)
'''


@pytest.fixture(scope="module")
def browser():
    if installed() is None:
        pytest.skip("no browser is installed (Debian's is: apt-get install chromium)")
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def serve(browser, tmp_path_factory):
    """The server of a model, started once for all tests of a file."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "mine.py").write_text(MINE, encoding="utf-8")
    servers = {}

    def start(*arguments):
        if arguments not in servers:
            servers[arguments] = Server(folder, *arguments)
        return servers[arguments]

    yield start
    said = "".join(
        line for server in servers.values() if not server.stop() for line in server.errors
    )
    assert "Traceback" not in said, said


@pytest.fixture
def open_tab(browser, serve):
    """Open a view of a model in a tab of its own, as large as a desktop's unless told otherwise."""
    tabs = []

    def start(*arguments, query=None, **options):
        server = serve(*(arguments or ("spin_pair",)))
        address = server.with_query(**(query or {}))
        tabs.append(Tab(browser, address, **{"viewport": DESKTOP, **options}))
        return tabs[-1]

    yield start
    asked = {url for tab in tabs for url in tab.requests}
    mistakes = [mistake for tab in tabs for mistake in tab.mistakes]
    for tab in tabs:
        tab.close()
    assert not mistakes
    outside = [url for url in asked if not url.startswith(HERE)]
    assert not outside


HERE = ("http://127.0.0.1:", "ws://127.0.0.1:", "blob:", "data:")
