"""What ``%explain_aws`` does with its line and cell; not for failed cells, see ``_extension``."""

from __future__ import annotations

import ast
import builtins
import re
import sys
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, cast, get_args

import attrs

from iamtriage._reading.parsing import parse
from iamtriage._reading.scanning import scan
from iamtriage._text import quote_text
from iamtriage.exceptions import DocumentError
from iamtriage.explaining._explain import explain
from iamtriage.explaining._explanations import Explanation
from iamtriage.explaining._facts import Facts, facts_of
from iamtriage.failures._failures import Failure
from iamtriage.failures._fingerprints import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from iamtriage.notebook._extension import Shell

__all__ = ("Magic", "explained", "failures_of", "last_error")

# The last words of a line that are `key=value`; a value with blanks is quoted.
_FACT = re.compile(r"""(?:^|\s)([A-Za-z_]\w*)=("[^"]*"|'[^']*'|[^\s"']+)\s*\Z""")
_OPTIONS = frozenset({"--all", "--run"})
_LAST_OPTION = re.compile(r"\s(--all|--run)\s*\Z")
_KINDS: tuple[type, ...] = get_args(Failure)
# Nobody reads more cards than that, and a front end has to lay them out.
_MOST_CARDS = 50
_LONGEST_LINE = 10_000


class Magic:
    """The magic of one shell."""

    def __init__(self, shell: Shell, display: Callable[[Explanation], None]) -> None:
        self._shell = shell
        self._display = display
        self._facts: tuple[BaseException, Facts] | None = None

    def __call__(self, line: str, cell: str | None = None) -> object:
        """Explain what the line or the cell says.

        Raises:
            UsageError: the line says nothing that can be explained, or facts that there are not.
        """
        __tracebackhide__ = True
        options, line = _options(line)
        rest, facts = _facts_in(line)
        # `error --all` is an expression too, which nobody means.
        more, rest = _options(rest)
        options |= more
        every = "--all" in options
        if cell is None:
            if "--run" in options:
                _misused("--run goes with a cell: %%explain_aws --run")
            value = self._value(rest) if rest else last_error()
            if value is None and not rest:
                _misused("no error was raised yet; name one, or paste its text below %%explain_aws")
            self._explain(value, facts, every=every)
            return None
        if rest:
            _misused(f"%%explain_aws takes facts such as cluster=orders, not {quote_text(rest)}")
        if "--run" in options:
            if every:
                _misused("--all is for texts, not for --run")
            return self._run(cell, facts)
        self._explain(cell, facts, every=every)
        return None

    def facts_for(self, error: BaseException) -> Facts | None:
        """Give the facts that were given for the cell that raised this error."""
        given, self._facts = self._facts, None
        return given[1] if given and given[0] is error else None

    def _explain(self, value: object, facts: Facts, *, every: bool) -> None:
        explanations = list(explained(_failures_in(value), facts, every=every))
        for explanation in explanations or (explain(""),):
            self._display(explanation)

    def _value(self, expression: str) -> object:
        """Give the value of an expression in the user's namespace; what it raises is the user's."""
        if not _is_expression(expression):
            _misused(
                f"{quote_text(expression)} is no name or expression; text of an error goes below "
                "%%explain_aws"
            )
        namespace = self._shell.user_ns
        if expression.isidentifier() and expression not in namespace and not hasattr(builtins, expression):
            _misused(f"there is no {expression}")
        return eval(expression, namespace)  # noqa: S307 (the user's own code, as in any cell)

    def _run(self, cell: str, facts: Facts) -> object:
        """Run a cell as ``%%time`` does, and remember the facts for the error that it raises."""
        # IPython shows no such frame in a traceback.
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
            self._facts = error, facts
            raise


def explained(
    failures: Iterable[Failure | None], facts: Facts | None, *, every: bool = False
) -> Iterator[Explanation]:
    """Explain failures, or the first of them, which says then that there are more."""
    found = _distinct(failures)
    wanted = found[: _MOST_CARDS if every else 1]
    left = len(found) - len(wanted)
    for failure in wanted:
        explanation = explain(failure, facts=facts)
        if left and failure is wanted[-1]:
            more = "is one more failure" if left == 1 else f"are {left} more failures"
            how = "" if every else ": with --all, %explain_aws shows a card for each"
            notes = (*explanation.notes, f"There {more} in it{how}.")
            explanation = attrs.evolve(explanation, notes=notes)
        yield explanation


# ---------------------------------------------------------------------------------------------- the line


def _options(line: str) -> tuple[set[str], str]:
    """Part the options at the beginning and the end from the rest of a line."""
    found: set[str] = set()
    line = line.strip()
    while line.startswith("--"):
        option, _, line = line.partition(" ")
        if option not in _OPTIONS:
            _misused(f"there is no option {quote_text(option)}, only {' and '.join(sorted(_OPTIONS))}")
        found.add(option)
        line = line.lstrip()
    while option_last := _LAST_OPTION.search(line):
        found.add(option_last[1])
        line = line[: option_last.start()]
    return found, line


def _facts_in(line: str) -> tuple[str, Facts]:
    """Part the facts at the end from the rest of a line. ``f(x, a=1)`` has none: it is an expression."""
    if len(line) > _LONGEST_LINE:
        _misused("the line is too long; text of an error goes below %%explain_aws")
    given: dict[str, str] = {}
    rest = line.strip()
    while rest and not _is_expression(rest) and (found := _FACT.search(rest)):
        name, value = found.groups()
        if name in given:
            _misused(f"{name} is given twice")
        given[name] = value[1:-1] if value[0] in "\"'" else value
        rest = rest[: found.start()].rstrip()
    try:
        return rest, facts_of(given)
    except (DocumentError, TypeError) as error:
        _misused(str(error))


def _is_expression(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<explain_aws>", "eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError):
        return False
    return True


def last_error() -> BaseException | None:
    """Give the error whose traceback was shown last."""
    return getattr(sys, "last_value", None)


def _misused(message: str) -> NoReturn:
    """Say what is wrong as magics do: in one line, without a traceback."""
    from IPython.core.error import UsageError

    raise UsageError(message)


# ----------------------------------------------------------------------------------------------- failures


def _failures_in(value: object) -> Iterator[Failure | None]:
    """Give the failures of a value, the one to explain first."""
    if isinstance(value, _KINDS):
        yield cast("Failure", value)
    elif isinstance(value, Explanation):
        yield value.failure
    elif isinstance(value, str):
        yield parse(value)
        yield from scan(value)
    elif isinstance(value, bytes | bytearray):
        yield from _failures_in(bytes(value).decode("utf-8", "replace"))
    elif isinstance(value, BaseException):
        yield from failures_of(value)
    elif isinstance(value, Mapping):
        yield parse(cast("Mapping[str, object]", value))
    elif isinstance(value, list | tuple):
        yield from _failures_of_all(cast("list[object]", value))
    else:
        # What `%%capture` and `subprocess.run` give.
        streams = (getattr(value, "stdout", None), getattr(value, "stderr", None))
        captured = [text for text in streams if isinstance(text, str | bytes)]
        if not captured:
            _misused(f"a text, lines, an error or a failure can be explained, not {type(value).__name__}")
        texts = (text if isinstance(text, str) else text.decode("utf-8", "replace") for text in captured)
        yield from _failures_in("\n".join(texts))


def failures_of(error: BaseException) -> Iterator[Failure | None]:
    """Give the failures of an error, of a group those of its members too, the one to explain first."""
    yield parse(error)
    if isinstance(error, BaseExceptionGroup):
        yield from map(parse, cast("BaseExceptionGroup[BaseException]", error).exceptions)


def _failures_of_all(values: list[object] | tuple[object, ...]) -> Iterator[Failure | None]:
    """Give the failures of a list: of lines, as ``!command`` gives, or of errors and failures."""
    if all(isinstance(each, str) for each in values):
        yield from _failures_in("\n".join(cast("list[str]", values)))
        return
    for each in values:
        if isinstance(each, list | tuple):
            _misused("a list of lists cannot be explained")
        yield from _failures_in(each)


def _distinct(failures: Iterable[Failure | None]) -> list[Failure]:
    """Give each failure once, whatever its request."""
    found: dict[str, Failure] = {}
    for failure in failures:
        if failure is not None:
            found.setdefault(fingerprint(failure), failure)
    return list(found.values())
