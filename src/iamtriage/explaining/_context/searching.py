"""Search the text around a failure with all readers of names, commands and documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern, search_last
from iamtriage._reading.structured.values import decode_at
from iamtriage._text import hide_secrets, line_at, line_start
from iamtriage.actions._operations import service_prefix
from iamtriage.explaining._context import needs
from iamtriage.explaining._context.model import SIGNS_OF_ATTACHMENTS, Context
from iamtriage.explaining._context.readers.callers import UNMAPPED, find_said_caller, restore_case
from iamtriage.explaining._context.readers.command_lines import find_commands, operation_of_command
from iamtriage.explaining._context.readers.command_runs import (
    end_of_working_command,
    find_status_role,
    looks_up_other,
    start_of_status,
)
from iamtriage.explaining._context.readers.endpoints import find_other_endpoint, find_other_system
from iamtriage.explaining._context.readers.names import NAME_READERS
from iamtriage.explaining._context.readers.other_profiles import hide_other_profiles
from iamtriage.explaining._context.readers.regions import choose_region
from iamtriage.explaining._context.readers.runtimes import find_runtime, name_user_of_job
from iamtriage.explaining._context.readers.s3_locations import Location, find_location, find_setting
from iamtriage.explaining._context.readers.s3_remotes import find_remote
from iamtriage.explaining._context.readers.sdk_frames import find_called_operation
from iamtriage.explaining._context.readers.session_policies import SESSION_POLICY
from iamtriage.explaining._context.readers.state_locations import find_state
from iamtriage.explaining._context.readers.terraform_code import find_own_address
from iamtriage.explaining._context.values import CommandLine, Stated
from iamtriage.policies._masked_arns import is_masked

if TYPE_CHECKING:
    from iamtriage.explaining._context.values import Document
    from iamtriage.failures._failures import Failure

# The number of characters on each side of the failure to search for values about this failure.
_CHARS_AROUND = 4_000
# The number of characters before a denial in which a program can say what it did.
_CHARS_OF_CALL = 400
# Settings of a program that keeps objects in S3.
_STORAGE_SETTING = lazy_pattern(
    r"(?i)\b(?:backend|type|store|storage|driver|provider)[\"']?\s?[:=]\s?[\"']?s3\b|\bs3[.-][a-z0-9.-]{0,40}amazonaws\.|\bs3://|=s3:"
)
_CHARS_OF_SETTINGS = 64_000
# Shorter values are not secrets.
_MIN_SECRET_LENGTH = 16
# Some people paste a key in place of a profile name.
_SECRET = lazy_pattern(r"(?=[A-Za-z/+=]{0,64}[0-9])[A-Za-z0-9/+=]{32,}")
# The start of a log entry: a time or a level, after an optional prefix.
_ENTRY_START = lazy_pattern(
    r"(?:\[?[\w./-]{0,40}\]?[ |]{0,3})?\[?(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\d\d:\d\d:\d\d|[IWEF]\d{4} \d\d:\d\d|(?:time|ts|timestamp|level)=|"
    r"(?:INFO|ERROR|WARN(?:ING)?|DEBUG|FATAL)\b(?!:)|\{\"|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)"
)
# A logger can print the frames of a stack trace as entries of their own.
_FRAME = lazy_pattern(r"[^\n]{10,80}?\s(?:at [\w.$]{3,200}[\w$>]\(|\S{1,300}\.rb:[0-9]{1,6}:in )")
_MAX_LINES_OF_ENTRY = 80
# What somebody enters in a session of Python.
_INPUT = lazy_pattern(r"(?m)^(?:>>> |In \[\d{1,5}\]: )")
# A shell prompt with a command.
_PROMPT = lazy_pattern(r"(?m)^(?:[^\s$]{1,80} ?)?[$❯] ?(?=[a-z./])")
# What the AWS CLI prints for a call that succeeded: JSON, a table, or a listing of S3 objects.
_RESULT = lazy_pattern(
    r"\s*\n[ \t]*(?:(?P<json>[\[{\"])|-{8,}[ \t]*\n\|[^\n]*|(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[ ]+\d+|[ ]*PRE) [^\n]*)"
)
_PARAMETERS = "requestParameters"


def search_context(failure: Failure, whole: str, found: int) -> Context:
    """Return the context of a failure.

    Args:
        failure: The failure.
        whole: The text that is searched for settings and documents.
        found: The groups of ``needs.INDEX`` of which it has a word.
    """
    text, (start, end) = failure.text, failure.span
    has_commands = needs.COMMANDS.is_in(whole, found)
    command, other, first, last, head = _find_section(failure)
    section = head + text[first:last]
    is_longer = len(whole) > len(section)
    values: dict[str, Any] = {}
    if has_commands or needs.LOCATIONS.is_in(whole, found):
        # The log entries of rclone follow its command.
        location = find_state(line_at(text, start, end), whole) or _find_location(failure, section, command)
        location = location or find_remote(whole, failure.envelope.operation) or find_setting(whole)
        if location is not None and not is_masked(location.bucket.value):
            values.update(bucket=location.bucket, key=location.key, prefix=location.prefix)
    own = hide_other_profiles(failure, whole)
    signs = needs.NAMES
    names = [name for name in NAME_READERS if has_commands or signs[name].is_in(whole, found)]
    for name in names:
        read = NAME_READERS[name]
        # The values in the failure's own command or log entry are about this failure.
        if (stated := read(section, command)) is not None or (
            name in _SETTINGS
            and is_longer
            and (stated := read(own, other if name == "cluster" else None)) is not None
        ):
            values[name] = stated
    if "terraform" in values:
        address = find_own_address(text, start + 1) or find_own_address(text, end)  # of several resources
        values["terraform"] = address or values["terraform"]
    if "caller" in values and UNMAPPED in values["caller"].words:
        values["caller"] = restore_case(whole, values["caller"])
    if failure.principal is None:
        of_status = failure.kind == "access_denied" and find_status_role(text, start)
        values["caller"] = find_said_caller(whole, failure.kind, of_status or values.get("caller"))
    before = NAME_READERS["region"](head + text[first:end], command) if "region" in names else None
    region = choose_region(text, (start, end), command, before, values.get("region"))
    if region is not None:
        values["region"] = region
    if needs.ENDPOINTS.is_in(whole, found):
        values["other_endpoint"] = find_other_endpoint(failure, section, whole, command)
    if values.get("other_endpoint") is None and needs.SYSTEMS.is_in(whole, found):
        values["other_system"] = find_other_system(failure, whole)
    values["service"], values["operation"] = _find_call(failure, section, command, values.get("terraform"))
    stored = _find_storage_call(failure)
    if stored is not None and values.get("key") is None and values.get("prefix") is None:
        # A program keeps more than one object in its bucket.
        values["prefix"] = Stated("", stored.words)
    values = {name: each for name, each in values.items() if each is not None and _is_shown(name, each)}
    of_kubectl = command if failure.kind not in _KINDS_OF_KUBECTL else None
    runtime = find_runtime(section, of_kubectl) or (find_runtime(whole) if is_longer else None)
    values["runtime"] = name_user_of_job(runtime, whole)
    if failure.kind == "access_denied" and _PARAMETERS in section:
        from iamtriage.explaining._context.readers.request_parameters import find_request_parameters

        values["parameters"] = find_request_parameters(section)
    return Context(command=command, **values, **_documents(whole))


def _find_location(failure: Failure, section: str, command: CommandLine | None) -> Location | None:
    """Return the location of the failed call, preferably the one on the line of the failure.

    A command that transfers several objects prints a line for each failure.
    """
    text, (start, end) = failure.text, failure.span
    operation = failure.envelope.operation
    # In a session of Python, the last input before the failure has the call.
    called = search_last(_INPUT, text, 0, start) if ">>> " in text or "In [" in text else None
    if called is not None and (own := find_location(text[called.start() : end], operation, None)) is not None:
        return own
    location = find_location(section, operation, command)
    line = line_at(text, start, end)
    own = find_location(line, operation, None) if location is not None and len(line) < len(section) else None
    is_less = own is None or (own.key is None and location and own.bucket.value == location.bucket.value)
    return location if is_less else own


def _find_call(
    failure: Failure, section: str, command: CommandLine | None, terraform: Stated | None
) -> tuple[Stated | None, Stated | None]:
    """Return the called service and operation, from SDK frames, the command, or the Terraform resource."""
    service, operation = find_called_operation(section)
    if service is None and operation is None and (stored := _find_storage_call(failure)) is not None:
        return Stated("s3", stored.words), stored
    called = operation_of_command(command) if service is None else None
    known = failure.envelope.operation
    is_high_level = command is not None and command.words[:1] == ("s3",)
    if called is not None and known is not None and not is_high_level and called[1] != known.lower():
        # This is not the command that failed.
        called = None
    if command is not None and called is not None:
        name = "".join(part.capitalize() for part in command.words[1].split("-"))
        if is_high_level:
            return Stated(called[0], command.text), operation
        return Stated(called[0], command.text), operation or Stated(name, command.text)
    if operation is None and failure.kind == "access_denied":
        from iamtriage.explaining._context.readers.described_calls import find_described_call

        if (described := find_described_call(failure)) is not None:
            return described
    if service is None and known is not None and f"client.{known}: " in failure.text:
        service = Stated("s3", f"client.{known}: ")  # of the client of MinIO for Go
    if service is None and terraform is not None and "aws_" in terraform.value:
        # The type of a resource begins with the provider and the service: aws_lambda_function.
        words = terraform.value.rpartition("aws_")[2].split("_", 1)[0].partition(".")[0]
        service = Stated(words, terraform.words)
    if service is not None and service_prefix(service.value) is None:
        service = None
    return service, operation


def _find_storage_call(failure: Failure) -> Stated | None:
    """Return the S3 operation that the line of a denial describes in words, if the denial has the form of S3's."""
    envelope, (start, end) = failure.envelope, failure.span
    if failure.kind != "access_denied" or envelope.operation is not None or failure.action is not None:
        return None
    from iamtriage.explaining._context.readers.described_calls import find_storage_call

    line = failure.text[line_start(failure.text, start, start - _CHARS_OF_CALL) : end]
    is_named = envelope.host_id is not None or re.search("s3", line, re.IGNORECASE) is not None
    return find_storage_call(failure, is_of_s3=is_named or _names_storage(failure))


def _names_storage(failure: Failure) -> bool:
    """Return whether a denial without a code has the words of S3, and the settings in the text name S3."""
    text, (start, end) = failure.text, failure.span
    is_bare = failure.envelope.code is None and "Access Denied" in text[start:end]
    return is_bare and _STORAGE_SETTING.search(text, 0, _CHARS_OF_SETTINGS) is not None


def _is_shown(name: str, stated: Stated) -> bool:
    """Return whether a value is not a secret."""
    if name == "profile" and _SECRET.search(stated.value):
        return False
    if len(stated.value) < _MIN_SECRET_LENGTH and "://" not in stated.words:
        return True
    shown = hide_secrets(stated.words)
    return shown == stated.words or stated.value in shown


# Failures of kubectl itself, not of a program whose output it shows.
_KINDS_OF_KUBECTL = frozenset({"kubernetes_forbidden", "kubernetes_unauthorized"})
# Settings and names that stay the same in the text of one session.
_SETTINGS = frozenset(
    {
        "log_group", "region", "profile", "cluster", "authentication_mode", "caller", "account",
        "role_arn", "terraform", "workload", "api", "namespace", "service_account", "function",
        "file_system", "vpc_endpoint",
    }
)  # fmt: skip


def _documents(text: str) -> dict[str, Any]:
    is_attached = any(map(text.__contains__, SIGNS_OF_ATTACHMENTS))
    # Messages of AWS have "because no identity-based policy allows the … action".
    is_allowed = text.count(" allow") > text.count("because no ")
    is_described = is_allowed or any(map(text.__contains__, _SIGNS_OF_DESCRIPTIONS))
    says_denies = text.count(" denies ") > text.count("explicitly denies access")
    has_policies = says_denies or any(map(text.__contains__, _SIGNS_OF_POLICIES))
    has_mappings = '"' in text or "arn: " in text or "GROUPS" in text or "iamidentitymapping" in text
    may_trust = "AROA" in text or "AIDA" in text or "WebIdentity" in text
    if not (is_attached or is_described or has_policies or has_mappings or may_trust):
        return {}
    from iamtriage.explaining._context.readers.documents import find_documents, find_mappings, name_documents

    documents = list(find_documents(text))
    values: dict[str, Any] = {"mappings": tuple(find_mappings(text)), **name_documents(documents)}
    policies: list[Document] = []
    if has_policies:
        from iamtriage.explaining._context.readers.pasted_policies import find_policies

        policies += find_policies(text, documents)
    if is_attached:
        from iamtriage.explaining._context.readers.attached_policies import find_attached_policies

        policies += find_attached_policies(text)
    is_described &= all(each.has_principal or each.name == SESSION_POLICY for each in policies)
    if is_described:
        from iamtriage.explaining._context.readers.attached_policies import find_described_policies

        policies += find_described_policies(text)
    if " outside " in text:
        from iamtriage.explaining._context.readers import attached_policies, organization_levels

        policies += organization_levels.find_denied_regions(text, policies, attached_policies.DESCRIBED)
    is_shown = ':sub"' in text or "Principal" in text or may_trust
    if is_shown and not any(each.is_trust_policy for each in policies):
        from iamtriage.explaining._context.readers.pasted_policies import find_trust_fragment

        policies += filter(None, (find_trust_fragment(text),))
    return {**values, "policies": tuple(policies)}


_SIGNS_OF_DESCRIPTIONS = (" may ", " can ", " contain", " got ", "gave ", "added ", " grant", " outside ", " has ", " have ", " include", "olicy:")  # fmt: skip
# Every policy contains one of these, in JSON, YAML or code.
_SIGNS_OF_POLICIES = (
    "Statement", "statement {", "Effect", "aws_iam_policy_document", "iamRoleStatements", "PolicyDocument", "get_policy_document",
    "FederatedPrincipal(", "WebIdentityPrincipal(", "Policy:", 'Policy":', '"Resource"', "Action", " Deny ", " Allow ",
)  # fmt: skip


def _find_section(failure: Failure) -> tuple[CommandLine | None, CommandLine | None, int, int, str]:
    """Return the failed command, one that succeeded, the bounds of the failure's section, and its heading.

    The section begins with the failed command or the log entry, and ends where its output ends. The heading of a
    log entry is the command that printed it.
    """
    text, (start, end) = failure.text, failure.span
    low, high = max(start - _CHARS_AROUND, 0), min(end + _CHARS_AROUND, len(text))
    line = line_start(text, start, low)
    command: CommandLine | None = None
    other: CommandLine | None = None
    head = ""
    if low < line and (entry := _start_of_entry(text, low, line)) is not None:
        line = entry
        # In a log, the entries before this one are about other things, but one command printed all of them.
        if (printed := _find_printing_command(text, low, line, start)) is not None:
            command, head = printed
        low = line
    for at, found in find_commands(text, low, high):
        if at <= start:
            after = _end_of_output(text, at, start)
            after = end_of_working_command(text, at, start) if after is None else after
            after = start_of_status(text, at, start, found) if after is None else after
            command, other, low = (found, other, at) if after is None else (None, found, after)
        elif at >= end:
            # The next command begins something else, unless there is no command before the failure.
            if command is None and not (looks_up_other(found, failure) or _has_output(text, at, high)):
                command = found
            else:
                other = other or found
                high = text.rfind("\n", end, at) + 1 or at
            break
    if text.find("\n", end, high) != -1:
        high = _end_of_entry(text, line, end, high)
    return command, other, line_start(text, low), high, head


def _start_of_entry(text: str, low: int, line: int) -> int | None:
    """Return where the log entry starts that a line continues, such as one of a traceback, or ``None``."""
    start = line
    for _ in range(_MAX_LINES_OF_ENTRY):
        if _ENTRY_START.match(text, start):
            return start
        if start <= low or not (start == line or text[start] in " \t" or text.startswith("Traceback", start)):
            return None
        start = line_start(text, start - 1, low)
    return None


def _find_printing_command(text: str, low: int, line: int, start: int) -> tuple[CommandLine, str] | None:
    """Return the command at a prompt that printed the log entry at a line, and the lines of the command."""
    printed: tuple[CommandLine, str] | None = None
    for at, found in find_commands(text, low, line):
        if not _is_at_prompt(text, at):
            continue
        # Entries in JSON are not the result of a command that prints a log.
        prints_log = "logs" in found.words or "tail" in found.words
        is_other = start_of_status(text, at, start, found) is not None
        if not is_other and _end_of_output(text, at, start, has_result=not prints_log) is None:
            begin = line_start(text, at)
            stop = text.find("\n", at, line) + 1
            while text[:stop].endswith(("\\\n", "\\\r\n")) and 0 < stop < line:
                stop = text.find("\n", stop, line) + 1
            printed = found, text[begin:stop]
        else:
            printed = None
    return printed


def _is_at_prompt(text: str, at: int) -> bool:
    """Return whether a command follows a shell prompt or the mark of ``set -x``."""
    before = text[line_start(text, at) : at].rstrip()
    return before.endswith(("$", "#", "%", "❯", "+")) or before.startswith("PS ")


def _end_of_output(text: str, at: int, start: int, *, has_result: bool = True) -> int | None:
    """Return where the output of a command ends before a failure, or ``None`` if the failure is in it.

    A result, or another prompt, ends the output: a command with a result has succeeded.
    """
    output = text.find("\n", at, start)
    if output == -1:
        return None
    # The same words before another command are the prompt, in any form.
    before = text[line_start(text, at) : at]
    following = text.find(f"\n{before}", output, start) if before.strip() else -1
    if following != -1:
        return following + 1
    prompt = _PROMPT.search(text, output + 1, start)
    if prompt is not None:
        return prompt.start()
    return _end_of_result(text, output, start) if has_result else None


def _end_of_result(text: str, output: int, end: int) -> int | None:
    """Return where the result of a command ends, or ``None`` if its output does not begin with one."""
    found = _RESULT.match(text, output, end)
    if found is None or found["json"] is None:
        return None if found is None else found.end()
    _, stop = decode_at(text[:end], found.start("json"))
    return None if stop == -1 else stop


def _has_output(text: str, at: int, end: int) -> bool:
    """Return whether the text shows what a command after the failure printed."""
    output = text.find("\n", at, end)
    if output == -1:
        return False
    return _end_of_result(text, output, end) is not None or (
        _is_at_prompt(text, at) and not text[output:end].isspace()
    )


def _end_of_entry(text: str, line: int, end: int, high: int) -> int:
    """Return the start of the next log entry, if the failure is in a log."""
    if not _ENTRY_START.match(text, line):
        return high
    at = text.find("\n", end, high)
    while at != -1:
        if _ENTRY_START.match(text, at + 1) and not _FRAME.match(text, at + 1):
            return at + 1
        at = text.find("\n", at + 1, high)
    return high
