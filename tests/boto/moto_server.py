"""Run moto's server with IAM authorization."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar
from urllib.request import Request, urlopen

from moto.server import ThreadedMotoServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNT = "123456789012"  # moto uses this account

T = TypeVar("T")


@contextmanager
def run_moto(prepare: Callable[[str], T]) -> Iterator[tuple[str, T]]:
    """Run the server; yield its URL and the result of ``prepare``, which runs before authorization is on."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    try:
        prepared = prepare(url)
        _post(f"{url}/moto-api/reset-auth", "0")
        yield url, prepared
    finally:
        _post(f"{url}/moto-api/reset-auth", "inf")
        _post(f"{url}/moto-api/reset")
        server.stop()
        assert server._server is not None
        server._server.server_close()


def _post(url: str, body: str = "") -> None:
    with urlopen(Request(url, body.encode(), {"Content-Type": "text/plain"}, method="POST")) as response:
        response.read()
