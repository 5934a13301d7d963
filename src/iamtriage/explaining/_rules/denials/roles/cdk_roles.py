"""Explain denials of the AWS CDK, which assumes roles that ``cdk bootstrap`` creates.

If it cannot assume one, it warns, goes on with the caller's own permissions, and fails with the first call that
those do not include. Source: https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Evidence, Explanation, Remedy
from iamtriage.explaining._rules.denials.shown_policies.known_policies import is_of_other, list_known_policies
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.remedies import account_remedy, present
from iamtriage.explaining._rules.shared.requirements.required_grants import required_grant
from iamtriage.explaining._rules.shared.texts import cdk_bootstrap
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.policies._grants import build_grant
from iamtriage.policies._readers.elements import allow_statements, principal_names

_PAGE = "https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html"
_ROLE_ARN = (
    r"arn:(?P<partition>aws[a-z-]{0,12}):iam::(?P<account>[\w*<>-]{1,20}):role/"
    rf"cdk-(?P<qualifier>{cdk_bootstrap.QUALIFIER})-(?P<purpose>{cdk_bootstrap.ASSUMED})-role-"
    rf"(?:[\w*<>]{{1,20}}-(?P<region>{REGION})\b|[\w*<>-]{{1,60}})"
)
_ROLE = lazy_pattern(_ROLE_ARN, re.ASCII)
_UNASSUMED = lazy_pattern(rf"(?a)could\s+not\s+be\s+used\s+to\s+assume\s+['\"]?{_ROLE_ARN}['\"]?")
_NO_PARAMETER = lazy_pattern(r"SSM\s+parameter\s+(/cdk-bootstrap/\w{1,20}/version)\s+not\s+found")
_ACCOUNT = lazy_pattern(r"[0-9]{12}")
_QUOTES = "'\""
_PIPELINE_STEP = lazy_pattern(r"\b(?:ShellStep|CodeBuildStep)\b")

_PASSED_TO_CLOUDFORMATION = {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}
# A mask can end the match of the failure within the ARN.
_MAX_ROLE_LENGTH = 200

CDK_ROLES_NOT_ASSUMED = CauseType(
    "cdk-roles-not-assumed",
    title="The CDK could not assume its bootstrap roles",
    meaning="The caller cannot assume the roles that cdk bootstrap created, so the CDK went on with the caller's own permissions.",
    recognised_by="The CDK warns that the current credentials could not be used to assume a role, and goes on.",
    fix="Allow the caller sts:AssumeRole on the bootstrap roles, or bootstrap the environment.",
    sources=(_PAGE,),
)


CDK_ROLES_WITHOUT_TRUST = CauseType(
    "cdk-roles-without-trust",
    title="The bootstrap roles do not trust the account that deploys",
    meaning="Without --trust, cdk bootstrap creates roles that trust only their own account.",
    recognised_by="The trust policy of a bootstrap role has no other account, or the text shows cdk bootstrap without --trust, and the caller is in another account.",
    fix="Run cdk bootstrap again, with --trust and --cloudformation-execution-policies.",
    of="cdk-roles-not-assumed",
)
NOT_BOOTSTRAPPED = CauseType(
    "cdk-not-bootstrapped",
    title="The environment is not bootstrapped, or not for this account",
    text="The account and Region are not bootstrapped, or not with this qualifier and --trust for the caller's account.",
    fix="Run cdk bootstrap for the account and Region, with --trust if the caller is in another account.",
    recognised_by="The text says that the bootstrap stack's SSM parameter was not found.",
    sign=r"\bSSM parameter /cdk-bootstrap/\w{1,20}/version not found\b|\bHas the environment been bootstrapped\b",
    remedy="Bootstrap ",
    of="cdk-roles-not-assumed",
)
# Up to the end of the line or of a quotation, or the environment in another order.
_COMMAND = lazy_pattern(r"\bcdk bootstrap\b(?P<options>(?:\\\s*\n|[^\n`;&|])*)")
_PROFILE = lazy_pattern(r"(?a)--profile[ =](?P<name>[\w.@-]{1,60})")


def explain_untrusting_roles(denial: Denial) -> Explanation | None:
    """Explain that a bootstrap role does not trust the other account that deploys, ``None`` if nothing shows that."""
    found = _ROLE.match(denial.resource or "")
    account = denial.account
    if found is None or not denial.crosses_accounts or denial.is_explicit or account is None:
        return None
    command = _find_bootstrap(denial.failure.text, found["account"])
    trusted = _list_trusted_accounts(denial)
    if account in trusted or not (trusted or (command is not None and "--trust" not in command)):
        return None
    evidence: Evidence = "supplied" if trusted else "derived"
    own = [each for each in trusted if each != found["account"]]
    only = f"trusts only account {join_words(trusted, 'and')}" if trusted else "trusts only its own account"
    how = "" if own else ", because the environment was bootstrapped without --trust"
    profile = _PROFILE.search(command or "")
    remedy = _trust_remedy(denial, found, own, profile[0] if profile else None)
    return denial.explain(
        f"{capitalize_start(denial.caller)} in account {account} was denied {denial.action} on {denial.resource}: the role {only}{how}.",
        CDK_ROLES_WITHOUT_TRUST.cause(
            evidence,
            text=f"No permission in account {account} changes that. All bootstrap roles of the environment (deploy, file-publishing, image-publishing, lookup) need the trust.",
        ),
        topic="assume-role",
        remedies=remedy,
    )


def _find_bootstrap(text: str, account: str) -> str | None:
    """Return the last command in a text that bootstraps an account."""
    found = [each[0] for each in _COMMAND.finditer(text) if account in each["options"]]
    return found[-1] if found else None


def _list_trusted_accounts(denial: Denial) -> list[str]:
    """Return the accounts that the trust policy of a role names."""
    trusting = allow_statements(denial.facts.trust_policy)
    named = [name for each in trusting for name in principal_names(each, "AWS")]
    accounts = (re.search(r"(?<!\d)\d{12}(?!\d)", each) for each in named)
    return list(dict.fromkeys(each[0] for each in accounts if each is not None))


def explain_unassumed_roles(denial: Denial) -> Explanation | None:
    """Explain that the CDK could not assume its bootstrap roles, if it says so before the denial or instead of one."""
    failure = denial.failure
    # Otherwise, it is the warning of the CDK itself. The failure of a call can begin with the warning.
    is_of_call = bool(denial.action or denial.operation or failure.envelope.code)
    before = failure.spans.get("action", failure.span)[0]
    if (
        _UNASSUMED.search(failure.text, 0, before if is_of_call else failure.span[1] + _MAX_ROLE_LENGTH)
        is None
    ):
        return None
    found = list(_UNASSUMED.finditer(failure.text))
    first = found[0]
    purposes = join_words(tuple(dict.fromkeys(each["purpose"] for each in found)), "and")
    called = denial.action or denial.operation or "the call"
    is_several = len({each["purpose"] for each in found}) > 1
    roles = f"its bootstrap roles ({purposes})" if is_several else f"its {purposes} role"
    role, these = first[0].split()[-1].strip(_QUOTES), "these roles" if is_several else "this role"
    stated = None if is_several else f"The warning names {role}."
    parameter = _NO_PARAMETER.search(denial.failure.text)
    where = _environment(first)
    may_not = f"{denial.caller} is not allowed to perform sts:AssumeRole on {these}"
    assume = _assume_remedy(denial, first)
    bootstrap = _bootstrap_remedy(first, is_missing=parameter is not None)
    not_allowed = NO_IDENTITY_ALLOW.cause(
        text=f"No policy of {denial.caller} allows sts:AssumeRole on {these}."
    )
    unprepared = ""
    if denial.account == first["account"]:
        other = "" if parameter else ", or the role's trust policy no longer allows the account"
        unprepared = f"The account and Region are not bootstrapped, or not with this qualifier{other}."
    causes: tuple[Cause, ...] = (
        *((not_allowed,) if is_of_call else ()),
        NOT_BOOTSTRAPPED.cause(text=unprepared),
    )
    remedies = (
        present(assume, bootstrap, _direct_remedy(denial)) if is_of_call else present(bootstrap, assume)
    )
    is_same_account = denial.account in {None, first["account"]} or not _ACCOUNT.fullmatch(first["account"])
    is_trusted = _trusts_account(denial, first["account"])
    is_bootstrapped = is_trusted or cdk_bootstrap.is_bootstrapped(denial.failure.text, first["region"])
    is_allowed, policy = _find_policy(denial, role) if is_of_call and parameter is None else (None, "")
    either = "" if is_same_account else ", or the roles do not trust its account"
    change = bootstrap if is_same_account else _trust_remedy(denial, first)
    reasons = (
        (is_trusted, f"The trust policy of the role allows the whole account, so only an identity-based policy of {denial.caller} is missing"),
        (is_allowed, f"{policy} allows {denial.caller} sts:AssumeRole on {these}, so the environment, or the trust policy of its roles, is the cause"),
        (is_allowed is False, f"{policy} does not have sts:AssumeRole on {these}{either}"),
        (parameter, parameter and cdk_bootstrap.describe_missing(first, where, parameter[1])),
        (is_bootstrapped, f"{where} is bootstrapped, so {may_not}{either}"),
    )  # fmt: skip
    decided = next((text for is_so, text in reasons if is_so), None)
    reason = decided or f"{where} is not bootstrapped, or {may_not}"
    if is_allowed and not is_trusted:
        causes, remedies = causes[1:], (change,)
    elif is_bootstrapped or is_allowed is False:
        causes, remedies = (), present(assume, None if is_bootstrapped and is_same_account else change)
    summary = f"The CDK could not assume {roles}: {reason}."
    if is_of_call:
        on = f" on {denial.resource}" if denial.resource else ""
        summary = (
            f"The CDK could not assume {roles} and went on as {denial.caller}, which was denied {called}{on}."
        )
    text = _describe_consequence(denial)
    if decided is not None:
        text = f"{reason}. {text}"
    again = "Another cdk bootstrap changes nothing here." if is_bootstrapped and is_same_account else None
    note = "Allow the denied calls one by one only if the caller cannot use the roles, which have all permissions for a deployment."
    return denial.explain(
        summary,
        CDK_ROLES_NOT_ASSUMED.cause("derived" if is_of_call else "reported", stated, text=text),
        *causes,
        remedies=remedies,
        notes=present(again, note),
    )


def _describe_consequence(denial: Denial) -> str:
    """Return that the denied call needs no permission, as the roles have it."""
    start = "What is denied after that is only the consequence: the bootstrap roles"
    if _only_looks_up(denial.failure.text):
        return f"{start} have the permissions for a deployment."
    return f"{start} deploy, and CloudFormation creates the resources with the cfn-exec role of the bootstrap. {capitalize_start(denial.caller)} needs no permissions for the resources."


def _find_policy(denial: Denial, role: str) -> tuple[bool | None, str]:
    """Return whether the caller's policies in the text allow sts:AssumeRole on a role, and the name of the one that shows it."""
    policies = [
        each
        for each in list_known_policies(denial)
        if each.policy_type in {None, "identity"} and not each.has_principal and not is_of_other(each, denial)
    ]
    for policy in policies:
        named = [each for each in policy.allows if names_action(each, "sts:AssumeRole") is not False]
        if any(names_resource(each, role) is not False for each in named):
            return True, capitalize_start(policy.name)
    return (False, capitalize_start(policies[0].name)) if policies else (None, "")


# The bucket of the bootstrap, which only its file-publishing role needs, except to read.
_ASSETS = lazy_pattern(
    rf"(?a)\bcdk-(?P<qualifier>{cdk_bootstrap.QUALIFIER})-assets-(?P<account>[0-9]{{12}})-(?P<region>{REGION})\b"
)
_PUBLISHING = frozenset(
    {
        "s3:getbucketlocation", "s3:getencryptionconfiguration", "s3:listbucket", "s3:listbucketversions",
        "s3:putobject",
    }
)  # fmt: skip
_OF_CDK = lazy_pattern(
    r"\bcdk (?:deploy|watch|diff|synth|import)\b|\bcdk-assets\b|\b(?i:CDK toolkit)\b|\baws-cdk\b"
)


def explain_unused_roles(denial: Denial) -> Explanation | None:
    """Explain that the CDK publishes files as the caller, because it could not assume the role for that."""
    bucket = _ASSETS.search(denial.resource or "")
    if (
        bucket is None
        or denial.is_explicit
        or denial.lowercase_action not in _PUBLISHING
        or cdk_bootstrap.ROLE.search(denial.principal_text or "") is not None
        or _OF_CDK.search(denial.failure.text) is None
    ):
        return None
    partition = denial.location.partition or "aws"
    of_role = f"{bucket['account']}-{bucket['region']}"
    role = f"arn:{partition}:iam::{bucket['account']}:role/cdk-{bucket['qualifier']}-file-publishing-role-{of_role}"
    found = _ROLE.match(role)
    assume = None if found is None else _assume_remedy(denial, found)
    if assume is None:
        return None
    return denial.explain(
        f"The CDK went on as {denial.caller}, which was denied {denial.action or denial.operation} on the bootstrap bucket {bucket[0]}: most likely, it could not assume its file-publishing role.",
        CDK_ROLES_NOT_ASSUMED.cause(
            "possible",
            text="The file-publishing role of the bootstrap has the permissions for the bucket. The CDK calls S3 with the caller's own ones only if it cannot assume the role, or if the stack's synthesizer uses none (CliCredentialsStackSynthesizer).",
        ),
        topic=NO_IDENTITY_ALLOW.code,
        remedies=(assume, _direct_remedy(denial)),
    )


def _only_looks_up(text: str) -> bool:
    """Return whether the CDK only looks something up to synthesize, and needs no role of a deployment."""
    purposes = {each["purpose"] for each in _UNASSUMED.finditer(text)}
    return purposes == {"lookup"} and ("cdk synth" in text or _PIPELINE_STEP.search(text) is not None)


def _trusts_account(denial: Denial, account: str) -> bool:
    """Return whether a trust policy in the text allows the caller's account, which is that of the role."""
    trusting = allow_statements(denial.facts.trust_policy)
    named = [name for each in trusting for name in principal_names(each, "AWS")]
    return denial.account in {None, account} and any(each.endswith(f"::{account}:root") for each in named)


def _direct_remedy(denial: Denial) -> Remedy | None:
    """Return the remedy that allows the denied call to the caller, which then deploys without the roles."""
    grant, on = required_grant(denial), ""
    if grant is not None and denial.lowercase_action == "iam:passrole":
        # The CDK passes only the role with which CloudFormation deploys.
        grant = attrs.evolve(grant, conditions=_PASSED_TO_CLOUDFORMATION)
        on = f" on {denial.target_role_name}" if denial.target_role_name else ""
    title = f"Or allow {denial.action}{on} for {denial.caller}, and each further call that is denied"
    if grant is None or _only_looks_up(denial.failure.text):
        return None
    return allow_remedy(denial, grant=grant, title=title)


def _environment(found: re.Match[str]) -> str:
    """Return the environment of a bootstrap role, as ``cdk bootstrap`` takes it."""
    account = found["account"] if _ACCOUNT.fullmatch(found["account"]) else "ACCOUNT_ID"
    return f"aws://{account}/{commands.region(found['region'])}"


def _assume_remedy(denial: Denial, found: re.Match[str]) -> Remedy | None:
    account = found["account"] if _ACCOUNT.fullmatch(found["account"]) else "ACCOUNT_ID"
    region = found["region"] if account != "ACCOUNT_ID" else None
    where = "" if region is None else f"-{account}-{region}"
    is_lookup = _only_looks_up(denial.failure.text)
    which = f"lookup-role{where or '-*'}" if is_lookup else f"*{where}"
    arn = f"arn:{found['partition']}:iam::{account}:role/cdk-{found['qualifier']}-{which}"
    grant = build_grant("sts:AssumeRole", f"arn:aws:iam::{account}:role/name", denial.location)
    if grant is None:
        return None
    remedy = allow_remedy(
        denial,
        grant=attrs.evolve(grant, resources=(arn,), notes=()),
        title=f"Allow sts:AssumeRole on the {'lookup role' if is_lookup else 'bootstrap roles'} for {denial.caller}",
        url=_PAGE,
        first_step=None
        if denial.principal_text
        else "Where the CDK ran, aws sts get-caller-identity prints the caller.",
    )
    if remedy is None:
        return None
    called = "cdk synth" if "cdk synth" in denial.failure.text else "cdk deploy"
    if _PIPELINE_STEP.search(denial.failure.text) is None:
        return attrs.evolve(remedy, steps=(*remedy.steps, f"Then run {called} again."))
    # https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.pipelines.CodeBuildStep.html
    step = "The pipeline's code owns this role, and a ShellStep accepts no statements: make the step a CodeBuildStep with the property below, or set codeBuildDefaults.rolePolicy. Deploy the pipeline's stack once by hand."
    look_up = None
    if is_lookup:
        look_up = "Or run cdk synth where the lookup works, and commit cdk.context.json: the pipeline then looks nothing up."
    code = f"rolePolicyStatements: [new iam.PolicyStatement({{\n  actions: ['sts:AssumeRole'],\n  resources: ['{arn}'],\n}})],"
    page = "https://docs.aws.amazon.com/cdk/v2/guide/cdk-pipeline.html"
    return attrs.evolve(account_remedy(remedy.title, step, look_up, url=page), manifest=code)


def _bootstrap_remedy(found: re.Match[str], *, is_missing: bool) -> Remedy:
    if (used := cdk_bootstrap.use_qualifier_remedy(found, _PAGE)) is not None:
        return used
    region, at = commands.region(found["region"]), _environment(found)
    check = f"aws ssm get-parameter --name /cdk-bootstrap/{found['qualifier']}/version --region {region} --query Parameter.Value --output text"
    return account_remedy(
        f"Bootstrap {at}" if is_missing else f"Check whether {at} is bootstrapped, and if not, bootstrap it",
        None if is_missing else "Without the parameter, the environment is not bootstrapped.",
        "Each account and Region needs it once, with permissions of an administrator. For a caller of another account, add --trust with its account ID and --cloudformation-execution-policies.",
        commands=(None if is_missing else check, _bootstrap_command(found)),
        url=_PAGE,
    )


def _bootstrap_command(found: re.Match[str], *options: str) -> str:
    of_app = cdk_bootstrap.qualifier_options(found["qualifier"])
    return " ".join(("npx cdk bootstrap", *of_app, *options, _environment(found)))


def trust_account_remedy(denial: Denial) -> Remedy | None:
    """Return the remedy that makes the bootstrap roles trust the account of the caller, as their own does already.

    https://docs.aws.amazon.com/cdk/v2/guide/ref-cli-cmd-bootstrap.html
    """
    found = _ROLE.match(denial.resource or "")
    if found is None or denial.crosses_accounts is None or denial.is_explicit:
        return None
    if not denial.crosses_accounts:
        return _bootstrap_remedy(found, is_missing=False)
    return _trust_remedy(denial, found)


def _trust_remedy(
    denial: Denial, found: re.Match[str], others: Sequence[str] = (), profile: str | None = None
) -> Remedy:
    """Return the remedy that makes the bootstrap roles trust the account of the caller, which is not their own.

    Args:
        denial: The denial.
        found: A role.
        others: The accounts that the roles trust already.
        profile: The option for the profile with which the environment was bootstrapped.
    """
    account = denial.account
    given = cdk_bootstrap.find_execution_policies(denial.failure.text, found["account"])
    limit = "POLICY_NAME limits what deployments are allowed to do, such as AdministratorAccess or a narrower policy."
    if given:
        names = join_words([each.rpartition("/")[2] for each in given], "and")
        limit = f"--trust requires --cloudformation-execution-policies: the text has {names}."
    arns = ",".join(given) or f"arn:{found['partition']}:iam::aws:policy/POLICY_NAME"
    policies = f"--cloudformation-execution-policies {arns}"
    return account_remedy(
        f"Bootstrap {_environment(found)} so that its roles trust account {account}",
        f"Run it with credentials of account {found['account']}. If someone edits the trust policies by hand instead, the next cdk bootstrap undoes that.",
        f"List every trusted account again: those that the command omits lose access. {limit}",
        commands=_bootstrap_command(
            found, f"--trust {','.join((*others, account or 'ACCOUNT_ID'))}", policies, *present(profile)
        ),
        url=_PAGE,
    )
