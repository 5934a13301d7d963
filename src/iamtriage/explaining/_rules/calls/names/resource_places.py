"""Explain that the text has a missing resource in another Region or account than the one that was called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import line_start, quote_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._context.readers.region_names import PLACE, region_of_place
from iamtriage.explaining._context.readers.regions import find_mentioned_regions
from iamtriage.explaining._context.readers.statements import find_said, find_working
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.calls.names.account_contrasts import OTHER_ONE, PARAMETERS
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import AwsError

__all__ = ("RESOURCE_IN_OTHER_ACCOUNT", "RESOURCE_IN_OTHER_REGION", "explain_elsewhere")

RESOURCE_IN_OTHER_REGION = CauseType(
    "resource-in-other-region",
    title="The resource is in another Region",
    fix="Call the Region of the resource.",
    recognised_by="The call went to another Region than the one that the ARN of the resource, the text or the facts state.",
    sign=r"\barn:aws[\w-]{0,10}:[\w-]{2,30}:([a-z]{2,5}-[a-z-]{4,15}-\d):\d{12}:\S{1,200} (?:--[\w-]{2,40} \S{1,80} ){0,6}--region (?!\1)[a-z]{2,5}-[a-z-]{4,15}-\d\b",
    of="not-found",
)
RESOURCE_IN_OTHER_ACCOUNT = CauseType(
    "resource-in-other-account",
    title="The resource is in another account than the credentials",
    fix="Use credentials of the account that owns the resource.",
    commands=("aws sts get-caller-identity",),
    recognised_by="The text names a resource of another account than the caller's.",
    sign=r"\"Account\": ?\"(?P<account>\d{12})\".{0,800}\b(?P<shown>arn:aws[\w-]{0,10}:[\w-]{2,30}:[\w-]{0,20}:(?!(?P=account))\d{12}:\S{1,80})",
    of="not-found",
)
# The IDs of resources, such as i-0123456789abcdef0, and a quoted name.
_ID = lazy_pattern(
    r"\b[a-z]{1,10}-[0-9a-f]{8,17}\b|(?<=not found: )[\w.-]{3,100}\b|(?<=['\"])[\w.-]{3,100}(?=['\"])",
    re.ASCII,
)
# What people call a resource of which the message has only the ID.
_KINDS = lazy_pattern(
    r"(?i:instance|snapshot|volume|subnet|image|ami|vpc|group|gateway|cluster|topic|stream|bus)\b|Snapshot"
)
_ACCOUNT = lazy_pattern(
    r"(?:::|\bregistry with id ['\"]?|\bunder account |\.com(?:\.cn)?/|:)(\d{12})(?!\d)", re.ASCII
)
_ARN_IN_MESSAGE = lazy_pattern(rf"\barn:aws[a-z-]{{0,12}}:[a-z0-9-]{{2,30}}:({REGION}):(\d{{12}}):", re.ASCII)
# The account that get-caller-identity prints, and what people say of their own one.
_OWN_ACCOUNT = lazy_pattern(
    r"(?:--profile[ =]|\bAWS_PROFILE=)[\w.@+:/-]{1,64} \((?P<selected>\d{12})\)|\"?Account\"?[ :=]{1,3}\"?(?P<printed>\d{12})\b|\b(?i:(?:app|caller|credentials|call|job|function|lambda|task|pod|run|runs|running|our|my|own)(?:'s|s')?)[^\n.;]{0,20}? (?i:account(?: is| =|:)?|in(?: account)?) ?\(?(?P<said>\d{12})\b",
    re.ASCII,
)
_VERB = (
    r"(?:is|are|exists?|lives?|runs?|sits?|resides?|(?:was|were|is|got) (?:created|deployed|made|restored))"
)
_WORKING_CALL = lazy_pattern(rf"--region[ =]({REGION})\b")
_MAX_PLACES, _CHARS_AROUND = 40, 300
_NOT_OTHER = r"(?! (?:and|or|too|as well|also)\b)(?![^.;\n]{0,60}\b(?:deleted|moved|removed)\b)"


class _Place(NamedTuple):
    """Where a resource is or a call went.

    Attributes:
        region: The Region, if known.
        account: The account, if known.
        shown: The words of the text that say so.
        profile: The profile with credentials of the account.
    """

    region: str | None
    account: str | None
    shown: str = ""
    profile: str | None = None

    def differs(self, other: _Place) -> _Place:
        """Return the parts that are known and that another place has differently."""
        region = self.region if other.region and self.region != other.region else None
        account = self.account if other.account and self.account != other.account else None
        return self._replace(region=region, account=account)

    def __str__(self) -> str:
        """Describe the place."""
        account = f"account {self.account}" if self.account else ""
        return f"{self.region} in {account}" if self.region and account else self.region or account


def explain_elsewhere(
    case: Case[AwsError], title: str, noun: str, name: str | None, *, is_global: bool
) -> Explanation | None:
    """Explain that a resource is where the call did not go, if the text has it in one such place.

    Args:
        case: The failure.
        title: What to call the resource.
        noun: The type of the resource.
        name: Its name, if the message or the call has it.
        is_global: Whether its service has no Regions.
    """
    text, (start, end) = case.failure.text, case.failure.span
    rest = text.find("\n", end)
    own = text[start : len(text) if rest == -1 else rest]
    name = name or _find_only_name(text, noun)
    if name is None and (found := _ID.search(own, end - start)) is not None:
        name = found[0]
    found_places = (
        each for each in _find_places(case, noun, name, own) if not (is_global and each.account is None)
    )
    # A log can have the same place on each line.
    places = list({each[:2]: each for each in islice(found_places, _MAX_PLACES)}.values())
    compared = [(place.differs(called := _find_called(case, own, place)), called) for place in places]
    wrong = {
        (each.region, each.account): (each, called)
        for each, called in compared
        if each.region or each.account
    }
    if not places and not is_global:
        return _explain_working_call(case, title)
    is_there, others = [not (each.region or each.account) for each, _ in compared], len(compared) > 1
    if len(wrong) != 1 or (others and any(is_there)):
        return None  # the text has it where the call went, too
    ((there, called),) = wrong.values()
    went = _Place(called.region if there.region else None, called.account if there.account else None)
    cause = RESOURCE_IN_OTHER_REGION if there.region else RESOURCE_IN_OTHER_ACCOUNT
    evidence: tuple[Cause, ...] = (cause.cause("derived", f"The text has {quote_words(there.shown)}."),)
    if there.region and there.account:
        evidence += (RESOURCE_IN_OTHER_ACCOUNT.cause("derived"),)
    return case.explain(
        f"The {title} is in {there}, and the call went to {went}.",
        *evidence,
        topic="not-found",
        remedies=_call_there(there, went),
        notes=NOT_A_DENIAL,
    )


def _explain_working_call(case: Case[AwsError], title: str) -> Explanation | None:
    """Explain that a resource is in the Region of a command that works, if nothing says which Region the failing call had."""
    works = find_working(case.failure.text, _WORKING_CALL)
    if works is None or case.context.command is not None:
        return None
    found = _WORKING_CALL.search(works)
    region = found[1] if found else ""
    if find_mentioned_regions(case.failure.text.replace(works, "")):
        return None
    return case.explain(
        f"The {title} exists in {region}, as {quote_words(works)} shows: the failing call most likely went to another Region or account.",
        RESOURCE_IN_OTHER_REGION.cause(),
        RESOURCE_IN_OTHER_ACCOUNT.cause(),
        topic="not-found",
        remedies=your_remedy(
            "Compare the Region and the account of the two calls",
            f"Set the Region of the failing client to {region}: the argument region (region_name in boto3), or AWS_REGION={region}.",
            "Then run aws sts get-caller-identity where the call fails, and where it works: the accounts must be the same.",
            url=pages.SDK_ENDPOINTS,
        ),
        notes=NOT_A_DENIAL,
    )


def _find_only_name(text: str, noun: str) -> str | None:
    """Return the name of the only resource of a type of which the text has the ARN or the URL."""
    if noun == "queue":
        found = set(re.findall(r"https://sqs\.[a-z0-9.-]{8,40}/\d{12}/([\w.-]{1,80})", text))
    else:
        starts = [
            rf"{of}:[a-z0-9-]{{6,30}}:\d{{12}}:{start}"
            for (of, start), each in PARAMETERS.items()
            if each.noun == noun
        ]
        found = set(
            re.findall(
                rf"\barn:aws[a-z-]{{0,12}}:(?:{'|'.join(starts) or '(?!)'})([\w./+=@-]{{1,500}})", text
            )
        )
    return only_one(found)


def _call_there(there: _Place, went: _Place) -> Remedy:
    region, account = there.region, there.account
    set_region = f"Set the Region of the client: the argument region (region_name in boto3), or AWS_REGION={region}. In a command, pass --region {region}."
    compare = "If the call still fails, compare the account of the credentials: aws sts get-caller-identity."
    select = (
        f"Select the profile {there.profile}: --profile {there.profile}, or AWS_PROFILE={there.profile}."
        if there.profile
        else None
    )
    credentials = (
        select
        or f"Use credentials of account {account}: another profile or role, or a role in {account} that the caller may assume."
    )
    identity = f"aws sts get-caller-identity --query Account --output text{f' --profile {there.profile}' if there.profile else ''}"
    return your_remedy(
        f"Call {there} instead of {went}"
        if region
        else f"Call with credentials of {there} instead of {went}",
        set_region if region else None,
        credentials if account else compare,
        f"The command must print {account}." if account else None,
        commands=identity if account else None,
        url=pages.SDK_ENDPOINTS if region else pages.CLI_CREDENTIALS,
    )


def _find_places(case: Case[AwsError], noun: str, name: str | None, own: str) -> Iterator[_Place]:
    """Yield where the text has the resource."""
    text = case.failure.text.replace(own, "\n", 1)
    short = re.escape(re.split("[:/]", name)[-1]) if name else ""
    if short:
        # AWS appends six characters to the name of a secret.
        arn = re.compile(
            rf"\barn:aws[a-z-]{{0,12}}:[a-z0-9-]{{2,30}}:({REGION}):(\d{{12}}):(?:[\w.-]{{1,60}}[:/]){{0,6}}{short}(?:-[A-Za-z0-9]{{6}})?(?![\w/-]|\.\w)",
            re.ASCII,
        )
        url = re.compile(
            rf"https://sqs\.({REGION})\.[a-z.]{{8,20}}/(\d{{12}})/{short}(?![\w-]|\.\w)", re.ASCII
        )
        for found in (*arn.finditer(text), *url.finditer(text)):
            # An ARN in the request does not show that there is such a resource.
            if found[0] != name and not _is_of_other(text, found):
                yield _Place(found[1], found[2], found[0], _find_profile_of(case, found[2], found[0]))
        listed = re.compile(
            rf"--region[ =]({REGION})\b[^\n]{{0,80}}? (?:shows?|lists?|finds?|prints?|returns?|has) [^\n]{{0,40}}?{short}(?![\w-])"
        )
        yield from (_Place(each[1], None, each[0]) for each in find_said(text, listed))
    kinds = {noun.rpartition(" ")[2], *(each.lower() for each in _KINDS.findall(own))} - {"resource"}
    any_kind = "|".join(map(re.escape, sorted(kinds))) or "(?!)"
    subject = rf"(?i:(?:(?:the|our|this|my|a) )?(?:[\w-]{{1,20}} )?(?:{any_kind}))" + (
        rf"|{short}[\"'`]?" if short else ""
    )
    sections = find_profile_sections(case.failure.text)
    profiles = {each.name: _account_of(each.settings) for each in sections}
    names = "|".join(re.escape(each) for each, account in profiles.items() if account) or "(?!)"
    said = re.compile(
        rf"(?<![\w/.-])(?<!of )(?<!for )(?:{subject}) {_VERB} (?:only |really |actually )?(?:in|to|with|under|by|from) (?:the |our |my )?(?:Region |account |profile )?[\"'`(]?"
        rf"(?:(?P<region>{PLACE})|(?:[\w.-]{{1,40}} (?:account )?\()?(?P<account>\d{{12}})|(?P<profile>{names})(?: (?:account|profile))?)\b(?![\w-]){_NOT_OTHER}"
    )
    for found in find_said(text, said):
        account = found["account"] or profiles.get(found["profile"] or "")
        if not _is_of_other(text, found):
            yield _Place(
                region_of_place(found["region"]) if found["region"] else None,
                account,
                found[0],
                found["profile"],
            )


def _is_of_other(text: str, found: re.Match[str]) -> bool:
    """Return whether the line around a match is about a copy of the resource."""
    start, end = found.span()
    low, high = line_start(text, start, start - _CHARS_AROUND), text.find("\n", end, end + _CHARS_AROUND)
    return OTHER_ONE.search(text, low, end + _CHARS_AROUND if high < 0 else high) is not None


def _find_called(case: Case[AwsError], own: str, there: _Place) -> _Place:
    """Return where a call went, as far as other words than those for the place of the resource say so."""
    text = case.failure.text
    named = _ARN_IN_MESSAGE.search(own)
    region, account = (named[1], named[2]) if named else (None, None)
    command, stated = case.context.command, case.context.region
    if region is None and command is not None and (option := command.option("region")) is not None:
        region = option.value
    if region is None and stated is not None and stated.value != there.region:
        region = stated.value
    others = find_mentioned_regions(text.replace(there.shown, "")) - {there.region}
    if region is None and len(others) == 1:
        region = others.pop()
    if account is None and (shown := _ACCOUNT.search(own)) is not None:
        account = shown[1]
    if account is None:
        account = getattr(case.principal, "account", None) or _find_own_account(case, there)
    return _Place(region, account)


def _find_own_account(case: Case[AwsError], there: _Place) -> str | None:
    """Return the account of the credentials, if the text has one other than that of the resource."""
    selected = find_profile(case)
    sections = {each.name: _account_of(each.settings) for each in find_profile_sections(case.failure.text)}
    if selected in sections:
        return sections[selected]
    found = {next(filter(None, each.groups())) for each in _OWN_ACCOUNT.finditer(case.failure.text)} - {
        there.account
    }
    return only_one(found)


def _find_profile_of(case: Case[AwsError], account: str, shown: str) -> str | None:
    """Return the profile with credentials of an account: that of the file, or of the command that printed an ARN."""
    for section in find_profile_sections(case.failure.text):
        if _account_of(section.settings) == account:
            return section.name
    runs = (
        each for each in find_runs(case.failure) if shown in each.output and each.command.option("profile")
    )
    return next((each.profile for each in runs), None)


def _account_of(settings: dict[str, str]) -> str | None:
    found = re.search(
        r"(?<!\d)\d{12}(?!\d)", f"{settings.get('role_arn', '')} {settings.get('sso_account_id', '')}"
    )
    return found[0] if found else None
