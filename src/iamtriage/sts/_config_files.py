"""Parse ``~/.aws/config`` and ``~/.aws/credentials`` into sections and options with their lines.

The rules are those of botocore, which uses Python's ``configparser``: ``=`` or ``:`` between name and value,
indented lines continue a value, ``#`` and ``;`` begin a comment line, names are case-insensitive, sections
and options are unique, and ``[DEFAULT]`` has options for all sections. A value of indented lines only is a
block of ``name = value`` lines. ``configparser`` itself does not keep line numbers, quotes the invalid line,
which can contain a secret, in its errors, and takes quadratic time for many spaces.

Format: https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final, NoReturn

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_text, wrong_type_message
from iamtriage._typing import NamedTuple
from iamtriage.exceptions import ConfigFileError

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEWLINE = lazy_pattern(r"\r\n|\r|\n")
_DELIMITER = lazy_pattern("[=:]")
_DEFAULT_SECTION = "DEFAULT"
_MAX_HEADER_LENGTH = 4096  # characters; shlex takes quadratic time, and no profile has a longer name


class Entry(NamedTuple):
    """The value of an option and its line. If the value is an indented block, ``text`` is empty."""

    text: str
    line: int
    file: str
    block: Mapping[str, Entry] | None = None

    @property
    def location(self) -> str:
        """The line, and the file if it is not the config file."""
        return f"line {self.line}" if self.file == "config" else f"line {self.line} of the {self.file} file"


class Section(NamedTuple):
    """A section: the line of its header, and its options by lowercase name."""

    line: int
    options: Mapping[str, Entry]


class ConfigFile(NamedTuple):
    """The profiles and ``services`` sections of the config files, by name."""

    profiles: Mapping[str, Section]
    services: Mapping[str, Section]


def parse_config_files(config: str | None, credentials: str | None = None) -> ConfigFile:
    r"""Parse the texts of the config file and the shared credentials file.

    The options of a profile in the credentials file take precedence over those in the config file.

    Raises:
        ConfigFileError: A text is malformed.
        TypeError: A text is not a string.

    >>> parse_config_files("[profile dev]\nregion = eu-west-1\n").profiles["dev"].options["region"].line
    2
    """
    profiles: dict[str, Section] = {}
    services: dict[str, Section] = {}
    for header, section in _parse_sections(config, "config").items():
        # Like botocore, accept any header that begins like this. Of equal names, the last one wins.
        if header.startswith("profile"):
            _add_section(profiles, header, section)
        elif header.startswith("services"):
            _add_section(services, header, section)
        elif header == "default":
            profiles[header] = section
    for header, section in _parse_sections(credentials, "credentials").items():
        known = profiles.get(header)
        if known is not None:
            section = Section(known.line, {**known.options, **section.options})  # noqa: PLW2901
        profiles[header] = section
    return ConfigFile(profiles, services)


def _add_section(named: dict[str, Section], header: str, section: Section) -> None:
    """Add a section by the second word of its header, which can be quoted. Ignore a section without one."""
    if len(header) > _MAX_HEADER_LENGTH:
        return
    try:
        words = shlex.split(header)
    except ValueError:  # an open quote
        return
    if len(words) == 2:
        named[words[1]] = section


class _Parser:
    """Parse a file line by line; the meaning of a line depends on the lines before it."""

    def __init__(self, file: str) -> None:
        self.file: Final = file
        self.lines: Final[dict[str, int]] = {}  # header -> its line
        # Header -> option -> the lines of its value, with their numbers.
        self.options: Final[dict[str, dict[str, list[tuple[int, str]]]]] = {_DEFAULT_SECTION: {}}
        self.header: str | None = None
        self.value: list[tuple[int, str]] | None = None
        self.indent: int = 0

    def fail(self, reason: str, line: int) -> NoReturn:
        # The message omits the line, because it can contain a secret key.
        msg = f"line {line} of the {self.file} file: {reason}"
        raise ConfigFileError(msg, line=line)

    def parse_line(self, number: int, line: str) -> None:
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
            self._begin_section(number, content[1:end])
        else:
            self._begin_option(number, content)

    def _begin_section(self, number: int, header: str) -> None:
        if header in self.lines and header != _DEFAULT_SECTION:
            first = self.lines[header]
            self.fail(f"duplicate section [{_quote_header(header)}]; the first is in line {first}", number)
        self.lines[header] = number
        self.options.setdefault(header, {})
        self.header = header
        self.value = None

    def _begin_option(self, number: int, content: str) -> None:
        if self.header is None:
            hint = " (the file begins with a byte order mark)" if content.startswith("\ufeff") else ""
            self.fail(f"expected a [section] first{hint}", number)
        delimiter = _DELIMITER.search(content)
        name = content[: delimiter.start()].rstrip().lower() if delimiter else ""
        if delimiter is None or not name:
            self.fail("expected a [section], 'name = value', a comment or an indented line", number)
        options = self.options[self.header]
        if name in options:
            first = options[name][0][0]
            self.fail(f"duplicate option {quote_text(name)}; the first is in line {first}", number)
        self.value = options[name] = [(number, content[delimiter.end() :].strip())]

    def build_entry(self, value: list[tuple[int, str]]) -> Entry:
        """Return the value of an option, or its block if the option's line has no value."""
        number, first = value[0]
        if first or not any(text for _, text in value):
            return Entry("\n".join(text for _, text in value).rstrip(), number, self.file)
        block: dict[str, Entry] = {}
        for line, text in value:
            for part in text.splitlines():
                name, equals, rest = part.partition("=")
                if equals:
                    block[name.strip()] = Entry(rest.strip(), line, self.file)
                elif part.strip():
                    self.fail("expected 'name = value' in an indented block", line)
        return Entry("", number, self.file, block)


def _parse_sections(text: object, file: str) -> dict[str, Section]:
    if text is None:
        return {}
    if not isinstance(text, str):
        raise TypeError(wrong_type_message(file, "a string", text))
    parser = _Parser(file)
    for number, line in enumerate(_NEWLINE.split(text), start=1):
        parser.parse_line(number, line)
    entries = {
        header: {name: parser.build_entry(value) for name, value in options.items()}
        for header, options in parser.options.items()
    }
    defaults = entries.pop(_DEFAULT_SECTION)
    return {header: Section(parser.lines[header], {**defaults, **own}) for header, own in entries.items()}


def _quote_header(text: str) -> str:
    return quote_text(text)[1:-1] if len(text) <= 60 else quote_text(text[:60])[1:-1] + "…"
