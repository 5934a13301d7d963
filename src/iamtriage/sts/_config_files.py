"""The text of ``~/.aws/config`` as sections, options and their lines; not for what the options mean.

Read as botocore reads it: by the rules of Python's ``configparser`` (``=`` or ``:`` between name and
value, indented lines continue a value, ``#`` and ``;`` begin a comment line, names in any case, no section
or option twice, ``[DEFAULT]`` lends its options to all), and a value of indented lines only is a block of
``name = value`` lines. Not by ``configparser`` itself, which forgets lines, quotes the faulty line, which
may hold a secret, in its errors, and takes quadratic time for a long run of blanks.

The format is of https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

from iamtriage._text import quote_text
from iamtriage.exceptions import ConfigFileError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINE_END = re.compile(r"\r\n|\r|\n")
_DELIMITER = re.compile("[=:]")
_LENDER = "DEFAULT"
_LONGEST = 4096  # shlex takes quadratic time; nobody has a profile of such a name


class Entry(NamedTuple):
    """An option's value and its line; where it is a block, ``block`` holds it and ``text`` is empty."""

    text: str
    line: int
    file: str
    block: Mapping[str, Entry] | None = None

    @property
    def place(self) -> str:
        """Where it stands, to be read behind a section's name."""
        return f"line {self.line}" if self.file == "config" else f"line {self.line} of the {self.file} file"


class Section(NamedTuple):
    """A section: the line of its header, and its options under their names in lower case."""

    line: int
    options: Mapping[str, Entry]


class ConfigFile(NamedTuple):
    """What a config file holds for the SDKs: profiles and ``services`` sections under their names."""

    profiles: Mapping[str, Section]
    services: Mapping[str, Section]


def read_config(config: str | None, credentials: str | None = None) -> ConfigFile:
    r"""Read the texts of the config file and of the shared credentials file.

    What a profile has in the credentials file goes before what it has in the config file.

    Raises:
        ConfigFileError: a text is malformed.
        TypeError: a text is no text.

    >>> read_config("[profile dev]\nregion = eu-west-1\n").profiles["dev"].options["region"].line
    2
    """
    profiles: dict[str, Section] = {}
    services: dict[str, Section] = {}
    for header, section in _sections(config, "config").items():
        # As botocore: whatever begins so is one, and the last of equal names wins.
        if header.startswith("profile"):
            _put(profiles, header, section)
        elif header.startswith("services"):
            _put(services, header, section)
        elif header == "default":
            profiles[header] = section
    for header, section in _sections(credentials, "credentials").items():
        known = profiles.get(header)
        if known is not None:
            section = Section(known.line, {**known.options, **section.options})  # noqa: PLW2901
        profiles[header] = section
    return ConfigFile(profiles, services)


def _put(named: dict[str, Section], header: str, section: Section) -> None:
    """File a section under the second word of its header, which may be quoted; drop it without one."""
    if len(header) > _LONGEST:
        return
    try:
        words = shlex.split(header)
    except ValueError:  # an open quote
        return
    if len(words) == 2:
        named[words[1]] = section


class _Reader:
    """Takes line after line; what stands where is decided by the lines before."""

    def __init__(self, file: str) -> None:
        self.file: Final = file
        self.lines: Final[dict[str, int]] = {}  # header -> its line
        # Header -> option -> the lines of its value, with their numbers.
        self.options: Final[dict[str, dict[str, list[tuple[int, str]]]]] = {_LENDER: {}}
        self.header: str | None = None
        self.value: list[tuple[int, str]] | None = None
        self.indent: int = 0

    def fail(self, problem: str, line: int) -> NoReturn:
        # The line itself is not told: it may hold a secret key.
        msg = f"line {line} of the {self.file} file {problem}"
        raise ConfigFileError(msg, line=line)

    def take(self, number: int, line: str) -> None:
        content = line.strip()
        if not content:
            if self.value is not None:
                self.value.append((number, ""))
            return
        if content[0] in "#;":
            return
        indent = len(line) - len(line.lstrip())
        if self.value is not None and indent > self.indent:
            self.value.append((number, content))
            return
        self.indent = indent
        end = content.rfind("]")
        if content[0] == "[" and end > 1:
            self._begin(number, content[1:end])
        else:
            self._option(number, content)

    def _begin(self, number: int, header: str) -> None:
        if header in self.lines and header != _LENDER:
            first = self.lines[header]
            self.fail(f"begins the section [{_plain(header)}] again, which line {first} begins", number)
        self.lines[header] = number
        self.options.setdefault(header, {})
        self.header = header
        self.value = None

    def _option(self, number: int, content: str) -> None:
        if self.header is None:
            mark = " (the file begins with a byte order mark)" if content.startswith("\ufeff") else ""
            self.fail(f"stands before the first [section]{mark}", number)
        delimiter = _DELIMITER.search(content)
        name = content[: delimiter.start()].rstrip().lower() if delimiter else ""
        if delimiter is None or not name:
            self.fail("is no [section], no 'name = value', no comment and not indented", number)
        options = self.options[self.header]
        if name in options:
            first = options[name][0][0]
            self.fail(f"gives {quote_text(name)} again, which line {first} gives", number)
        self.value = options[name] = [(number, content[delimiter.end() :].strip())]

    def entry(self, value: list[tuple[int, str]]) -> Entry:
        """Give an option's value, or its block where the option's own line gives none."""
        number, first = value[0]
        if first or not any(text for _, text in value):
            return Entry("\n".join(text for _, text in value).rstrip(), number, self.file)
        block: dict[str, Entry] = {}
        for place, text in value:
            for part in text.splitlines():
                name, equals, rest = part.partition("=")
                if equals:
                    block[name.strip()] = Entry(rest.strip(), place, self.file)
                elif part.strip():
                    self.fail("stands in an indented block and is no 'name = value'", place)
        return Entry("", number, self.file, block)


def _sections(text: object, file: str) -> dict[str, Section]:
    if text is None:
        return {}
    if not isinstance(text, str):
        msg = f"the {file} file is given as text, not {type(text).__name__}"
        raise TypeError(msg)
    reader = _Reader(file)
    for number, line in enumerate(_LINE_END.split(text), start=1):
        reader.take(number, line)
    entries = {
        header: {name: reader.entry(value) for name, value in options.items()}
        for header, options in reader.options.items()
    }
    lent = entries.pop(_LENDER)
    return {header: Section(reader.lines[header], {**lent, **own}) for header, own in entries.items()}


def _plain(text: str) -> str:
    return quote_text(text)[1:-1] if len(text) <= 60 else quote_text(text[:60])[1:-1] + "…"
