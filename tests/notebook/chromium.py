"""Drive a real browser by its DevTools protocol: https://chromedevtools.github.io/devtools-protocol/."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, build_opener

import pytest
from websocket import WebSocket, create_connection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--remote-debugging-port=0", "--remote-allow-origins=*", "--hide-scrollbars"),
)
_TIMEOUT = 60  # seconds


def find_browser() -> str:
    """Find the browser. Without one, skip the test, or fail it if IAMTRIAGE_NEEDS_BROWSER is set."""
    program = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if program:
        return program
    if "IAMTRIAGE_NEEDS_BROWSER" in os.environ:
        pytest.fail(f"none of {', '.join(_BROWSERS)} is on PATH")
    pytest.skip(f"none of {', '.join(_BROWSERS)} is on PATH")


class Page:
    """A browser tab that records its events."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._sent = 0
        self.events: list[dict[str, Any]] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: object) -> dict[str, Any]:
        """Send a command and return its result."""
        self._sent += 1
        self._socket.send(json.dumps({"id": self._sent, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == self._sent:
                assert "error" not in message, message
                return dict(message["result"])
            self.events.append(message)

    def open(self, url: str, *, dark: bool = False, blocked: tuple[str, ...] = ()) -> None:
        """Load a page and clear the recorded events."""
        self.send("Network.setBlockedURLs", urls=list(blocked))
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])
        self.send("Page.bringToFront")
        self.events.clear()
        self.send("Page.navigate", url=url)
        self.until("document.readyState === 'complete'")

    def evaluate(self, script: str) -> Any:  # noqa: ANN401 (of any type)
        """Return the value of an expression; await promises."""
        response = self.send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=False
        )
        assert "exceptionDetails" not in response, response
        return response["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + _TIMEOUT
        while not self.evaluate(condition):
            assert time.monotonic() < end, condition
            time.sleep(0.02)

    def click(self, element: str) -> None:
        """Click an element with the mouse."""
        position = self.evaluate(
            f"(() => {{ const e = {element}; e.scrollIntoView({{block: 'center'}});"
            " const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.send(
                "Input.dispatchMouseEvent",
                type=kind,
                x=position[0],
                y=position[1],
                button="left",
                clickCount=1,
            )

    def press(self, key: str, code: int, text: str = "", *, control: bool = False) -> None:
        """Press a key."""
        modifiers = 2 if control else 0
        commands = ["paste"] if control and key == "v" else []
        for kind in ("keyDown", "keyUp"):
            self.send(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                windowsVirtualKeyCode=code,
                modifiers=modifiers,
                **({"text": text, "commands": commands} if kind == "keyDown" else {}),
            )

    def paste(self) -> str:
        """Paste the clipboard with the keyboard into a new text area; return its text."""
        self.evaluate(
            "(() => { const a = document.createElement('textarea'); a.id = 'pasted';"
            " document.body.append(a); a.focus(); })()"
        )
        self.press("v", 86, control=True)
        text = self.evaluate("document.getElementById('pasted').value")
        self.evaluate("document.getElementById('pasted').remove()")
        return str(text)

    def requests(self) -> list[str]:
        """Return the URLs that were requested since the page was opened."""
        sent = (each["params"] for each in self.events if each["method"] == "Network.requestWillBeSent")
        return [each["request"]["url"] for each in sent]

    def problems(self) -> list[str]:
        """Return the errors and warnings in the console, and the exceptions of scripts."""
        found: list[str] = []
        for each in self.events:
            match each:
                case {"method": "Runtime.exceptionThrown", "params": details}:
                    found.append(json.dumps(details))
                case {
                    "method": "Log.entryAdded",
                    "params": {"entry": {"level": "error" | "warning"} as entry},
                }:
                    found.append(f"{entry['text']} {entry.get('url', '')}")
                case {"method": "Runtime.consoleAPICalled", "params": {"type": "error" | "warning"} as call}:
                    found.append(json.dumps(call))
                case _:
                    pass
        return found

    def save_screenshot(self, file: Path, element: str) -> None:
        """Save a screenshot of an element."""
        box = self.evaluate(
            f"(() => {{ const r = ({element}).getBoundingClientRect();"
            " return {x: r.x + scrollX, y: r.y + scrollY, width: r.width, height: r.height}; })()"
        )
        response = self.send(
            "Page.captureScreenshot", format="png", captureBeyondViewport=True, clip={**box, "scale": 1}
        )
        file.write_bytes(base64.b64decode(response["data"]))

    def resize(self, width: int, height: int) -> None:
        """Set the size of the window."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )


@contextlib.contextmanager
def open_browser(folder: Path) -> Iterator[Page]:
    """Run a browser with one tab and a profile in the folder."""
    process = subprocess.Popen(
        [find_browser(), *_FLAGS, f"--user-data-dir={folder}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = _wait_for_port(folder, process)
        with contextlib.closing(_connect_to_tab(port)) as socket:
            page = Page(socket)
            page.resize(1100, 900)
            yield page
            with contextlib.suppress(Exception):
                page.send("Browser.close")
    finally:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_port(folder: Path, process: subprocess.Popen[bytes]) -> str:
    file = folder / "DevToolsActivePort"
    end = time.monotonic() + _TIMEOUT
    while not (file.exists() and file.read_text().count("\n")):
        assert process.poll() is None, "the browser did not start"
        assert time.monotonic() < end
        time.sleep(0.02)
    return file.read_text().splitlines()[0]


def _connect_to_tab(port: str) -> WebSocket:
    opener = build_opener(ProxyHandler({}))
    end = time.monotonic() + _TIMEOUT
    while True:
        with opener.open(f"http://127.0.0.1:{port}/json/list", timeout=10) as response:
            tabs = [each for each in json.load(response) if each["type"] == "page"]
        if tabs:
            break
        assert time.monotonic() < end
        time.sleep(0.02)
    return create_connection(
        tabs[0]["webSocketDebuggerUrl"], timeout=_TIMEOUT, suppress_origin=True, http_proxy_host=None
    )
