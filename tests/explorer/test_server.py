"""The server of the explorer, asked as its page asks, and as those would who should not."""

import asyncio
import html
import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlencode

import pytest

from quantsync.errors import InvalidArgumentError, MissingDependencyError, PortInUseError
from quantsync.explorer import server

pytest.importorskip("panel")

from bokeh.util.token import generate_jwt_token
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

from quantsync.explorer import gate

TOKEN, TICKET = "the-token", "the-ticket"


class Site:
    """A server that is asked."""

    def __init__(self, port, site, asked):
        self.port, self.site, self.asked = port, site, asked
        self.host = f"127.0.0.1:{port}"

    async def get(self, path, **headers):
        return await self.request("GET", path, **headers)

    async def request(self, method, path, **headers):
        headers = {name.replace("_", "-"): text for name, text in headers.items()}
        request = HTTPRequest(
            f"http://{self.host}{path}", method=method, headers=headers, follow_redirects=False,
            allow_nonstandard_methods=True, body=headers.pop("body", None),
        )  # fmt: skip
        return await AsyncHTTPClient().fetch(request, raise_error=False)

    async def raw(self, text):
        """Status of a request that is written as it stands; None without an answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(text.replace("\n", "\r\n").encode())
        answer = ""
        with suppress(ConnectionError):
            answer = (await asyncio.wait_for(reader.read(4096), 60)).decode()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        return int(answer.split()[1]) if answer else None

    async def page(self, query=""):
        """The key with which a page opens its websocket, and the page."""
        answer = await self.get(f"/{TOKEN}/{query}")
        assert answer.code == 200
        text = answer.body.decode()
        return re.search(r'"token":"([^"]+)"', text)[1], text

    @asynccontextmanager
    async def socket(self, key, path=f"/{TOKEN}/ws", **headers):
        request = HTTPRequest(f"ws://{self.host}{path}", headers=headers)
        connection = await websocket_connect(request, subprotocols=["bokeh", key])
        yield connection
        connection.close()


@asynccontextmanager
async def serving(make=None, **limits):
    import panel

    asked = []

    def shown(query):
        asked.append(query)
        return panel.pane.Str(f"number {len(asked)}") if make is None else make(query)

    with server.listening(0) as listener:
        port = listener.getsockname()[1]
        with server.serving(shown, listener, TOKEN, TICKET, "a <title>") as site:
            yield Site(port, site, asked)


def served(make=None):
    """Run a test's coroutine beside a server."""

    def decorate(test):
        def run():
            async def whole():
                async with serving(make) as site:
                    await asyncio.wait_for(test(site), 120)

            asyncio.run(whole())

        run.__name__ = test.__name__
        return run

    return decorate


PLACES = ["/", f"/{TOKEN}", "/ws", "/static/js/bokeh.min.js", "/static/extensions/panel/panel.js",
          "/favicon.ico", "/metadata", "/autoload.js?bokeh-autoload-element=1", "/?token=", "//",
          "/?token=wrong", f"/?token={TOKEN}x", f"/?token={TOKEN}&token=x", f"/x?token={TOKEN}",
          f"/x{TOKEN}/", f"/{TOKEN[:-1]}/", f"/x/../{TOKEN}/", f"//{TOKEN}/"]  # fmt: skip


@served()
async def test_nothing_is_answered_without_the_token(site):
    for place in PLACES:
        answer = await site.get(place)
        assert (answer.code, answer.body.decode()) == (403, gate.REFUSED + "\n"), place
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD", "TRACE", "PROPFIND"):
        assert (await site.request(method, "/")).code == 403, method
        assert (await site.request(method, f"/?token={TOKEN}")).code == 403, method
    assert not site.asked


@served()
async def test_the_token_leads_to_the_page_with_the_view_and_a_ticket_does_so_once(site):
    query = urlencode({"epsilon": "0.1", "name": "ä<b>&\r\nX: y"})
    for token in (TOKEN, TICKET):
        answer = await site.get(f"/?token={token}&bokeh-session-id=x&{query}")
        assert (answer.code, answer.headers["Location"]) == (303, f"/{TOKEN}/?{query}")
        assert "X" not in answer.headers
    assert (await site.get(f"/?token={TICKET}")).code == 403
    _, text = await site.page(f"?{query}")
    assert site.asked == [{"epsilon": "0.1", "name": "ä<b>&\r\nX: y"}]
    assert "<b>" not in text
    assert "<title>a &lt;title&gt;</title>" in text


def test_what_the_page_needs_is_its_own_and_is_there(monkeypatch):
    monkeypatch.setenv("BOKEH_RESOURCES", "cdn")
    monkeypatch.setenv("BOKEH_ALLOW_WS_ORIGIN", "evil.example:80")

    @served()
    async def check(site):
        key, text = await site.page()
        sources = re.findall(r'(?:src|href)="([^"]+)"', text)
        assert len(sources) > 4
        for source in sources:
            if not source.startswith("data:"):
                place = source if source.startswith("/") else f"/{TOKEN}/{source}"
                assert place.startswith(f"/{TOKEN}/static/")
                assert (await site.get(place)).code == 200, source
        async with site.socket(key, Origin=f"http://{site.host}") as connection:
            assert "ACK" in await asyncio.wait_for(connection.read_message(), 60)

    check()


@served()
async def test_other_addresses_and_methods_of_bokeh_and_panel_are_closed(site):
    for place in ("metadata", "autoload.js", "favicon.ico", "x", "components/panel/x/css/y",
                  "component/panel.config/panel_extension/css/x", "rest/", "liveness", "admin",
                  "?bokeh-session-id=x", "?bokeh-token=x", "ws?bokeh-session-id=x"):  # fmt: skip
        assert (await site.get(f"/{TOKEN}/{place}")).code == 404, place
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "HEAD", "TRACE"):
        for place in ("", "ws", "static/js/bokeh.min.js"):
            assert (await site.request(method, f"/{TOKEN}/{place}")).code == 405, method
    assert not site.asked


@served()
async def test_files_are_those_below_static_only(site):
    for path in ("../server.py", "..%2f..%2fserver.py", "%2e%2e/%2e%2e/server.py", "/etc/passwd",
                 "extensions/panel/../../../config.py", "extensions/panel/%2e%2e/config.py",
                 "extensions/../../../../etc/passwd", "extensions/panel//etc/passwd", "", "js",
                 "extensions/", "js/bokeh.min.js%00", "..\\..\\server.py"):  # fmt: skip
        line = f"GET /{TOKEN}/static/{path} HTTP/1.1\nHost: {site.host}\n\n"
        assert await site.raw(line) in (400, 403, 404, 500), path


@served()
async def test_another_host_is_refused(site):
    path = f"/{TOKEN}/"
    for host in ("evil.example", f"evil.example:{site.port}", "127.0.0.1", "127.0.0.1:1",
                 f"127.0.0.1.evil.example:{site.port}", f"[::1]:{site.port}", ""):  # fmt: skip
        text = f"GET {path} HTTP/1.1\nHost: {host}\n\n"
        assert await site.raw(text) in (400, 403), host
    assert await site.raw(f"GET {path} HTTP/1.0\n\n") in (400, 403)
    two = f"GET {path} HTTP/1.1\nHost: {site.host}\nHost: evil.example\n\n"
    assert await site.raw(two) in (400, 403)
    whole = f"GET http://evil.example{path} HTTP/1.1\nHost: {site.host}\n\n"
    assert await site.raw(whole) == 403
    assert not site.asked
    assert (await site.get(path, Host=f"localhost:{site.port}")).code == 200


@served()
async def test_a_page_of_another_site_is_refused(site):
    path = f"/{TOKEN}/"
    own = f"http://{site.host}"
    for origin in ("http://evil.example", "null", "", f"https://{site.host}", "http://127.0.0.1",
                   f"http://localhost:{site.port}", f"{own}.evil.example", "file://"):  # fmt: skip
        for place in (path, f"{path}static/js/bokeh.min.js", f"/?token={TOKEN}"):
            assert (await site.get(place, Origin=origin)).code == 403, origin
    for fetched in ("cross-site", "same-site"):
        for mode, dest in (("no-cors", "script"), ("cors", "empty"), ("navigate", "iframe")):
            fetch = {"Sec-Fetch-Site": fetched, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
            assert (await site.get(path, **fetch)).code == 403
        link = fetch | {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        assert (await site.get(path, **link)).code == 200  # a link that someone follows
    assert (await site.get(path, Origin=own, **{"Sec-Fetch-Site": "same-origin"})).code == 200


@served()
async def test_the_websocket_passes_the_same_gate(site):
    key, _ = await site.page()
    _, _, body = key.partition(".")
    for path, headers in [
        ("/ws", {}),
        (f"/ws?token={TOKEN}", {}),
        (f"/{TOKEN}x/ws", {}),
        (f"/{TOKEN}/ws", {"Host": f"evil.example:{site.port}"}),
        (f"/{TOKEN}/ws", {"Origin": "http://evil.example"}),
        (f"/{TOKEN}/ws", {"Origin": "null"}),
    ]:
        with pytest.raises(Exception, match="403"):
            async with site.socket(key, path, **headers):
                pass
    unsigned = generate_jwt_token("mine", signed=False, extra_payload={"arguments": {}})
    for forged in (key[:-2] + "xx", body, "x.y", "x", unsigned):
        async with site.socket(forged) as connection:
            assert await asyncio.wait_for(connection.read_message(), 60) is None  # closed
    async with site.socket(key, Origin=f"http://{site.host}") as connection:
        assert "ACK" in await asyncio.wait_for(connection.read_message(), 60)


@served()
async def test_a_message_that_is_too_long_ends_the_connection(site):
    key, _ = await site.page()
    async with site.socket(key) as connection:
        await connection.write_message("x" * (server.LARGEST_MESSAGE + 1))
        while await asyncio.wait_for(connection.read_message(), 60) is not None:
            pass
        assert connection.close_code == 1009
    assert (await site.get(f"/{TOKEN}/")).code == 200


def sent(kind, content):
    """The parts of a message of Bokeh."""
    return [json.dumps({"msgid": "1", "msgtype": kind}), "{}", json.dumps(content)]


NOT_OF_A_PAGE = [
    [b"\xff"], ["{", "{}", "{}"], sent("PUSH-DOC", {"doc": 5}), sent("ERROR", {}),
    sent("nonsense", {}), sent("PATCH-DOC", 5), sent("PATCH-DOC", {"events": 5}),
    sent("SERVER-INFO-REQ", {}), [*sent("PATCH-DOC", {})[:2], "[" * 50_000],
    sent("PATCH-DOC", {"events": [{"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": {
        "type": "event", "name": "tap", "values": {"type": "map"}}}]}),
]  # fmt: skip


def test_what_no_page_sends_changes_nothing_and_is_answered_by_no_traceback(capfd):
    @served()
    async def check(site):
        for parts in NOT_OF_A_PAGE:
            key, _ = await site.page()
            async with site.socket(key) as connection:
                await asyncio.wait_for(connection.read_message(), 60)  # that it is open
                for part in parts:
                    with suppress(Exception):
                        await connection.write_message(part, binary=isinstance(part, bytes))
                told = ""
                while (more := await asyncio.wait_for(connection.read_message(), 20)) is not None:
                    told += str(more)
                assert "Traceback" not in told, parts
            for session in site.site.get_sessions("/"):
                session.request_expiration()
        key, _ = await site.page()
        title = site.site.get_sessions("/")[-1].document.title
        packed = {"type": "ndarray", "array": {"type": "bytes", "data": "AAAA"}}
        event = {"type": "event", "name": "data_event", "values": {"data": packed}}
        async with site.socket(key) as connection:
            for change in (
                {"kind": "TitleChanged", "title": "another"},
                {"kind": "ModelChanged", "model": {"id": "p0"}, "attr": "x", "new": 1},
                {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event},
            ):
                for part in sent("PATCH-DOC", {"events": [change]}):
                    await connection.write_message(part)
            told = ""
            while "OK" not in told:
                told = str(await asyncio.wait_for(connection.read_message(), 60))
        assert site.site.get_sessions("/")[-1].document.title == title

    check()
    assert "Traceback" not in "".join(capfd.readouterr())


@served()
async def test_tabs_are_apart_and_cookies_count_for_nothing(site):
    cookie = {"Cookie": "user=x; is_guest=1; _xsrf=2; id=3"}
    first = await site.get(f"/{TOKEN}/?a=1", **cookie)
    second = await site.get(f"/{TOKEN}/?a=2", **cookie, Bokeh_Session_Id="mine")
    for answer in (first, second):
        assert answer.code == 200
        assert "Set-Cookie" not in answer.headers
    assert site.asked == [{"a": "1"}, {"a": "2"}]
    sessions = site.site.get_sessions("/")
    assert len({session.id for session in sessions}) == 2
    assert sessions[0].document is not sessions[1].document
    for session in sessions:
        assert session.document.session_context.request.cookies == {}
        assert "mine" not in session.id


@served()
async def test_every_answer_has_the_headers(site):
    static = f"/{TOKEN}/static/js/bokeh.min.js"
    for place in ("/", f"/?token={TOKEN}", f"/{TOKEN}/", f"/{TOKEN}/x", static, f"{static}.no"):
        headers = (await site.get(place)).headers
        assert {name: headers[name] for name in gate.HEADERS} == gate.HEADERS, place
        if place != static:
            assert headers["Cache-Control"] == "no-store", place
        assert "Access-Control-Allow-Origin" not in headers
    policy = gate.HEADERS["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy  # no other host


@served()
async def test_nothing_of_a_request_comes_back(site):
    mark = "<script>alert(1)</script>"
    for place in (f"/{mark}", f"/?token={mark}", f"/{TOKEN}/{mark}", f"/{TOKEN}/static/{mark}"):
        line = f"GET {place} HTTP/1.1\nHost: {site.host}\nUser-Agent: {mark}\n\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        writer.write(line.replace("\n", "\r\n").encode())
        answer = await reader.read(10000)
        assert b"alert" not in answer
        writer.close()
        await writer.wait_closed()
    _, text = await site.page(f"?{urlencode({'name': mark, mark: 'x'})}")
    assert "alert(1)" not in text


@served()
async def test_long_requests_are_refused(site):
    assert (await site.get(f"/{TOKEN}/?a={'x' * gate.LONGEST_QUERY}")).code == 414
    long = f"GET /?token={TOKEN}&a={'x' * 100_000} HTTP/1.1\nHost: {site.host}\n\n"
    assert await site.raw(long) in (400, 431, None)
    head = f"POST / HTTP/1.1\nHost: {site.host}\nContent-Length: {10**9}\n\n"
    assert await site.raw(head) in (400, 413)
    assert (await site.get(f"/{TOKEN}/?a={'x' * (gate.LONGEST_QUERY - 2)}")).code == 200


def test_only_so_many_tabs_are_served_and_unused_ones_are_dropped(monkeypatch):
    monkeypatch.setattr(gate, "MOST_SESSIONS", 2)
    monkeypatch.setattr(server, "UNUSED", 1500)
    monkeypatch.setattr(server, "CHECKED", 50)

    @served()
    async def check(site):
        await site.page()
        key, _ = await site.page()
        async with site.socket(key):
            full = await site.get(f"/{TOKEN}/")
            assert (full.code, full.body.decode()) == (503, gate.FULL + "\n")
            while len(site.site.get_sessions("/")) > 1:
                await asyncio.sleep(0.05)
            await site.page()

    check()


def test_only_so_many_connections_are_taken(monkeypatch):
    monkeypatch.setattr(gate, "MOST_CONNECTIONS", 3)

    @served()
    async def check(site):
        held = [await asyncio.open_connection("127.0.0.1", site.port) for _ in range(3)]
        await asyncio.sleep(0.2)
        assert await site.raw(f"GET / HTTP/1.1\nHost: {site.host}\n\n") is None
        for _, writer in held:
            writer.close()
            await writer.wait_closed()
        await asyncio.sleep(0.2)
        assert (await site.get(f"/{TOKEN}/")).code == 200

    check()


def test_an_error_is_shown_in_the_tab_and_the_next_is_served():
    def make(query):
        if "named" in query:
            raise InvalidArgumentError(f"Parameter {query['named']!r} is unknown.")
        raise RuntimeError("a mistake")

    @served(make)
    async def check(site):
        for name, text in [("named", "Parameter '<b>' is unknown."),
                           ("other", "RuntimeError: a mistake")]:  # fmt: skip
            await site.page(f"?{name}=%3Cb%3E")
            roots = site.site.get_sessions("/")[-1].document.roots
            (shown,) = [html.unescape(root.text) for root in roots if hasattr(root, "text")]
            shown = shown.replace("&#x27;", "'")
            assert shown.startswith(f'<p role="alert">{html.escape(text, quote=False)}')
            assert "Traceback" not in shown

    check()


def test_sessions_end_with_the_server():
    ended = []

    def make(query):
        import panel

        panel.state.curdoc.on_session_destroyed(lambda context: ended.append(query["a"]))
        return panel.pane.Str("")

    @served(make)
    async def check(site):
        await site.page("?a=1")
        await site.page("?a=2")

    check()
    assert sorted(ended) == ["1", "2"]


def test_it_listens_on_this_machine_only():
    with server.listening(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
        assert listener.family == socket.AF_INET
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", listener.getsockname()[1]), timeout=10)


def test_a_port_in_use_is_named_and_without_one_a_free_one_is_found(monkeypatch):
    with server.listening(0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"Port {port} is in use.*--port"):
            server.serve(lambda query: None, port=port)
        monkeypatch.setattr(server, "PORT", port)
        with server.listening(None) as other:
            assert other.getsockname()[1] != port
    for port in (-1, 65536):
        with pytest.raises(InvalidArgumentError, match=f"is {port}"):
            server.listening(port)


def test_panel_must_be_there(monkeypatch):
    monkeypatch.setattr(server, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=re.escape("pip install 'quantsync[explore]'")):
        server.serve(lambda query: None)


SCRIPT = """
import panel
from quantsync.explorer.server import serve
serve(lambda query: panel.pane.Str("a"), port=0, open_browser=False,
      announce=lambda address: print(address, flush=True))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_end_it_without_a_trace(number):
    command = [sys.executable, "-c", SCRIPT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        address = process.stdout.readline().decode().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}", address)

        async def ask():
            return await AsyncHTTPClient().fetch(address, request_timeout=120)

        assert asyncio.run(ask()).code == 200
        process.send_signal(number)
        assert process.wait(120) == 0
        assert process.stderr.read() == b""


def test_the_first_address_has_the_view_and_never_the_token_of_another():
    told = []

    def announce(address):
        told.append(address)
        raise KeyboardInterrupt

    query = {"epsilon": "0.1", "token": "old"}
    server.serve(lambda query: None, port=0, open_browser=False, query=query, announce=announce)
    (address,) = told
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}&epsilon=0\.1", address)
