"""The explorer as a user has it: the command in a process, the page in Debian's Chromium."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
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
PATIENCE = 30_000  # ms; two busy cores are slow
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
            [
                *(sys.executable, "-P", "-c", command, "explore", *self.arguments),
                *("--no-browser", "--port", str(port)),
            ],
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
# The figure that Bokeh draws in the k-th map, found through its element.
DRAWN = """(k) => {
  const views = [];
  const collect = (view) => {
    if (view.model.type === 'Figure') views.push(view);
    for (const child of view.children()) collect(child);
  };
  for (const view of Bokeh.index) collect(view);
  const map = [...window.explorer.querySelectorAll('.map')][k];
  const isInside = (node) => {
    for (; node; node = node.parentNode ?? node.host) if (node === map) return true;
    return false;
  };
  const view = views.find((one) => isInside(one.el));
  const sources = view.model.renderers.map((one) => [one.glyph.type, one.data_source.data]);
  const source = (type) => sources.find(([given]) => given === type)?.[1];
  return {view, source};
}"""
# The numbers of a map; of a curve where there is one axis.
VALUES = f"""(k) => {{
  const {{source}} = ({DRAWN})(k);
  const values = source('Image')?.image[0] ?? source('Line').y;
  const shape = source('Image')?.image[0].shape ?? [values.length];
  return {{values: Array.from(values, (v) => Number.isFinite(v) ? v : null), shape}};
}}"""
# The reasons at the crosses of the first map.
CROSSES = f"""() => {{
  const {{view}} = ({DRAWN})(0);
  const crosses = view.model.renderers.find((one) => one.data_source.data.reason);
  return Array.from(crosses.data_source.data.reason);
}}"""
# Where a map is drawn between its axes.
FRAME = f"""(k) => {{
  const {{view}} = ({DRAWN})(k);
  const at = view.el.getBoundingClientRect(), box = view.frame.bbox;
  return {{x: at.x + box.left, y: at.y + box.top, width: box.width, height: box.height}};
}}"""
# What was shown for which wish, and which value each wish was for; kept as it comes.
WATCH = f"""(field) => {{
  const shown = [], wishes = {{}}, input = window.explorer.querySelector(`[id="${{field}}"]`);
  new MutationObserver((changes) => {{
    const {{wish, shown: number, size}} = window.explorer.dataset;
    for (const {{attributeName: name}} of changes) {{
      if (name === 'data-wish') wishes[wish] = Number(input.value);
      if (name === 'data-shown') shown.push({{number, size, ...({VALUES})(0)}});
    }}
  }}).observe(window.explorer, {{attributes: true}});
  window.watched = {{shown, wishes}};
}}"""


class Tab:
    """One tab with the page, and all that it has told and asked for."""

    def __init__(self, browser, address, init="", **options):
        self.context = browser.new_context(**options)
        if init:
            self.context.add_init_script(init)
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
        self.answer = self.page.goto(address)
        while self.answer.status == FULL:
            self.page.wait_for_timeout(1000)
            self.mistakes.clear()
            self.answer = self.page.goto(address)

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

    def rested(self):
        """Wait until a hand that has moved a slider is taken to rest, and for the last map."""
        self.page.wait_for_timeout(400)
        return self.mapped()

    def refused(self):
        """Wait for an error; returns its text."""
        self.wait("s.error !== undefined")
        return self.state["error"]

    # --- what the page shows

    def image(self, k=0):
        """The values of a map, rows of the vertical axis; those of a curve."""
        found = self.page.evaluate(VALUES, k)
        return np.array(found["values"], float).reshape(found["shape"])

    def crosses(self):
        """The reasons that the crosses on the first map give."""
        return self.page.evaluate(CROSSES)

    def place(self, right, up, k=0):
        """A place on the screen, at some part of the way across a map and up it."""
        self.page.locator(".map").nth(k).scroll_into_view_if_needed()
        frame = self.page.evaluate(FRAME, k)
        return frame["x"] + right * frame["width"], frame["y"] + (1 - up) * frame["height"]

    def watch(self, field):
        """Keep all maps that are shown from now on, and the value of a field at each wish."""
        self.page.evaluate(WATCH, field)

    def watched(self):
        """The maps that were shown, with the wish of each; the values at wishes."""
        found = self.page.evaluate("() => window.watched")
        shown = [
            {
                "number": int(one["number"]),
                "size": int(one["size"]),
                "image": np.array(one["values"], float).reshape(one["shape"]),
            }
            for one in found["shown"]
        ]
        return shown, {int(number): value for number, value in found["wishes"].items()}

    def ink(self):
        """The colour of the text of the first map."""
        return self.page.evaluate(f"() => ({DRAWN})(0).view.model.below[0].axis_label_text_color")

    def heap(self):
        """Bytes that the page's objects take, after what is not used any more is gone."""
        with_tools = self.context.new_cdp_session(self.page)
        with_tools.send("HeapProfiler.collectGarbage")
        found = with_tools.send("Runtime.getHeapUsage")["usedSize"]
        with_tools.detach()
        return found

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
        rows = self.page.locator(".tables table").first.locator("tbody tr")
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

    def mark(self, name):
        """Where a marked point is, as the address says."""
        return [float(part) for part in self.query[f"mark.{name}"].split(",")]
