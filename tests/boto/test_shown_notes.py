"""Where the notes of explain_errors are shown: tracebacks, logs, pytest, Sentry, interpreter shutdown."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from iamtriage.boto import explain_errors
from tests.boto.denials import DENIED, MARK, denial, raise_through

if TYPE_CHECKING:
    from pathlib import Path


def test_logging_shows_the_note(caplog: pytest.LogCaptureFixture) -> None:
    try:
        with explain_errors():
            raise denial()
    except ClientError:
        logging.getLogger("app").exception("it failed")

    assert caplog.text.count(MARK) == 1


def _python(code: str, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *more, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )


PRELUDE = f"""
from botocore.exceptions import ClientError
from iamtriage.boto import explain_errors
def denial():
    return ClientError({{"Error": {{"Code": "AccessDenied", "Message": {DENIED!r}}}}}, "GetObject")
"""


def test_traceback_on_the_terminal() -> None:
    done = _python(f"{PRELUDE}\nwith explain_errors():\n    raise denial()")

    assert done.returncode == 1
    assert done.stderr.count(MARK) == 1
    assert "_annotating" not in done.stderr


def test_pytest_shows_the_note(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        f"{PRELUDE}\ndef test_it():\n    with explain_errors():\n        raise denial()\n", encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path,
    )  # fmt: skip

    assert f"E           {MARK}The user ana was denied s3:GetObject" in done.stdout


@pytest.mark.parametrize(
    "code",
    [
        "import atexit\n@atexit.register\ndef last():\n    with explain_errors():\n        raise denial()",
        "class Late:\n    def __del__(self):\n        with handler:\n            raise denial()\nhandler = explain_errors()\nlate = Late()",
        "import os, sys\nclass Late:\n    def __del__(self, handler=explain_errors(), denial=denial, write=os.write):\n        try:\n            with handler:\n                raise denial()\n        except Exception as error:\n            write(2, str(error).encode())\nsys.late = Late()",
        "import threading, time\ndef run():\n    while True:\n        try:\n            with explain_errors():\n                raise denial()\n        except ClientError:\n            pass\nthreading.Thread(target=run, daemon=True).start()\ntime.sleep(0.2)",
        "import sys\nhandler = explain_errors()\nsys.meta_path = None\nsys.modules['iamtriage.boto._annotating'] = None\nwith handler:\n    raise denial()",
        "import builtins\nhandler = explain_errors()\ndef gone(*a, **k):\n    raise ImportError('sys.meta_path is None, Python is likely shutting down')\nbuiltins.__import__ = gone\nwith handler:\n    raise denial()",
    ],
    ids=[
        "atexit",
        "__del__ of a global",
        "__del__ at the very end",
        "daemon thread",
        "no modules",
        "no imports",
    ],
)
def test_interpreter_shutdown(code: str) -> None:
    """At exit our modules can be gone. Only the user's exception is reported."""
    done = _python(PRELUDE + code)

    assert "During handling" not in done.stderr
    assert "Fatal" not in done.stderr
    if "daemon" not in code:
        assert "An error occurred (AccessDenied) when calling the GetObject operation" in done.stderr
    else:
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_fork_while_another_thread_explains() -> None:
    """A process that is forked meanwhile can explain as well and does not deadlock."""
    code = """
import os, signal, threading
inside, leave = threading.Event(), threading.Event()
class Slow(RuntimeError):
    def add_note(self, note):
        inside.set()
        leave.wait(20)
def slow():
    try:
        with explain_errors():
            raise Slow(str(denial()))
    except Slow:
        pass
thread = threading.Thread(target=slow)
thread.start()
inside.wait(20)
child = os.fork()
if not child:
    signal.alarm(10)
    try:
        with explain_errors():
            raise denial()
    except ClientError as error:
        os._exit(len(error.__notes__))
_, status = os.waitpid(child, 0)
leave.set()
thread.join()
print(os.waitstatus_to_exitcode(status))
"""
    assert _python(PRELUDE + code, "-W", "ignore").stdout == "1\n"


def test_rules_are_loaded_with_the_first_exception() -> None:
    done = _python(
        "import sys\nfrom iamtriage.boto import explain_errors\nbefore = set(sys.modules)\n"
        "with explain_errors(kinds=['access_denied'], full=True):\n    pass\n"
        "print(set(sys.modules) - before, 'iamtriage.explaining._notes' in before)"
    )

    assert (done.stdout.strip(), done.stderr) == ("set() False", "")


def test_sentry_shows_the_note() -> None:
    sentry_sdk = pytest.importorskip("sentry_sdk")
    from sentry_sdk.transport import Transport

    events: list[dict[str, Any]] = []

    class Kept(Transport):
        def capture_envelope(self, envelope: Any) -> None:  # noqa: ANN401
            event = envelope.get_event()
            if event is not None:
                events.append(event)

    client = sentry_sdk.Client(dsn="https://key@sentry.invalid/1", transport=Kept, default_integrations=False)
    with sentry_sdk.isolation_scope() as scope:
        scope.set_client(client)
        sentry_sdk.capture_exception(raise_through(denial(), explain_errors()))
        client.flush()

    (event,) = events
    (shown,) = event["exception"]["values"]
    assert shown["type"] == "ClientError"
    assert f"{MARK}The user ana was denied s3:GetObject" in shown["value"]
