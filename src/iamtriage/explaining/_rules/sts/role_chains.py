"""Explain that sessions of role chaining last at most one hour, and how to renew them or avoid the chain.

Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_words, upper_first
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import IdentityCenterRole, Role
from iamtriage.explaining._context.readers.command_lines import find_commands
from iamtriage.explaining._context.readers.profiles import ProfileSection
from iamtriage.explaining._context.readers.workflows import RoleStep
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command, repeat_command
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import is_about_pods
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.explaining._rules.sts.chained_pods import find_role_of_pod, find_short_hour, pod_remedies
from iamtriage.failures._failures import AwsError

# No role's maximum is shorter: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
SHORTEST_MAXIMUM, LONGEST_MAXIMUM = 3600, 43200
"""The bounds of a role's maximum session duration, in seconds."""
# Temporary credentials of GetSessionToken count as chaining: https://github.com/coinbase/assume-role/issues/24 and
# https://github.com/99designs/aws-vault/issues/351. aws-vault has --no-session (issue 263 there).
_AWS_VAULT = lazy_pattern(
    r"(?a)\baws-vault (?P<verb>exec|login|export)\b(?![^\n]{0,200}--no-session)(?P<rest>(?: [\w@%+=:,./-]{1,100}){0,12})(?P<more>[^\n]?)"
)
_CHARS_BEFORE = 4_000
# Where a profile gets the credentials that assume its role.
_SOURCES = {"ec2": ("credential_source", "Ec2InstanceMetadata"), "ecs": ("credential_source", "EcsContainer")}
_SESSION = lazy_pattern(
    r"(?a)\barn:aws[a-z-]{0,12}:sts::[0-9]{12}:assumed-role/[\w+=,.@-]{1,64}/[\w+=,.@-]{1,64}"
)
CHAINED_SESSION_TOO_LONG = CauseType(
    "chained-session-too-long",
    title="A session from role chaining can last at most one hour",
    text="The caller is already a role session. The role's maximum session duration does not change this limit, which nobody can raise.",
    recognised_by='STS says "exceeds the 1 hour session limit for roles assumed by role chaining".',
    fix="Request at most 3600 seconds, or assume the role without another role in between.",
    sources=(pages.SESSION_DURATION,),
)


class Rejected(NamedTuple):
    """A duration that STS rejected.

    Attributes:
        seconds: The duration, if the text shows it.
        setting: The setting with the duration, as in the text.
        request_less: How to request less.
        maximum: The role's maximum session duration, if the text states it.
        arn: The ARN of the role, as in the text.
        role: The role.
    """

    seconds: str | None
    setting: str | None
    request_less: str
    maximum: int | None
    arn: str | None
    role: Role | None

    @property
    def name(self) -> str:
        """The name of the role as a command argument."""
        return commands.role_name(None if self.role is None else self.role.name)

    @property
    def target(self) -> str:
        """The role as part of a sentence."""
        return "the role" if self.role is None else f"the role {clip_text(self.role.name)}"

    @property
    def duration(self) -> str:
        """The duration as part of a sentence."""
        of_role = "" if self.role is None else f" for {self.target}"
        return f"the session duration{f' of {self.seconds} seconds' if self.seconds else ''}{of_role}"

    @property
    def is_enough(self) -> bool:
        """Whether the role's maximum allows the duration."""
        wanted = min(int(self.seconds or LONGEST_MAXIMUM), LONGEST_MAXIMUM)
        return self.maximum is not None and wanted <= self.maximum

    @property
    def raise_command(self) -> str:
        """The command that raises the role's maximum."""
        raised = min(int(self.seconds or LONGEST_MAXIMUM), LONGEST_MAXIMUM)
        return fill_command(
            f"aws iam update-role --role-name {{}} --max-session-duration {raised}", self.name
        )


def explain_chain(
    case: Case[AwsError],
    rejected: Rejected,
    section: ProfileSection | None,
    source: ProfileSection | None,
    workflow: RoleStep | None,
) -> Explanation:
    """Explain that the session of one role assumes another role for longer than an hour.

    Args:
        case: The case.
        rejected: The duration.
        section: The profile whose role is assumed.
        source: The profile whose credentials assume it.
        workflow: The step of a workflow that assumes it.
    """
    text, role, maximum = case.failure.text, rejected.role, rejected.maximum
    before = underlying_role(try_parse_principal(workflow.first)) if workflow else None
    chained = before or _find_chained_caller(case, role)
    of_pod = None if chained else find_role_of_pod(text, role)
    caller = _find_source_role(source) or (chained and f"the role {chained.name}")
    caller = caller or (of_pod and f"the pod's role {of_pod}")
    chain = "one role assuming another," if caller is None else f"here from {caller},"
    own = None
    if of_pod:
        own = f"The pod's credentials are already a session of the role {clip_text(of_pod)}. The maximum session duration of {rejected.target} does not change this limit, which nobody can raise."
    short = find_short_hour(text)
    because = f"The text says {quote_words(short)}: an hour is too short." if short else None
    remedies: tuple[Remedy, ...] = ()
    if section is not None:
        step, way = _profile_steps(section, source)
        longer = f"For longer sessions, {way}. {_describe_trust(rejected)}, which also needs sts:AssumeRole{_describe_raise(rejected)}"
        remedies = (your_remedy("Request at most one hour", step, longer, url=pages.SESSION_DURATION),)
    elif workflow is not None and before is not None and role is not None and _is_of_token(workflow):
        remedies = _workflow_remedies(rejected, workflow, before, role, is_short=short is not None)
    elif role is not None:
        enough = f" ({maximum} seconds, which is enough)" if rejected.is_enough else ""
        remedies = pod_remedies(
            case, of_pod or (chained.name if chained else None), role, rejected.setting, enough
        )
    return case.explain(
        f"STS rejected {rejected.duration}: role chaining, {chain} is limited to one hour{f', although the role allows {maximum} seconds' if maximum and maximum > SHORTEST_MAXIMUM else ''}.",
        CHAINED_SESSION_TOO_LONG.cause("reported", because, text=own),
        topic="session-duration",
        remedies=remedies or (_hour_remedy(case, rejected, chained, caller, is_short=bool(short)),),
        notes="No permission is missing: STS rejects the duration.",
    )


def _is_of_token(step: RoleStep) -> bool:
    """Return whether the step before another one uses the OIDC token of the job."""
    return "aws-access-key-id:" not in step.before


def _workflow_remedies(
    rejected: Rejected, step: RoleStep, before: Role, role: Role, *, is_short: bool
) -> tuple[Remedy, ...]:
    """Return how a job of GitHub Actions gets a longer session, and how a shorter one; first what the work needs."""
    name, first = clip_text(role.name), clip_text(before.name)
    enough = f" ({rejected.maximum} seconds, which is enough)" if rejected.is_enough else ""
    direct = f"let the job's OIDC token assume {name} directly, without {first}"
    longer = account_remedy(
        upper_first(direct) if is_short else f"Or {direct}, for longer sessions",
        f"Only then, the role's maximum session duration applies{enough}. In account {role.account}, create the OIDC provider of GitHub if it has none. Let {name} trust it (sts:AssumeRoleWithWebIdentity), with the job's repository in the condition on sub.",
        f"Delete the step for {first}, and role-chaining: true from the one for {name}. The job needs permissions: id-token: write.",
        commands=(
            "aws iam create-open-id-connect-provider --url https://token.actions.githubusercontent.com --client-id-list sts.amazonaws.com",
            None if rejected.is_enough else rejected.raise_command,
        ),
        manifest=_CHAINED_LINE.sub("", step.text) + "\n",
        manifest_language="yaml",
        url="https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws",
    )
    shorter = your_remedy(
        "Or request at most one hour, and repeat both steps before it ends"
        if is_short
        else "Request at most one hour",
        rejected.request_less,
        "A step that runs longer than its session fails half-way: split the work into steps of less than an hour each."
        if is_short
        else None,
        url=pages.SESSION_DURATION,
    )
    return (longer, shorter) if is_short else (shorter, longer)


_CHAINED_LINE = lazy_pattern(r"(?m)^ *role-chaining:[^\n]*\n?")


def _describe_trust(rejected: Rejected) -> str:
    return f"{capitalize_start(rejected.target)} must trust that identity"


def _describe_raise(rejected: Rejected) -> str:
    """Return what the role's maximum must be without the chain, as the end of a sentence."""
    seconds = rejected.seconds
    raises = f": raise it{f' to {seconds}' if seconds and int(seconds) <= LONGEST_MAXIMUM else ''}"
    if rejected.is_enough:
        raises = f" ({rejected.maximum} seconds, which is enough)"
    return f", and the role's maximum session duration applies{raises}."


def _hour_remedy(
    case: Case[AwsError], rejected: Rejected, chained: Role | None, caller: str | None, *, is_short: bool
) -> Remedy:
    """Return how to work with sessions of one hour, or without the chain.

    Args:
        case: The case.
        rejected: The duration.
        chained: The role that assumes the other one, if the text states its session.
        caller: The role that assumes the other one, in words.
        is_short: Whether an hour is too short for the work.
    """
    kind = case.context.runtime_kind
    is_workload = kind in _SOURCES or is_about_pods(case.failure.text)
    way = "assume it without another role before it: with the access key of a user, or directly with an OIDC token, such as that of a CI job, or a SAML assertion. A session of IAM Identity Center is a role session, too, and does not help"
    if is_workload and caller is not None:
        way = f"assume it with the identity that assumes {caller} and without another role in between"
    longer = f"For longer sessions, {way}. {_describe_trust(rejected)}{_describe_raise(rejected)}"
    change: Labelled | None = Labelled(
        "For longer sessions without chaining, an administrator raises the maximum:", rejected.raise_command
    )
    if isinstance(chained, IdentityCenterRole):
        own = clip_text(chained.permission_set or chained.name)
        target = (rejected.arn or "").split(":")[4:5]
        where = (
            f", assign it in account {target[0]}" if target and target[0] not in {"", chained.account} else ""
        )
        longer = f"For longer sessions, add the permissions to the permission set {own}{where}, and raise its session duration (at most 12 hours); or run the job where AWS provides the role's credentials and renews them, such as in an ECS task, on EC2 or with AWS Batch."
        change = None  # no maximum is in the way
    profile: tuple[str, ...] = ()
    if rejected.role is not None and rejected.arn is not None and commands.arn(rejected.arn) == rejected.arn:
        configure = f"aws configure set {{}} {{}} --profile {rejected.name}"
        source = _SOURCES.get(kind, ("source_profile", "PROFILE"))
        profile = (fill_command(configure, "role_arn", rejected.arn), fill_command(configure, *source))
    refresh = "Let the SDK refresh the session: with a profile (role_arn, and source_profile or credential_source), it assumes the role again before it expires."
    if is_short:
        omit = f"Omit {rejected.setting or 'the duration'}, and create the clients with that profile."
        return your_remedy(
            "Let the SDK renew sessions of one hour",
            refresh,
            omit,
            longer,
            commands=profile,
        )
    again = repeat_command(case.context.command, changes={"duration-seconds": "3600"})
    again = again if again and "assume-role" in again else None
    labelled = [Labelled("To let a profile renew it:", each) for each in profile[:1]]
    less = f" {rejected.request_less}" if rejected.seconds is None or again is None else ""
    return your_remedy(
        "Request at most one hour",
        f"Request 3600 seconds or less, or omit the duration.{less}",
        refresh,
        longer,
        # The label is not shown before the first command.
        commands=None
        if again is None
        else (again, *labelled, *profile[1:], None if rejected.is_enough else change),
    )


def _find_direct_call(case: Case[AwsError]) -> tuple[str, Remedy, str] | None:
    """Return what assumes a role with the credentials of GetSessionToken, how to do it without them, and how else.

    They are a clause, a remedy and the title of another one. A text can show such credentials.
    """
    text, start = case.failure.text, case.failure.span[0]
    vault = _AWS_VAULT.search(text)
    if vault is not None and ":assumed-role/" not in text:
        direct = f"aws-vault {vault['verb']} --no-session{vault['rest']}"
        remedy = your_remedy(
            "Call aws-vault with --no-session",
            "It then assumes the role with the user's access key, and asks for the MFA code each time.",
            commands=direct if vault["rest"] and not vault["more"] else None,
            url="https://github.com/99designs/aws-vault/blob/master/USAGE.md",
        )
        other = "Or run aws-vault exec with --ecs-server, which renews sessions of one hour"
        return "aws-vault assumes it with the temporary credentials of GetSessionToken", remedy, other
    shown = [each for _, each in find_commands(text, max(start - _CHARS_BEFORE, 0), start)]
    issuing = next((each for each in shown if each.words[:2] == ("sts", "get-session-token")), None)
    failed = next((each for each in reversed(shown) if each.words[:2] == ("sts", "assume-role")), None)
    if issuing is None or (failed is not None and failed.option("profile") is not None):
        return None
    device, profile = issuing.option("serial-number"), issuing.option("profile")
    changes = {"profile": commands.profile(profile.value)} if profile else {}
    if device is not None:
        changes |= {"serial-number": commands.arn(device.value, "MFA_DEVICE_ARN"), "token-code": "MFA_CODE"}
    mfa = ", with the MFA code in that call," if device else ""
    remedy = your_remedy(
        "Assume the role with the long-term access key",
        f"Call AssumeRole with the user's access key itself{mfa} instead of get-session-token first.",
        "In the AWS CLI, a profile with role_arn, source_profile, mfa_serial and duration_seconds does this, too.",
        commands=repeat_command(failed, changes=changes),
    )
    other = "Or request at most one hour, and renew the session"
    return "it is assumed with the temporary credentials of GetSessionToken", remedy, other


def explain_session_of_user(case: Case[AwsError], rejected: Rejected) -> Explanation | None:
    """Explain that the credentials of GetSessionToken are limited like those of role chaining, if a text shows them."""
    if (direct := _find_direct_call(case)) is None:
        return None
    verdict, remedy, other = direct
    return case.explain(
        f"STS rejected {rejected.duration}: {verdict}, and STS limits a role that temporary credentials assume to one hour, as with role chaining.",
        CHAINED_SESSION_TOO_LONG.cause(
            "derived",
            text="The role's maximum session duration only applies if the user's long-term access key assumes it.",
        ),
        topic="session-duration",
        remedies=(
            remedy,
            your_remedy(
                other,
                "Request 3600 seconds, or omit the duration. The cached session of GetSessionToken can stay: with it, the role can be assumed again each hour without a code.",
            ),
        ),
        notes=f"No permission is missing, and a longer maximum session duration of {rejected.target} does not help.",
    )


def _profile_steps(section: ProfileSection, source: ProfileSection | None) -> tuple[str, str]:
    """Return how a profile requests less, and how it assumes its role without another one."""
    header, origin = section.header, source.settings.get("source_profile") if source else None
    step = f"In {header}, set duration_seconds = 3600, or delete the line. The AWS CLI and SDKs assume the role again before the hour ends, so long jobs go on."
    if origin is not None:
        return (
            step,
            f"set source_profile = {origin} in {header}, if {origin} has the keys of a user, not a role",
        )
    return step, f"set source_profile in {header} to a profile that is no role, such as that of a user"


def _find_source_role(source: ProfileSection | None) -> str | None:
    """Return the role of the profile that another one names as its source."""
    if source is None:
        return None
    role = underlying_role(try_parse_principal(source.settings.get("role_arn")))
    if role is not None:
        return f"the role {clip_text(role.name)} of the profile {source.name}"
    return f"the Identity Center role of the profile {source.name}" if source.is_sso else None


def _find_chained_caller(case: Case[AwsError], target: Role | None) -> Role | None:
    """Return the role that assumes another one, if the text states the ARN of one session only."""
    found = set(_SESSION.findall(case.text)) or {case.facts.caller}
    roles = (underlying_role(try_parse_principal(arn)) for arn in found)
    others = {
        each.name: each for each in roles if each is not None and each.name != getattr(target, "name", None)
    }
    return next(iter(others.values())) if len(others) == 1 else None
