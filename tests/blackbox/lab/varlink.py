"""A client of the daemon's native API: JSON messages, each ended by a NUL, on a Unix socket."""
import json
import socket
import time

from .process import SLOWNESS, Failure


class VarlinkError(Exception):
    def __init__(self, reply):
        super().__init__(f"{reply['error']} {reply.get('parameters', {})}")
        self.name = reply["error"].rsplit(".", 1)[-1]
        self.parameters = reply.get("parameters", {})


class Client:
    """One connection; it serves one call at a time."""

    def __init__(self, path, interface="org.avahid.Daemon"):
        self._interface = interface
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(5)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    close = __exit__

    def call(self, method, seconds=5.0, **parameters):
        """One call, one reply."""
        self._send(method, parameters, more=False)
        return self._reply(time.monotonic() + seconds * SLOWNESS)[0]

    def stream(self, method, seconds=5.0, **parameters):
        """The replies of a streaming call, until it ends or `seconds` have passed."""
        self._send(method, parameters, more=True)
        deadline = time.monotonic() + seconds * SLOWNESS
        while True:
            try:
                parameters, continues = self._reply(deadline)
            except socket.timeout:
                return
            yield parameters
            if not continues:
                return

    def wait(self, what, condition, method, seconds=5.0, **parameters):
        """The first reply of a streaming call for which the condition holds."""
        got = []
        for reply in self.stream(method, seconds, **parameters):
            got.append(reply)
            if condition(reply):
                return reply
        raise Failure(f"{method}: no {what} within {seconds:g} s; replies: {got}")

    def _send(self, method, parameters, more):
        call = {"method": f"{self._interface}.{method}", "parameters": parameters}
        if more:
            call["more"] = True
        self._socket.sendall(json.dumps(call).encode() + b"\0")

    def _reply(self, deadline):
        while b"\0" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0:
                raise socket.timeout()
            self._socket.settimeout(left)
            data = self._socket.recv(65536)
            if not data:
                raise Failure("the daemon closed the connection")
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        reply = json.loads(message)
        if "error" in reply:
            raise VarlinkError(reply)
        return reply.get("parameters", {}), reply.get("continues", False)
