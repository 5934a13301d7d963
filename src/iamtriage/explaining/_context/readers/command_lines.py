"""Find the command lines in a text, in the formats of shells, CI logs and people."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from iamtriage._patterns import lazy_pattern
from iamtriage._text import line_start
from iamtriage.explaining._context.values import CommandLine

_PROGRAMS = ("aws ", "kubectl ", "eksctl ", "helm ", "terraform ", "docker ")
_PROGRAM = lazy_pattern(r"(?<![\w/.@:-])(aws|kubectl|eksctl|helm|terraform|docker)[ \t]{1,4}(?=[a-z-])")
# The end of the text before a command on its line: a prompt, set -x, a quote, another command.
_ENDS_BEFORE_COMMAND = frozenset("$#%>❯+:`'\"(|&;")
_WORDS_BEFORE_COMMAND = lazy_pattern(r"(?a)Run|sudo|time|env|[A-Z_][A-Z0-9_]{0,63}=\S{0,256}")
# The variables of a command, with sudo and env, and those of them that select files, a profile or a Region.
_PREFIX = lazy_pattern(
    r"(?a)(?:(?<!\S)(?:[A-Z_][A-Z0-9_]{0,63}=\S{0,256}|sudo|env|time|(?<=-u )\S{1,32}|--?[A-Za-z][\w=,-]{0,80})[ \t]{1,4}){1,16}\Z"
)
_KEPT_VARIABLE = lazy_pattern(
    r"(?a)(?<!\S)(?:AWS_(?:DEFAULT_)?(?:PROFILE|REGION)|AWS_(?:CONFIG|SHARED_CREDENTIALS)_FILE|KUBECONFIG)=(?:[\w./:@+~$-]{1,200}|\"[\w./:@+$-]{1,200}\")(?=\s)"
)
_TOKEN = lazy_pattern(r"(?:[^\s\"'\\|;&<>`]|\\.|\"[^\"]{0,4000}\"|'[^']{0,4000}')+|[|;&<>`]")
_OPTION = lazy_pattern(r"(?s)--([a-z][a-z0-9-]{0,60})(?:=(.*))?")
_SHORT_OPTIONS = {
    "kubectl": {"-n": "namespace", "-o": "output", "-l": "selector"},
    "helm": {"-n": "namespace"},
}
_QUOTES = lazy_pattern(r"(?s)[\"'](.*?)[\"']")
_S3_COMMANDS = frozenset({"cp", "mv", "rm", "sync", "ls", "mb", "rb", "presign", "website"})
_CLI_WORD = lazy_pattern(r"[a-z][a-z0-9-]{1,80}")
# Parentheses, and strings, which can contain others.
_PARENTHESES = lazy_pattern(r"\"[^\"]*\"|'[^']*'|[()]")
_MAX_LENGTH = 2_000
_MAX_COMMANDS = 64
_MAX_WORDS = 128
# Options without a value; the next word is an argument.
_FLAGS = frozenset(
    {
        "debug", "dryrun", "no-sign-request", "no-verify-ssl", "no-paginate", "recursive", "quiet", "delete",
        "dry-run", "no-dry-run", "no-cli-pager", "all-namespaces", "watch", "force", "human-readable",
        "summarize", "wait", "follow", "only-show-errors", "no-progress", "exact-timestamps", "size-only",
        "with-decryption", "password-stdin", "install", "atomic", "auto-approve", "force-delete",
    }
)  # fmt: skip


# "I did aws configure and then …"
_PROSE = frozenset({"and", "but", "for", "in", "or", "the", "then", "to", "with"})
# A command in a sentence ends with it. One with quotes can have a sentence as an argument.
_SENTENCE = lazy_pattern(r"([^\n.\"'`]{1,300}(?:\.\w[^\n.\"'`]{0,200}){0,9}\w)[.!?] [A-Z]")


_END_OF_SENTENCE = lazy_pattern(r"(?<=\w)[.!?]\s*\Z")


def find_commands(text: str, start: int, end: int) -> Iterator[tuple[int, CommandLine]]:
    """Yield the commands between two positions in a text, each with its start position."""
    if not any(map(text.__contains__, _PROGRAMS)):
        return
    for found in islice(_PROGRAM.finditer(text, start, end), _MAX_COMMANDS):
        line = line_start(text, found.start(), found.start() - 400)
        is_alone = _may_precede_command(text[line : found.start()])
        written = _join_lines(text, found.start(), end)
        quote = text[found.start() - 1 : found.start()]
        if quote and quote in "\"'`":
            written = written.partition(quote)[0]
        elif quote == "(":
            written = _before_parenthesis(written)
        elif (end_of_sentence := _SENTENCE.match(written)) is not None:
            written = end_of_sentence[1]
        elif not is_alone:
            written = _END_OF_SENTENCE.sub("", written)
        command = _parse_command(found[1], written, is_alone=is_alone)
        if _is_command(command, is_alone=is_alone):
            yield found.start(), command._replace(variables=find_variables(text[line : found.start()]))


def find_variables(before: str) -> str:
    """Return the variables before a command on its line without which it uses another profile, file or Region.

    >>> find_variables("$ sudo -E AWS_PROFILE=dev DEBUG=1 ")
    'AWS_PROFILE=dev '
    """
    prefix = _PREFIX.search(before) if "=" in before else None
    return "" if prefix is None else "".join(f"{each} " for each in _KEPT_VARIABLE.findall(prefix[0]))


def _before_parenthesis(text: str) -> str:
    r"""Return a text up to the parenthesis that closes one before it.

    >>> _before_parenthesis("aws s3 ls --query 'length(a)')\" > out")
    "aws s3 ls --query 'length(a)'"
    """
    depth = 1
    for found in _PARENTHESES.finditer(text):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if not depth:
            return text[: found.start()]
    return text


def _may_precede_command(text: str) -> bool:
    """Return whether a text can precede a command on its line."""
    text = text.rstrip()
    if not text or text[-1] in _ENDS_BEFORE_COMMAND:
        return True
    return _WORDS_BEFORE_COMMAND.fullmatch(text.rpartition(" ")[2]) is not None


def _join_lines(text: str, start: int, end: int) -> str:
    """Return the line at a position, joined with the lines that continue it after a backslash."""
    stop = min(start + _MAX_LENGTH, end, len(text))
    at = text.find("\n", start, stop)
    while at != -1 and text[start:at].rstrip(" \t\r").endswith("\\"):
        at = text.find("\n", at + 1, stop)
    return text[start : stop if at == -1 else at].replace("\\\r\n", " ").replace("\\\n", " ")


def _parse_command(program: str, text: str, *, is_alone: bool) -> CommandLine:
    words: list[str] = []
    options: list[tuple[str, str]] = []
    short = _SHORT_OPTIONS.get(program, {})
    name: str | None = None
    length = 0
    for token in islice(_TOKEN.finditer(text, len(program)), _MAX_WORDS):
        word = token[0]
        if word in "|;&<>`" or word.startswith("#"):
            break
        length = token.end()
        option = _OPTION.fullmatch(word)
        if option or word in short:
            if name is not None:
                options.append((name, ""))
            name = str(option[1]) if option else short[word]
            if option and option[2] is not None:
                options.append((name, _QUOTES.sub(r"\1", str(option[2]))))
                name = None
            elif name in _FLAGS:
                options.append((name, ""))
                name = None
        elif word.startswith("-") and len(word) > 1 and not word[1:2].isdigit():
            continue
        else:
            value = _QUOTES.sub(r"\1", word)
            if name is None:
                is_operation = program == "aws" and len(words) > 1 and "-" in words[1]
                if is_operation and word.isalpha() and not (is_alone and options):
                    # An operation takes options: the sentence goes on.
                    length = token.start()
                    break
                words.append(value)
            else:
                options.append((name, value))
                name = None
    return CommandLine(program, tuple(words), tuple(options), " ".join(text[:length].split()))


def _is_command(command: CommandLine, *, is_alone: bool) -> bool:
    """Return whether words are a command instead of prose about a program."""
    words = command.words
    if not is_alone and not _PROSE.isdisjoint(words[:2]):
        return False
    if command.program != "aws":
        return bool(words) and (is_alone or bool(command.options))
    if len(words) < 2 or not all(_CLI_WORD.fullmatch(word) for word in words[:2]):
        return is_alone and bool(words) and words[0] in {"login", "configure"}
    if words[0] == "s3":
        return words[1] in _S3_COMMANDS
    return is_alone or "-" in words[1] or bool(command.options)


def operation_of_command(command: CommandLine | None) -> tuple[str, str] | None:
    """Return the service and the lower-case operation of an AWS CLI command for one API operation.

    >>> from iamtriage.explaining._context.values import CommandLine
    >>> operation_of_command(CommandLine("aws", ("eks", "describe-cluster"), (), "aws eks describe-cluster"))
    ('eks', 'describecluster')
    """
    if command is None or command.program != "aws" or len(command.words) < 2:
        return None
    service, operation = command.words[:2]
    service = {"s3api": "s3"}.get(service, service)
    return service, operation.replace("-", "").lower()
