"""Explain that an access key is inactive, does not exist, or is the made-up one of an emulator, such as LocalStack.

Emulators accept any key: https://docs.localstack.cloud/aws/capabilities/config/credentials/. Documents of Spring's
configuration for a profile: https://docs.spring.io/spring-boot/reference/features/external-config.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import line_start, quote_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.profiles import find_key_file
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._context.readers.unique_values import NO_SAID_NAMES
from iamtriage.explaining._rules.basics import Case, Explanation, Remedy
from iamtriage.explaining._rules.credentials.keys.access_keys import (
    KEY_GONE,
    KEY_MISTYPED,
    LONG_TERM_KEY_ID,
    NEW_KEY_REMEDIES,
    user_command,
)
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.failures._failures import Failure, InvalidCredentials

_SETTING = lazy_pattern(
    r"(?<![\w.-])(?![\w.-]{0,80}(?i:secret))(?P<name>(?:[\w.-]{1,60}[._-])?(?i:(?:aws[_-]?)?access[_-]?key(?:[_-]?id)?))[\"']?[ \t]{0,8}(?P<sign>[:=])[ \t]{0,4}(?P<quote>[\"']?)"
    # KEY stands for a key that the author of the text left out.
    r"(?P<value>(?!KEY\b)(?i:test[\w-]{0,20}|dummy[\w-]{0,20}|fake[\w-]{0,20}|mock[\w-]{0,20}|local(?:stack|host)?|foo(?:bar)?|bar|minio(?:admin)?|moto|anything|sample|unused|key))(?P=quote)(?![\w./$({-])"
)
_ENDPOINT = lazy_pattern(
    r"(?:https?://)?(?:localhost|127\.0\.0\.1|host\.docker\.internal|localstack|dynamodb-local|minio|moto|elasticmq)(?:[.\w-]{0,60}):\d{2,5}\b"
)
_PROFILE = lazy_pattern(r"\bon-profile: ?[\"']?(?P<name>[\w-]{1,40})")
# A file for one profile, or the one with which Docker Compose overrides the other.
_FILE = lazy_pattern(
    r"(?m)^[^\n\w]{0,4}(?P<name>(?:application|bootstrap|appsettings|config)[-.](?i:local|dev|test)\w{0,20}\.\w{3,10}|docker-compose\.\w{1,20}\.ya?ml|\.env\.\w{2,20}):?\s*$"
)
# A line of Quarkus for one profile.
_LINE = lazy_pattern(r"%(?P<name>[\w-]{1,40})\.[\w.\"-]{1,120}\Z")
_DOCUMENT = lazy_pattern(r"(?m)^---[ \t]*$")
_NO_RECORDS = "does not exist in our records"
_DEFAULT_CHAIN = "Without keys in its settings, the SDK uses its default credential chain: the role of the task, pod, function or instance, or your profile."


class _Placeholder(NamedTuple):
    """A setting with a made-up key, the endpoint of the emulator, and the part of the settings that has it."""

    name: str
    value: str
    endpoint: str | None
    part: str | None
    profile: str | None
    is_variable: bool


def explain_placeholder_key(case: Case[InvalidCredentials]) -> Explanation | None:
    """Explain that the settings in a text have a made-up key, or return ``None``."""
    found = _find_placeholder(case.failure.text)
    if found is None:
        return None
    setting = f"{found.name} is {found.value}"
    emulator = f"the endpoint {found.endpoint}" if found.endpoint else "an emulator such as LocalStack"
    summary = f"AWS does not accept the credentials: {setting}, a made-up key for {emulator}, and the call went to AWS."
    text = "Emulators accept any key. AWS knows no such access key ID."
    where = None
    if found.part is not None:
        summary = f"AWS does not accept the credentials: {setting}, a made-up key for {emulator}, and it applies everywhere, while the endpoint is only in {found.part}. Elsewhere, the call goes to AWS with this key."
        where = f"Move {found.name} and its secret to {found.part}, next to the endpoint, and start or deploy the program again."
    unset = "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY" if found.is_variable and where is None else None
    return case.explain(
        f"{summary} No permission is missing.",
        KEY_MISTYPED.cause("derived", f"The text sets {found.name} to {found.value}.", text=text),
        topic="invalid-credentials",
        remedies=your_remedy(
            f"Limit the made-up key to {found.part}"
            if found.part
            else f"Remove {found.name} and its secret where the program calls AWS",
            where,
            f"{_DEFAULT_CHAIN} Do not replace the made-up key by a real one.",
            None
            if found.part
            else "If the call is meant for an emulator, set its endpoint there, too: with the key alone, it goes to AWS.",
            commands=unset,
            manifest=_spring_document(found) if found.profile else None,
            url=pages.CLI_CREDENTIALS,
        ),
        notes="AWS could not authenticate the caller, so it evaluated no policy.",
    )


# S3 repeats the ID of the request. Masks look otherwise, such as YOUR_KEY, or are a part of a key.
_SENT = lazy_pattern(
    r"<AWSAccessKeyId>(?P<name>(?!(?:YOUR|MY|HIDDEN|MASKED|REDACTED|THE|A[KS]IA)_?|X{3})[A-Z][A-Z0-9]{0,30}(?:_[A-Z0-9]{1,30}){1,5}|\$\{?\w{1,60}\}?|\{\{[\w. -]{1,60}\}\}|undefined|null|None|nil)</AWSAccessKeyId>"
)


def explain_sent_name(case: Case[InvalidCredentials]) -> Explanation | None:
    """Explain that the answer repeats the name of a variable as the access key ID, or return ``None``."""
    sent = only_one({each["name"] for each in _SENT.finditer(case.failure.text)})
    if sent is None:
        return None
    is_empty = sent.isalpha() and not sent.isupper()
    why = "the value was missing where the request was built" if is_empty else "that is no key ID"
    return case.explain(
        f"AWS does not know the access key ID: S3 received {sent} as the ID, and {why}. No permission is missing.",
        KEY_MISTYPED.cause(
            because=f"The answer of S3 repeats the ID as {sent}.",
            text="Unless the author of the text put it there, the program sent it in place of the value of a variable.",
        ),
        topic="invalid-credentials",
        remedies=your_remedy(
            "Give the program the value of the variable, not its name",
            "Look where the program sets the access key ID: quotes around the name of a variable, or a template that nothing fills in, send the name itself.",
            "The secret access key most likely has the same problem.",
            "If the text hides the ID: check that the key exists and is active (aws sts get-caller-identity with it).",
            url=pages.CLI_CREDENTIALS,
        ),
        notes="AWS could not authenticate the caller, so it evaluated no policy.",
    )


def has_key_for_emulator(text: str) -> bool:
    """Return whether settings have a made-up key outside of the part with the endpoint of the emulator."""
    found = _find_placeholder(text)
    return found is not None and found.part is not None


def _find_placeholder(text: str) -> _Placeholder | None:
    if _NO_RECORDS in text and _ENDPOINT.search(text):
        # The other store gives this answer, too.
        return None
    settings = list(find_said(text, _SETTING))
    if len({each["value"] for each in settings}) != 1:
        return None
    setting, endpoint = settings[0], _ENDPOINT.search(text)
    is_variable = setting["name"] == "AWS_ACCESS_KEY_ID" and setting["sign"] == "="
    if endpoint is None:
        return _Placeholder(setting["name"], setting["value"], None, None, None, is_variable)
    of_key, of_endpoint = (_find_part(text, each.start()) for each in (setting, endpoint))
    part = profile = None
    if of_endpoint is not None and of_key != of_endpoint and len(settings) == 1:
        part, profile = of_endpoint
    elif of_key == of_endpoint:
        # The program uses both, or neither: then the endpoint in the text is not that of the call.
        return None
    return _Placeholder(setting["name"], setting["value"], endpoint[0], part, profile, is_variable)


def _find_part(text: str, at: int) -> tuple[str, str | None] | None:
    """Return the part of the settings around a position that applies only to a profile, and that profile in Spring."""
    line = text[line_start(text, at) : at]
    if (of_line := _LINE.match(line.rstrip("=: "))) is not None:
        return f"the lines with %{of_line['name']}", None
    ends = [each.start() for each in _DOCUMENT.finditer(text)]
    start = max((each for each in ends if each <= at), default=0)
    end = min((each for each in ends if each > at), default=len(text))
    if ends and (found := _PROFILE.search(text, start, end)) is not None:
        return f"the part for the profile {found['name']}", found["name"]
    files = [each["name"] for each in _FILE.finditer(text, 0, at)]
    return (f"the file {files[-1]}", None) if files else None


def _spring_document(found: _Placeholder) -> str:
    return "\n".join(
        (
            "spring:",
            "  config:",
            "    activate:",
            f"      on-profile: {found.profile}",
            "  cloud:",
            "    aws:",
            f"      endpoint: {found.endpoint}",
            "      credentials:",
            "        # access-key and secret-key, which the other part no longer has",
        )
    )


# People shorten IDs before they post them.
_LISTED_KEY = lazy_pattern(r"\b(AKIA[A-Z0-9]{12,28})\b(?:(?!AKIA)[\s\S]){0,200}?\b(Active|Inactive)\b")
# The last characters, which AWS and people write in place of the ID: "****4RTD", "…4RTD", "ends in 4RTD", or alone in a line.
_ENDING = lazy_pattern(r"(?<![A-Za-z0-9])[xX]{0,16}((?=[A-Z]{0,3}[0-9])[A-Z0-9]{4}|(?<=\*)[A-Z]{4})\b")
# "The console shows AKIA… of user mailer as inactive."
_SAID_INACTIVE = lazy_pattern(
    r"\bAKIA[A-Z0-9]{16}\b(?:(?!\b(?:not|never|if|whether|active|old|other|MFA|password|profile|console access|access to)\b|n't\b)[^\n.;?]){0,80}?\b(?i:inactive|deactivated|disabled|switched off)\b"
    r"|\b(?<!not )(?<!never )(?:[Dd]eactivated|[Dd]isabled|[Ss]witched off|[Ii]nactive)\b(?:(?!\b(?:not|never|active|MFA|password|profile|uses?|now|replaced|instead)\b)[^\n.;?]){0,60}?\bAKIA[A-Z0-9]{16}\b"
)
_USER = lazy_pattern(
    r"(?a)(?:\b[Uu]ser |--user-name[ =]|\"UserName\": ?)[`\"']?(?P<user>[\w+=,.@-]{1,63}[\w+=@-])"
)

# What follows the word in a sentence.
_NO_USERS = frozenset({"has", "had", "is", "was", "of", "with", "who", "whose", "and", "in", "to", "for"})

_UNCERTAIN = lazy_pattern(r"(?i:\b(?:if|whether|not|never|in case)\b|n't\b)")
_ASKS_WHY = lazy_pattern(r"(?i:\W*(?:why|who|when)\b)")


class ListedKey(NamedTuple):
    """The key in use, and what the text has of the keys of its user.

    Attributes:
        key: The ID of the key in use.
        keys: The listed keys, and whether they are active. The list need not have the key in use.
        user: The user.
        profile: The profile of the command that lists the keys.
        shown: How the text shows the state of the key.
    """

    key: str
    keys: dict[str, bool]
    user: str | None
    profile: str | None
    shown: str = "lists it as Inactive"


def find_listed_key(case: Case[Failure]) -> ListedKey | None:
    """Return the key in use and the state of the user's keys, if the text lists the keys or says that the only one is inactive."""
    runs = find_runs(case.failure) if "list-access-keys" in case.failure.text else ()
    run = next((each for each in runs if each.command.words[:2] == ("iam", "list-access-keys")), None)
    if run is None:
        return _find_said_key(case.failure.text)
    keys = {key: status == "Active" for key, status in _LISTED_KEY.findall(run.output)}
    if not keys:
        return _find_said_key(case.failure.text)  # the list is not below the command
    around = case.failure.text[: run.start] + case.failure.text[run.end :]
    used = {key for key in keys if key in around} or {
        key for key in keys for end in _ENDING.findall(around) if key.endswith(end)
    }
    if keys and all(keys[each] for each in used):
        # A key that the list lacks, such as a deleted one.
        used = set(LONG_TERM_KEY_ID.findall(around)) - keys.keys() or used
    user, profile = (option and option.value for option in map(run.command.option, ("user-name", "profile")))
    return ListedKey(used.pop(), keys, user, profile) if len(used) == 1 else None


def _find_said_key(text: str) -> ListedKey | None:
    """Return the only key of a text, if the text says that it is inactive."""
    said = next((each for each in _SAID_INACTIVE.finditer(text) if not _is_open(text, each)), None)
    keys = set(LONG_TERM_KEY_ID.findall(text))
    if said is None or len(keys) != 1:
        return None
    key, users = keys.pop(), {each["user"] for each in _USER.finditer(text)} - NO_SAID_NAMES - _NO_USERS
    user = only_one(users)
    listed = ListedKey(key, {key: False}, user, None)
    return listed if '"' in said[0] else listed._replace(shown=f"says {quote_words(said[0])}")


def _is_open(text: str, said: re.Match[str]) -> bool:
    """Return whether the sentence of a match denies or asks what it says: "Is the key inactive?"."""
    sentence = re.split(r"[.;?!]\s|\n", text[max(said.start() - 200, 0) : said.start()])[-1]
    end = re.search(r"[.;?!\n]|\Z", text[said.end() : said.end() + 200])
    is_question = end is not None and end[0] == "?" and not _ASKS_WHY.match(sentence)
    return is_question or _UNCERTAIN.search(sentence) is not None


def explain_inactive_key(case: Case[Failure], listed: ListedKey, stored: Remedy | None) -> Explanation:
    """Explain that the key in use is inactive or does not exist, as the list of the user's keys shows."""
    key, keys, user, profile, shown = listed
    is_listed = key in keys
    others = [each for each in keys if keys[each]]
    whose = f" of the user {user}" if user and commands.user_name(user) == user else ""
    where = "Set key ID and secret of the same key wherever the old ones are set. Environment variables take precedence over profiles: change both variables, or unset both to use a profile."
    if (file := find_key_file(case.failure.text, key)) is not None and not others:
        where = f"Set key ID and secret of the new key in {file}, and check it there with aws sts get-caller-identity. Then delete {key}."
    create = with_profile(profile, user_command("create-access-key", user))
    use = attrs.evolve(NEW_KEY_REMEDIES[0], steps=(*NEW_KEY_REMEDIES[0].steps, where), commands=(create,))
    if others:
        paste = "read -rs AWS_SECRET_ACCESS_KEY && export AWS_SECRET_ACCESS_KEY"
        export: tuple[str, ...] = (
            f"export AWS_ACCESS_KEY_ID={others[0]}",
            paste,
            "aws sts get-caller-identity",
        )
        if (used := clues.find_option(case, "profile")) is not None:
            # The option takes precedence over the variables.
            export = with_profile(used, "aws configure"), with_profile(used, "aws sts get-caller-identity")
        elif case.context.command is None:
            # A shell is no place for the keys of a program.
            export = ()
            where = f"Set key ID and secret of the same key {f'in {file}, and restart the program' if file else 'where the program gets them, and restart it'}."
        use = your_remedy(
            f"Use the active key {others[0]} instead",
            where if stored is None else f"{stored.title}, those of {others[0]}. {stored.steps[0]}",
            f"AWS does not show its secret again. If nobody has it, an administrator {'deletes the inactive key and ' if is_listed else ''}creates a new one: a user can have two keys.",
            commands=export if stored is None else stored.commands,
            url=pages.ACCESS_KEYS,
        )
    activate = user_command("update-access-key", user, "--access-key-id", key, "--status", "Active")
    reactivate = account_remedy(
        f"Or, if it was not exposed, activate {key} for the time being",
        "If it was exposed, or a policy AWSCompromisedKeyQuarantine is attached to the user, do not activate it.",
        commands=with_profile(profile, activate),
        url=pages.ROTATE_KEYS,
    )
    problem = f"{key}{whose} is inactive" if is_listed else f"{key} is not a key{whose or ' of the user'}"
    text = f"The text {shown}. Usually, such a key was replaced or exposed: first ask who deactivated it, and why."
    if not is_listed:
        text = "The list in the text does not have it: it was deleted, or belongs to another user."
    return case.explain(
        f"AWS does not accept the credentials: the access key {problem}{f', and {others[0]} is active' if others else ''}. No permission is missing.",
        KEY_GONE.cause("derived", text=text),
        remedies=(use, *((reactivate, NEW_KEY_REMEDIES[1]) if is_listed else ())),
    )
