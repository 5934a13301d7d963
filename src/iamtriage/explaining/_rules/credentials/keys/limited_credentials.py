"""Explain credentials that are valid, but not for this call: in another partition or Region, or without an MFA code.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html,
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html,
https://github.com/99designs/aws-vault/issues/260 and, for the credentials that Cloud9 manages,
https://docs.aws.amazon.com/cloud9/latest/user-guide/troubleshooting.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import join_words, quote_words
from iamtriage.explaining._context.readers.command_runs import find_failed, find_runs
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.keys.rejected_requests import RejectedRequest
from iamtriage.explaining._rules.credentials.keys.rejecting_regions import (
    set_provider_region_remedy,
    set_region_remedy,
)
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.credentials import credential_remedies, vault_sessions
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.sts.findings import StsFindings, diagnose_sts_call
from iamtriage.explaining._rules.sts.rejected_calls import REGION_NOT_ENABLED
from iamtriage.failures._failures import Failure, MissingCredentials
from iamtriage.sts._endpoints import find_endpoint
from iamtriage.sts._evidence import GLOBAL_HOST

_CHARS_OF_CALLER = 300
_CALLER = lazy_pattern(r"\barn:aws[a-z-]{0,12}:(?:iam|sts)::[0-9]{12}:[\w+=,.@/-]{1,600}")
# "a key of our GovCloud account", "credentials from AWS China"
_SAID_PARTITION = lazy_pattern(
    r"(?i:\b(?:keys?|credentials|user|profile)) (?:(?i:is|are|belongs?|comes?) )?(?i:of|from|for|in|to) (?:(?i:our|my|the|an?) )?(?:AWS )?(?P<name>GovCloud|China)\b"
)
_SAID_NAMES = {"GovCloud": "aws-us-gov", "China": "aws-cn"}
PLACES = {"aws": "the commercial Regions", "aws-us-gov": "AWS GovCloud", "aws-cn": "the Regions in China"}
PARTITION_CAUSES = frozenset({"china-without-region", "partition-without-region"})
"""The causes of the diagnosis of STS calls that have to do with partitions."""
OTHER_PARTITION = CauseType(
    "other-partition",
    title="The credentials belong to another partition",
    text="The keys are from another partition. China, GovCloud and the European Sovereign Cloud have their own accounts and keys.",
    fix="Use credentials of the partition that is called.",
    of="invalid-credentials",
)


def explain_other_partition(case: Case[Failure], request: RejectedRequest) -> Explanation | None:
    """Explain that keys, whose partition a call that succeeded shows, are used in another one."""
    endpoint = None if request.region is None else find_endpoint(request.region)
    keys, because, has_place = _find_partition_of_keys(case, request)
    if endpoint is None or keys is None or endpoint.partition == keys:
        return None
    called, place = endpoint.partition, PLACES.get(keys, keys)
    where = PLACES.get(called, called)
    shown = next(iter(request.working_regions), None)
    home = commands.region(shown or commands.REGIONS_OF_IAM.get(keys, "us-east-1"))
    profile, command = find_profile(case), case.context.command
    if command is None and (failed := find_failed(case.failure, find_runs(case.failure))) is not None:
        command = failed.command
    if command is not None and command.program != "aws":
        command = None  # other programs, such as Terraform, have other options
    # An option decides for its own call, and the profile can have a Region that works.
    is_option = command is not None and command.option("region") is not None
    in_code = set_provider_region_remedy(case.failure.text, request.region, home, place)
    use_home = in_code or your_remedy(
        f"Call in {home}, in {place}",
        None
        if is_option
        else f"Where the call itself, AWS_REGION, AWS_DEFAULT_REGION or the code sets {request.region}, change that, too: it takes precedence over the profile.",
        commands=(
            None
            if is_option
            else credential_remedies.with_profile(profile, f"aws configure set region {home}"),
            commands.repeat_command(command, changes={"region": home}),
        ),
        url=pages.STS_REGIONS,
    )
    region = commands.region(request.region)
    identity = f"aws sts get-caller-identity --profile PROFILE_NAME --region {region}"
    is_powershell = _POWERSHELL_CALLER.search(case.failure.text) is not None
    shows = "Get-STSCallerIdentity" if is_powershell else "get-caller-identity"
    if is_powershell:
        # https://docs.aws.amazon.com/powershell/v5/userguide/specifying-your-aws-credentials.html
        used = _POWERSHELL_PROFILE.search(case.failure.text)
        name = commands.profile(used["name"] if used else None)
        identity = f"Get-STSCallerIdentity -ProfileName {name} -Region {region}"
    use_others = your_remedy(
        f"Use credentials of an account in {where}",
        f"Set up a profile with keys or a sign-in of that account, from its administrator. {shows} then prints an ARN that begins with arn:{called}:.",
        None
        if request.working_regions
        else f"A Region of {called} cannot be enabled for an account of {keys}: the partitions are separate.",
        commands=commands.repeat_command(command, changes={"profile": "PROFILE_NAME"}) or identity,
        url=pages.STS_REGIONS,
    )
    return case.explain(
        f"The credentials are valid, but only in {place}: {request.region} is in {where}, which {'have their' if 'Regions' in where else 'has its'} own accounts and keys.",
        OTHER_PARTITION.cause(
            "derived",
            (because, *clues.quote_phrases(request.message, "does not exist in our records")),
            text=f"The keys belong to the partition {keys}. They need not be replaced.",
        ),
        # A call that worked shows where the credentials are used.
        remedies=use_home
        if request.assumes_role and request.role and request.role.partition == keys
        else (use_home, use_others)
        if has_place
        else (use_others, None if is_powershell else use_home),
        notes="No IAM policy helps here: no policy can allow an identity of another partition, and sts:AssumeRole does not work across partitions. For programs, federation does: sts:GetWebIdentityToken here, AssumeRoleWithWebIdentity there.",
    )


def _find_partition_of_keys(case: Case[Failure], request: RejectedRequest) -> tuple[str | None, str, bool]:
    """Return the partition of the credentials, what shows it, and whether the text says that they are used there."""
    working = [endpoint for each in request.working_regions if (endpoint := find_endpoint(each)) is not None]
    if working:
        partition = only_one({each.partition for each in working})
        return (
            partition,
            f"The text shows successful calls in {join_words(request.working_regions, 'and')}.",
            True,
        )
    said = {each["name"]: quote_words(each[0]) for each in find_said(case.failure.text, _SAID_PARTITION)}
    if len(said) == 1:
        [(name, words)] = said.items()
        return _SAID_NAMES[name], f"The text says {words}.", True
    shown = find_shown_caller(case)
    partition = getattr(principal_words.try_parse_principal(shown), "partition", None)
    if not isinstance(partition, str):
        return None, "", False
    return partition, f"The text shows the caller {shown}", False


def find_shown_caller(case: Case[Failure]) -> str | None:
    """Return the ARN that get-caller-identity printed with the credentials of the failed call."""
    runs = list(find_runs(case.failure)) if "get-caller-identity" in case.failure.text else []
    failed = find_failed(case.failure, runs)
    for run in runs:
        is_same = run.profile == ("default" if failed is None else failed.profile)
        shown = _CALLER.search(run.output, 0, _CHARS_OF_CALLER)
        if is_same and shown and run.command.words[:2] == ("sts", "get-caller-identity"):
            return shown[0]
    text, start = case.failure.text, case.failure.span[0]
    used = [*_POWERSHELL_PROFILE.finditer(text, max(start - _CHARS_OF_CALLER, 0), start)]
    for each in _POWERSHELL_CALLER.finditer(text):
        own = _POWERSHELL_PROFILE.search(each["options"])
        if (own and own["name"]) == (used[-1]["name"] if used else None):
            return str(each["arn"])
    return None


_POWERSHELL_CALLER = lazy_pattern(
    r"\bGet-STSCallerIdentity\b(?P<options>[^\n]{0,200})\n(?:[^\n>]{0,200}\n){0,6}?[^\n>]{0,40}?(?P<arn>arn:aws[a-z-]{0,12}:(?:iam|sts)::[0-9]{12}:[\w+=,.@/-]{1,600})"
)
_POWERSHELL_PROFILE = lazy_pattern(r"(?i) -ProfileName[ :][\"']?(?P<name>[\w.@+-]{1,64})")


def partition_remedy(partition: str) -> Remedy:
    region = commands.REGIONS_OF_IAM.get(partition)
    identity = region and f"aws sts get-caller-identity --region {region}"
    return your_remedy(
        "Use keys and an endpoint of the same partition",
        "Each partition has its own accounts and keys. Set a Region of the keys' partition in the profile or in AWS_REGION and AWS_DEFAULT_REGION.",
        "Remove endpoint URLs of other partitions.",
        commands=("aws configure list", identity),
        url=pages.STS_REGIONS,
    )


def diagnose_region(case: Case[Failure], request: RejectedRequest) -> StsFindings:
    """Return the causes that have to do with the region or partition of the call."""
    findings = StsFindings()
    if request.is_opt_in:
        findings = diagnose_sts_call(case, codes=frozenset({"v1-token-in-opt-in-region"}))
        disabled = REGION_NOT_ENABLED.cause(
            text=f"The account has not enabled {request.region}, which is necessary in each account."
        )
        if request.lacks_region_of_caller:
            text = f"STS in {request.region} knows only callers whose own account has enabled the Region."
            disabled = REGION_NOT_ENABLED.cause(text=text)
        causes = (*findings.causes, disabled) if request.uses_session else (disabled, *findings.causes)
        findings = attrs.evolve(findings, causes=causes)
    if request.partition != "aws" and (request.role is not None or not request.is_signed):
        # The environment is unknown. Without a region in it, many SDKs call the global endpoint.
        names_global = GLOBAL_HOST in clues.find_aws_hosts(request.message)
        role, unset = request.role, "The environment in the text has AWS_ROLE_ARN, but no Region."
        of_role = f"The role is {role}." if role else None
        other = diagnose_sts_call(
            case,
            codes=PARTITION_CAUSES,
            because=present(of_role, unset if request.lacks_region else None),
            env={"AWS_ROLE_ARN": str(role or f"arn:{request.partition}:iam::{'0' * 12}:role/")},
            endpoint=f"https://{GLOBAL_HOST}" if names_global else None,
        )
        if request.other_region is not None:
            text = f"The variables of the SDK have the Region {request.other_region}, so it calls STS there."
            other = attrs.evolve(
                other, causes=(attrs.evolve(other.causes[0], evidence="derived", text=text),)
            )
        if request.lacks_region:
            derived = tuple(attrs.evolve(each, evidence="derived") for each in other.causes)
            other = attrs.evolve(other, causes=derived)
        remedies = present(set_region_remedy(request)) or other.remedies
        shown = (*remedies, *findings.remedies)
        findings = StsFindings((*other.causes, *findings.causes), lambda: shown)
    return findings


_GET_SESSION = lazy_pattern(r"\b(?:aws sts get-session-token\b|GetSessionToken\b|get_session_token\()")
# The IDE, the prompt of its terminal, and a variable that it sets.
_CLOUD9 = lazy_pattern(r"(?i:\bcloud ?9\b)|\w:~/environment\b|\bC9_(?:PID|USER|PROJECT)\b")
# Its credentials are off, the session is that of the role of its instance, or the text shows the key of a user.
_CLOUD9_OFF = lazy_pattern(
    r"(?i:\bcredentials\b[^.\n]{0,40}\b(?:off|disabled?)\b|\b(?:disabled|(?:turned|switched) off)\b[^.\n]{0,60}\bcredentials\b)|:assumed-role/[^/\n]{1,64}/i-[0-9a-f]{8,17}\b|\bAKIA[0-9A-Z*]{4}"
)
# "Error creating IAM Role orders" of Terraform, and what it prints of other services' resources.
_IAM_RESOURCE = lazy_pattern(
    r"\b(?:[Cc]reat|[Rr]ead|[Uu]pdat|[Dd]elet|[Aa]ttach|[Pp]utt)ing IAM [A-Z]\w+\b[^\n]{0,200}\n?[^\n]{0,200}\Z"
)
_CREATED = lazy_pattern(
    r"\b(?P<address>(?:module\.[\w.\[\]\"-]{1,80})?aws_(?!iam_)\w{2,60}\.[\w.\[\]\"-]{1,80}): (?:Creation|Modifications) complete"
)
_CHARS_BEFORE = 400
# What a session may call, and what aws-vault itself calls with the keys.
_OTHER_CALLS = frozenset({"AssumeRole", "GetCallerIdentity", "GetFederationToken", "GetSessionToken"})
MFA_NEEDED = CauseType(
    "mfa-needed",
    title="The profile has mfa_serial, and the program cannot prompt for the code",
    recognised_by="The SDK says that an MFA token is required or that a token provider is not set, or its prompt for the code ends with EOFError.",
    fix="Get session credentials with the code, or use IAM Identity Center.",
    sources=(pages.CLI_ROLES,),
)
SESSION_WITHOUT_MFA = CauseType(
    "session-without-mfa",
    title="A session of GetSessionToken without MFA cannot call IAM",
    text="Temporary credentials of sts:GetSessionToken can call IAM only if they were created with an MFA code, and of STS only AssumeRole and GetCallerIdentity. Other services accept them.",
    recognised_by="IAM or STS answers InvalidClientTokenId, and the text shows GetSessionToken or aws-vault exec without MFA, Cloud9, or other calls that the same IAM user made.",
    fix="Pass an MFA code to GetSessionToken, use the keys of the user without a session, or assume a role.",
    sources=("https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html",),
)


def explain_session_without_mfa(case: Case[Failure], request: RejectedRequest) -> Explanation | None:
    """Explain a session without MFA, if the call is one that it cannot make and the text shows the session."""
    service = case.facts.service or case.failure.envelope.service
    is_limited = case.operation is not None and case.operation not in _OTHER_CALLS
    start, text = case.failure.span[0], case.failure.text
    of_terraform = _IAM_RESOURCE.search(text[max(start - _CHARS_BEFORE, 0) : start]) is not None
    if of_terraform:
        service, is_limited = "iam", True
    if request.code != "InvalidClientTokenId" or service not in {"iam", "sts"} or not is_limited:
        return None
    works, is_role = _find_working_call(case, of_terraform=of_terraform)
    if _CLOUD9.search(text) and not _CLOUD9_OFF.search(text):
        return _explain_cloud9(case, works)
    vault = vault_sessions.find_command(text, start)
    shows = "GetSessionToken" if _GET_SESSION.search(case.text) else ""
    if vault:
        shows = "aws-vault exec, which calls GetSessionToken"
    if vault_sessions.has_other_session(text, vault) or is_role or not (shows or works):
        return None
    because = (works, f"The text shows {shows}, and no MFA." if shows else None)
    whose = "the session that aws-vault creates" if vault else "a session of GetSessionToken"
    api = service.upper()
    summary = f"{api} rejects only {whose}, because it was created without MFA"
    # Whoever calls GetSessionToken can have lost its token on the way.
    if vault is None:
        summary = f"Most likely, {summary}"
    return case.explain(
        f"{summary}: the access key itself is valid, and no permission is missing.",
        SESSION_WITHOUT_MFA.cause("derived" if vault else "possible", because),
        topic="invalid-credentials",
        remedies=_require_code(vault["profile"], case) if vault else _SESSION_REMEDY,
        notes=f"{api} could not authenticate the session, so it evaluated no policy. A new access key or an Allow does not help.",
    )


def _require_code(profile: str, case: Case[Failure]) -> Remedy:
    """Return the remedy that lets aws-vault ask for a code, or pass the keys themselves."""
    again = commands.repeat_command(case.context.command)
    return your_remedy(
        f"Set mfa_serial in the profile {profile}, or run aws-vault without a session",
        "With mfa_serial, aws-vault asks for a code. The user needs an MFA device: list-mfa-devices prints its ARN.",
        "The option --no-session passes the keys themselves to the command, so use it only for such calls. Or set role_arn: the credentials of a role can call IAM.",
        commands=(
            f"aws-vault exec --no-session {profile} -- aws iam list-mfa-devices",
            f"aws configure set mfa_serial MFA_DEVICE_ARN --profile {profile}",
            f"aws-vault exec {profile} -- {again}" if again and again.startswith("aws ") else None,
        ),
        url="https://github.com/99designs/aws-vault/blob/master/USAGE.md",
    )


def _explain_cloud9(case: Case[Failure], works: str) -> Explanation:
    """Explain that the credentials are those that Cloud9 manages. Its users need not know of them."""
    return case.explain(
        f"{'The' if works else 'Most likely, the'} credentials are those that Cloud9 manages: other services accept them, but IAM and STS reject most calls with them, whatever the user may do. No permission is missing.",
        SESSION_WITHOUT_MFA.cause(
            "derived" if works else "possible",
            (works, "The text shows Cloud9."),
            text="Cloud9 creates a session that may call only a few actions of IAM and STS. For others, the answer is InvalidClientTokenId.",
        ),
        topic="invalid-credentials",
        remedies=_CLOUD9_REMEDY,
        notes="A new access key or an Allow for the user does not help.",
    )


def _find_working_call(case: Case[Failure], *, of_terraform: bool) -> tuple[str, bool]:
    """Return what shows that other calls accept the credentials, or ``""``, and whether they are those of a role."""
    arn = find_shown_caller(case) or ""
    is_role = ":assumed-role/" in arn
    if (created := _CREATED.search(case.failure.text)) is not None:
        return f"With the same credentials, Terraform created {created['address']}.", is_role
    # Terraform can use other credentials than the shell.
    return (f"STS accepts them as those of {arn}" if arn and not of_terraform else ""), is_role


_CLOUD9_REMEDY = your_remedy(
    "Turn off the credentials that Cloud9 manages, and use others",
    "In Cloud9: Preferences > AWS Settings > Credentials. The first command does the same. Only the owner of the environment can do this.",
    "Then sign in, or attach an instance profile whose role may do the work to the instance of the environment. If ~/.aws/credentials still has an aws_session_token of Cloud9, delete that section.",
    commands=(
        'aws cloud9 update-environment --environment-id "$C9_PID" --managed-credentials-action DISABLE',
        Labelled("Without an instance profile, sign in:", "aws configure sso"),
        "aws sts get-caller-identity",
    ),
    url="https://docs.aws.amazon.com/cloud9/latest/user-guide/credentials.html",
)
_SESSION_REMEDY = your_remedy(
    "Create the session with MFA, or call without it",
    "Pass the ARN of the user's MFA device and a code to GetSessionToken, and use the credentials that it returns.",
    "Or call with the keys of the user, without AWS_SESSION_TOKEN, or assume a role that is allowed to make the call.",
    commands="aws sts get-session-token --serial-number MFA_DEVICE_ARN --token-code MFA_CODE",
    url=pages.MFA,
)


def explain_mfa_required(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that the profile's role requires an MFA code."""
    start, end = case.failure.span
    words = case.failure.text[start:end]
    profile, program = find_profile(case), clues.find_program(case.failure) or "the program"
    named = f"The profile {profile}" if profile else "The profile"
    if "MFA code for" in words or "MFA token code" in words:
        outcome = "no terminal answered the prompt"
        because: tuple[str, ...] = ("The text shows the prompt for the code, and no terminal answered it.",)
        remedies = (_ROLE_WITHOUT_MFA, _pass_session(case, profile, program))
    else:
        outcome = f"{program} does not prompt for one, as the AWS CLI does"
        because = clues.quote_phrases(message, "MFA token required", "AssumeRoleTokenProvider")
        remedies = (_pass_session(case, profile, program), _ROLE_WITHOUT_MFA)
        if any(run.command.program == "aws" and run.has_succeeded for run in find_runs(case.failure)):
            because = (*because, "The AWS CLI assumed the role with a code.")
    return case.explain(
        f"{named} requires an MFA code (mfa_serial), and {outcome}. No permission is missing.",
        MFA_NEEDED.cause("reported", because, text="The program got no session, so it made no call."),
        remedies=remedies,
    )


_ROLE_WITHOUT_MFA = your_remedy(
    "In CI and other unattended jobs, use a role that needs no MFA code",
    "Use the role of the machine or container, or let the CI system's OIDC token assume a role.",
    "Remove the profile with mfa_serial from the job: unset AWS_PROFILE, and mount no ~/.aws.",
    commands="printenv AWS_PROFILE AWS_CONFIG_FILE",
)


def _pass_session(case: Case[MissingCredentials], profile: str | None, program: str) -> Remedy:
    """Return how to let the AWS CLI prompt for the code, and a program use the session."""
    name = commands.profile(profile)
    stated = case.context.command
    again = None if stated is None or stated.program == "aws" else commands.repeat_command(stated)
    return your_remedy(
        f"Get the session with the AWS CLI, and pass it to {program}",
        "The first command prompts for the code, unless a session is cached, and sets the variables of the session. They replace AWS_PROFILE.",
        "Repeat the commands when the session has expired, by default after an hour.",
        commands=(
            fill_command('eval "$(aws configure export-credentials --profile {} --format env)"', name),
            "unset AWS_PROFILE",
            *present(again),
            Labelled("Or, with aws-vault instead:", f"aws-vault exec {name} -- {again}") if again else None,
        ),
    )
