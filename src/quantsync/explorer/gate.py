"""The gate of the explorer's server: who is let through, to which address, and with which limits.

Every address behind it begins with a secret that is new at each start. A page of another site can
make the browser send requests here, but it cannot know the secret, set Host (to which it could
give a name of its own), or hide its Origin. Of the addresses that Bokeh and Panel answer, those
that the page needs are let through and no other.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from weakref import WeakSet

from bokeh.server.tornado import BokehTornado
from panel.io.server import WSHandler
from tornado.httpserver import HTTPServer
from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerRequest,
    ResponseStartLine,
)
from tornado.iostream import IOStream
from tornado.routing import Router
from tornado.web import OutputTransform

NAMES = ("127.0.0.1", "localhost")  # under which the server may be addressed
MOST_SESSIONS = 16  # tabs at once: each has its own worker
MOST_CONNECTIONS = 256  # a tab has up to seven
LONGEST_QUERY = 8192  # characters
LARGEST_BODY = 1 << 16  # bytes; what is let through has none
SLOWEST = 60.0  # seconds within which a request must be there
EVENTS = ("data_event", "tap", "document_ready")  # that the page tells of
NOT_UNDERSTOOD = 1008  # the code with which a websocket ends

# Bokeh writes scripts and styles into the page, and Panel adds a map of modules, which are blobs.
# A text is never made into code.
HEADERS = {
    "Content-Security-Policy": "; ".join(
        [
            "default-src 'none'",
            "script-src 'self' 'unsafe-inline' blob:",
            "style-src 'self' 'unsafe-inline' blob:",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' blob:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
REFUSED = (
    "This is an explorer of quantsync. It answers its own address only: open the one that the "
    "command printed, whole. Each start of the command has a new one."
)
FULL = (
    f"This explorer has {MOST_SESSIONS} tabs open, as many as it serves at once. Close one, wait "
    "half a minute, and load this page again."
)


class Gate(Router):
    """Hands requests on to a site of Bokeh, whose prefix is the token, or answers them itself.

    The token stands in the path of what is handed on; an address with ``?token=`` leads there.
    A ticket is a token for one use.
    """

    def __init__(self, site: BokehTornado, port: int, token: str, ticket: str):
        self._site, self._token, self._tickets = site, token, [ticket]
        self._hosts = [f"{name}:{port}" for name in NAMES]
        if port == 80:  # browsers leave it out
            self._hosts += NAMES

    def find_handler(self, request: HTTPServerRequest, **_: Any) -> HTTPMessageDelegate | None:
        """What answers a request; of its body nothing has been read."""
        prefix = f"/{self._token}/"
        if not self._is_from_here(request):
            return Answer(request, HTTPStatus.FORBIDDEN, REFUSED)
        if request.path == "/" and request.method == "GET" and self._admits(request):
            query = urlencode(queried(request.query_arguments))
            place = prefix + (f"?{query}" if query else "")
            return Answer(request, HTTPStatus.SEE_OTHER, "", Location=place)
        if not _is_same(request.path[: len(prefix)], prefix):
            return Answer(request, HTTPStatus.FORBIDDEN, REFUSED)
        if request.method != "GET":
            return Answer(request, HTTPStatus.METHOD_NOT_ALLOWED, "Only GET.", Allow="GET")
        inside = request.path[len(prefix) :]
        is_there = inside in ("", "ws") or inside.startswith("static/")
        if not is_there or any(map(_is_bokehs, request.query_arguments)):
            return Answer(request, HTTPStatus.NOT_FOUND, "There is nothing at this address.")
        if len(request.query) > LONGEST_QUERY:
            text = f"The query of an address may have {LONGEST_QUERY} characters."
            return Answer(request, HTTPStatus.REQUEST_URI_TOO_LONG, text)
        if inside == "" and len(self._site.get_sessions("/")) >= MOST_SESSIONS:
            return Answer(request, HTTPStatus.SERVICE_UNAVAILABLE, FULL)
        for name in ("Cookie", "Bokeh-Session-Id"):  # what a tab has of another server, or view
            request.headers.pop(name, None)
        handler: Any = self._site.find_handler(request)
        if inside == "ws":
            handler.handler_class = Messages
        return handler

    def _is_from_here(self, request: HTTPServerRequest) -> bool:
        """Whether a request calls the server by its own name, and comes from its page or none."""
        given = request.headers
        host = given.get("Host", "")
        if host not in self._hosts or given.get("Origin", f"http://{host}") != f"http://{host}":
            return False
        # A link with the token may stand anywhere, as in the page of a notebook's terminal.
        follows_link = (given.get("Sec-Fetch-Mode"), given.get("Sec-Fetch-Dest"))
        return follows_link == ("navigate", "document") or given.get("Sec-Fetch-Site", "none") in (
            "none",
            "same-origin",
        )

    def _admits(self, request: HTTPServerRequest) -> bool:
        """Whether a query has the token, or a ticket, which is then used up."""
        given = b"".join(request.query_arguments.get("token", []))
        for ticket in [ticket for ticket in self._tickets if _is_same(given, ticket)]:
            self._tickets.remove(ticket)
            return True
        return _is_same(given, self._token)


def _is_same(given: str | bytes, secret: str) -> bool:
    """Whether two texts are the same, in a time that does not tell how far they are."""
    given = given.encode() if isinstance(given, str) else given
    return hmac.compare_digest(given, secret.encode())


def queried(arguments: Mapping[str, list[bytes]]) -> dict[str, str]:
    """The query of a view as texts, the last of each name; without what is the server's own."""
    return {
        name.encode("latin1").decode(errors="replace"): values[-1].decode(errors="replace")
        for name, values in arguments.items()
        if name != "token" and not _is_bokehs(name)
    }


def _is_bokehs(name: str) -> bool:
    """Whether Bokeh would take a name of a query for one of its own, as of a session to join."""
    return name.startswith("bokeh-")


class Answer(HTTPMessageDelegate):
    """A short answer in plain text, of which nothing comes from the request."""

    def __init__(self, request: HTTPServerRequest, status: HTTPStatus, text: str, **headers: str):
        self._request, self._status, self._headers = request, status, headers
        self._body = f"{text}\n".encode() if text else b""

    def finish(self) -> None:
        """Give it, once the request is there."""
        connection = self._request.connection
        assert connection is not None
        headers = HTTPHeaders(
            HEADERS
            | {
                "Cache-Control": "no-store",
                "Content-Length": str(len(self._body)),
                "Content-Type": "text/plain; charset=utf-8",
            }
            | self._headers
        )
        start = ResponseStartLine("HTTP/1.1", self._status.value, self._status.phrase)
        body = b"" if self._request.method == "HEAD" else self._body
        connection.write_headers(start, headers, body)
        connection.finish()


class Messages(WSHandler):
    """The websocket of a tab: takes what the page sends, and nothing else that Bokeh would.

    A browser could change all that is shown, replace it, or send arrays that are packed.
    """

    async def _async_open(self, token: str) -> None:
        try:
            await super()._async_open(token)
        except Exception:  # its key is no longer good
            self.close(NOT_UNDERSTOOD)

    async def on_message(self, fragment: str | bytes) -> None:
        """Answer a message; one that no page sends ends the connection, without a word."""
        receiver: Any = self.receiver
        handler: Any = self.handler
        try:
            if isinstance(fragment, bytes):
                raise ValueError
            message = await receiver.consume(fragment)
            if message is None:
                return
            if message.msgtype == "PATCH-DOC":
                events = message.content["events"]
                events[:] = [event for event in events if _is_wish(event)]
            elif message.msgtype != "PULL-DOC-REQ":
                raise ValueError
            answer: Any = await handler.handle(message, self.connection)
            if answer.msgtype == "ERROR":  # it has a traceback
                raise ValueError
            await self.send_message(answer)
        except Exception:
            self.close(NOT_UNDERSTOOD)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Print nothing of what is wrong with a connection."""


def _is_wish(event: Any) -> bool:
    """Whether the browser tells what was done on the page; sizes of what is drawn are not asked."""
    match event:
        case {
            "kind": "MessageSent",
            "msg_type": "bokeh_event",
            "msg_data": {"type": "event", "name": str(name), "values": values},
        }:
            return name in EVENTS and _is_plain(values)
    return False


def _is_plain(value: Any) -> bool:
    """Whether a value has numbers, texts, lists, and names for them only, or names a model."""
    match value:
        case {"type": "map"}:  # an empty one has no entries
            return all(map(_is_plain, value.get("entries", ())))
        case {"type": "number"}:
            return True
        case dict():
            return "type" not in value and all(map(_is_plain, value.values()))
        case list():
            return all(map(_is_plain, value))
    return True


class SecureHeaders(OutputTransform):
    """The headers of all answers, on those of Bokeh's site."""

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Set them; only files that never change may be kept."""
        headers.update(HEADERS)
        headers.setdefault("Cache-Control", "no-store")
        return status_code, headers, chunk


class GatedServer(HTTPServer):
    """A server with few connections, which end with it."""

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        """Set its limits."""
        self._streams: WeakSet[IOStream] = WeakSet()
        super().initialize(
            *args,
            max_body_size=LARGEST_BODY,
            body_timeout=SLOWEST,
            idle_connection_timeout=SLOWEST,
            **kwargs,
        )

    def handle_stream(self, stream: IOStream, address: tuple) -> None:
        """Take a connection, unless there are too many."""
        if len(self._open()) >= MOST_CONNECTIONS:
            stream.close()
            return
        self._streams.add(stream)
        # Bokeh's messages have several parts: none waits for word that the last one has come.
        stream.set_nodelay(True)
        super().handle_stream(stream, address)

    def end(self) -> None:
        """Close all connections, also those of the tabs, which then know."""
        self.stop()
        for stream in self._open():
            stream.close()

    def _open(self) -> list[IOStream]:
        return [stream for stream in self._streams if not stream.closed()]
