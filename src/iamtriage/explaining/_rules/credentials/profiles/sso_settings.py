"""Explain settings of IAM Identity Center that do not fit: the access portal, its Region, and ``sso_session``.

The AWS CLI names the file of a profile with ``sso_session`` after the session, and one without it after the start URL.
SDKs that do not know ``sso_session`` look for the latter. Terraform's S3 backend has such an SDK before version 1.6:
https://github.com/hashicorp/terraform/issues/32448 and 32465.
"""

from __future__ import annotations

import re
from functools import partial
from hashlib import sha1

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import clip_text, quote_words, upper_first
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._context.readers.region_names import PLACE, region_of_place
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import AwsError, Failure, MissingCredentials

_REGION = rf"({REGION})\b"
# The Region that the client was given, and the one in which the portal answers the browser.
_GIVEN = lazy_pattern(
    rf"\bSSO [Rr]egion ?(?:\[[^\]\n]{{0,40}}\])?: ?{_REGION}|\bsso_region\s{{0,4}}=\s{{0,4}}{_REGION}|\bdevice\.sso\.{_REGION}"
)
_HOME = lazy_pattern(
    rf"awsapps\.com/[^\s\"'<>]{{0,400}}?[?&#]region={_REGION}|\boidc\.{_REGION}[\w.]{{0,30}}/device_authorization/"
)
# "Identity Center lives in Ireland": people know the name of its Region.
_SAID_HOME = lazy_pattern(
    rf"\b(?:Identity Center|SSO)\b(?:(?!\b(?:team|admin(?:istrator)?|people|colleague|office|owner|user)s?\b)[^\n.;]){{0,60}}?\b(?:is|lives|runs|sits|was (?:created|enabled|set up)) in (?:the Region )?({PLACE})\b(?!-)"
)
_SESSION_NAME = lazy_pattern(
    r"\[sso-session[ \t]{1,4}([\w.@+-]{1,64})\]|\bsso_session\s?=\s?([\w.@+-]{1,64})"
)
PORTAL_NOT_FOUND = CauseType(
    "portal-not-found",
    title="IAM Identity Center has no such access portal in the Region",
    meaning="The start URL is not that of an AWS access portal, or IAM Identity Center is in another Region.",
    recognised_by='The call StartDeviceAuthorization, with which a sign-in begins, is rejected as invalid, or the browser shows "Invalid grant provided".',
    fix="Set sso_start_url and sso_region to the values that the settings of IAM Identity Center show.",
    sources=(
        pages.SSO_LOGIN,
        "https://github.com/aws/aws-cli/issues/7129",
        "https://github.com/aws/aws-cli/issues/5058",
    ),
)


CLIENT_NOT_REGISTERED = CauseType(
    "sso-client-not-registered",
    title="IAM Identity Center does not accept the registration of the client",
    text="The program uses a client ID and secret that it registered earlier. The registration has expired, or belongs to another Region or instance of IAM Identity Center.",
    recognised_by='IAM Identity Center answers InvalidClientException, or says "Invalid client provided".',
    fix="Delete the cached registration, and sign in again.",
    sources=("https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html",),
)


def explain_rejected_client(case: Case[AwsError], _message: str) -> Explanation:
    """Explain that the client that a program registered for sign-ins is not accepted."""
    sign_in = credential_remedies.with_profile(find_profile(case) or "PROFILE", "aws sso login")
    return case.explain(
        "IAM Identity Center does not accept the client registration that the program has cached.",
        CLIENT_NOT_REGISTERED.cause("reported"),
        remedies=your_remedy(
            "Delete the cached registration, and sign in again",
            "The AWS CLI and SDKs have it in ~/.aws/sso/cache, other tools in a directory of their own. Without it, the sign-in registers a new client.",
            "If the message stays, compare sso_region and sso_start_url with the settings of IAM Identity Center.",
            commands=("rm -r ~/.aws/sso/cache", sign_in),
            url=pages.SSO_LOGIN,
        ),
        notes="No permission is missing: the sign-in was not completed.",
    )


def explain_unknown_portal(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a sign-in names an access portal that IAM Identity Center does not have in the Region."""
    found = ([*pattern.finditer(case.failure.text)] for pattern in (_GIVEN, _HOME))
    regions = ({next(filter(None, each.groups())) for each in matches} for matches in found)
    given, home = (only_one(each) for each in regions)
    said = next(find_said(case.failure.text, _SAID_HOME), None) if home is None else None
    if said is not None:
        home = region_of_place(said[1])
    profile, is_pending = find_profile(case), "Invalid grant" in message
    if given is not None and home is not None and given != home:
        return _explain_other_region(case, given, home, profile, said)
    why = "most likely, sso_region or sso_start_url is wrong"
    if is_pending:
        why = f"most likely, sso_region{f' ({given})' if given else ''} is not the Region of IAM Identity Center, or the code has expired"
    lines = (f"aws configure get {each}" for each in ("sso_session", "sso_start_url", "sso_region"))
    return case.explain(
        f"IAM Identity Center rejected the {'' if is_pending else 'start of the '}sign-in: {why}.",
        PORTAL_NOT_FOUND.cause(
            text="The setting sso_region must be the Region of IAM Identity Center, which can differ from that of your resources, and sso_start_url the URL of its AWS access portal, not that of another identity provider."
        ),
        remedies=your_remedy(
            "Correct sso_region and sso_start_url",
            "The settings of IAM Identity Center show its Region and the URL of the access portal (https://…/start). If you cannot see them, ask its administrator.",
            "With sso_session, both are in the section [sso-session NAME] of ~/.aws/config. If a URL with a custom name fails, try the one with the ID (https://d-….awsapps.com/start).",
            commands=(
                *(credential_remedies.with_profile(profile, line) for line in lines),
                Labelled("Then:", "aws sso login --profile PROFILE"),
            ),
        ),
        notes=f"No permission is missing: the sign-in {'was not completed' if is_pending else 'did not begin'}.",
    )


def _explain_other_region(
    case: Case[AwsError], given: str, home: str, profile: str | None, said: re.Match[str] | None
) -> Explanation:
    """Explain that a sign-in was begun in another Region than that of IAM Identity Center."""
    session = _SESSION_NAME.search(case.failure.text)
    name = "" if session is None else f" {next(filter(None, session.groups()))}"
    where = f"In ~/.aws/config, set sso_region = {home} in [sso-session{name or ' NAME'}], or in a profile without sso_session."
    sign_in = "aws sso login"
    if "SSO region [" in case.failure.text:
        # A profile that is not configured yet.
        where = f"Stop the command that waits (Ctrl+C), run the commands, and answer {home} to SSO region."
        sign_in = "aws configure sso"
    with_profile = partial(credential_remedies.with_profile, profile or "PROFILE")
    return case.explain(
        f"The sign-in was started in {given}, but IAM Identity Center is in {home}: sso_region must be {home}.",
        PORTAL_NOT_FOUND.cause(
            "derived",
            text=f"The text shows {home} in URLs of the access portal, which does not know the codes of {given}."
            if said is None
            else f"The text says {quote_words(said[0])}.",
        ),
        remedies=your_remedy(
            f"Set sso_region to {home}",
            f"{where} It is the Region of IAM Identity Center. The setting region is another one: it can stay that of your workloads.",
            commands=(
                "rm -r ~/.aws/sso/cache",
                with_profile(sign_in),
                Labelled("Check:", with_profile("aws sts get-caller-identity")),
            ),
        ),
        notes="Permission sets, policies and the browser are not the cause: the sign-in was not completed.",
    )


_MISSING_FILE = lazy_pattern(
    r"open [^\n]{0,200}?[/\\]sso[/\\]cache[/\\](?P<name>[0-9a-f]{40})\.json: (?:no such file|The system cannot find)"
)
_SESSION = lazy_pattern(r"(?m)^[ \t]{0,8}sso_session[ \t]{0,4}=[ \t]{0,4}(?P<name>[^\s#]{1,128})")
_SECTION = lazy_pattern(
    r"(?m)^[ \t]{0,8}\[sso-session[ \t]{1,4}(?P<name>[\w.@+-]{1,64})\][^\n]{0,80}(?P<body>(?:\n(?![ \t]{0,8}\[)[^\n]{0,500}){1,12})"
)
_SETTING = lazy_pattern(
    r"(?m)^[ \t]{0,8}(?P<name>sso_start_url|sso_region|sso_account_id|sso_role_name|region)[ \t]{0,4}=[ \t]{0,4}(?P<value>[^\s#]{1,300})"
)
# The error of the AWS SDK for Go v1, and an identity that the AWS CLI prints.
_OLD_GO_SDK, _SIGNED_IN = "SSOProviderInvalidToken", ":assumed-role/AWSReservedSSO_"
_PLAIN_VALUE = lazy_pattern(r"(?a)[\w.@+=,:/#-]{1,300}")
_OF_SECTION = ("sso_start_url", "sso_region")
_SETTINGS = (*_OF_SECTION, "sso_account_id", "sso_role_name", "region")
_PROVIDER_VERSION = lazy_pattern(r"\bprovider registry\.[\w.]{1,40}/hashicorp/aws (?P<version>v[0-9.]{1,20})")
# The environment in the path of a frame, and what pip list prints.
_PYTHON = lazy_pattern(
    r"(?:(?P<environment>(?:/[\w.@+-]{1,64}){1,10})/lib/python3\.\d{1,2}/site-packages/|\b)(?:botocore[/.]|boto3\b)"
)
_BOTOCORE = lazy_pattern(r"\bbotocore(?:\s{1,20}|[=]=|[/-])(?P<version>\d{1,2}\.\d{1,3}\.\d{1,3})\b")
SSO_SESSION_UNKNOWN = CauseType(
    "sso-session-unknown",
    title="The program does not know sso_session and looks for another token file",
    meaning="The AWS CLI stores the token of a profile with sso_session in a file that is named after the session. Older SDKs look for a file that is named after the start URL.",
    recognised_by="The program does not find its file in ~/.aws/sso/cache, or has an invalid session although the AWS CLI works, and the profile has sso_session.",
    fix="Use a profile with sso_start_url and sso_region instead of sso_session, a newer version of the program, or exported credentials.",
    sources=("https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html",),
)
SESSION_UNREAD = CauseType(
    "sso-session-unread",
    title="The program's AWS SDK does not read sso-session sections",
    text="The AWS CLI writes sso_start_url and sso_region to an sso-session section, which several profiles can use. AWS SDKs from before about 2023 look for both settings in the profile only.",
    recognised_by="The SDK misses sso_region and sso_start_url, and the text shows both in the sso-session section of the profile.",
    fix="Upgrade the program, or export the credentials that the AWS CLI gets with the profile.",
    sources=("https://github.com/hashicorp/terraform-provider-aws/issues/28263", pages.SSO_LOGIN),
)


_START_URL = lazy_pattern(r"(https://[\w.-]{4,100}(?:/[\w-]{1,40})?)")


def find_start_url(text: str, profile: str) -> str | None:
    """Return the start URL of a profile, which its section, that of its sso-session, or the AWS CLI shows."""
    asked = f"aws configure get sso_start_url --profile {profile}\n"
    printed = _START_URL.match(text, text.find(asked) + len(asked)) if asked in text else None
    named = [each.settings for each in find_profile_sections(text) if each.name == profile]
    settings = named[0] if len(named) == 1 else {}
    if (session := settings.get("sso_session")) is not None:
        bodies = [each["body"] for each in _SECTION.finditer(text) if each["name"] == session]
        settings = dict(_SETTING.findall(bodies[0])) if len(bodies) == 1 else {}
    found = printed or _START_URL.match(settings.get("sso_start_url", ""))
    return None if found is None else found[1]


def explain_unknown_session(case: Case[Failure]) -> Explanation | None:
    """Explain that a program does not know the sso_session of its profile, if it looks for another token."""
    text, program = case.failure.text, clues.find_program(case.failure) or "the program"
    session, missing = _SESSION.search(text), _MISSING_FILE.search(text)
    if session is None or _OLD_GO_SDK not in text or (missing is None and _SIGNED_IN not in text):
        return None
    own_file = sha1(session["name"].encode(), usedforsecurity=False).hexdigest()
    if missing is not None and missing["name"] == own_file:
        # The file of the session itself is missing if nobody has signed in.
        return None
    profile = find_profile(case)
    works = " The sign-in is valid: the AWS CLI works with it." if _SIGNED_IN in text else ""
    is_backend = program == "Terraform" and "ackend" in text
    program = "Terraform's S3 backend" if is_backend else program
    return case.explain(
        f"{upper_first(program)} does not find the IAM Identity Center sign-in, because the profile has sso_session, which its SDK does not know. No permission is missing, and aws sso login with this profile changes nothing.",
        SSO_SESSION_UNKNOWN.cause(
            "derived",
            text=f"The AWS CLI stores the token in a file that is named after the session {clip_text(session['name'])}. An SDK that does not know sso_session looks for one that is named after the start URL.{works}",
        ),
        topic="expired-sso-session",
        remedies=(
            _profile_remedy(
                case, profile, "Use a profile with sso_start_url and sso_region instead of sso_session"
            ),
            your_remedy(
                f"Or upgrade {'to Terraform 1.6 or later' if is_backend else 'the program'}, or pass the credentials of the AWS CLI in variables",
                "The variables last as long as the session of the role. Unset them afterwards.",
                commands=_export_commands(profile),
                url=pages.SSO_LOGIN,
            ),
        ),
    )


def describe_expiry(message: str) -> str:
    """Return why the stored token of IAM Identity Center is of no use.

    Versions of the AWS CLI from before 2021 wrote times that other SDKs cannot parse: https://github.com/hashicorp/terraform-provider-aws/issues/19228.
    """
    if "expected RFC3339 timestamp" in message:
        return "The SDK cannot read when the stored IAM Identity Center token expires, as an old AWS CLI wrote it: update the AWS CLI, and sign in again."
    return "The IAM Identity Center sign-in has expired: sign in again."


def explain_unread_session(case: Case[MissingCredentials], profile: str | None) -> Explanation | None:
    """Explain that a program does not read the sso-session section, if the text shows that it is complete."""
    text = case.failure.text
    names = {each["name"] for each in _SESSION.finditer(text)}
    sections = [each for each in _SECTION.finditer(text) if each["name"] in names]
    if len(sections) != 1:
        return None
    settings = {each["name"] for each in _SETTING.finditer(sections[0]["body"])}
    if not settings.issuperset(_OF_SECTION):
        return None
    program, found = clues.find_program(case.failure) or "the program", _PROVIDER_VERSION.search(text)
    reader, version, step = program, "", f"Install a version of {program} from 2023 or later."
    if "S3 Backend" in text:
        reader = "Terraform's S3 backend"
        step = "The backend is a part of Terraform, not of the AWS provider: install Terraform 1.6 or later."
    elif program == "Terraform":
        step = 'Set version = "~> 5.0" for hashicorp/aws in required_providers. Its upgrade guide lists the breaking changes.'
        if found is not None:
            reader, version = "the AWS provider", f" {found['version']}"
    line, url, own = None, SESSION_UNREAD.sources[0], None
    if program == "Terraform":
        line = "terraform init -upgrade"
    elif (python := _PYTHON.search(text)) is not None:
        environment = f"{python['environment']}/bin/" if python["environment"] else ""
        reader, stated = "botocore", _BOTOCORE.search(text)
        version = f" {stated['version']}" if stated else ""
        line = commands.fill_command("{} -m pip install --upgrade boto3 botocore", f"{environment}python")
        step = "Upgrade both packages in the environment that runs the program, and check what pins older versions, such as requirements.txt."
        url, own = (
            pages.SSO_LOGIN,
            "The AWS CLI version 2 works because it brings its own botocore, which is newer.",
        )
    of = f" {profile}" if profile else ""
    return case.explain(
        f"The profile{of} is correct: its section [sso-session {sections[0]['name']}] has sso_start_url and sso_region. But the AWS SDK in {reader}{version} is too old to read such a section.",
        SESSION_UNREAD.cause("derived", ("The text shows both settings in that section.", own)),
        remedies=(
            your_remedy(f"Upgrade {reader}{version and f' from{version}'}", step, commands=line, url=url),
            your_remedy(
                "Or, until then, export the credentials that the AWS CLI gets",
                "Repeat it when they expire, after aws sso login.",
                commands=_export_commands(profile),
                url=pages.SSO_LOGIN,
            ),
            _profile_remedy(case, profile, "Or use a profile in the older form, without sso_session"),
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


def _export_commands(profile: str | None) -> tuple[str, ...]:
    export = 'eval "$(aws configure export-credentials --profile {} --format env)"'
    return commands.fill_command(export, commands.profile(profile)), "unset AWS_PROFILE"


def _profile_remedy(case: Case[Failure], profile: str | None, title: str) -> Remedy:
    """Return the remedy that adds a profile without sso_session, with the settings that the text shows."""
    profile = commands.profile(profile)
    name = "legacy" if profile == "PROFILE" else f"{profile}-legacy"
    shown = {(each["name"], each["value"]) for each in _SETTING.finditer(case.failure.text)}
    lines: list[str] = []
    for setting in _SETTINGS:
        stated = [value for each, value in shown if each == setting and _PLAIN_VALUE.fullmatch(value)]
        value = only_one(stated, setting.upper())
        if setting != "region" or len(stated) == 1:
            lines.append(commands.fill_command("aws configure set {} {} --profile {}", setting, value, name))
    return your_remedy(
        title,
        "The commands add such a profile, and the other one can stay. Each has its own token, so sign in once more.",
        commands=(
            *lines,
            commands.fill_command("aws sso login --profile {}", name),
            Labelled("Then retry with:", commands.fill_command("export AWS_PROFILE={}", name)),
        ),
        url=SSO_SESSION_UNKNOWN.sources[0],
    )
