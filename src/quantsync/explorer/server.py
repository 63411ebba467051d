"""The server of the explorer: on this machine only, until Ctrl-C."""

from __future__ import annotations

import asyncio
import errno
import html
import logging
import secrets
import signal
import socket
import threading
import traceback
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from quantsync.errors import (
    InvalidArgumentError,
    MissingDependencyError,
    PortInUseError,
    QuantsyncError,
)

if TYPE_CHECKING:
    from bokeh.server.tornado import BokehTornado

HOST = "127.0.0.1"
PORT = 5007  # tried first: a bookmark's port is then right most of the time
LARGEST_MESSAGE = 1 << 20  # bytes, from the browser
UNUSED, CHECKED = 15_000, 5_000  # ms for which a session without a tab is kept; how often to look

Make = Callable[[dict[str, str]], Any]


def serve(
    make: Make,
    *,
    port: int | None = None,
    open_browser: bool = True,
    query: Mapping[str, str] | None = None,
    title: str = "quantsync",
    announce: Callable[[str], Any] = print,
    warm: Callable[[], Any] | None = None,
) -> None:
    """Serve pages to the browser of this machine until Ctrl-C or SIGTERM.

    Parameters
    ----------
    make : callable
        Called with the query of a tab's address, a dict of texts by name, once for each tab;
        returns what the tab shows, a viewable of Panel. A named error that it raises is shown in
        the tab.
    port : int, optional
        The port to listen on; 0 for any that is free. By default 5007, or a free one if that is
        in use.
    open_browser : bool
        Whether to open the page in the browser.
    query : mapping of str to str, optional
        Query of the first address.
    title : str
        Title of the page.
    announce : callable
        Called with the address, as soon as it can be opened.
    warm : callable, optional
        Called in a thread while the browser loads: imports and computes what `make` will need.

    Raises
    ------
    PortInUseError
        If another program listens on that port.
    MissingDependencyError
        If Panel is not installed.

    Examples
    --------
    >>> import panel
    >>> def page(query):
    ...     return panel.pane.Str(query.get("epsilon", "0"))
    >>> serve(page)  # doctest: +SKIP
    http://127.0.0.1:5007/?token=...
    """
    require_panel()
    with listening(port) as listener, suppress(KeyboardInterrupt):
        # The browser has a token of its own that is good for one use: an argument of a process
        # can be read by other users of the machine.
        token, ticket = (secrets.token_urlsafe(32) for _ in range(2))
        address, opened = (_address(listener, secret, query) for secret in (token, ticket))
        announce(address)
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(opened,), daemon=True).start()
        # The browser starts while Panel is imported: its first request waits until it is answered.
        asyncio.run(_until_ended(make, listener, token, ticket, title, warm))


def require_panel() -> None:
    """Raise unless Panel is installed; nothing of it is imported."""
    if find_spec("panel") is None:
        raise MissingDependencyError(
            "The explorer needs Panel; install it with: pip install 'quantsync[explore]'"
        )


def listening(port: int | None) -> socket.socket:
    """A socket that listens, for this machine and no other."""
    if port is not None and not 0 <= port < 2**16:
        raise InvalidArgumentError(f"A port must be from 0 to {2**16 - 1}, but is {port}.")
    refused = OSError()
    for tried in (PORT, 0) if port is None else (port,):
        try:
            return socket.create_server((HOST, tried), family=socket.AF_INET, backlog=128)
        except OSError as error:
            refused = error
    if refused.errno == errno.EADDRINUSE:
        raise PortInUseError(
            f"Port {port} is in use, perhaps by another explorer; choose another with --port, or "
            "leave it out for a free one."
        )
    raise InvalidArgumentError(
        f"Port {port} cannot be used ({refused.strerror}); choose another with --port, or leave "
        "it out for a free one."
    )


def _address(listener: socket.socket, token: str, query: Mapping[str, str] | None) -> str:
    port = listener.getsockname()[1]
    names = {"token": token} | dict(query or {}) | {"token": token}  # also where a link has one
    return f"http://{HOST}:{port}/?{urlencode(names)}"


async def _until_ended(
    make: Make,
    listener: socket.socket,
    token: str,
    ticket: str,
    title: str,
    warm: Callable[[], Any] | None,
) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    from quantsync.explorer.maps import WORKER

    ended = asyncio.Event()
    with _ended_by_signals(ended), serving(make, listener, token, ticket, title):
        if warm is not None:
            threading.Thread(target=_try, args=(warm,), daemon=True, name=WORKER).start()
        await ended.wait()


def _try(work: Callable[[], Any]) -> None:
    """Do work ahead; what fails fails again, and is told, where it is needed."""
    with suppress(BaseException):  # a model may raise SystemExit
        work()


@contextmanager
def _ended_by_signals(ended: asyncio.Event) -> Iterator[None]:
    """Take Ctrl-C and SIGTERM for the end; a second one ends even what does not listen."""
    loop, before = asyncio.get_running_loop(), {}

    def end(*_: Any) -> None:
        restore()
        loop.call_soon_threadsafe(ended.set)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    if threading.current_thread() is threading.main_thread():
        before |= {n: signal.signal(n, end) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        restore()


@contextmanager
def serving(
    make: Make, listener: socket.socket, token: str, ticket: str, title: str
) -> Iterator[BokehTornado]:
    """Answer requests in the event loop that runs."""
    from bokeh.core.validation import silence
    from bokeh.core.validation.warnings import EMPTY_LAYOUT
    from bokeh.server.server import BaseServer
    from bokeh.server.tornado import BokehTornado
    from bokeh.settings import settings
    from panel.io.application import build_applications
    from tornado.ioloop import IOLoop

    from quantsync.explorer.gate import NAMES, Gate, GatedServer, SecureHeaders

    port = listener.getsockname()[1]
    # A tab that is closed while something is sent to it is no event, nor is a message that no
    # page sends, nor a place without a map.
    logging.getLogger("bokeh.server.views.ws").setLevel(logging.ERROR)
    logging.getLogger("bokeh.server.protocol_handler").setLevel(logging.CRITICAL)
    silence(EMPTY_LAYOUT)
    asyncio.get_running_loop().set_exception_handler(_told_unless_closed)
    settings.resources = "server"  # whatever the environment says: no script of another host
    settings.allowed_ws_origin = []
    site = BokehTornado(
        build_applications({"/": _session(make)}, title=title, location=False),
        prefix=token,
        extra_websocket_origins=[f"{name}:{port}" for name in NAMES],
        secret_key=secrets.token_bytes(32),
        sign_sessions=True,
        include_headers=[],
        ico_path="none",
        use_index=False,
        websocket_max_message_size_bytes=LARGEST_MESSAGE,
        unused_session_lifetime_milliseconds=UNUSED,
        check_unused_sessions_milliseconds=CHECKED,
        log_function=lambda _: None,  # addresses have the token in them
    )
    site.add_transform(SecureHeaders)
    http = GatedServer(Gate(site, port, token, ticket))
    server = BaseServer(IOLoop.current(), site, http)
    listener.setblocking(False)
    http.add_socket(listener)
    server.start()
    try:
        yield site
    finally:
        http.end()
        server.stop()
        for session in site.get_sessions("/"):
            context: Any = session.document.session_context
            for callback in session.document.session_destroyed_callbacks:
                _try(partial(callback, context))


def _told_unless_closed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Print what has failed in the loop, but for writing to a tab that is closed."""
    from tornado.iostream import StreamClosedError
    from tornado.websocket import WebSocketClosedError

    if not isinstance(context.get("exception"), WebSocketClosedError | StreamClosedError):
        loop.default_exception_handler(context)


def _session(make: Make) -> Callable[[], Any]:
    """What is called for each tab."""

    def session() -> Any:
        from panel import state
        from panel.pane import HTML

        from quantsync.catalogue.references import own_line, told
        from quantsync.explorer.gate import queried

        assert state.curdoc is not None
        state.curdoc.template_variables.update(app_favicon="data:,", apple_icon="")  # no file
        try:
            return make(queried(state.session_args))
        except Exception as error:
            if isinstance(error, QuantsyncError) or own_line(error):
                text = told(error)
            else:
                traceback.print_exc()
                text = f"{type(error).__name__}: {error}"
            return HTML(f'<p role="alert">{html.escape(text)}</p>')

    return session
