"""Find secrets without a name and a sign before them, in command lines, SQL statements and sentences."""

from __future__ import annotations

import re
from collections import Counter
from string import ascii_lowercase
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.view import View
from iamtriage._typing import NamedTuple
from iamtriage.redaction._secret_spans import FoundSecret, is_unmarked
from iamtriage.redaction._vocabulary.notations import build_tree
from iamtriage.redaction._vocabulary.placeholders import is_placeholder
from iamtriage.redaction._vocabulary.searched_text import SearchedText, fold_case
from iamtriage.redaction._vocabulary.secret_commands import (
    COMMAND_ROWS,
    LINE_ROWS,
    MIXED,
    PIPE_REACH,
    PIPE_SPACES,
    READS_INPUT,
    VALUE,
    WRITERS,
)
from iamtriage.redaction._vocabulary.secret_names import MARKER_START
from iamtriage.redaction._windows import merge_spans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.redaction._vocabulary.markers import Secret

__all__ = ("PHRASES", "SENTENCE_WORD", "find_listed_commands", "find_phrased_secrets", "find_sensitive_signs")

# The maximum number of characters between a command and its option.
_REACH = 300
_COMMAND_ENDS = ("\n", "\\n", ";", "&&", "||")
_STATED = (
    r"(?:\"(?P<double>[^\"\n]{4,400})\"|'(?P<single>[^'\n]{4,400})'|`(?P<tick>[^`\n]{4,400})`"
    rf"|(?P<plain>{MIXED}(?:[^\s\"'`,;(){{}}<>\[\]\\\x1b]|\\(?![nrt])){{6,2000}}))"
)
_SQL = r"(?:'(?P<single>[^'\n]{1,400})'|\"(?P<double>[^\"\n]{1,400})\")"
# A list of arguments: ['docker', 'login', '-p', '…'], or a subcommand in one.
_LISTED_OPTION = re.compile(
    r",(?<=[\"'],)[ ]?[\"'](?:-{1,2}[A-Za-z]|(?:add_user|change_password|user)[\"'],)"
)
# A command, with what is between its arguments, is at most so long before an option.
_LISTED_REACH = 2 * _REACH
_BETWEEN_ITEMS = re.compile(r"(?<=[^\\])[\"'],[ ]?[\"']")
# The characters that end a plain value.
_ENDS_OF_PLAIN = frozenset(" \t\n\r\"'`;&|<>(){}\\,\x1b")
_MAX_VALUE = 2_000
_OTHER = re.compile(
    r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|A[KS]IA[A-Z0-9]*|(?:arn|https?):.*|(?:~|\.\.?)?/.*"
    # A reference of Terraform.
    r"|(?:var|local|module|data|each)\.\w[\w.]*|[a-z]+_[a-z0-9_]+\.\w+\.\w[\w.]*"
)


class Phrase(NamedTuple):
    """A command with an option, a statement or a sentence that contains a secret.

    Attributes:
        words: The names of the command, or words of which the sentence contains at least one, in lower case.
        pattern: The option and its value, or the sentence in lower case.
        what: The kind of secret.
        is_command: Whether it is a command.
        sign: A part of the option, in lower case.
        needed: The pattern of a part of the sentence, for which a text is searched fast.
        reach: The maximum number of characters before that part, if there are few.
    """

    words: tuple[str, ...]
    pattern: re.Pattern[str]
    what: Secret
    is_command: bool = False
    sign: str = ""
    needed: re.Pattern[str] | None = None
    reach: int = 0


_INPUT_READER = re.compile(READS_INPUT)

# Where a secret is used: "the password for staging is …".
_USE = r"(?:\s(?:for|of|on|in|to)\s(?:the\s)?[^\s,;.:]{1,80}(?:\s[a-z-]{1,20}){0,2})?"
_VERB = r"(?:is|was|are|ist|lautet|est|es|è)(?:\s(?:now|currently|set\sto|changed\sto|still))?"
_IS = rf"{_USE}(?:'s|\s{{1,3}}{_VERB})[ ]?:?\s{{1,4}}"


def _unmarked(*words: str) -> str:
    """Return the pattern of words that are not in a marker, also without spaces. It begins with them, which is fast."""
    names = dict.fromkeys(word.replace(" ", joint) for word in words for joint in (" ", "", "_", "-"))
    return f"(?:{build_tree(names)})" + "".join(f"(?<!{MARKER_START}.{name})" for name in names)


_KEY = _unmarked(
    "secret key", "private key", "api key", "access key", "shared key", "encryption key", "signing key", "account key",
    "ssh key", "fernet key", "storage key", "master key", "license key", "subscription key", "psk"
)  # fmt: skip
_ASSIGNED = rf"(?:\sfor\s\S{{1,80}})?(?:\s?=\s?|\s){_SQL}"
# A text is searched faster for the noun than for the verbs before it.
_VERBS = [f"{verb}{the}" for verb in ("use", "using", "with", "try", "enter") for the in (r"\s", r"\sthe\s")]
_ASKED = "|".join(f"(?<={verb}{noun})" for verb in _VERBS for noun in ("password", "token"))
_PASSWORD = _unmarked(
    "password", "passphrase", "passwd", "passcode", "pwd", "pw", "passwort", "kennwort", "mot de passe", "contraseña", "senha"
)  # fmt: skip
_SENTENCE_ROWS: tuple[
    tuple[tuple[str, ...], str, Secret] | tuple[tuple[str, ...], str, Secret, str], ...
] = (
    (("key",), rf"{_unmarked('secret access key')}{_IS}{_STATED}", "secret access key"),
    (("key", "psk"), rf"{_KEY}{_IS}{_STATED}", "secret", rf"k(?:ey|(?<=psk)){_IS}{_STATED}"),
    (("pass", "pwd", "pw ", "kennwort", "contrase", "senha"), rf"{_PASSWORD}(?:\s(?:(?:changed|reset|set)\s)?to:?\s{{1,4}}|{_IS}){_STATED}", "password"),
    *(((name,), rf"{_unmarked(name)}{_IS}{_STATED}", "token") for name in ("token", "secret")),
    ((" token to", " secret to"), rf"(?:set|changed?|updated?|rotated?)\s(?:the|my|our)\s(?:token|secret)\sto:?\s{_STATED}", "token", rf"t(?:oken|(?<=secret))\sto:?\s{_STATED}"),
    # In a stack trace of PHP.
    (("->__construct(",), rf"->__construct\('[^'\n]{{0,200}}', ?'[^'\n]{{0,200}}', ?{_SQL}", "password"),
    (("identified",), rf"identified\s(?:with\s\S{{1,60}}\s)?by\s(?:password\s)?{_SQL}", "password"),
    (("identified",), r"user\s\S{1,128}\sidentified\sby\s(?!(?:password|values?)\b)(?P<plain>[^\s\"'`;<>()\\]{1,200})", "password"),
    (("identified",), rf"identified\sby\s\S{{1,200}}\sreplace\s{_SQL}", "password"),
    (("password",), rf"(?:with|encrypted|set|login|user\s\S{{1,80}})\spassword{_ASSIGNED}", "password", rf"password{_ASSIGNED}"),
    (("password",), rf"password(?:{_ASKED}):?[ ]{{1,4}}{_STATED}", "password"),
    (("token",), rf"token(?:{_ASKED}):?[ ]{{1,4}}(?=[\"'`]?[\w.-]{{0,24}}?(?=[a-z]{{0,7}}[0-9])[a-z0-9]{{12}}){_STATED}", "token"),
    (("password(",), rf"=\s?(?:old_)?password\({_SQL}\)", "password"),
    (("unseal key", "recovery key"), r"(?:unseal|recovery) key(?: [0-9]{1,3})?:\s{1,4}(?P<plain>[a-z0-9+/]{20,200}={0,2})", "secret"),
    (("auth plain",), r"auth plain (?P<plain>[a-z0-9+/]{8,400}={0,2})", "authorization"),
    # The server of a mail asks for a password: https://datatracker.ietf.org/doc/html/draft-murchison-sasl-login
    (("334 ugfzc3dvcmq6",), r"334 ugfzc3dvcmq6[^\n]{0,40}\n(?:reply: [^\n]{0,200}\n)?[^\n]{0,40}?(?<![a-z0-9])(?P<plain>[a-z0-9+/]{4,400}={0,2})(?=['\"\\\s]|\Z)", "password"),
    (("convertto-securestring",), rf"convertto-securestring\s{{1,4}}(?:-asplaintext\s{{1,4}}|-force\s{{1,4}}|-string\s{{1,4}}){{0,3}}(?:{_SQL}|(?P<plain>[^\s\"'`$;|(){{}}-][^\s\"'`;|(){{}}]{{3,400}})(?=\s{{1,4}}-(?:asplaintext|force)\b))", "password"),
    (("machine",), r"machine\s{1,20}\S{1,200}\s{1,20}login\s{1,20}\S{1,200}\s{1,20}password\s{1,20}(?P<plain>[^\s\"'\\\x1b]{1,400})", "password"),
    (("::add-mask::",), r"^::add-mask::(?P<line>[^\r\n]{1,4000})|::add-mask::(?P<plain>[^\s\"'%]{1,4000})", "secret"),
    (("@tcp(", "@unix("), r"(?<![\w./:-])[a-z_][\w.-]{0,60}:(?P<plain>[^\s\"'/@]{1,200})@(?:tcp|unix)\(", "password", r":[^\s\"'/@]{1,200}@(?:tcp|unix)\("),
    # A session of FTP or POP3: https://www.rfc-editor.org/rfc/rfc959#section-4.1
    (("pass ",), r"^(?:[<>*-]{1,4} )?user \S{1,80}\r?\n(?:[^\n]{0,200}\n)?(?:[<>*-]{1,4} )?pass (?P<plain>[^\s\"'\\]{1,400})\r?$", "password", r"user \S{1,80}\r?\n(?:[^\n]{0,200}\n)?(?:[<>*-]{1,4} )?pass "),
    # The monitor of Redis.
    (('] "auth" ',), r"[0-9]\] \"auth\" (?:\"[^\"\n]{1,80}\" )?\"(?P<double>[^\"\n]{1,400})\"$", "password"),
    (("parametervalue",), r"parametervalue=(?P<plain>[^\s,\"']{1,400}),parameterkey=\w{0,60}(?:password|passphrase|secret|token|api_?key|secretkey)\b", "secret"),
    # A response of KMS that Python prints.
    (("plaintext': b",), r"plaintext': b(?:'(?P<single>[^'\n]{1,20000})'|\"(?P<double>[^\"\n]{1,20000})\")", "secret"),
    # The user and the password that a call gets.
    (("auth=(", "auth = (", ".auth(", ".login(", "basicauth(", "basic_auth("), rf"(?:\bauth(?: = |=)|\.auth|\.login|basic_?auth)\(\s?(?:'[^'\n]{{0,128}}'|\"[^\"\n]{{0,128}}\"), ?{_SQL}", "password"),
    # The output of the AWS CLI as text, and a row of a table.
    (("securestring",), r"securestring(?:\t|[ ]{1,40}\|[ ]{1,4})(?P<plain>[^\s|]{1,4000})", "secret"),
    *LINE_ROWS,
)  # fmt: skip
# The beginning of a pattern with a fixed option.
_FIXED = re.compile(r"(?:\\s|\[ =\]\(\?<=)?(?P<sign>-[A-Za-z](?![A-Za-z])|--[a-z-]{4,})")
_DASHED = re.compile(r"\\s(?P<sign>-)")
_SPACE_BEFORE = re.compile(r"\A\\s([->])")


def _command(words: tuple[str, ...], option: str, what: Secret) -> Phrase:
    fixed = _FIXED.match(option) or _DASHED.match(option)
    # A text is searched fast for a pattern that begins with a certain character, so the space is checked after it.
    pattern = re.compile(_SPACE_BEFORE.sub(r"\1(?<=\\s\1)", option))
    return Phrase(words, pattern, what, is_command=True, sign=fixed["sign"].lower() if fixed else "")


_SENTENCES = [
    Phrase(
        words,
        re.compile(pattern, re.MULTILINE),
        what,
        needed=re.compile(needed[0]) if needed else None,
        reach=len("subscription ") if pattern.startswith(_KEY) else 0,
    )
    for words, pattern, what, *needed in _SENTENCE_ROWS
]
SENTENCE_WORD = re.compile(
    build_tree([*map(re.escape, word)] for sentence in _SENTENCES for word in sentence.words)
)
"""The words of sentences with secrets, in lower case. Most sentences need one space between two words."""
PHRASES = (*(_command(*row) for row in COMMAND_ROWS), *_SENTENCES)


def _number_phrases() -> dict[str, dict[str, dict[str, tuple[str, str, list[int]]]]]:
    """Return the words of which a text with a sign must have one, by that sign and the part that most of them have.

    A part consists of letters. With each word come its rarest part, its longest one without spaces, and the numbers of
    its phrases.
    """
    parts = {word: _PART.findall(word) or [""] for phrase in PHRASES for word in phrase.words}
    count = Counter(part for phrase in PHRASES for word in phrase.words for part in parts[word])
    numbers: dict[str, dict[str, dict[str, tuple[str, str, list[int]]]]] = {}
    for number, phrase in enumerate(PHRASES):
        for word in phrase.words:
            part = max(parts[word], key=lambda each: (len(each) > 1, count[each], len(each)))
            other = min(parts[word], key=lambda each: (count[each], -len(each)))
            longest = max(word.split(), key=len)
            words = numbers.setdefault(phrase.sign, {}).setdefault(part, {})
            # What is known already is empty, which every text has.
            other, longest = other if other != part else "", longest if longest not in {part, other} else ""
            words.setdefault(word, (other, longest, []))[2].append(number)
    return numbers


_PART = re.compile("[a-z]+")
_LETTERS = bytes(byte if chr(byte) in ascii_lowercase else 32 for byte in range(256))
_NUMBERS = _number_phrases()

# A parameter in YAML or Terraform, or in a table.
_PARAMETER_VALUE = re.compile(
    rf"^[ \t|]{{0,40}}(?:-[ ])?[\"']?(?:[Vv]alue|[Dd]efault)[\"']?[ \t]{{0,40}}[:=|][ \t]{{0,8}}{VALUE}[ \t]{{0,40}}[,|]{{0,3}}\r?$",
    re.MULTILINE,
)
# Signs that a parameter, a variable or an output is a secret: of SSM, CloudFormation and Terraform.
_SENSITIVE = {
    "securestring": re.compile("securestring"),
    "noecho": re.compile(r"noecho[\"']?[ ]?:[ ]?[\"']?true"),
    "sensitive": re.compile("sensitive[ ]{1,8}=[ ]true"),
}
_PARAMETER_REACH = 600
_INDENT = " \t>|+*-"
_BLOCK_ENDS = ("\n\n", "\n}", "\n- ")
_CLAUSE = re.compile(r"(?:must|should|cannot|invalid|required|not|the|is|are|be|to)\b|.*\s.*\s")


def find_phrased_secrets(searched: SearchedText) -> Iterator[FoundSecret]:
    """Find every secret in a command, statement or sentence."""
    text, folded = searched.text, searched.folded
    known: dict[tuple[str, str, Secret], bool] = {}
    for phrase in _list_phrases(searched):
        if phrase.is_command:
            yield from _find_in_command(text, folded, phrase)
        else:
            for stated in _match_sentences(folded, phrase):
                yield from _value(text, stated, phrase.what, known)
    done = 0
    for at, _ in find_sensitive_signs(searched):
        if at < done:
            continue
        low = max((text.rfind(end, max(0, at - _PARAMETER_REACH), at) for end in _BLOCK_ENDS), default=0)
        highs = (text.find(end, at, at + _PARAMETER_REACH) for end in _BLOCK_ENDS)
        high = min((end for end in highs if end >= 0), default=at + _PARAMETER_REACH)
        for line in _PARAMETER_VALUE.finditer(text, max(0, low + 1, at - _PARAMETER_REACH), high):
            if _is_in_block(text, at, line.start()):
                yield from _value(text, line, "secret", known)
        done = high


def _is_in_block(text: str, sign: int, at: int) -> bool:
    """Return whether no line between a sign and another line begins or ends a block."""
    first, last = sorted((text.rfind("\n", 0, sign) + 1, at))
    lines = text[first : text.find("\n", last) % (len(text) + 1)].split("\n")
    indents = [len(line) - len(line.lstrip(_INDENT)) for line in lines if line.strip()]
    own = (indents or [0])[0 if first != at else -1]
    return min(indents, default=0) >= own and not any(
        line.rstrip().endswith((":", "{")) for line in lines[1:-1]
    )


def _match_sentences(folded: str, sentence: Phrase) -> Iterator[re.Match[str]]:
    """Match a sentence. If a part of it shows where it can begin, it is matched only there."""
    if not (sentence.needed and sentence.reach):
        yield from sentence.pattern.finditer(folded)
        return
    done = at = 0
    while near := sentence.needed.search(folded, max(done, at)):
        at = near.start() + 1
        starts = range(max(done, near.start() - sentence.reach), at)
        stated = next((m for start in starts if (m := sentence.pattern.match(folded, start))), None)
        if stated:
            yield stated
            done = stated.end()


def find_sensitive_signs(searched: SearchedText) -> Iterator[tuple[int, int]]:
    """Find the signs that a parameter, a variable or an output is a secret."""
    folded = searched.folded
    # A text is searched faster for each of them than for all together.
    patterns = [pattern for sign, pattern in _SENSITIVE.items() if sign in folded]
    yield from sorted(found.span() for pattern in patterns for found in pattern.finditer(folded))


def find_listed_commands(searched: SearchedText) -> Iterator[FoundSecret]:
    """Find every secret in a command whose arguments are a list of strings, as Python and JSON write it."""
    text = searched.text
    options = [
        (max(0, m.start() - _LISTED_REACH), m.end() + _MAX_VALUE) for m in _LISTED_OPTION.finditer(text)
    ]
    for low, high in merge_spans(options):
        view = View(text[low:high])
        view.sub(_BETWEEN_ITEMS, " ")
        joined = SearchedText(view.text)
        for command in _list_phrases(joined):
            for found in _find_in_command(joined.text, joined.folded, command) if command.is_command else ():
                start, end = low + view.origin(found.start), low + view.origin(found.end - 1) + 1
                if is_unmarked(text, start, end):
                    yield found._replace(start=start, end=end, name_start=-1)


def _list_phrases(searched: SearchedText) -> Iterator[Phrase]:
    """Yield the commands and sentences that a text can contain."""
    folded = searched.folded
    # Texts repeat words, so their distinct words and runs of letters are searched in less time.
    words = folded if searched.words is searched.text else fold_case(searched.words)
    distinct = b" ".join({*words.encode("ascii", "replace").translate(_LETTERS).split()}).decode()
    numbers = {
        number
        for sign, parts in _NUMBERS.items()
        if sign in words
        for part, rows in parts.items()
        if part in distinct
        for word, (other, longest, each) in rows.items()
        if word == part or (other in distinct and longest in words and (word == longest or word in folded))
        for number in each
    }
    for number in sorted(numbers):
        needed = PHRASES[number].needed
        if needed is None or needed.search(folded):
            yield PHRASES[number]


def _find_in_command(text: str, folded: str, command: Phrase) -> Iterator[FoundSecret]:
    known: dict[tuple[str, str, Secret], bool] = {}
    for option in _match_options(text, command):
        if _is_after_command(folded, option.start(), command.words):
            yield from _value(text, option, command.what, known)


def _match_options(text: str, command: Phrase) -> Iterator[re.Match[str]]:
    """Match an option of a command. A piped value is matched from the command that reads it back."""
    if command.words is not WRITERS:
        yield from command.pattern.finditer(text)
        return
    done = 0
    pipe = -1
    for reader in _INPUT_READER.finditer(text):
        end, before = reader.start(), pipe
        pipe = text.rfind("|", max(done, end - PIPE_REACH - 1), end)
        if pipe < 0 or pipe == before or text.find("\n", pipe, end) >= 0:
            continue
        piped = command.pattern.match(text, _find_piped_value(text, done, pipe))
        if piped:
            done = max(done, piped.end())
            yield piped


def _find_piped_value(text: str, low: int, pipe: int) -> int:
    """Return the start of the value before a pipe; the pipe's position if there is none."""
    end = pipe
    while end > max(low, pipe - PIPE_SPACES) and text[end - 1].isspace():
        end -= 1
    if text[end - 1 : end] in {'"', "'"}:
        start = text.rfind(text[end - 1], max(0, end - _MAX_VALUE - 2), end - 1)
        return start if start >= 0 else pipe
    start = end
    low = max(low, end - _MAX_VALUE - 1)
    while start > low and text[start - 1] not in _ENDS_OF_PLAIN and not text[start - 1].isspace():
        start -= 1
    while text.startswith("-", start, end):
        start += 1
    return start


def _is_after_command(folded: str, option: int, words: tuple[str, ...]) -> bool:
    """Return whether one of the words begins the command that an option belongs to."""
    low = max(0, option - _REACH)
    for word in words:
        at = folded.rfind(word, low, option)
        if at >= 0:
            start = max(folded.rfind(end, at, option) for end in _COMMAND_ENDS)
            # The command continues after a backslash.
            if start < 0 or folded.endswith(("\\", "\\\r"), low, start):
                return True
    return False


def _value(
    text: str, match: re.Match[str], what: Secret, known: dict[tuple[str, str, Secret], bool]
) -> Iterator[FoundSecret]:
    """Yield the value of a match, if it can be a secret.

    Args:
        text: The text.
        match: The match.
        what: The kind of secret.
        known: The values that were judged before, and whether each can be a secret.
    """
    # All groups are values, and one of them matches.
    group = match.lastgroup or "plain"
    start, end = match.span(group)
    if group == "plain":
        end = start + len(text[start:end].rstrip(".,:;!?"))
    key = (text[start:end], group, what)
    if key not in known:
        known[key] = _can_be_secret(*key)
    if known[key] and is_unmarked(text, start, end):
        begin = match.start() + text.startswith((" ", "\t", "\n"), match.start())
        yield FoundSecret(start, end, what, name_start=begin)


def _can_be_secret(value: str, group: str, what: Secret) -> bool:
    """Return whether a value is no placeholder, variable, address or sentence."""
    if is_placeholder(value) or value.startswith("$"):
        return False
    if group != "uuid" and _OTHER.fullmatch(value):
        return False
    return what == "secret" or group == "plain" or not _CLAUSE.match(value.lower())
