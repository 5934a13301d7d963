"""Implement the ``%explain_aws`` line and cell magic."""

from __future__ import annotations

import ast
import builtins
import re
import sys
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, cast

import attrs

from iamtriage._reading.parsing import parse
from iamtriage._reading.scanning import scan
from iamtriage._text import quote_text, wrong_type_message
from iamtriage.exceptions import DocumentError
from iamtriage.explaining._explain import explain
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._given_facts import build_facts
from iamtriage.failures._failures import FAILURE_CLASSES
from iamtriage.failures._fingerprints import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from iamtriage.explaining._facts import Facts
    from iamtriage.failures._failures import Failure
    from iamtriage.notebook._shell import Shell

__all__ = ("Magic", "explain_failures", "get_last_error", "read_exception")

# A `key=value` pair at the end of a line. A value with spaces is quoted.
_FACT = re.compile(r"""(?:^|\s)([A-Za-z_]\w*)=("[^"]*"|'[^']*'|[^\s"']+)\s*\Z""")
_OPTIONS = frozenset({"--all", "--run"})
_LAST_OPTION = re.compile(r"\s(--all|--run)\s*\Z")
# More cards than this make a front end slow.
_MAX_CARDS = 50
_MAX_LINE_LENGTH = 10_000
_PASTE = "paste an error message below %%explain_aws"
_EXPLAINABLE = "a string, lines, an exception or a failure"


class Magic:
    """The magic in one shell."""

    def __init__(self, shell: Shell, display: Callable[[Explanation], None]) -> None:
        self._shell = shell
        self._display = display
        self._facts_of_error: tuple[BaseException, Facts] | None = None

    def __call__(self, line: str, cell: str | None = None) -> object:
        """Explain the value of the line, or the text of the cell.

        Raises:
            UsageError: The line contains nothing to explain, or an unknown option or fact.
        """
        __tracebackhide__ = True
        options, line = _split_options(line)
        expression, facts = _split_facts(line)
        # `error --all` is also a valid expression, but it means the option.
        more_options, expression = _split_options(expression)
        options |= more_options
        show_all = "--all" in options
        if cell is None:
            if "--run" in options:
                _raise_usage_error("--run requires a cell: %%explain_aws --run")
            value = self._evaluate(expression) if expression else get_last_error()
            if value is None and not expression:
                _raise_usage_error(f"no exception was raised yet; name one, or {_PASTE}")
            self._explain(value, facts, show_all=show_all)
            return None
        if expression:
            _raise_usage_error(
                f"%%explain_aws accepts facts such as cluster=orders, not {quote_text(expression)}"
            )
        if "--run" in options:
            if show_all:
                _raise_usage_error("--all cannot be combined with --run")
            return self._run(cell, facts)
        self._explain(cell, facts, show_all=show_all)
        return None

    def take_facts(self, error: BaseException) -> Facts | None:
        """Return the facts of the cell that raised an error, and forget them."""
        stored, self._facts_of_error = self._facts_of_error, None
        return stored[1] if stored and stored[0] is error else None

    def _explain(self, value: object, facts: Facts, *, show_all: bool) -> None:
        explanations = list(explain_failures(_find_failures(value), facts, show_all=show_all))
        for explanation in explanations or (explain(value if isinstance(value, str) else "", facts=facts),):
            self._display(explanation)

    def _evaluate(self, expression: str) -> object:
        """Evaluate an expression in the user's namespace. Its exceptions propagate."""
        if not _is_expression(expression):
            _raise_usage_error(f"{quote_text(expression)} is not an expression; {_PASTE}")
        namespace = self._shell.user_ns
        if expression.isidentifier() and expression not in namespace and not hasattr(builtins, expression):
            _raise_usage_error(f"name {expression!r} is not defined")
        return eval(expression, namespace)  # noqa: S307 (the user's own code, as in any cell)

    def _run(self, cell: str, facts: Facts) -> object:
        """Run a cell as ``%%time`` does, and keep the facts in case it raises an exception."""
        # IPython hides frames with this variable from tracebacks.
        __tracebackhide__ = True
        from IPython.core.displayhook import DisplayHook

        shell: Any = self._shell
        hook: Any = DisplayHook
        code = shell.transform_cell(cell)
        name = shell.compile.cache(code, shell.execution_count, raw_code=cell)
        tree = shell.transform_ast(shell.compile.ast_parse(code, name))
        last = None
        if (
            tree.body
            and isinstance(tree.body[-1], ast.Expr)
            and not hook.semicolon_at_end_of_expression(code)
        ):
            last = tree.body.pop()
        namespace = shell.user_ns
        try:
            exec(shell.compile(tree, name, "exec"), namespace)  # noqa: S102 (the cell is the user's)
            if last is None:
                return None
            return eval(shell.compile(ast.Expression(last.value), name, "eval"), namespace)  # noqa: S307
        except BaseException as error:
            self._facts_of_error = error, facts
            raise


def explain_failures(
    failures: Iterable[Failure | None], facts: Facts | None, *, show_all: bool = False
) -> Iterator[Explanation]:
    """Explain the first failure, or all failures. A note states how many are not shown."""
    distinct = _deduplicate(failures)
    selected = distinct[: _MAX_CARDS if show_all else 1]
    remaining = len(distinct) - len(selected)
    for failure in selected:
        explanation = explain(failure, facts=facts)
        if remaining and failure is selected[-1]:
            count = "is one more failure" if remaining == 1 else f"are {remaining} more failures"
            hint = "" if show_all else "; %explain_aws --all shows a card for each"
            notes = (*explanation.notes, f"There {count}{hint}.")
            explanation = attrs.evolve(explanation, notes=notes)
        yield explanation


# ---------------------------------------------------------------------------------------------- the line


def _split_options(line: str) -> tuple[set[str], str]:
    """Split a line into the options at its beginning and end, and the rest."""
    options: set[str] = set()
    line = line.strip()
    while line.startswith("--"):
        option, _, line = line.partition(" ")
        if option not in _OPTIONS:
            _raise_usage_error(
                f"unknown option {quote_text(option)}; expected one of {', '.join(sorted(_OPTIONS))}"
            )
        options.add(option)
        line = line.lstrip()
    while last_option := _LAST_OPTION.search(line):
        options.add(last_option[1])
        line = line[: last_option.start()]
    return options, line


def _split_facts(line: str) -> tuple[str, Facts]:
    """Split a line into an expression and the facts after it. ``f(x, a=1)`` is only an expression."""
    if len(line) > _MAX_LINE_LENGTH:
        _raise_usage_error(f"the line is too long; {_PASTE}")
    facts: dict[str, str] = {}
    rest = line.strip()
    while rest and not _is_expression(rest) and (found := _FACT.search(rest)):
        name, value = found.groups()
        if name in facts:
            _raise_usage_error(f"duplicate fact {name!r}")
        facts[name] = value[1:-1] if value[0] in "\"'" else value
        rest = rest[: found.start()].rstrip()
    try:
        return rest, build_facts(facts)
    except (DocumentError, TypeError) as error:
        _raise_usage_error(str(error))


def _is_expression(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<explain_aws>", "eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError):
        return False
    return True


def get_last_error() -> BaseException | None:
    """Return the exception whose traceback was shown last."""
    return getattr(sys, "last_value", None)


def _raise_usage_error(message: str) -> NoReturn:
    """Raise the error of magics, which IPython shows as one line without a traceback."""
    from IPython.core.error import UsageError

    raise UsageError(message)


# ----------------------------------------------------------------------------------------------- failures


def _find_failures(value: object) -> Iterator[Failure | None]:
    """Yield the failures in a value, the one to explain first."""
    if isinstance(value, FAILURE_CLASSES):
        yield value
    elif isinstance(value, Explanation):
        yield value.failure
    elif isinstance(value, str):
        yield parse(value)
        yield from scan(value)
    elif isinstance(value, bytes | bytearray):
        yield from _find_failures(bytes(value).decode("utf-8", "replace"))
    elif isinstance(value, BaseException):
        yield from read_exception(value)
    elif isinstance(value, Mapping):
        yield parse(cast("Mapping[str, object]", value))
    elif isinstance(value, list | tuple):
        yield from _find_failures_in_list(cast("list[object]", value))
    else:
        # For example the results of `%%capture` and `subprocess.run`.
        streams = (getattr(value, "stdout", None), getattr(value, "stderr", None))
        captured = [text for text in streams if isinstance(text, str | bytes)]
        if not captured:
            _raise_usage_error(wrong_type_message("the value", _EXPLAINABLE, value))
        texts = (text if isinstance(text, str) else text.decode("utf-8", "replace") for text in captured)
        yield from _find_failures("\n".join(texts))


def read_exception(error: BaseException) -> Iterator[Failure | None]:
    """Yield the failures of an exception and of a group's members, the one to explain first."""
    yield parse(error)
    if isinstance(error, BaseExceptionGroup):
        yield from map(parse, cast("BaseExceptionGroup[BaseException]", error).exceptions)


def _find_failures_in_list(values: list[object] | tuple[object, ...]) -> Iterator[Failure | None]:
    """Yield the failures in a list of lines, such as the output of ``!command``, or of other values."""
    if all(isinstance(each, str) for each in values):
        yield from _find_failures("\n".join(cast("list[str]", values)))
        return
    for each in values:
        if isinstance(each, list | tuple):
            _raise_usage_error("the value must not be a list of lists")
        yield from _find_failures(each)


def _deduplicate(failures: Iterable[Failure | None]) -> list[Failure]:
    """Return the first failure of each problem."""
    found: dict[str, Failure] = {}
    for failure in failures:
        if failure is not None:
            found.setdefault(fingerprint(failure), failure)
    return list(found.values())
