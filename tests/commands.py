"""The command `quantsync` as a process of its own, without waiting for its imports each time.

A process that has imported what the command does waits for requests and forks for each. The child
has the arguments, folder, environment and pipes that `subprocess.run` would give it, and runs the
module as ``python -m quantsync``. That the command finds its own imports is for the tests that
start Python: those of the README, of docs/command_line.md, of pipes and signals.
"""

import array
import atexit
import gc
import io
import json
import os
import runpy
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache

FIRST = (
    "array_api_compat.numpy",
    "pydantic.type_adapter",
    "quantsync.command_line.completion",
    "quantsync.command_line.computing",
    "quantsync.command_line.listing",
    "quantsync.command_line.sweep",
    "quantsync.papers.registry",
    "quantsync.sweeps.export",
    "rich.console",
    "rich.table",
    "typer.rich_utils",
    "xarray",
)
HEADER = 64  # bytes that say how long a request is


def run(*arguments, input=None, cwd=None, env=None, text=True):
    """What `subprocess.run` of the command returns, its output captured."""
    command = [sys.executable, "-m", "quantsync", *map(str, arguments)]
    env = dict(os.environ if env is None else env)
    if python_words(env) != python_words(os.environ):  # read when Python starts
        return subprocess.run(
            command, input=input, cwd=cwd, env=env, text=text, capture_output=True, check=False
        )
    pipes = [os.pipe() for _ in range(3)]
    theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
    request = json.dumps([command[3:], str(cwd or os.getcwd()), env]).encode()
    server = waiting()
    socket.send_fds(server, [str(len(request)).rjust(HEADER).encode()], theirs)
    server.sendall(request)
    for end in theirs:
        os.close(end)
    given = (input or "").encode() if isinstance(input, str | None) else input
    with ThreadPoolExecutor(3) as pool:
        pool.submit(write, pipes[0][1], given)
        out, err = (pool.submit(read, pipe[0]) for pipe in pipes[1:])
        code = int(received(server, HEADER))
    found = [part.result() for part in (out, err)]
    if text:
        found = [io.TextIOWrapper(io.BytesIO(part)).read() for part in found]
    return subprocess.CompletedProcess(command, code, *found)


def python_words(env):
    return {key: value for key, value in env.items() if key.startswith(("PYTHON", "LC_", "LANG"))}


def read(end):
    with open(end, "rb") as stream:
        return stream.read()


def write(end, data):
    try:
        with open(end, "wb") as stream:
            stream.write(data)
    except BrokenPipeError:
        pass


def received(connection, count):
    data = bytearray()
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise EOFError("the process that starts commands has ended")
        data += part
    return bytes(data)


@cache
def waiting():
    """The connection to the process that forks."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )

    @atexit.register
    def end():
        ours.close()
        process.wait()

    return ours


def serve(connection):
    """Fork for every request; returns in the children, with the arguments of the command."""
    while True:
        room = socket.CMSG_SPACE(3 * array.array("i").itemsize)
        header, ends, *_ = connection.recvmsg(HEADER, room)
        if not header:
            os._exit(0)
        descriptors = array.array("i", ends[0][2])
        header += received(connection, HEADER - len(header)) if len(header) < HEADER else b""
        arguments, folder, env = json.loads(received(connection, int(header)))
        child = os.fork()
        if not child:
            connection.close()
            for standard, descriptor in enumerate(descriptors):
                os.dup2(descriptor, standard)
                os.close(descriptor)
            # As Python opens pipes; what it has opened at its own start may be something else.
            sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
            sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace")
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(env)
            sys.path[0] = os.getcwd()
            return arguments
        for descriptor in descriptors:
            os.close(descriptor)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        connection.sendall(str(code).rjust(HEADER).encode())


if __name__ == "__main__":
    for name in FIRST:
        __import__(name)
    gc.freeze()  # or the children's collector would copy every page
    sys.argv[1:] = serve(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_module("quantsync", run_name="__main__", alter_sys=True)
