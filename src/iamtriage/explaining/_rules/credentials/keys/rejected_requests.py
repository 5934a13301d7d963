"""Describe the request whose credentials AWS rejected, and build its remedies."""

from __future__ import annotations

import attrs

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._rendering.values import Value
from iamtriage._text import line_at
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.endpoints import sets_global_endpoint
from iamtriage.explaining._context.readers.other_profiles import hide_other_profiles
from iamtriage.explaining._context.readers.regions import (
    ISSUES_SESSION,
    find_called_region,
    find_global_command,
    find_mentioned_regions,
    find_working_regions,
)
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._context.values import CommandLine
from iamtriage.explaining._rules.basics import Case, Labelled, Remedy
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import AWS_COMPATIBLE
from iamtriage.explaining._rules.sts import region_settings
from iamtriage.failures._failures import InvalidCredentials
from iamtriage.policies._masked_arns import find_partition
from iamtriage.sts._evidence import GLOBAL_HOST, StsCall

REJECTION_PHRASES = (
    "security token included in the request is invalid",
    "Access Key Id you provided does not exist in our records",
    "AWS was not able to validate the provided access credentials",
    "Server authentication failed",
    "provided token is malformed or otherwise invalid",
    "Session token not found or invalid",
)
UNKNOWN_KEY_CODES = frozenset({"InvalidAccessKeyId", "InvalidAccessKeyIdException"})
INVALID_TOKEN_CODES = frozenset({"InvalidToken", "InvalidTokenId"})
# These operations send a token instead of a signature.
_WEB_IDENTITY_ERROR = "WebIdentityErr"  # of the AWS SDK for Go v1
# Keys of sessions, tools that start sessions, and the setting that makes SDKs get them from the global endpoint.
_SESSIONS = lazy_pattern(
    r"(?<![A-Z0-9])ASIA[A-Z0-9]{16}|:assumed-role/|:federated-user/|AWS_STS_REGIONAL_ENDPOINTS=legacy"
    r"|\b(?:saml2aws|aws-vault|aws-?azure-?login|gimme-aws-creds|okta-?aws|onelogin-aws|aws2-wrap|awsume)\b|(?<=[$❯%>] )(?:granted|assume)\b"
)
# The key of an IAM user, also masked or in words. The ARN of a user can be that of a session with a token.
_LONG_TERM = lazy_pattern(
    r"\bAKIA(?:[A-Z0-9]{12,28}|[A-Z0-9]{0,8}(?:\.{2,3}|…|[*xX]{3,}))|\bIAM user(?:'s)? (?:access )?keys?\b"
)
# A temporary access key ID in variables, files and manifests. It can be masked.
_TEMPORARY_KEY = lazy_pattern(
    r"(?ia)\b(?P<name>(?:aws_)?access_?key(?:_?id)?)[\"']{0,2}(?: ?[=:] ?| value: ?|, ?\"value\" ?: ?)[\"']?(?P<key>ASIA[A-Z0-9]{0,28})"
)
# What a shell prints of the variable, or of its beginning.
_PRINTED_KEY = lazy_pattern(
    r"(?a)\b(?P<name>AWS_ACCESS_KEY_ID)\b[^\n]{0,80}\n[^\w\n]{0,2}(?P<key>ASIA[A-Z0-9]{0,28})"
)
# What a script takes from a response of STS, whose keys are temporary.
EXPORTED_KEY = lazy_pattern(
    r"(?m)^[^\n#]{0,40}\b(?P<name>AWS_ACCESS_KEY_ID)=(?P<key>)[^\n]{0,200}(?<!AccessKey\.)\bAccessKeyId\b[^\n]{0,200}$"
)
# A variable without a value, as a file or shell shows it.
_EMPTY_TOKEN = lazy_pattern(
    r"\bAWS_SESSION_TOKEN=(?:\"\"|'')?(?=\s|\Z)|\$\{?#?AWS_SESSION_TOKEN\b[^\n]{0,40}\n(?:[^\n]{0,40}(?:\[\]|<>|\(\)|\"\"|'')|0)?[^\S\n]{0,4}(?:\n|\Z)"
    r"|\bAWS_SESSION_TOKEN (?:is|was) (?:empty|unset|not set)\b"
)
_SECRET_KEY = lazy_pattern(r"(?i)\b(?:aws_)?secret_?(?:access_)?key\b")
_SESSION_TOKEN = lazy_pattern(r"(?i)(?:session|security)[_-]?token\b")
_TOKEN = lazy_pattern(r"(?i)token\b[\"']? ?[=:]")
# What the commands print about a Region and about the tokens of the global endpoint.
_ENABLED = lazy_pattern(
    r"\bRegionOptStatus\b\W{1,8}ENABLED|\bget-region-opt-status\b[^\n]{0,100}\bENABLED\b|\bOptInStatus\b\W{1,8}opted-in\b"
    r"|\b(?i:check(?:ed)?|verif\w{1,8}|opt|status)\b[^\n]{0,20}(?<!not )\bENABLED\b"
)
_SAID_ENABLED = lazy_pattern(
    r"(?m)(?i:\b(?:it|region)(?:'s| is| has been) (?:already )?(?:enabled|opted[ -]in) (?:in|for|on) (?:the|my|our|this) account\b)"
    rf"|(?:^|[.;:,(] ?|\b(?:and|but|yes|because|since|as) )(?i:(?:the )?(?:region )?)(?P<region>{REGION})(?i: region)? (?:is|has been) (?:already )?(?:enabled|opted[ -]in)\b(?![^\n.;]{{0,60}}\?)"
)
_V1_TOKENS = lazy_pattern(r"\bGlobalEndpointTokenVersion\b[\"']?(?:: ?|[^\n]{0,60}\n[ \t]{0,8})1\b")
# How the AWS CLI and boto3 print a call whose credentials are not accepted.
_REJECTED_CALL = lazy_pattern(
    r"\((?:AuthFailure|InvalidAccessKeyId|InvalidClientTokenId|InvalidToken|UnrecognizedClientException)\) when calling the \w{3,60} operation"
)
# What tools log about the endpoint of a session.
_USES_GLOBAL = lazy_pattern(
    r"(?i:sts[ _]?endpoint|endpoint_url|global endpoint|POST)\b[^\n]{0,20}\bhttps://sts\.amazonaws\.com(?![\w.])"
    r"|\b(?:[Ss]ession|[Tt]okens?|[Cc]redentials|[Rr]ole)\b[^\n.;]{0,40}\b(?:from|via|by|at|with|through) (?:the )?(?:(?:https://)?sts\.amazonaws\.com(?!\.?\w)|global (?:STS )?endpoint)"
)
_ACCOUNT = lazy_pattern(r"(?a)(?:\b[Aa]ccount(?: ID)?[ =:(\"']{1,4}|\barn:aws:(?:iam|sts)::)(\d{12})(?!\d)")
_UNSIGNED_OPERATIONS = frozenset({"AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"})


@attrs.frozen(eq=False, repr=False)
class RejectedRequest(Value):
    """A request whose credentials AWS rejected.

    Attributes:
        is_opt_in: Whether accounts must opt in to the region; ``None`` if that is unknown.
        role: The role that called or was to be assumed.
        is_s3: Whether S3 or a store like it rejected the request.
        is_signed: Whether the operation is signed with an access key.
        uses_session: Whether the credentials are most likely those of a session.
        variable_without_token: The variable or setting that has a temporary access key ID, if the text lists the
            credentials and they have no session token.
        working_regions: Other Regions in which the text shows successful calls.
        lacks_region: Whether the text shows the environment of the program, and no Region is set in it.
        set_region: The Region that variables of the program set, if the text shows it.
        has_no_token: Whether the text shows that the key is that of an IAM user.
        is_enabled: Whether the text shows that the account has enabled the Region.
        has_v1_tokens: Whether the text shows that the global STS endpoint issues version 1 tokens.
        calls_global: Whether the text shows that the session is from the global STS endpoint.
        sets_global: Whether the variable AWS_ENDPOINT_URL_STS has the global STS endpoint.
        uses_vault: Whether aws-vault, which caches sessions, ran the command.
        assumes_role: Whether the call is to assume the role.
        account: The caller's account, if the call is to assume a role of another one.
        is_terraform: Whether a provider of Terraform makes the call.
        shows_endpoint: Whether the text has a host of AWS.
        global_command: The command that gets the session from the global STS endpoint.
        corrected_line: The line of code that calls the global STS endpoint, with a regional one.
    """

    message: str
    code: str
    is_s3: bool
    is_signed: bool
    key: str | None = None
    region: str | None = None
    is_opt_in: bool | None = None
    partition: str = "aws"
    role: Role | None = None
    is_aws_compatible: bool = False
    uses_session: bool = False
    variable_without_token: str | None = None
    is_in_lambda: bool = False
    working_regions: tuple[str, ...] = ()
    lacks_region: bool = False
    set_region: str | None = None
    has_no_token: bool = False
    is_enabled: bool = False
    has_v1_tokens: bool = False
    calls_global: bool = False
    sets_global: bool = False
    uses_vault: bool = False
    assumes_role: bool = False
    account: str | None = None
    is_terraform: bool = False
    shows_endpoint: bool = False
    global_command: CommandLine | None = None
    corrected_line: str | None = None

    @property
    def is_temporary(self) -> bool | None:
        """Whether the access key is temporary; ``None`` if the text shows none."""
        return None if self.key is None else self.key.startswith("ASIA")

    @property
    def other_region(self) -> str | None:
        """The Region that variables of the program set, if it is in another partition."""
        return None if find_partition(self.set_region or "") in {None, self.partition} else self.set_region

    @property
    def lacks_region_of_caller(self) -> bool:
        """Whether a role is most likely assumed from an account that has not enabled the Region."""
        return bool(self.is_opt_in) and self.assumes_role and not (self.uses_session or self.is_enabled)

    @property
    def concerns_token(self) -> bool:
        """Whether the session token is the problem."""
        return bool(self.is_temporary) or self.code in INVALID_TOKEN_CODES

    @property
    def may_need_opt_in(self) -> bool:
        """Whether the region, which the text does not state, can be one to opt in to."""
        return self.region is None and self.partition == "aws"

    @property
    def may_be_for_other_store(self) -> bool:
        """Whether the keys can belong to an S3-compatible store."""
        return self.is_s3 and not self.is_aws_compatible


def describe_request(case: Case[InvalidCredentials]) -> RejectedRequest:
    message, code = clues.message_text(case), clues.error_code(case.failure)
    text, service, operation = case.failure.text, case.failure.envelope.service, case.operation
    is_s3 = service == "s3" or code in UNKNOWN_KEY_CODES | INVALID_TOKEN_CODES
    is_signed = operation not in _UNSIGNED_OPERATIONS and _WEB_IDENTITY_ERROR not in message
    if case.stands_alone:
        return RejectedRequest(
            message, code, is_s3=is_s3, is_signed=is_signed, key=clues.find_access_key(case)
        )
    region = _find_region(case)
    named = (case.failure.resource, case.facts.resource, clues.find_role_arn(case.text), case.caller)
    roles = (principal_words.underlying_role(principal_words.try_parse_principal(each)) for each in named)
    role = next(filter(None, roles), None)
    temporary = _TEMPORARY_KEY.search(case.text) or _PRINTED_KEY.search(text)
    temporary = temporary or (EXPORTED_KEY.search(text) if ISSUES_SESSION.search(text) else None)
    # Terraform's provider names it token.
    token = _TOKEN if temporary and temporary["name"] == "access_key" else _SESSION_TOKEN
    lacks_token = _EMPTY_TOKEN.search(text) is not None or (
        _SECRET_KEY.search(case.text) and not token.search(case.text)
    )
    # A call that is to assume the role has the source profile's credentials.
    is_assuming = operation == "AssumeRole" and service in {None, "sts"}
    assumes_role = is_assuming or (operation is None and service == "sts")
    is_of_role = is_assuming and role is not None
    command = find_global_command(text, case.failure.span[0]) or find_global_command(text, len(text))
    calls_global = _calls_global(text) or command is not None
    uses_session = calls_global or (role and not assumes_role) or _SESSIONS.search(case.text)
    working = () if region is None else find_working_regions(text, *case.failure.span)
    said = {each["region"] for each in find_said(text, _SAID_ENABLED)}
    return RejectedRequest(
        message=message,
        code=code,
        key=clues.find_access_key(case) or (temporary["key"].upper() or "ASIA" if temporary else None),
        region=region,
        is_opt_in=None if region is None else StsCall().is_opt_in(region),
        partition=_find_partition(case) if role is None else role.partition,
        role=role,
        is_aws_compatible=AWS_COMPATIBLE.search(case.text) is not None,
        is_s3=is_s3,
        is_signed=is_signed,
        uses_session=bool(uses_session),
        has_no_token=not uses_session and _LONG_TERM.search(text) is not None,
        variable_without_token=temporary["name"] if temporary and lacks_token else None,
        is_in_lambda=case.context.runtime_kind == "lambda",
        working_regions=tuple(each for each in working if each != region),
        is_enabled=not said.isdisjoint({region, None})
        or (region is not None and region in text and _ENABLED.search(text) is not None),
        has_v1_tokens=_V1_TOKENS.search(text) is not None,
        calls_global=calls_global,
        sets_global=sets_global_endpoint(text),
        uses_vault="aws-vault exec" in text,
        lacks_region="AWS_ROLE_ARN=" in text and "_REGION" not in text,
        set_region=region_settings.find_variable_region(text),
        assumes_role=is_of_role,
        account=only_one({each[1] for each in _ACCOUNT.finditer(text)} - {role.account})
        if is_of_role and role
        else None,
        is_terraform='provider "aws"' in text,
        shows_endpoint=bool(clues.find_aws_hosts(text)),
        global_command=command,
        corrected_line=_correct_endpoint(text, next((each for each in working if each != region), None)),
    )


_PRINCIPAL = lazy_pattern(r"(?a)\barn:(aws-[a-z-]{2,10}):(?:iam|sts)::[0-9]{12}:")


def _find_partition(case: Case[InvalidCredentials]) -> str:
    """Return the partition of the call, or that of the only principals in the text, if it is another one."""
    called = clues.find_partition(case)
    named = set(_PRINCIPAL.findall(hide_other_profiles(case.failure, case.failure.text)))
    return named.pop() if called == "aws" and len(named) == 1 else called


_ENDPOINT_IN_CODE = lazy_pattern(
    r"(?m)^(?!\s{0,40}(?:#|//))[^\n]{0,200}\b(?i:endpoint(?:_?url|Override|Configuration)?)[\"']?(?:\s?(?:=>?|:)\s?|\()[^\n]{0,40}[\"']https://sts\.amazonaws\.com/?[\"'][^\n]{0,200}$"
)
_LINE_NUMBER = lazy_pattern(r"^\s{0,8}\d{1,5}[:|]?\s{1,8}")
_SIGNED_REGION = lazy_pattern(r"(?<=[\"'])us-east-1(?=[\"'])")


def _correct_endpoint(text: str, region: str | None) -> str | None:
    """Return the line of code that calls the global STS endpoint, with that of a Region instead."""
    found = _ENDPOINT_IN_CODE.search(text)
    line = None if found is None else region_settings.printable_line(_LINE_NUMBER.sub("", found[0]))
    if line is None:
        return None
    region = region or "us-east-1"
    return _SIGNED_REGION.sub(region, line).replace(GLOBAL_HOST, f"sts.{region}.amazonaws.com")


def _find_region(case: Case[InvalidCredentials]) -> str | None:
    """Return the Region of the call, or else the only opt-in Region that is set in the text and does not work."""
    text, region = case.failure.text, clues.find_region(case)
    working = find_working_regions(text, *case.failure.span)
    if region is None and working:
        # A program that calls one Region after the other names it on the line of the error.
        called = find_called_region(text, case.failure.span[0], working)
        is_named = called and called in line_at(text, *case.failure.span) and StsCall().is_opt_in(called)
        region = called if is_named else None
    # Where others work, and not the one that is set, or the session is from the global endpoint, a mention can be of the
    # one that rejects it.
    is_contrast = bool(region and working) or _calls_global(text)
    named = {*region_settings.find_set_regions(text), *(find_mentioned_regions(text) if is_contrast else ())}
    others = {each for each in named if StsCall().is_opt_in(each)}
    if not others or region in others:
        return region
    others.difference_update(working)
    # Another Region than that of the command can be the one of the STS client.
    is_open = region is None or region in working or clues.stated_option(case, "region") is None
    return others.pop() if len(others) == 1 and is_open and (is_contrast or region is None) else region


def _calls_global(text: str) -> bool:
    return (
        _USES_GLOBAL.search(text) is not None
        or _ENDPOINT_IN_CODE.search(text) is not None
        or sets_global_endpoint(text)
    )


SESSION_TOKEN_REMEDY = your_remedy(
    "Set all three values of the temporary credentials",
    "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN must come from the same response, and the token must be complete. In ~/.aws/credentials, the third one is aws_session_token.",
    "A token from another response does not work. If it is lost, get new credentials: assume the role or sign in again, and set all three.",
    commands=(
        "env | grep -o -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN",
        "aws sts get-caller-identity",
    ),
    url=pages.TEMPORARY_CREDENTIALS,
)
_RENEWED = "Temporary credentials expire, mostly within hours. A profile of IAM Identity Center (aws configure sso), or one with role_arn and source_profile, gets new ones automatically."


# A command that passes the keys to a container, and not the session token.
_REST = r"(?:[^\n]|(?<=\\)\n){0,600}?"
PASSED_TO_CONTAINER = lazy_pattern(
    rf"\b(?P<program>docker|podman) run (?!{_REST}AWS_SESSION_TOKEN){_REST}(?:-e|--env)[ =][\"']?AWS_ACCESS_KEY_ID\b(?:[^\n]|(?<=\\)\n){{0,600}}"
)
_PASSED_VALUE = lazy_pattern(
    r"(?:-e|--env)[ =][\"']?(AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY))(?:=[^\s\"']{0,200})?[\"']?(?=\s)"
)


def pass_token_remedy(program: str, command: str, profile: str | None) -> Remedy:
    """Return the remedy that passes all three values to a container: the same command, but without values.

    https://docs.docker.com/reference/cli/docker/container/run/#env
    """
    last, keep = "-e AWS_SECRET_ACCESS_KEY", ""
    run = _PASSED_VALUE.sub(r"-e \1", " ".join(command.replace("\\\n", " ").split()))
    if last not in run or commands.repeat_line(run) is None:
        run, keep = (
            f"{program} run -e AWS_ACCESS_KEY_ID {last} IMAGE",
            f" Keep the other options of {program} run.",
        )
    return your_remedy(
        "Pass AWS_SESSION_TOKEN to the container, too",
        "All three values must come from the same session: the first command sets them in your shell. If it has expired, sign in again first.",
        f"Without a value, -e copies that of the shell: no secret is then in the command.{keep}",
        commands=(
            f'eval "$(aws configure export-credentials --profile {commands.profile(profile)} --format env)"',
            run.replace(last, f"{last} -e AWS_SESSION_TOKEN", 1),
        ),
        url=SESSION_TOKEN_REMEDY.url,
    )


def add_token_remedy(name: str, profile: str | None) -> Remedy:
    """Return the remedy that adds the session token to a temporary key, in a variable, a file or a provider block."""
    steps, title, line = SESSION_TOKEN_REMEDY.steps, SESSION_TOKEN_REMEDY.title, None
    last: str | None = _RENEWED
    from_profile: Labelled | None = None
    if name == "AWS_SESSION_TOKEN":
        line, last = f"export {name}=TOKEN", None
        steps = (
            f"{name} must come from the same response as the two keys. If it is lost, get new credentials, by assuming the role or signing in again, and set all three.",
        )
        from_profile = Labelled(
            "Or set all three from the profile that they come from:",
            f'eval "$(aws configure export-credentials --profile {commands.profile(profile)} --format env)"',
        )
    elif name == "aws_session_token":
        title = f"Set {name}, too"
        line = credential_remedies.with_profile(profile, f"aws configure set {name} TOKEN")
        steps = (
            "Set the session token from the same response as the two keys (the first command). If it is lost, get new credentials, by assuming the role or signing in again, and set all three.",
        )
    elif name == "token":
        title = "Set token in the provider block, too, or remove the keys"
        step = "The token must come from the same response as access_key and secret_key. Without all three, Terraform uses the profile or the environment, and no key is in the code."
        steps = (step, *steps[1:])
    check = credential_remedies.with_profile(profile, "aws sts get-caller-identity")
    lines = (line, check, from_profile)
    return your_remedy(title, *steps, last, commands=lines, url=SESSION_TOKEN_REMEDY.url)


def set_token_remedy(name: str, line: str) -> Remedy:
    """Return the remedy that takes the session token from the response, as a line of a script takes the key."""
    own = line.strip().replace("AWS_ACCESS_KEY_ID", name).replace("AccessKeyId", "SessionToken")
    is_plain = own.count("AWS_") == 1 and region_settings.printable_line(own) == own
    return your_remedy(
        f"Set {name} from the same response, too",
        "All three values belong together: add the line next to those that set the other two.",
        manifest=own if is_plain else f"export {name}=TOKEN",
        manifest_language="text",
        url=SESSION_TOKEN_REMEDY.url,
    )


def find_other_rejection(case: Case[InvalidCredentials]) -> str | None:
    """Return the evidence that the same credentials were rejected in another call."""
    start, end = case.failure.span
    found = (each for each in _REJECTED_CALL.finditer(case.failure.text) if not start <= each.start() < end)
    same = next(found, None)
    return None if same is None else f'The text says "{same[0]}".'
