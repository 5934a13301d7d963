"""Explanations while the interpreter shuts down, when modules are gone and nothing can be imported any more."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

_PROGRAM = """
import atexit, builtins, gc, sys
import iamtriage
from iamtriage.boto import explain_errors

TEXT = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"

@explain_errors()
def fail(raised, error):
    raised.append(error)
    raise error

class Stage:
    def __init__(self, name):
        # Modules lose their globals, so that the method keeps what it uses.
        self.kept = name, fail, iamtriage.explain, OSError, BaseException, repr, sys.__stderr__.write, TEXT, str, type

    def __del__(self):
        name, fail, explain, OSError, BaseException, repr, write, text, str, type = self.kept
        raised = []
        try:
            fail(raised, OSError(text))
        except BaseException as error:
            result = [name, error is raised[0], str(error) == text, error.__context__ is error.__cause__ is None]
        try:
            raise OSError(text)
        except OSError as error:
            try:
                shown = str(explain(error))
            except BaseException as other:
                result.append(type(other).__name__)
            else:
                result.append("explained" if shown else "empty")
            result.append(str(error) == text and error.__context__ is None)
        write(repr(result) + "\\n")

gc.disable()  # until the interpreter collects everything at its end
if WARM:
    iamtriage.explain(TEXT)
cycle = Stage("garbage")
cycle.itself = cycle
del cycle
builtins.stage = Stage("builtins")
sys.stage = Stage("sys")
atexit.register(Stage("atexit").__del__)
"""


@pytest.mark.parametrize("warm", [True, False])
def test_exceptions_are_unharmed(*, warm: bool) -> None:
    """The exception propagates as it was raised; ``explain`` works, or raises without changing it."""
    program = _PROGRAM.replace("WARM", str(warm))
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0
    lines = [ast.literal_eval(line) for line in ended.stderr.splitlines()]
    # The one that atexit has called is deleted later, too; the first call is of interest.
    results = {name: rest for name, *rest in reversed(lines)}
    assert {"atexit", "garbage", "builtins", "sys"} <= results.keys()
    # At the very end, not even the names of the module are left.
    for name in ("atexit", "garbage", "builtins"):
        assert results[name] == [True, True, True, "explained", True]
    for is_same, is_unchanged, has_no_context, _, is_unharmed in results.values():
        assert is_same
        assert is_unchanged
        assert has_no_context
        assert is_unharmed
