"""Find commands with their outputs, and what distinguishes a command that failed from one that succeeded."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

from iamtriage._patterns import lazy_pattern, search_last
from iamtriage._reading.structured.values import decode_at
from iamtriage._text import hide_secrets, line_start
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.command_lines import find_commands, operation_of_command
from iamtriage.explaining._context.readers.kubectl_clusters import find_current_cluster
from iamtriage.explaining._context.readers.statements import CLAUSE_END, find_working
from iamtriage.explaining._context.values import Stated

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from iamtriage.explaining._context.values import CommandLine
    from iamtriage.failures._failures import Failure

_CHARS_AROUND, _CHARS_OF_COMMAND, _CHARS_OF_STATUS = 8_000, 30, 4_000
_MARKS_OF_PROMPTS = ("$", "#", "%", "❯", "+", ">")
# The prompt of the next command, whatever its program.
_PROMPT = lazy_pattern(r"(?m)^[^\n$#❯]{0,80}[$#❯] ")
# How the output of a command begins that succeeded: transfers, JSON, listings of S3, and tables of kubectl.
_SUCCESS = lazy_pattern(
    r"\s{0,200}(?:Enter MFA code for \S{1,200}: ?\s{0,200})?(?:(?:upload|download|copy|move|delete|make_bucket|remove_bucket): |[\[{]|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {1,40}\S|PRE |NAME {1,200}[A-Z]|Completed |\"[^\"\n]{1,300}\"[^\S\n]{0,200}(?:\n|\Z)|arn:aws[\w:/+=,.@-]{1,600}[^\S\n]{0,200}(?:\n|\Z))"
)
_FAILURE = lazy_pattern(
    r"An error occurred|(?:upload|download|copy|move|delete) failed|fatal error|[Ee]rror:|[Dd]enied|Unauthorized"
)
_JSON = lazy_pattern(r"\s{0,200}\n[ \t]{0,200}(?=[\[{])")
# The members of what describes a job or resource that failed.
_FAILED_STATUS = lazy_pattern(
    r"\"\w{0,40}(?:[Ss]tatus|[Ss]tate|STATUS)\"\s?:\s?\"(?:\w{1,30}_)?(?i:failed|failure|error|invalid|unhealthy)\""
    r"|\"(?:[a-zA-Z]{0,20}F|f)ailure(?:Reason|Cause|Message|Description)\"\s?:\s?[\"{]"
)
_DOCUMENT = lazy_pattern(r"(?m)^(?=[\[{])")
# The role with which a service or a job works.
_STATUS_ROLE = lazy_pattern(
    r"(?a)\"\w{0,40}[rR]ole(?:A[rR][nN])?\"\s?:\s?\"(?P<arn>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})\""
)
_URI = lazy_pattern(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?P<key>/\S{0,1024})?")
# Options that change only how a command prints or selects.
_NO_CAUSES = frozenset(
    {
        "output", "query", "quiet", "no-progress", "only-show-errors", "recursive", "dryrun", "exclude", "include",
        "no-cli-pager", "debug", "profile", "key", "body", "human-readable", "summarize", "metadata", "content-type", "region",
    }
)  # fmt: skip

# The keys with which S3 encrypts are secret. IDs of KMS keys and names of objects are not.
_SECRET_OPTION = lazy_pattern(r"(?:.key|secret|token|password)(?!-id\b)")
_PROFILE = lazy_pattern(r"(?a)\bAWS_PROFILE=[\"']?([\w.@:+/-]{1,64})")
# In a line that is no sign-in.
_PROFILE_OF_CALL = lazy_pattern(r"(?m)^(?![^\n]{0,400}\baws (?:sso )?login\b)[^\n]{0,1000}\s--profile[ =]")
# The settings of code and of Terraform's provider that take precedence over keys in the environment, too.
_PROFILE_IN_CODE = lazy_pattern(
    r"(?m)\bprofile_name ?=|\bWithSharedConfigProfile\(|\bfromIni\(|^[^\S\n]{0,20}(?:\d{1,4}: ?)?[^\S\n]{0,20}profile[^\S\n]{0,20}= ?\""
)
# An administrator looks up with them what another caller's credentials are.
_INVESTIGATIONS = frozenset({("accessanalyzer",), ("cloudtrail",), ("iam",), ("organizations",)})
_LOOKUPS = ("describe-", "get-", "list-")
# Their options select a profile, if at all.
_OWN_OPTIONS = frozenset({"aws", "eksctl", "terraform"})


Kind: TypeAlias = Literal["option", "missing-option", "profile", "place"]
_EMPTY_LIST = lazy_pattern(r"(?:^|[\s:])\[\s{0,8}\](?:[\s,]|\Z)")


class CommandRun(NamedTuple):
    """A command with what it printed.

    Attributes:
        command: The command.
        start: Its position in the text.
        end: The end of its output.
        output: What follows the command up to the next one.
        has_sudo: Whether it ran with sudo.
        profile: The profile of its option or variable, or ``"default"``.
    """

    command: CommandLine
    start: int
    end: int
    output: str
    has_sudo: bool
    profile: str

    @property
    def has_succeeded(self) -> bool:
        """Whether the output is that of a success."""
        return _SUCCESS.match(self.output) is not None and _FAILURE.search(self.output) is None

    def prints_empty(self, name: str) -> bool:
        """Return whether the command queries an element whose name has a part, and prints that it is an empty list."""
        query = self.command.option("query")
        return query is not None and name in query.value and _EMPTY_LIST.search(self.output) is not None


class RunContrast(NamedTuple):
    """What distinguishes a command that failed from one that succeeded.

    Attributes:
        kind: An option that only one of them has, the profile, or the place of the objects.
        failed: The option with its value, the profile or the location of the failed command.
        succeeded: That of the one that succeeded. An option is empty for the command that lacks it.
        shown: The command that succeeded, without secrets.
        has_secrets: Whether a value of either command can be secret.
    """

    kind: Kind
    failed: str
    succeeded: str
    shown: str
    has_secrets: bool


def find_runs(failure: Failure) -> Iterator[CommandRun]:
    """Yield the commands around a failure with their outputs."""
    text, (start, end) = failure.text, failure.span
    low, high = max(start - _CHARS_AROUND, 0), min(end + _CHARS_AROUND, len(text))
    # A command after a pipe has no output of its own, and ends that of no other.
    found = [
        (at, command)
        for at, command in find_commands(text, low, high)
        if not text[line_start(text, at) : at].rstrip().endswith("|")
    ]
    for (at, command), (following, _) in pairwise((*found, (high, None))):
        line = text.find("\n", at, following)
        while line > 0 and text.endswith(("\\", "\\\r"), at, line):
            line = text.find("\n", line + 1, following)
        if command is None or line == -1:
            continue
        stop = following if following == high else text.rfind("\n", line, following) + 1
        if (prompt := _PROMPT.search(text, line + 1, stop)) is not None:
            stop = prompt.start()
        before = text[line_start(text, at) : at]
        option, variable = command.option("profile"), _PROFILE.search(before)
        profile = option.value if option is not None else variable[1] if variable else "default"
        yield CommandRun(command, at, stop, text[line + 1 : stop], "sudo " in before, profile)


def end_of_working_command(text: str, at: int, start: int) -> int | None:
    """Return where the clause ends that says that the command in it works, or ``None`` for another command.

    Args:
        text: The text.
        at: Where the command begins.
        start: Where the failure after it begins.

    >>> text = "I run aws s3 ls --profile ci fine. In the pod: An error occurred"
    >>> text[end_of_working_command(text, 6, 47) :]
    '. In the pod: An error occurred'
    """
    before, stop = text[line_start(text, at) : at], CLAUSE_END.search(text, at, start)
    if stop is None or before.rstrip().endswith(_MARKS_OF_PROMPTS):
        return None
    about = re.compile(re.escape(text[at : min(at + _CHARS_OF_COMMAND, stop.start())]))
    works = find_working(f"{before}{text[at : stop.start()]}", about)
    return None if works is None else stop.start()


def start_of_status(text: str, at: int, start: int, command: CommandLine) -> int | None:
    r"""Return where the status begins that a command printed and that has the failure, or ``None`` if it has none.

    Such a command has succeeded: the failed call is that of a service or a job.

    Args:
        text: The text.
        at: Where the command begins.
        start: Where the failure after it begins.
        command: The command.

    >>> text = 'aws glue get-job-run --run-id jr_1\n{"JobRunState": "FAILED", "ErrorMessage": "Access Denied"}'
    >>> [(_, command)] = find_commands(text, 0, len(text))
    >>> text[start_of_status(text, 0, text.find("Access"), command) :][:14]
    '{"JobRunState"'
    """
    output = text.find("\n", at, start)
    is_read = len(command.words) > 1 and command.words[1].startswith(_LOOKUPS)
    found = _JSON.match(text, output, start) if output != -1 and is_read else None
    if found is None:
        return None
    _, stop = decode_at(text, found.end())
    return found.end() if start < stop and _FAILED_STATUS.search(text, found.end(), stop) else None


def looks_up_other(command: CommandLine, failure: Failure) -> bool:
    """Return whether an AWS CLI command looks up something in another call than the one that failed.

    >>> from iamtriage import parse
    >>> denied = parse("User: arn:aws:iam::111122223333:user/a is not authorized to perform: sqs:SendMessage")
    >>> [looks_up_other(each, denied) for _, each in find_commands("$ aws sqs list-queues", 0, 21)]
    [True]
    """
    called = operation_of_command(command)
    if called is None or not command.words[1].startswith(_LOOKUPS):
        return False
    if (operation := failure.envelope.operation) is not None:
        return called[1] != operation.lower() and command.words[1] != "get-login-password"
    # A key is used in calls of other services, and S3 checks actions with other names.
    service, _, name = (getattr(failure, "action", None) or "").lower().partition(":")
    return service == called[0] != "s3" and called[1] != name


def find_status_role(text: str, start: int) -> Stated | None:
    r"""Return the only role in the status, a JSON document, that has a failure, unless it is about assuming the role.

    >>> text = '{"Status": "FAILED",\n"RoleArn": "arn:aws:iam::111122223333:role/etl", "Message": "Access Denied"}'
    >>> find_status_role(text, text.find("Access")).value
    'arn:aws:iam::111122223333:role/etl'
    """
    if "ole" not in text or "iam::" not in text:
        return None
    for found in _DOCUMENT.finditer(text, max(start - _CHARS_OF_STATUS, 0), start):
        _, stop = decode_at(text, found.start())
        if stop > start:
            status = text[found.start() : stop]
            roles = {each["arn"]: each[0] for each in _STATUS_ROLE.finditer(status)}
            is_own = len(roles) == 1 and "ssum" not in status and _FAILED_STATUS.search(status) is not None
            return Stated(*roles.popitem()) if is_own else None
    return None


def selects_profile_itself(failure: Failure) -> bool:
    """Return whether the call that failed selects its profile itself, which takes precedence over keys in the environment.

    ``AWS_PROFILE`` does not, in botocore and other SDKs: ``create_credential_resolver`` in botocore/credentials.py.
    """
    text, start = failure.text, failure.span[0]
    if _PROFILE_IN_CODE.search(text):
        return True
    if "--profile" not in text:
        return False
    failed = next((run for run in find_runs(failure) if run.start <= start < run.end), None)
    if failed is not None and failed.command.program in _OWN_OPTIONS:
        signs_in = failed.command.words[:1] in {("login",), ("sso",)}
        return failed.command.option("profile") is not None and not signs_in
    last = search_last(_PROFILE_OF_CALL, text, 0, start)
    # A command after it has its own options.
    return last is not None and _PROMPT.search(text, text.find("\n", last.end(), start), start) is None


def find_working_profile(failure: Failure) -> str | None:
    """Return the profile of the last command that selects one and succeeded, not the one that failed."""
    if "--profile" not in failure.text:
        return None
    working = [
        each.profile
        for each in find_runs(failure)
        if not each.start <= failure.span[0] < each.end
        and each.has_succeeded
        and each.command.option("profile") is not None
        and each.command.words[:1] not in _INVESTIGATIONS
    ]
    return working[-1] if working else None


def find_failed(failure: Failure, runs: Iterable[CommandRun]) -> CommandRun | None:
    """Return the command in whose output the failure is."""
    return next((run for run in runs if run.start <= failure.span[0] < run.end), None)


def find_contrast(failure: Failure) -> RunContrast | None:
    """Return what distinguishes the failed command from the same one that succeeded, if it is one thing."""
    runs = [run for run in find_runs(failure) if run.command.program == "aws"]
    failed = find_failed(failure, runs)
    if failed is None:
        return None
    others = (run for run in runs if run.has_succeeded and run.command.words[:2] == failed.command.words[:2])
    return next(filter(None, (_compare(failed, run) for run in others)), None)


def _compare(failed: CommandRun, succeeded: CommandRun) -> RunContrast | None:
    options, others = (
        {pair for pair in each.command.options if pair[0] not in _NO_CAUSES} for each in (failed, succeeded)
    )
    more, fewer = options - others, others - options
    other, is_secret = succeeded.command, _has_secrets(succeeded.command)
    quoted = " ".join((other.program, *other.words[:2])) if is_secret else other.text
    shown = quoted, _has_secrets(failed.command) or is_secret
    places, other_places = (_find_places(each.command) for each in (failed, succeeded))
    if failed.profile != succeeded.profile:
        is_same = places == other_places and not more | fewer
        return RunContrast("profile", failed.profile, succeeded.profile, *shown) if is_same else None
    if bool(more) != bool(fewer):
        if {bucket for bucket, _ in places} != {bucket for bucket, _ in other_places}:
            return None
        if more:
            return RunContrast("option", _join(failed.command, more), "", *shown)
        return RunContrast("missing-option", "", _join(succeeded.command, fewer), *shown)
    if more or fewer or len(places) != 1 or len(other_places) != 1:
        return None
    ((bucket, prefix),), ((other_bucket, other_prefix),) = places, other_places
    if bucket != other_bucket or prefix == other_prefix:
        return None
    return RunContrast("place", f"s3://{bucket}/{prefix}", f"s3://{bucket}/{other_prefix}", *shown)


def _join(command: CommandLine, options: set[tuple[str, str]]) -> str:
    """Return options as a command has them, without values that can be secret."""
    return " ".join(
        f"--{name} {'' if _is_secret(name, value) else value}".rstrip()
        for name, value in command.options
        if (name, value) in options
    )


def _has_secrets(command: CommandLine) -> bool:
    is_hidden = hide_secrets(command.text) != command.text
    return is_hidden or any(_is_secret(name, value) for name, value in command.options)


def _is_secret(name: str, value: str) -> bool:
    return _SECRET_OPTION.search(name) is not None or hide_secrets(value) != value


def _find_places(command: CommandLine) -> frozenset[tuple[str, str]]:
    """Return the buckets and folders that a command names."""
    if (bucket := command.option("bucket")) is not None:
        key = command.option("key", "prefix")
        return frozenset({(bucket.value, "" if key is None else _folder(key.value))})
    found = (_URI.fullmatch(word) for word in command.words)
    return frozenset(
        (each["bucket"], _folder((each["key"] or "/")[1:])) for each in found if each is not None
    )


def _folder(key: str) -> str:
    return key[: key.rfind("/") + 1]


def find_success_without_sudo(failure: Failure, programs: Container[str]) -> list[str]:
    """Return the first of some programs that succeeded without sudo, or the command that shows that the credentials work."""
    works = [each.command for each in find_runs(failure) if each.has_succeeded and not each.has_sudo]
    shown = [each.program for each in works if each.program in programs]
    shown += ["aws sts get-caller-identity" for each in works if each.words == ("sts", "get-caller-identity")]
    return shown[:1]


def find_runs_of_others(failure: Failure) -> list[CommandRun]:
    """Return the commands around a failure that name another cluster than that of kubectl's current context."""
    current = find_current_cluster(failure.text) if "context" in failure.text else None
    if current is None:
        return []
    stated = ((run, run.command.option("cluster-name", "cluster")) for run in find_runs(failure))
    return [run for run, of in stated if of is not None and of.value != current[0]]


def without_other_clusters(failure: Failure) -> str:
    """Return the text of a failure without what those commands print."""
    text = failure.text
    for run in find_runs_of_others(failure):
        text = text.replace(run.output, "")
    return text
