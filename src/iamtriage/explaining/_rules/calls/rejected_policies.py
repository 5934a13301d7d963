"""Explain policies that AWS rejects for whom they name, and list those that can be too long.

Key policies must not lock everyone out, and groups are no principals. Sources:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html,
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html,
https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html and, for the quotas,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import clues, commands, pages, remedies
from iamtriage.explaining._rules.shared.requirements.services import service_trust_policy
from iamtriage.explaining._rules.shared.texts.deployment_tools import Deployment
from iamtriage.failures._failures import MalformedPolicy
from iamtriage.policies._documents import allow

NO_PRINCIPAL = lazy_pattern(
    r"(?a)arn:(?P<partition>aws[a-z-]{0,12}):iam::(?P<account>[0-9]{12}):(?P<kind>group|instance-profile)/(?:[\w+=,.@-]{1,64}/){0,8}(?P<name>[\w+=,.@-]{1,128})"
)
# What to write instead, and the command that prints it.
_INSTEAD = {
    "group": ("the users of the group", "aws iam get-group --group-name {} --query 'Users[].Arn'"),
    "instance-profile": (
        "the role of the instance profile",
        "aws iam get-instance-profile --instance-profile-name {} --query 'InstanceProfile.Roles[].Arn'",
    ),
}
NOT_A_PRINCIPAL = CauseType(
    "not-a-principal",
    title="A group or an instance profile is named as a principal",
    text="A policy can name accounts, roles, users, federated identities and services as principals, but nothing else of IAM.",
    recognised_by="The ARN of the principal has group/ or instance-profile/.",
    fix="Name users, roles or the account instead, or attach an identity-based policy to the group.",
    sources=(pages.POLICY_PRINCIPAL,),
)


def explain_principal_kind(
    case: Case[MalformedPolicy], named: str, where: str, note: str
) -> Explanation | None:
    """Explain that the principal of a policy is no identity that can call AWS, or return ``None`` if it can be one."""
    found = NO_PRINCIPAL.fullmatch(named)
    if found is None:
        return None
    kind = found["kind"].replace("-", " ")
    instead, show = _INSTEAD[found["kind"]]
    root = f"arn:{found['partition']}:iam::{found['account']}:root"
    again = remedies.present(commands.repeat_command(case.context.command))
    name_them = remedies.your_remedy(
        f"Name {instead} or the account as the principal",
        f"Replace {named} with ARNs that the command prints, or with {root}: then the policies of that account decide who has access.",
        commands=(commands.fill_command(show, found["name"]), *again),
    )
    return case.explain(
        f"AWS rejected the policy because an {'IAM group' if kind == 'group' else kind} cannot be a principal: {named}{where}.",
        NOT_A_PRINCIPAL.cause("derived"),
        topic="invalid-principal",
        remedies=name_them,
        notes=note,
    )


_CREATES = lazy_pattern(r"\bcreating\b|\bCreateKey\b|\bcreate-key\b")
LOCKOUT = CauseType(
    "key-policy-lockout",
    title="The key policy would lock everyone out",
    recognised_by="The message says that the new key policy will not allow you to update the key policy in the future.",
    fix="Add a statement that allows kms:PutKeyPolicy to a principal that you can use, usually the account: arn:aws:iam::ACCOUNT_ID:root.",
    sources=(pages.KMS_KEY_POLICY,),
)


def explain_lockout(case: Case[MalformedPolicy], because: tuple[str, ...]) -> Explanation:
    """Explain which statement the key policy lacks, and what the policy in the text allows instead."""
    stated, partition = case.context.account, clues.find_partition(case)
    # A key is created in the account of the caller.
    own = case.failure.account or (stated and stated.value) or getattr(case.principal, "account", None)
    text = "KMS rejects a key policy that does not allow the caller kms:PutKeyPolicy, because nobody could change it."
    summary = "KMS rejects the key policy: it would lock everyone out"
    is_new = _CREATES.search(case.failure.text) is not None
    saved = "KMS did not save the policy, so the previous one stays in effect"
    if is_new:
        saved = "KMS did not create the key"
    return case.explain(
        f"{summary}.",
        LOCKOUT.cause("reported", because, text=text),
        remedies=_add_statement(own, partition),
        notes=f"{saved}. Without this statement, IAM policies have no effect on the key, so an identity-based policy does not replace it.",
    )


def _add_statement(account: str | None, partition: str) -> Remedy:
    root = f"arn:{partition}:iam::{commands.account(account)}:root"
    title = "Add the statement of the default key policy for the account"
    steps = (
        "It lets the account's IAM policies grant access to the key. Keep the other statements.",
        "Don't skip the check with bypass_policy_lockout_safety_check (BypassPolicyLockoutSafetyCheck): only AWS Support could recover the key.",
    )
    return remedies.resource_policy_remedy(
        title,
        *steps,
        statements=[allow("kms:*", "*", sid="EnableIamPolicies", principal={"AWS": root})],
        url="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
    )


_ATTACHED = "by default, a role, user or group can have 10"
# https://docs.aws.amazon.com/cdk/v2/guide/featureflags.html
CDK = lazy_pattern(r"\bcdk\b|/DefaultPolicy\b|DefaultPolicy[0-9A-F]{8}\b")
_MERGED_BY_CDK = "The AWS CDK merges statements if the context in cdk.json has @aws-cdk/aws-iam:minimizePolicies set to true. The list of resources stays as long."
# A loop, and the block of Terraform that writes a statement for each value.
_LOOP = lazy_pattern(
    r"(?am)^(?P<indent>[ \t]{0,80})(?:\S[^\n]{0,80}?)??(?:\bfor ?\(?(?:const |let |var )?\w{1,40} (?:in|of) (?P<all>\w[\w.]{0,80})|(?<![\w.])(?P<list>\w[\w.]{0,80}?)\.(?:map|forEach)\()"
    r"(?P<body>[^\n]{0,200}(?:\n(?P=indent)[ \t]{1,40}[^\n]{0,200}){0,6})"
)
_GRANT = lazy_pattern(r"\.(grant_?[A-Za-z]\w{0,40}|add_?[tT]o_?(?:[rR]ole_?|[pP]rincipal_?)?[pP]olicy)\(")
_STATEMENTS = lazy_pattern(
    r"\bdynamic \"?statement\"? ?\{\s{0,20}for_each\s{0,8}=\s{0,8}(?P<all>[\w.()]{1,80})"
)
_COUNT = lazy_pattern(
    r"(?://|#)[^\n\d]{0,40}\b(?P<count>(?!(?:19|20)\d\d )[1-9]\d{1,3} (?!(?:chars|characters|days|hours|bytes|minutes|months|percent|seconds|times|weeks|years)\b)[a-z]{3,20})\b"
)


def find_grants_in_loop(text: str) -> str | None:
    r"""Return what code that adds to a policy for each of many resources does, as a sentence.

    >>> find_grants_in_loop("for (const b of buckets) { // 60 shops\n  b.grantRead(fn);\n}")
    'The loop over buckets (60 shops) calls grantRead for each: this makes the policy longer with each new one.'
    >>> find_grants_in_loop("for (const b of buckets) {\n  b.addLifecycleRule(rule);\n}") is None
    True
    """
    grows = "this makes the policy longer with each new one."
    found = [(loop, called) for loop in _LOOP.finditer(text) if (called := _GRANT.search(loop["body"]))]
    if len(found) > 1:
        return None  # one of them can be for another role
    for loop, called in found:
        counted = _COUNT.search(loop["body"])
        count = f" ({counted['count']})" if counted else ""
        return f"The loop over {loop['all'] or loop['list']}{count} calls {called[1]} for each: {grows}"
    block = _STATEMENTS.search(text)
    return None if block is None else f"The code writes a statement for each of {block['all']}: {grows}"


def shorten_in_code(text: str, kind: str, looks: tuple[str, ...], *, is_cdk: bool) -> Remedy:
    """Return how the code that deploys the inline policies of a role, a user or a group makes them shorter."""
    loop = find_grants_in_loop(text)
    pattern = "Replace them by one statement whose Resource is a pattern of their names, if all that match are meant: for buckets, arn:aws:s3:::PREFIX-* and arn:aws:s3:::PREFIX-*/*."
    managed = f"In the code, move statements into managed policies{' (iam.ManagedPolicy)' if is_cdk else ''} of up to 6,144 characters each, and attach them to the {kind}: {_ATTACHED}. What you change by hand, the next deployment writes again."
    steps = (loop, pattern, f"Or keep them: {managed[0].lower()}{managed[1:]}") if loop else (managed, _MERGE)
    title = "Replace the statements of the loop by one" if loop else "Move statements into managed policies"
    return remedies.your_remedy(
        f"{title} in the code, and deploy again",
        *steps,
        _MERGED_BY_CDK if is_cdk else None,
        commands=() if loop else looks,
        url=pages.IAM_QUOTAS,
    )


_MERGE = "Or merge statements that differ only in actions or resources, and delete inline policies that are not used."
_WILDCARDS = "Use a wildcard for common prefixes only if all matching actions or resources are meant."


class PolicySize(NamedTuple):
    """What can be too long, which kind of holder names it, and how to make it shorter.

    The quotas: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
    """

    pattern: re.Pattern[str]
    what: str
    kind: str
    title: str
    steps: tuple[str, ...]
    url: str = pages.IAM_QUOTAS
    commands: remedies.Commands = ()
    is_fixed: bool = False


_LONGER_TRUST = Labelled(
    "Or request a higher quota for all roles, of up to 8,192 characters (account administrator):",
    "aws service-quotas request-service-quota-increase --service-code iam --quota-code L-C07B4B0D --desired-value 8192 --region us-east-1",
)


# What the trust policy of a role for pods expects.
_SUBJECT = lazy_pattern(r"[\"']system:serviceaccount:([a-z0-9-]{1,63}):([a-z0-9.-]{1,253})[\"']")


def trust_pods(text: str, role: str | None) -> Remedy:
    """Return how the trust policy of a role for pods of several clusters stays short.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html.
    """
    namespace, account = only_one(set(_SUBJECT.findall(text)), ("NAMESPACE", "SERVICE_ACCOUNT"))
    # The name does not tell whether the role has a path.
    arn = "ROLE_ARN"
    if role is not None:
        arn = f'"$(aws iam get-role --role-name {commands.role_name(role)} --query Role.Arn --output text)"'
    return remedies.trust_remedy(
        "Trust EKS Pod Identity instead of the OIDC provider of each cluster",
        "In the trust policy, write this statement in place of the newest one, and save it again. It is the same for all clusters: each of them needs the EKS Pod Identity Agent and the association that the command creates. Then remove its old statement.",
        "Or use another role for each cluster or for a few, as pods on Fargate must. One statement cannot be for several clusters, as each has an OIDC provider and condition keys of its own.",
        policy=service_trust_policy("pods.eks.amazonaws.com", ("sts:AssumeRole", "sts:TagSession")),
        commands=(
            f"aws eks create-pod-identity-association --cluster-name CLUSTER --namespace {namespace} --service-account {account} --role-arn {arn} --region REGION",
            _LONGER_TRUST,
        ),
        url=pages.EKS_POD_ASSOCIATION,
    )


# By what the message says. The last one is for messages that name no limit.
POLICY_SIZES = (
    PolicySize(
        lazy_pattern(r"(?a)\b(?:[Cc]annot exceed )?quota for PolicySize: (?P<count>\d{3,6})"),
        "the managed policy",
        "policy",
        "Shorten or split the policy",
        (
            f"Split it into several managed policies: {_ATTACHED}. Or use inline policies of a role: together they can have 10,240 characters.",
            _WILDCARDS,
        ),
        is_fixed=True,
    ),
    PolicySize(
        lazy_pattern(
            r"(?a)Maximum policy size of (?P<count>\d{3,6}) bytes exceeded for (?P<kind>role|user|group) (?P<name>[\w+=,.@-]{1,128})"
        ),
        "the inline policies of the {kind} {name} together",
        "",
        "Move statements into managed policies",
        (
            f"Move statements into managed policies of up to 6,144 characters each: {_ATTACHED}. Then delete the inline policy, or replace it by what remains of it.",
            _MERGE,
        ),
        is_fixed=True,
    ),
    PolicySize(
        lazy_pattern(r"(?a)\b(?:[Cc]annot exceed )?quota for ACLSizePerRole: (?P<count>\d{3,6})"),
        "the trust policy of the role",
        "role",
        "Shorten the trust policy, or request a higher quota",
        (
            "A role has one trust policy, which cannot be split. List principals, or the values of a condition on sub, in one statement for each OIDC provider. Remove providers of deleted clusters, and principals that no longer use the role. Whitespace does not count.",
            "Or trust fewer identities: another role for some, or EKS Pod Identity, whose trust policy is the same for all clusters.",
        ),
        commands=(
            "aws iam get-role --role-name ROLE_NAME --query Role.AssumeRolePolicyDocument",
            _LONGER_TRUST,
        ),
    ),
    PolicySize(
        lazy_pattern(r"(?a)final policy size \(\d{3,6}\) is bigger than the limit \((?P<count>\d{3,6})\)"),
        "the resource-based policy of the function",
        "",
        "Remove statements of the function's policy",
        (
            "Remove those of triggers that no longer exist: aws lambda remove-permission. aws lambda get-policy lists them.",
            "Replace the statements of many sources of one service by one, with a wildcard in the source ARN.",
        ),
        "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
    ),
    PolicySize(
        lazy_pattern(r"exceeded the maximum policy size"),
        "",
        "",
        "Shorten the policy of the organization",
        (
            "Remove whitespace, which Organizations counts if the AWS CLI or an SDK saves the policy: jq -c . policy.json",
            "Merge statements, or split the policy into several that are attached to the same target.",
        ),
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html",
    ),
    PolicySize(
        lazy_pattern(r""),
        "",
        "",
        "Shorten or split the policy",
        (
            "A managed policy can have 6,144 characters, all inline policies of a role together 10,240, of a group 5,120 and of a user 2,048. IAM does not raise these quotas, and does not count whitespace. A trust policy can have 2,048 by default.",
            f"Split a permissions policy into several managed policies: {_ATTACHED}.",
            _WILDCARDS,
        ),
    ),
)


def attach_fewer(holder: str, kind: str, name: str, deployment: Deployment) -> Remedy:
    """Return how a template attaches fewer managed policies to a role, a user or a group."""
    lines: remedies.Commands = ()
    # A new one is removed when its creation fails.
    if deployment.stack and (deployment.status or "").startswith("UPDATE"):
        find = "aws cloudformation describe-stack-resource --stack-name {} --logical-resource-id {} --query StackResourceDetail.PhysicalResourceId --output text"
        lines = (
            commands.fill_command(find, deployment.stack, name),
            Labelled(
                "Then, with the name that it prints:",
                f"aws iam list-attached-{kind}-policies --{kind}-name {kind.upper()}_NAME",
            ),
        )
    return remedies.your_remedy(
        f"Attach fewer managed policies to {holder} in the template, and update the stack again",
        "AWS managed and customer managed policies count alike, also those that something else attached. Merge several of your own into one.",
        "Or move statements into an inline policy (Policies in the template), which this quota does not count.",
        commands=lines,
        url=pages.IAM_QUOTAS,
    )
