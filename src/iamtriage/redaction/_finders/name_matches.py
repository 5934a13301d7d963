"""Match the names that announce a secret, and inspect the text, code and markup around them and their values."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

from iamtriage._typing import NamedTuple
from iamtriage.redaction._vocabulary.notations import BACKSLASHES, GT, LT, QUOTE
from iamtriage.redaction._vocabulary.secret_names import WORDS, Name, classify_name
from iamtriage.redaction._vocabulary.secret_values import STATES, is_other
from iamtriage.redaction._vocabulary.value_ends import Extent

if TYPE_CHECKING:
    from iamtriage.redaction._vocabulary.searched_text import SearchedText
    from iamtriage.redaction._vocabulary.secret_values import Sign

__all__ = ("NameMatch", "find_element", "is_annotation", "is_command", "is_word_of_code", "match_name")

_MAX_NAME = 64
_MAX_WORD = 40
_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789_-.$@"
# The rest of a name: "token", "tokens", "token2", S3's "Token-0", "TOKEN_PROD". Punctuation at its end is not part of it.
_SUFFIX = re.compile(r"[A-Za-z0-9_]{0,48}+(?:[.-][A-Za-z0-9_]{1,48}+){0,6}")
# After a name, these are the rest of another word: "authorization".
_CONTINUED = frozenset(string.ascii_lowercase) - {"s"}
_STARTS_OF_SUFFIX = frozenset(string.ascii_letters + string.digits + "_.-")
# An escape, or the code of a color.
_ESCAPED = re.compile(r"(?:%[0-9a-f]{2}|\\[nrt]|\\u[0-9a-f]{4}|\x1b\[[0-9;]{0,16}m)(?P<rest>[^%\\]*)\Z")
_ENDS_OF_ESCAPE_STARTS = frozenset("\\%[;")
_MAX_CODE = 20
# The number of characters before a name that can show its notation.
_LOOKBEHIND = 80
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_TARGETS = re.compile(
    r"(?:(?<![^\s])|(?<=[0-9]m))(?:[A-Za-z_][\w.]{0,60},[ ]?){1,4}(?:[A-Za-z_]\w{0,40}\.)?\Z"
)
_VARIABLES = re.compile(r"[a-z_]{1,60}(?:,[ ]?[a-z_][\w.]{0,60}){1,4}[ \t]{0,8}(?:\r?$|\x1b)", re.MULTILINE)
_SETTER = re.compile(r"\.(?:option|put|putenv|set|setenv|setProperty)\([\"'][\w.-]{0,60}\Z")
_IDENTIFIER = re.compile(r"\w[_.]\w|[a-z][A-Z]")
_GO_FIELD = re.compile(r" [A-Z]\w{0,60}:|\}")
_CELL_END = re.compile(rf"{QUOTE}?[ \t]{{0,80}}(?:[|│]|\r?$)", re.MULTILINE)
# Before a name: an object or a list, a line of settings, a query, a command.
_STRUCTURE = re.compile(r"[{(\[,;&?|]\s{0,40}(?:[\w.-]{1,40}\s)?(?:\\{0,64}[\"'])?\Z")
_LINE = re.compile(
    # The file and number of a line, as grep prints them, and its indent.
    r"(?:[\w./-]{1,60}[:-][0-9]{1,6}[:-](?![ ][^ ]))?"
    r"[ \t]{0,40}(?:\x1b\[[0-9;]{0,16}m)?(?:[-+>#*│|$]{1,2}[ \t]{1,4})?"
    r"(?:(?:export|set|setenv|SET|ENV|ARG|declare -x|let|var|const|val) )?(?:\$[Ee]nv:)?(?P<quote>[\"']?)"
)
# The characters that these patterns can end with, to skip other names quickly.
_ENDS_OF_QUERY_SIGNS = frozenset("?&6fF")
_ENDS_OF_LINE_STARTS = frozenset(["", *"\n \tnm\"':"])
_BEFORE_OPTION = frozenset(["", *" \t\n"])
_ENDS_OF_STRUCTURE = frozenset("{([,;&?| \t\n\r\"'")
_QUERY_SIGN = re.compile(rf"(?:[?&]|%(?:25){{0,16}}(?:3[Ff]|26)|{BACKSLASHES}u0026)[A-Za-z0-9_.$-]{{0,64}}\Z")
_BLANKS = frozenset(" \t")
# A user before the name of a password, and the end of a clause.
_USER = re.compile(
    r"\b(?:user(?:[ _-]?name)?|login|email)\s?[:=]\s?[^\s:=,;|/]{1,60}[ \t]?[,;|/]?[ \t]{1,2}(?:and )?\Z",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[.!)\]}]{0,2}[ \t]{0,8}(?:[,;|]|\r?$)", re.MULTILINE)


class NameMatch(NamedTuple):
    """A name that announces a secret, and its position."""

    text: str
    name: Name
    start: int
    end: int
    searched: SearchedText

    def preceded_by(self, pattern: re.Pattern[str], signs: tuple[str, ...] = ()) -> re.Match[str] | None:
        """Match the text directly before the name. The pattern must end there.

        Args:
            pattern: The pattern.
            signs: Parts of which a match contains at least one, to skip other names quickly.
        """
        low = max(0, self.start - _LOOKBEHIND)
        if signs and not any(map(self.text[low : self.start].__contains__, signs)):
            return None
        return pattern.search(self.text, low, self.start)

    def is_in_query(self) -> bool:
        """Return whether the name is in the query of a URL."""
        before = self.text[self.start - 1 : self.start]
        return before in _ENDS_OF_QUERY_SIGNS and self.preceded_by(_QUERY_SIGN) is not None

    def line_start(self) -> re.Match[str] | None:
        """Match the text before the name in its line, if a setting can begin like this."""
        text, start = self.text, self.start
        if text[start - 1 : start] not in _ENDS_OF_LINE_STARTS:
            return None
        low = max(0, start - _LOOKBEHIND)
        begin = text.rfind("\n", low, start) + 1
        escaped = text.rfind("\\n", max(begin, low), start)
        if escaped >= 0:
            begin = escaped + 2
        return _LINE.fullmatch(text, begin, start) if begin or not low else None

    def is_variable(self, sign: Sign, end: int) -> bool:
        """Return whether a row, tuple or call consists of the variable and its value, which ends at a position."""
        if sign == "tuple" and self.preceded_by(_SETTER, ("(",)) is not None:
            return True
        if sign not in {"table", "tuple"} or _VARIABLE.fullmatch(self.text, self.start, self.end) is None:
            return False
        return sign == "tuple" or _CELL_END.match(self.text, end) is not None

    def is_identifier(self) -> bool:
        """Return whether the name is of a setting, and not a word of a sentence: "db_password", "db.password"."""
        return _IDENTIFIER.search(self.text, self.start, self.end) is not None

    def is_target(self, extent: Extent) -> bool:
        """Return whether code assigns several variables to as many targets: "user, password = name, word"."""
        return (
            _VARIABLES.match(self.text, extent.start) is not None
            and self.preceded_by(_TARGETS, (",",)) is not None
        )

    def is_go_field(self, extent: Extent) -> bool:
        """Return whether the name is a field of a struct as Go prints it: "{User:ana Password:… Port:1}"."""
        text = self.text
        return (
            text[self.start].isupper()
            and extent.start == self.end + 1
            and _GO_FIELD.match(text, extent.end) is not None
        )

    def is_option(self) -> bool:
        """Return whether the name is an option: "--password", or "-password" after a space."""
        text, start = self.text, self.start
        return text[start] == "-" and (
            text.startswith("-", start + 1) or text[start - 1 : start] in _BEFORE_OPTION
        )

    def is_in_structure(self) -> bool:
        """Return whether a bracket, a comma or the like precedes the name."""
        before = self.text[self.start - 1 : self.start]
        return before in _ENDS_OF_STRUCTURE and self.preceded_by(_STRUCTURE) is not None

    def is_login(self, extent: Extent) -> bool:
        """Return whether a user is before the name and nothing follows: "login: ana pass: swordfish"."""
        text = self.text
        return (
            text[self.start - 1 : self.start] in _BLANKS
            and text[extent.start : extent.end].lower() not in STATES
            and _CLAUSE_END.match(text, extent.end) is not None
            and self.preceded_by(_USER) is not None
        )


def match_name(searched: SearchedText, name_end: re.Match[str]) -> NameMatch | None:
    """Return the name of a secret whose last word has a match, or ``None`` if there is none."""
    text, folded, start = searched.text, searched.folded, name_end.start()
    tail, suffix, end = name_end[0], "", name_end.end()
    after = text[end : end + 1]
    if after in _CONTINUED:
        return None
    # A word can also begin with a capital: "smtpPass".
    begins = not folded[start - 1 : start].isalnum() or (text[start].isupper() and text[start - 1].islower())
    if tail in WORDS and not begins:
        return None
    if after in _STARTS_OF_SUFFIX and (following := _SUFFIX.match(text, end)):
        suffix, end = following[0], following.end()
    if suffix:
        if suffix[0] in "sS" and not suffix[1:2].isalpha():
            suffix = suffix[1:]
        elif suffix[0].isupper() and not text[name_end.end() - 1].islower():
            # The word continues: "TOKENIZER".
            return None
    word = start
    if start and folded[start - 1] in _NAME_CHARACTERS:
        before = folded[max(0, start - _MAX_NAME) : start]
        start -= len(before) - len(before.rstrip(_NAME_CHARACTERS))
    if (start and folded[start - 1] in _ENDS_OF_ESCAPE_STARTS) or folded[start] == "%":
        escape = _ESCAPED.search(folded, max(0, start - _MAX_CODE), word)
        if escape:
            start = max(start, escape.start("rest"))
    prefix = ""
    if start < word:
        prefix = folded[start:word]
        if len(prefix) > _MAX_WORD and prefix.isalnum():
            # Part of a token.
            return None
        if text[word].isupper() and text[word - 1].islower():
            prefix += "_"
    name = classify_name(prefix, tail, suffix)
    # Faster than a call of the class.
    return tuple.__new__(NameMatch, (text, name, start, end, searched)) if name else None  # pyright: ignore[reportUnknownMemberType]


# What follows a word of code, unless it is a variable or one of several.
_ENDS = frozenset("([) ,")
_SPACE = rf"(?:\s|{BACKSLASHES}[nrt])"
# "password: <password>"
_PLACEHOLDER = re.compile(r"[:=][ ]?<\Z")
_TAG_END = re.compile(rf"(?:\s[^<>\n]{{0,200}})?{GT}{_SPACE}{{0,80}}(?:<!\[CDATA\[)?")
_ELEMENT_END = re.compile(rf"{_SPACE}{{0,80}}(?:{LT}/?|\]\]>)")
_MAX_ELEMENT = 20_000
# A value that is a function or a subscripted variable: "getpass.getpass(", "config[". In Elixir, it can end with "!".
_CALLEE = re.compile(r"(?:await )?\$?[A-Za-z_]\w{0,80}(?:(?:\.|::|->)\w{1,80}){0,8}(?:\.[a-z_]{2,40}!)?")
# "password = user_password or default", "token = await getToken()"
_OPERATOR = re.compile(
    r"[A-Za-z_][A-Za-z_.]{0,80}[ ](?:or|if)[ ]|(?:async|await|function|lambda|typeof|yield)[ ][\w$(.]|new [A-Z]"
)
_CALL = re.compile(r"[A-Za-z_][\w.]{0,80}\([\w.,&* ]{1,200}\)(?:;|\Z)")
_PHP_VARIABLE = re.compile(r"\$[a-z_]+[,;)]")
_OPERAND = re.compile(r"[A-Za-z_$][^\s\"'0-9]{0,80}[ ](?:\|\||\?{1,2}|&&)[ ]")
# Before a type in source code.
_ANNOTATED = re.compile(r"(?<![\w.-])(?P<name>[a-z_]{1,60}):[ ]?\Z")
_CLASS = re.compile(r"(?:[a-z_]{3,30}\.){0,6}(?:[A-Z][a-z]{2,20}){1,6}")
# Before the last name of an assignment to several: "username, password = auth".
_OTHER_NAMES = re.compile(r"(?:\A|\n)[ \t]*(?:[A-Za-z_]\w{0,30},[ ]){1,6}\Z")
_QUOTED_NAME = re.compile(r" \\{0,8}[\"']{1,2}[^\"'\n]{1,200}[\"']{1,2} ")


def is_annotation(match: NameMatch, extent: Extent) -> bool:
    """Return whether a bar is part of a type, "token: Token | botocore.tokens.Frozen", not of a table."""
    if not match.text[match.start].isupper() or not _CLASS.fullmatch(match.text, extent.start, extent.end):
        return False
    label = match.preceded_by(_ANNOTATED)
    return label is not None and label["name"].lower().endswith(match.name.tail)


def is_word_of_code(match: NameMatch, extent: Extent, sign: Sign) -> bool:
    """Return whether a value is a function, a variable, or a word before a name: "password" : secret "orders"."""
    text, value = match.text, match.text[extent.start : extent.end]
    following = text[extent.end : extent.end + 1]
    if following not in _ENDS and value[:1] != "$" and not text.startswith(", ", match.start - 2):
        return False
    if following in {"(", "["}:
        return _CALLEE.fullmatch(value) is not None
    if value.startswith("$") and _PHP_VARIABLE.match(text, extent.start):
        return True
    if following == ")" and _CALL.match(text, extent.start):
        return True
    if following == " " and (
        _OPERAND.match(text, extent.start) or (sign == "=" and _OPERATOR.match(text, extent.start))
    ):
        return True
    if sign == "=" and not text.startswith(", ", match.start - 2):
        return False
    is_word = value.replace("_", "").isalpha() and value.islower()
    if sign == "=":
        return is_word and match.preceded_by(_OTHER_NAMES) is not None
    if is_word and match.name.what == "token" and text[extent.start - 1] == "[":
        # A list of kinds of tokens: "[refresh, access]".
        return text.startswith(", ", extent.end)
    return is_word and _QUOTED_NAME.match(text, extent.end) is not None


def is_command(text: str, extent: Extent) -> bool:
    """Return whether a value is a command of a shell: TOKEN=`aws eks get-token`."""
    return extent.quote == "`" and text[extent.start - 2] == "=" and " " in text[extent.start : extent.end]


def find_element(match: NameMatch) -> Extent | None:
    """Return the content of an element: from the end of its tag to the next tag."""
    text = match.text
    opened = _TAG_END.match(text, match.end)
    if opened is None:
        return None
    start, limit = opened.end(), opened.end() + _MAX_ELEMENT
    closed = _ELEMENT_END.search(text, start, limit)
    if closed is None:
        return None
    content = text[start : closed.start()]
    is_redirection = text[closed.end() : closed.end() + 1].isspace()
    is_open = text.startswith("<", closed.end() - 1)
    if is_open and (
        match.preceded_by(_PLACEHOLDER)
        or "\n" in content
        or is_redirection
        or is_other(content, is_quoted=False)
    ):
        # Lines of prose before another tag, or an address.
        return None
    return Extent(start, closed.start(), "<")
