"""Explain credentials that are valid, but not for this call: in another partition or Region, or without an MFA code.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html,
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html,
https://github.com/99designs/aws-vault/issues/260 and, for the credentials that Cloud9 manages,
https://docs.aws.amazon.com/cloud9/latest/user-guide/troubleshooting.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.keys.rejected_requests import RejectedRequest
from iamtriage.explaining._rules.credentials.keys.rejecting_regions import set_region_remedy
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.sts.findings import StsFindings, diagnose_sts_call
from iamtriage.explaining._rules.sts.rejected_calls import REGION_NOT_ENABLED
from iamtriage.failures._failures import Failure, MissingCredentials
from iamtriage.sts._evidence import GLOBAL_HOST

PARTITION_CAUSES = frozenset({"china-without-region", "partition-without-region"})
"""The causes of the diagnosis of STS calls that have to do with partitions."""
OTHER_PARTITION = CauseType(
    "other-partition",
    title="The credentials belong to another partition",
    text="The keys are from another partition. China, GovCloud and the European Sovereign Cloud have their own accounts and keys.",
    fix="Use credentials of the partition that is called.",
    of="invalid-credentials",
)


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
            text=f"The account has not enabled {request.region}, which is necessary in each account.",
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
        if request.lacks_region:
            derived = tuple(attrs.evolve(each, evidence="derived") for each in other.causes)
            other = attrs.evolve(other, causes=derived)
        remedies = present(set_region_remedy(request)) or other.remedies
        shown = (*remedies, *findings.remedies)
        findings = StsFindings((*other.causes, *findings.causes), lambda: shown)
    return findings


_AWS_VAULT = lazy_pattern(
    r"\baws-vault (?:[\w-]+ )??exec (?P<options>(?:-[\w=-]{1,60} ){0,6})(?P<profile>[\w.@/-]{1,64})"
)
_GET_SESSION = lazy_pattern(r"\b(?:aws sts get-session-token\b|GetSessionToken\b|get_session_token\()")
# With a code of the device, or credentials that are not those of GetSessionToken.
_OTHER_SESSION = lazy_pattern(
    r"\bmfa_serial\b|\bmfa_process\b|--mfa-token\b|--token-code\b|\bTokenCode\b|--no-session\b|\brole_arn\b|\bsso_(?:session|start_url)\b"
)
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
_COMMAND = lazy_pattern(
    r"(?<![\w-])(?:(?:terraform|tofu|terragrunt) (?:plan|apply|init|destroy|refresh)|pulumi (?:up|preview|destroy|refresh))(?![\w-])"
)
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
    created = _CREATED.search(text)
    # Terraform can use other credentials than the shell.
    works = f"With the same credentials, Terraform created {created['address']}." if created else ""
    if _CLOUD9.search(text) and not _CLOUD9_OFF.search(text):
        return _explain_cloud9(case, works)
    vault = _AWS_VAULT.search(case.text)
    shows = "GetSessionToken" if _GET_SESSION.search(case.text) else ""
    if vault:
        shows = "aws-vault exec, which calls GetSessionToken"
    if _OTHER_SESSION.search(case.text) or not (shows or works):
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
        remedies=_SESSION_REMEDY,
        notes=f"{api} could not authenticate the session, so it evaluated no policy. A new access key or an Allow does not help.",
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
    url=pages.CLI_ROLES,
)


def _pass_session(case: Case[MissingCredentials], profile: str | None, program: str) -> Remedy:
    """Return how to let the AWS CLI prompt for the code, and a program use the session."""
    name = commands.profile(profile)
    stated = case.context.command
    again = None if stated is None or stated.program == "aws" else commands.repeat_command(stated)
    if again is None and (shown := _COMMAND.search(case.failure.text)) is not None:
        again = shown[0]
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
        url=pages.CLI_ROLES,
    )
