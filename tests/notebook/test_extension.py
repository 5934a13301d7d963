"""The extension in an IPython shell: which errors get a card, the arguments of the magic, hostile exceptions.

``test_kernel`` runs a whole notebook in a real kernel.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

import iamtriage
from iamtriage import Explanation, load_ipython_extension, unload_ipython_extension
from iamtriage.notebook import _shell
from tests.notebook.cells import DENIED, HOSTILE, PASTED, SECRET
from tests.rendering.hostile import PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXPIRED = (
    "An error occurred (ExpiredToken) when calling the GetCallerIdentity operation: The security token included "
    "in the request is expired"
)
THROTTLED = "An error occurred (ThrottlingException) when calling the ListKeys operation: Rate exceeded"
UNAUTHORIZED = "error: You must be logged in to the server (Unauthorized)"


class Shell:
    """A shell that returns what a cell shows."""

    def __init__(self, shell: Any) -> None:  # noqa: ANN401 (IPython is half typed)
        self.shell = shell

    def run(self, cell: str) -> tuple[list[str], str]:
        """Run a cell; return the titles of its cards in order, and its output."""
        with capture_output() as captured:
            self.shell.run_cell(cell, store_history=False)
        cards = [output.data["text/plain"] for output in captured.outputs if "text/html" in output.data]
        return [" ".join(card.split("\n\n")[0].split()) for card in cards], captured.stdout + captured.stderr

    def cards(self, cell: str) -> list[str]:
        """Run a cell; return the titles of its cards."""
        return self.run(cell)[0]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell without the extension, isolated from the user's and the machine's settings."""
    saved = {name: vars(sys).get(name) for name in ("displayhook", "excepthook", "ps1", "ps2", "ps3")}
    main = sys.modules["__main__"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        settings = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}})
        shell: Any = InteractiveShell.instance(config=settings)
        yield Shell(shell)
        shell.atexit_operations()
        atexit.unregister(shell.atexit_operations)
        InteractiveShell.clear_instance()
    sys.modules["__main__"] = main
    for name, value in saved.items():
        if value is None:
            sys.__dict__.pop(name, None)
        else:
            setattr(sys, name, value)


def test_ipython_has_the_members_that_the_extension_uses(bare: Shell) -> None:
    result = bare.shell.run_cell("1 / 0", silent=True)
    for protocol, value in (
        (_shell.Shell, bare.shell),
        (_shell.Events, bare.shell.events),
        (_shell.CellResult, result),
    ):
        names = {name for name in vars(protocol) if not name.startswith("_")}
        assert names
        assert names <= set(dir(value))


def _forget_errors() -> None:
    for name in ("last_value", "last_exc", "last_type", "last_traceback"):
        sys.__dict__.pop(name, None)


@pytest.fixture
def shell(bare: Shell) -> Iterator[Shell]:
    """A shell with the extension, in which no error was raised yet."""
    _forget_errors()
    names = set(bare.shell.user_ns)
    bare.run("%load_ext iamtriage")
    yield bare
    bare.run("%unload_ext iamtriage")
    _forget_errors()
    for name in bare.shell.user_ns.keys() - names:
        del bare.shell.user_ns[name]


NAMES = [f"{first}{second}" for first in "ABCDEFGH" for second in "abcdefgh"]
DENIED_TITLE = "The user ana was denied s3:GetObject on arn:aws:s3:::example-orders/2026/list.csv: no identity-based policy allows it."


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("cell", "title"),
    [
        pytest.param(f"raise RuntimeError({DENIED!r})", DENIED_TITLE, id="text"),
        pytest.param(
            f"try:\n    raise KeyError({DENIED!r})\nexcept KeyError as e:\n    raise RuntimeError('no') from e",
            DENIED_TITLE,
            id="cause",
        ),
        pytest.param(
            f"try:\n    raise KeyError({DENIED!r})\nexcept KeyError:\n    1 / 0", DENIED_TITLE, id="context"
        ),
        pytest.param(
            f"raise ExceptionGroup('two', [ValueError('x'), ValueError({DENIED!r})])",
            DENIED_TITLE,
            id="group",
        ),
        pytest.param(
            f"def f():\n    return f\nraise BaseException({DENIED!r})", DENIED_TITLE, id="BaseException"
        ),
        pytest.param(
            f"await_me = 1\nimport asyncio\nawait asyncio.sleep(0)\nraise RuntimeError({DENIED!r})",
            DENIED_TITLE,
            id="await",
        ),
        pytest.param(f"%time raise RuntimeError({DENIED!r})", DENIED_TITLE, id="in a magic"),
        pytest.param(
            f"get_ipython().run_cell({f'raise RuntimeError({DENIED!r})'!r}); None",
            DENIED_TITLE,
            id="cell in a cell",
        ),
        pytest.param(
            f"try:\n    raise RuntimeError({DENIED!r})\nexcept RuntimeError:\n    get_ipython().showtraceback()",
            DENIED_TITLE,
            id="shown but not raised",
        ),
    ],
)
def test_a_failed_cell_has_one_card(shell: Shell, cell: str, title: str) -> None:
    assert shell.cards(cell) == [title]
    assert shell.cards("1 + 1") == []


@pytest.mark.parametrize(
    "cell",
    [
        "1 / 0",
        f"raise RuntimeError({THROTTLED!r})",
        "raise SystemExit",
        "raise KeyboardInterrupt",
        "raise 3",
        "not python",
        f"print({DENIED!r})",
        f"try:\n    raise RuntimeError({DENIED!r})\nexcept RuntimeError:\n    pass",
        "%no_such_magic",
        f"%explain_aws {EXPIRED}",
        "",
    ],
)
def test_other_cells_have_no_card(shell: Shell, cell: str) -> None:
    assert shell.cards(cell) == []


def test_the_same_error_has_a_card_each_time(shell: Shell) -> None:
    assert shell.cards(f"error = RuntimeError({DENIED!r})\nraise error") == [DENIED_TITLE]
    assert shell.cards("raise error") == [DENIED_TITLE]
    assert shell.cards("%tb") == []


def test_a_file_that_fails_has_a_card(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "report.py"
    file.write_text(f"raise RuntimeError({DENIED!r})\n")
    assert shell.cards(f"%run {file}") == [DENIED_TITLE]


def test_captured_output_contains_the_card(shell: Shell) -> None:
    shell.run(f"%%capture out\nraise RuntimeError({DENIED!r})")
    captured: Any = shell.shell.user_ns["out"]
    assert [
        " ".join(each.data["text/plain"].split()).startswith(DENIED_TITLE) for each in captured.outputs
    ] == [True]


def test_loading_twice_shows_one_card(shell: Shell) -> None:
    load_ipython_extension(shell.shell)
    shell.run("%reload_ext iamtriage")
    assert shell.cards(f"raise RuntimeError({DENIED!r})") == [DENIED_TITLE]


def test_unloading_removes_everything(bare: Shell) -> None:
    events: Any = bare.shell.events
    before = {name: list(functions) for name, functions in events.callbacks.items()}
    bare.run("%load_ext iamtriage")
    assert events.callbacks != before
    unload_ipython_extension(bare.shell)
    unload_ipython_extension(bare.shell)
    assert events.callbacks == before
    assert bare.cards(f"raise RuntimeError({DENIED!r})") == []
    assert "not found" in bare.run("%explain_aws")[1]
    bare.run("%unload_ext iamtriage")


def test_unloading_keeps_a_magic_that_replaced_ours(bare: Shell) -> None:
    bare.run("%load_ext iamtriage")
    bare.shell.register_magic_function(lambda line: f"mine {line}", "line", "explain_aws")
    bare.run("%unload_ext iamtriage")
    assert bare.shell.run_line_magic("explain_aws", "too") == "mine too"


HOSTILE_ERRORS = {
    "str raises": "class E(Exception):\n    def __str__(self): raise ValueError('no')\nraise E",
    "str exits": "class E(Exception):\n    def __str__(self): raise SystemExit\nraise E",
    "str interrupts": "class E(Exception):\n    def __str__(self): raise KeyboardInterrupt\nraise E",
    "str returns no string": "class E(Exception):\n    def __str__(self): return 3\nraise E",
    "repr raises": "class E(Exception):\n    __repr__ = __str__ = None\nraise E",
    "no message": "class E(Exception):\n    response = {'Error': {'Code': 'AccessDenied'}}\n    operation_name = 'GetObject'\nraise E",
    "response of None": "class E(Exception):\n    response = None\n    operation_name = 'GetObject'\nraise E",
    "response of bytes": "class E(Exception):\n    response = {b'Error': b'x', 'Error': {'Code': b'x', 'Message': 7}}\n    operation_name = 'x'\nraise E",
    "response raises": "class E(Exception):\n    @property\n    def response(self): raise RuntimeError('no')\n    operation_name = 'x'\nraise E",
    "attributes exit": "class E(Exception):\n    def __getattr__(self, name): raise SystemExit\nraise E",
    "own cause": "error = ValueError('x')\nerror.__cause__ = error\nraise error",
    "deep": "error = ValueError('x')\nfor _ in range(3000):\n    before, error = error, ValueError('y')\n    error.__cause__ = before\nerror.__cause__ = None\nraise error",
    "very long text": f"raise RuntimeError({DENIED!r} * 3000)",
    "lone surrogate": f"raise RuntimeError({DENIED!r} + chr(0xd800))",
}


@pytest.mark.parametrize("cell", HOSTILE_ERRORS.values(), ids=HOSTILE_ERRORS)
def test_no_error_breaks_the_shell(shell: Shell, cell: str) -> None:
    cards, printed = shell.run(cell)
    assert len(cards) <= 1
    assert "Error in callback" not in printed
    assert "iamtriage" not in printed
    assert shell.cards(f"raise RuntimeError({EXPIRED!r})") != []


@pytest.mark.unmeasured
@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS)
def test_hostile_text_cannot_control_the_terminal(shell: Shell, text: str) -> None:
    error = DENIED.replace("arn:aws:s3:::example-orders/2026/list.csv", f"arn:aws:s3:::{text}")
    shell.shell.user_ns["error"] = RuntimeError(error)
    with capture_output() as captured:
        shell.shell.run_cell("%explain_aws error")
    for output in captured.outputs:
        assert output.data["text/plain"].replace("\n", "").isprintable()


def test_secrets_are_not_shown(shell: Shell) -> None:
    shell.shell.user_ns["text"] = f"{DENIED}\nAWS_SECRET_ACCESS_KEY={SECRET}"
    with capture_output() as captured:
        shell.shell.run_cell("%explain_aws text")
    [card] = captured.outputs
    assert not any(SECRET in text for text in card.data.values())
    assert "REDACTED" in card.data["text/html"]


# ------------------------------------------------------------------------------------------- %explain_aws


EXPLAINED: dict[str, object] = {
    "text": DENIED,
    "bytes": DENIED.encode(),
    "error": RuntimeError(DENIED),
    "failure": iamtriage.parse(DENIED),
    "explanation": iamtriage.explain(DENIED),
    "mapping": {"Error": {"Code": "AccessDenied", "Message": DENIED.partition("operation: ")[2]}},
    "lines": ["before", DENIED, "after"],
    "errors": (RuntimeError("x"), RuntimeError(DENIED)),
    "group": ExceptionGroup("two", [ValueError("x"), ValueError(DENIED)]),
}


@pytest.mark.parametrize("value", EXPLAINED.values(), ids=EXPLAINED)
def test_the_magic_accepts_anything_that_reports_a_failure(shell: Shell, value: object) -> None:
    shell.shell.user_ns["things"] = {"it": value}
    [title] = shell.cards("%explain_aws things['it']")
    assert "was denied s3:GetObject" in title


def test_without_an_argument_it_explains_the_last_error(shell: Shell) -> None:
    shell.run("1 / 0")
    assert shell.cards("%explain_aws") == ["No AWS or Kubernetes access failure was found in this text."]
    shell.run(f"raise RuntimeError({DENIED!r})")
    assert shell.cards("%explain_aws") == [DENIED_TITLE]


def test_command_output(shell: Shell) -> None:
    shell.shell.user_ns["text"] = UNAUTHORIZED
    shell.run("lines = !echo 'x'\nlines.append(text)")
    [title] = shell.cards("%explain_aws lines")
    assert "could not authenticate the caller" in title
    shell.run("%%capture out\nprint(text)")
    assert shell.cards("%explain_aws out") == [title]
    shell.run(
        "import subprocess, sys\ndone = subprocess.run([sys.executable, '-c', f'print({text!r})'], capture_output=True, text=True)"
    )
    assert shell.cards("%explain_aws done") == [title]


def test_command_output_as_bytes(shell: Shell) -> None:
    shell.run(
        f"import subprocess, sys\ndone = subprocess.run([sys.executable, '-c', {f'print({DENIED!r})'!r}], capture_output=True)"
    )
    assert shell.cards("%explain_aws done") == [DENIED_TITLE]


def test_the_card_of_a_group_mentions_the_other_failures(shell: Shell) -> None:
    errors = f"RuntimeError({DENIED!r}), ValueError('a bug'), RuntimeError({UNAUTHORIZED!r})"
    cell = f"raise ExceptionGroup('calls', [{errors}])"
    [card] = _run_texts(shell, cell)
    assert card.startswith(DENIED_TITLE)
    assert "There is one more failure; %explain_aws --all shows a card for each." in card
    assert len(_run_texts(shell, "%explain_aws --all")) == 2


def test_facts_follow_the_expression(shell: Shell) -> None:
    shell.shell.user_ns["text"] = UNAUTHORIZED
    with capture_output() as captured:
        shell.shell.run_cell("%explain_aws (lambda x, y=1: x)(text, y=2) cluster='orders' region=eu-west-1")
    assert "--name orders" in captured.outputs[0].data["text/plain"]
    assert "--region eu-west-1" in captured.outputs[0].data["text/plain"]


MISUSES = {
    "%explain_aws nothing_of_this_name": "name 'nothing_of_this_name' is not defined",
    "%explain_aws 1": "the value must be a string, lines, an exception or a failure, not int",
    "%explain_aws [[]]": "the value must not be a list of lists",
    "%explain_aws print": "not builtin_function_or_method",
    "%explain_aws some words": "is not an expression; paste an error message below %%explain_aws",
    "%explain_aws clusters=orders": "unknown fact 'clusters'",
    "%explain_aws 'x' authentication_mode=none": "unknown authentication_mode",
    "%explain_aws 'x' decoded_message=none": "UsageError",
    "%explain_aws 'x' token_claims=none": "token_claims must be a mapping",
    "%explain_aws 'x' cluster=a cluster=b": "duplicate fact 'cluster'",
    "%explain_aws --every 'x'": "unknown option '--every'; expected one of --all, --run",
    "%explain_aws --run 'x'": "--run requires a cell",
    "%explain_aws 'x' --run": "--run requires a cell",
    "%explain_aws": "no exception was raised yet",
    f"%explain_aws {'x ' * 6000}": "the line is too long",
    f"%explain_aws {'(' * 5000}": "is not an expression",
    "%%explain_aws text\nx": "%%explain_aws accepts facts such as cluster=orders",
    "%%explain_aws --run --all\nx": "--all cannot be combined with --run",
    "%%explain_aws clusters=orders\nx": "unknown fact 'clusters'",
}


@pytest.mark.parametrize(("cell", "message"), MISUSES.items())
def test_misuse_is_a_usage_error(shell: Shell, cell: str, message: str) -> None:
    cards, printed = shell.run(cell)
    assert cards == []
    assert message in printed
    assert printed.startswith("UsageError: ")
    assert "Traceback" not in printed


def test_exceptions_of_the_expression_propagate(shell: Shell) -> None:
    cards, printed = shell.run("%explain_aws 1 / 0")
    assert cards == []
    assert "ZeroDivisionError" in printed


def test_a_pasted_cell_is_not_run(shell: Shell) -> None:
    assert shell.cards(f"%%explain_aws\nran = 1\n{DENIED}") == [DENIED_TITLE]
    assert shell.cards("%%explain_aws\nran = 1") == [
        "No AWS or Kubernetes access failure was found in this text."
    ]
    assert "ran" not in shell.shell.user_ns


@pytest.mark.unmeasured
@pytest.mark.parametrize("text", [HOSTILE, PASTED, *PAYLOADS.values()])
def test_any_text_can_be_pasted(shell: Shell, text: str) -> None:
    cards, printed = shell.run(f"%%explain_aws\n-\n{text}")
    assert len(cards) == 1
    assert printed == ""


def _run_texts(shell: Shell, cell: str) -> list[str]:
    with capture_output() as captured:
        shell.shell.run_cell(cell)
    return [" ".join(output.data["text/plain"].split()) for output in captured.outputs]


@pytest.mark.unmeasured
def test_of_several_failures_one_is_shown_and_the_others_are_counted(shell: Shell) -> None:
    log = f"{EXPIRED}\n{DENIED}\n{DENIED}\n{UNAUTHORIZED}"
    [card] = _run_texts(shell, f"%%explain_aws\n{log}")
    assert card.startswith(DENIED_TITLE)
    assert "There are 2 more failures; %explain_aws --all shows a card for each." in card
    [card] = _run_texts(shell, f"%%explain_aws\n{EXPIRED}\n{DENIED}")
    assert "There is one more failure;" in card
    [card] = _run_texts(shell, f"%%explain_aws\n{DENIED}\n{DENIED}")
    assert "more failure" not in card
    assert len(_run_texts(shell, f"%%explain_aws --all\n{log}")) == 3
    shell.shell.user_ns["log"] = log
    for line in ("--all log", "log --all", "log --all cluster=orders", "log cluster=orders --all "):
        assert len(_run_texts(shell, f"%explain_aws {line}")) == 3


@pytest.mark.unmeasured
def test_the_number_of_cards_is_limited(shell: Shell) -> None:
    shell.shell.user_ns["log"] = "\n".join(DENIED.replace("GetObject", f"Get{name}") for name in NAMES)
    cards = _run_texts(shell, "%explain_aws --all log")
    assert len(cards) == 50
    assert ["more failures" in card for card in cards] == [False] * 49 + [True]
    assert f"There are {len(NAMES) - 50} more failures." in cards[-1]


def test_running_a_cell_with_facts(shell: Shell) -> None:
    [card] = _run_texts(
        shell, f"%%explain_aws --run cluster=orders\nx = 1\nraise RuntimeError({UNAUTHORIZED!r})"
    )
    assert "--name orders" in card
    assert shell.shell.user_ns["x"] == 1
    # The facts apply to that cell only.
    [card] = _run_texts(shell, f"raise RuntimeError({UNAUTHORIZED!r})")
    assert "--name orders" not in card


def test_a_cell_that_succeeds_returns_its_value(shell: Shell) -> None:
    result = shell.shell.run_cell("%%explain_aws --run\nx = 20\nx + 1")
    assert result.result == 21
    assert shell.shell.run_cell("%%explain_aws --run\nx + 1;  # not shown\n").result is None
    assert shell.cards("%%explain_aws --run\nx = 30") == []
    assert shell.shell.user_ns["x"] == 30


def test_a_cell_that_fails_shows_its_own_line(shell: Shell) -> None:
    _, printed = shell.run(f"%%explain_aws --run\nx = 1\nraise RuntimeError({DENIED!r})")
    assert "----> 2 raise RuntimeError(" in printed
    assert "_magic.py" not in printed


def test_a_terminal_shows_text(shell: Shell) -> None:
    """IPython prints the text if the front end cannot display HTML."""
    explanation = shell.shell.run_cell("import iamtriage\niamtriage.explain('')").result
    assert isinstance(explanation, Explanation)
    formatter: Any = shell.shell.display_formatter
    assert formatter.formatters["text/plain"](explanation) == explanation.to_text(width=79)


def test_ipython_at_a_terminal(tmp_path: Path) -> None:
    """The ipython program loads the extension from its configuration."""
    settings = tmp_path / "profile_default" / "ipython_config.py"
    settings.parent.mkdir()
    settings.write_text('c = get_config()\nc.InteractiveShellApp.extensions = ["iamtriage"]\n')
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--colors=NoColor"],
        input=f"raise RuntimeError({DENIED!r})\n1 + 1\n",
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    traceback, _, after = done.stdout.partition(" ".join(DENIED_TITLE.split()[:6]))
    assert "RuntimeError" in traceback
    assert "s3:GetObject" in after
    assert "<div" not in done.stdout
    assert "2" in after.rpartition("In [2]")[2]
