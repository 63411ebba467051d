"""The explorer as a user has it: the command in a process, the page in Debian's Chromium."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import numpy as np

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 60_000  # ms; two busy cores are slow
FULL = 503  # the answer of a server that has as many tabs as it serves


def installed():
    """The browser of this machine, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def chromium():
    """A browser that ends with the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


class Server:
    """`quantsync explore` in a process of its own, which starts in a folder."""

    def __init__(self, folder, *arguments, port=0):
        self.folder, self.arguments = folder, tuple(map(str, arguments))
        self.start(port)

    def start(self, port):
        """Start the command, and read the address that it prints."""
        command = "from quantsync.command_line.main import main; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", command, "explore", *self.arguments]
            + ["--no-browser", "--port", str(port)],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "HOME": str(self.folder)},
        )
        self.address = self.process.stdout.readline().strip()
        self.errors = []
        # A pipe that nobody reads fills, and the server would stand still.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self.address.startswith("http://127.0.0.1:"):
            self.stop()
            raise AssertionError(f"no address, but {self.address!r}: {''.join(self.errors)}")
        self.port = urlsplit(self.address).port

    def _read(self):
        for line in self.process.stderr:
            self.errors.append(line)

    def stop(self, how=signal.SIGINT):
        """End the command, as with Ctrl-C; returns its status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self._reader.join(5)
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def with_query(self, **query):
        """The address of some view; names with a dot are given as keys of a dict."""
        parts = urlsplit(self.address)
        pairs = [*parse_qsl(parts.query), *query.items()]
        return urlunsplit(parts._replace(query=urlencode(pairs)))

    @property
    def memory(self):
        """Bytes of memory that the server has."""
        import psutil

        return psutil.Process(self.process.pid).memory_info().rss


# What a tab tells of itself, as functions of JavaScript.
STATE = """() => {
  const found = document.querySelectorAll('*');
  const search = (root) => {
    for (const one of root.querySelectorAll('*')) {
      if (one.classList?.contains('explorer')) return one;
      const inner = one.shadowRoot && search(one.shadowRoot);
      if (inner) return inner;
    }
    return null;
  };
  window.explorer ??= search(document);
  return window.explorer && {...window.explorer.dataset};
}"""
# The numbers that Bokeh draws: of the figure in the place of a map.
IMAGE = """(k) => {
  const figures = [];
  for (const one of Bokeh.documents[0].all_models)
    if (one.type === 'GlyphRenderer' && one.glyph.type === 'Image') figures.push(one);
  const places = figures.map((one) => one.data_source.data);
  const found = places[k];
  const image = found.image[0];
  return {values: Array.from(image, (v) => Number.isFinite(v) ? v : null), shape: image.shape,
          x: found.x[0], y: found.y[0], dw: found.dw[0], dh: found.dh[0]};
}"""


class Tab:
    """One tab with the page, and all that it has told and asked for."""

    def __init__(self, browser, address, server=None, **options):
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.mistakes, self.requests = [], []
        self.page.on("pageerror", lambda error: self.mistakes.append(str(error)))
        self.page.on(
            "console",
            lambda said: said.type in ("error", "warning") and self.mistakes.append(said.text),
        )
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.go(address)

    def go(self, address):
        """Open an address; where the server has too many tabs, wait until old ones are gone."""
        for _ in range(60):
            answer = self.page.goto(address)
            if answer.status != FULL:
                break
            self.page.wait_for_timeout(1000)
            self.mistakes.clear()
        self.answer = answer

    def close(self):
        self.context.close()

    # --- what the page says of itself

    @property
    def state(self):
        return self.page.evaluate(STATE)

    def wait(self, condition):
        """Wait until a condition on the state, in JavaScript, holds."""
        self.page.wait_for_function(
            f"() => {{ const s = ({STATE})(); return s && ({condition}); }}"
        )

    def mapped(self):
        """Wait for the last map of the newest wish, and for its point."""
        self.wait("s.final === 'true' && s.shown === s.wish && s.point === s.wish")
        return self

    def pointed(self):
        """Wait for the numbers of the point that was wished for last."""
        self.wait("s.point === s.wish")
        return self

    def refused(self):
        """Wait for an error; returns its text."""
        self.wait("s.error !== undefined")
        return self.state["error"]

    # --- what the page shows

    def image(self, k=0):
        """The values of a map, rows of the vertical axis."""
        found = self.page.evaluate(IMAGE, k)
        return np.array(found["values"], float).reshape(found["shape"])

    def field(self, name):
        """The control of some name, as "p.epsilon" or "x.first"."""
        return self.page.locator(f'[id="{name}"]')

    def error_at(self, name):
        return self.page.locator(f'[id="{name}-error"]').inner_text()

    def slider(self, name):
        return self.page.locator(f'[data-parameter="{name}"] input[type="range"]')

    def enter(self, name, text):
        """Write into a field and leave it by the Enter key."""
        self.field(name).fill(text)
        self.field(name).press("Enter")

    def button(self, text):
        return self.page.get_by_role("button", name=text, exact=True)

    def numbers(self):
        """The exact numbers of the point: lists, one for each marked point, by name."""
        rows = self.page.locator(".tables table").first.locator("tr")
        return {
            row.locator("th").inner_text(): [
                cell.get_attribute("title") for cell in row.locator("td:not(.unit)").all()
            ]
            for row in rows.all()
        }

    @property
    def query(self):
        """The query of the address, but for the token."""
        found = dict(parse_qsl(urlsplit(self.page.url).query))
        found.pop("token", None)
        return found
