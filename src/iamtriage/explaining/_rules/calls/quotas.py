"""Explain that a quota is reached.

Source: https://docs.aws.amazon.com/servicequotas/latest/userguide/intro.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words, line_at
from iamtriage.explaining._context.readers.attached_policies import find_covered_policy, find_own_policies
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.terraform_code import find_blocks
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.calls.rejected_policies import attach_fewer
from iamtriage.explaining._rules.shared import commands, pages, remedies
from iamtriage.explaining._rules.shared.clues import error_code, find_partition, stated_option
from iamtriage.explaining._rules.shared.messages import quoted_message
from iamtriage.explaining._rules.shared.texts.deployment_tools import Deployment, find_deployment
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.failures._failures import AwsError

_QUOTA_SERVICE_CODES = {"elasticmapreduce": "elasticmapreduce", "elb": "elasticloadbalancing", "logs": "logs"}
# A quota of IAM, whose name says what it is for: PoliciesPerRole, RolesPerAccount.
_SCOPED = lazy_pattern(
    r"(?a)\b[Cc]annot exceed quota for (?P<what>[A-Z][A-Za-z]{2,40}?)Per(?P<scope>[A-Z][A-Za-z]{2,40}): (?P<count>\d{1,6})\b"
)
_THINGS = {
    "Policies": "managed policies",
    "MFADevices": "MFA devices",
    "SSHPublicKeys": "SSH public keys",
    "OpenIdConnectProviders": "OIDC providers",
    "ClientIds": "client IDs",
}
# What lists the things of a user, and what removes one.
_OF_USER = {
    "Groups": ("list-groups-for-user", "remove-user-from-group", "--group-name GROUP_NAME"),
    "MFADevices": ("list-mfa-devices", "deactivate-mfa-device", "--serial-number SERIAL_NUMBER"),
    "SSHPublicKeys": ("list-ssh-public-keys", "delete-ssh-public-key", "--ssh-public-key-id KEY_ID"),
    "SigningCertificates": (
        "list-signing-certificates",
        "delete-signing-certificate",
        "--certificate-id CERTIFICATE_ID",
    ),
}
_CAMEL_WORD = lazy_pattern(r"[A-Z]+(?![a-z])|[A-Z][a-z]*")
# What Terraform and Pulumi say of a resource of IAM.
_HOLDER = lazy_pattern(
    r"(?a)\bIAM (?P<kind>Role|User|Group|Policy(?= \())(?:[\w ]{0,20} \((?:arn:[\w-]{3,20}:iam::\d{12}:\w{4,6}/(?:[\w+=,.@-]{1,64}/){0,8})?(?P<name>[\w+=,.@-]{1,64})\)| (?P<plain>[\w+=,.@-]{1,64}):)"
)
# A parameter of a call, in source code, in records and in PowerShell.
_PARAMETER = lazy_pattern(
    r"(?a)\b(?P<kind>[Rr]ole|[Uu]ser|[Gg]roup|[Pp]olicy)Name(?:[\"']?\s?[:=]\s?[\"']|[ \t]{1,4})(?P<name>[\w+=,.@-]{1,64})(?P<plain>)(?![\w:(])"
)
# "This is the role external-dns": a word without a mark of a name can be a verb.
_IN_WORDS = lazy_pattern(
    r"(?a)(?<![\w/:.-])(?P<kind>[Rr]ole|[Uu]ser|[Gg]roup)(?: name)?(?: is)?:? (?:(?P<quote>[`\"'])(?P<quoted>[\w+=,.@-]{1,64})(?P=quote)|(?P<plain>(?!(?:all|cross|least|multi|non|per|read|self|service)-)[A-Za-z]\w{0,40}[-_]\w[\w+=.@-]{0,40}\w)(?![\w/:(-]))"
)
_ATTACHMENT = lazy_pattern(
    r"(?a)(?<![\w.-])(?:module\.[\w-]{1,64}\.){0,4}aws_iam_(?P<kind>role|user|group)_policy_attachment\.(?P<name>[\w-]{1,80})(?:\[\"(?P<key>[\w-]{1,80})\"\])?"
)
_POLICY = lazy_pattern(
    r"(?a)\barn:aws[a-z-]{0,12}:iam::(?:aws|\d{12}):policy/(?:[\w+=,.@-]{1,128}/){0,8}(?P<name>[\w+=,.@-]{1,128})"
)
# The role of an instance profile in the output of a command, or in that of a query.
_ROLE_OF_PROFILE = lazy_pattern(
    r"(?am)\"RoleName\": ?\"(?P<name>[\w+=,.@-]{1,64})\"|^(?P<line>[\w+=,.@-]{1,64})[ \t]{0,8}$"
)
_OF_INSTANCE_TYPE = lazy_pattern(
    r"(?a)\bInterface count \d{1,3} exceeds the limit for (?P<type>[a-z][a-z0-9-]{1,20}\.[a-z0-9-]{2,20})"
)
_VERSIONS = lazy_pattern(r"(?a)A managed policy can have up to (?P<count>\d{1,3}) versions")
NOT_A_DENIAL = "This is not a denial, so an IAM policy does not help."
QUOTA_REACHED = CauseType(
    "quota-reached",
    title="A quota is reached",
    recognised_by="An error code such as LimitExceededException or ServiceQuotaExceededException, or a message that says that a limit is reached.",
    fix="Delete what is not needed, or request a higher quota.",
    sources=(pages.QUOTAS,),
)


def explain_quota(case: Case[AwsError], words: str) -> Explanation:
    """Explain that a quota is used up."""
    if (versions := _VERSIONS.search(words)) is not None:
        return _explain_versions(case, versions)
    if (limited := _OF_INSTANCE_TYPE.search(words)) is not None:
        return _explain_instance_type(case, limited["type"])
    scoped = _SCOPED.search(words)
    service = "iam" if scoped else case.failure.envelope.service
    if error_code(case.failure) == "VcpuLimitExceeded":
        service = "ec2"
    name = service if service and re.fullmatch(r"[a-z][a-z0-9-]{1,40}", service) else None
    # IAM has its quotas in one Region.
    region = commands.REGIONS_OF_IAM.get(find_partition(case), "us-east-1") if service == "iam" else "REGION"
    increase = _increase_remedy(_QUOTA_SERVICE_CODES.get(name or "", name or "SERVICE_CODE"), region)
    if scoped is not None:
        return _explain_scoped_quota(case, scoped, increase)
    room = remedies.your_remedy(
        "Delete what is not needed",
        "Delete unused resources. If the quota is for the whole account, check other Regions, too.",
    )
    if error_code(case.failure) == "VcpuLimitExceeded":
        room = remedies.your_remedy(
            "Stop running instances of the same family, or use a smaller instance type or another Region",
            "The quota is per Region, for the vCPUs of the running On-Demand instances of some families, such as G and VT. Instances of other families make no room.",
        )
        show, request = increase.commands
        query = "--query \"Quotas[?starts_with(QuotaName,'Running On-Demand')].[QuotaName,QuotaCode,Value]\" --output text"
        increase = attrs.evolve(increase, commands=(f"{show} {query}", request))
    return case.explain(
        f"A quota is reached, and no permission is missing{quoted_message.end_summary(case.failure)}",
        QUOTA_REACHED.cause("reported", code_evidence(case.failure) if error_code(case.failure) else ()),
        remedies=(room, increase),
    )


def _explain_instance_type(case: Case[AwsError], kind: str) -> Explanation:
    """Explain that an instance has as many network interfaces as its type allows."""
    show = "aws ec2 describe-instance-types --instance-types {} --query 'InstanceTypes[0].NetworkInfo.[MaximumNetworkInterfaces,Ipv4AddressesPerInterface]'"
    return case.explain(
        f"The instance has as many network interfaces as the type {kind} allows, and no permission is missing.",
        QUOTA_REACHED.cause("reported", text="The type fixes this limit: Service Quotas cannot raise it."),
        remedies=remedies.your_remedy(
            "Use a larger instance type, or place fewer pods on each node",
            "On EKS, the VPC CNI attaches interfaces for the addresses of pods. With ENABLE_PREFIX_DELEGATION, each interface has more addresses.",
            commands=commands.fill_command(show, kind),
        ),
    )


def _increase_remedy(service_code: str, region: str) -> Remedy:
    return remedies.account_remedy(
        "Request a higher quota in Service Quotas",
        "Look up the quota: the list contains its value, its code, and whether it is adjustable.",
        "Request a higher value. Some requests are approved immediately, others take days.",
        commands=(
            f"aws service-quotas list-service-quotas --service-code {service_code} --region {region}",
            f"aws service-quotas request-service-quota-increase --service-code {service_code} --quota-code QUOTA_CODE --desired-value VALUE --region {region}",
        ),
    )


def _explain_scoped_quota(case: Case[AwsError], scoped: re.Match[str], increase: Remedy) -> Explanation:
    """Explain that IAM allows a role, a user, a group or an account no more things of a kind."""
    if scoped["scope"] == "InstanceProfile":
        return _explain_instance_profile(case)
    count, kind = scoped["count"], scoped["scope"].lower()
    things = _THINGS.get(scoped["what"]) or " ".join(_CAMEL_WORD.findall(scoped["what"])).lower()
    name, deployment = None, find_deployment(case.failure, case.facts)
    if kind in {"role", "user", "group"}:
        name = find_holder(case, kind, deployment)
    holder = f"the {kind}{f' {clip_text(name)}' if name else ''}"
    title = f"Remove {things} that {holder} does not need"
    steps: tuple[str, ...] = ("Then repeat the call.",)
    lines: remedies.Commands = ("aws iam get-account-summary --query SummaryMap",)
    known = commands.role_name(name) if name else f"{kind.upper()}_NAME"
    held = _OF_USER.get(scoped["what"]) if kind == "user" else None
    is_fixed = held is not None or (scoped["what"], kind) == ("Policies", "group")
    if held is not None:
        lines = (f"aws iam {held[0]} --user-name {known}", f"aws iam {held[1]} --user-name {known} {held[2]}")
    if scoped["what"] == "Groups" and held is not None:
        steps = (
            "Remove the user from a group, or merge groups, then repeat the call.",
            "Or attach a managed policy to the user itself, or use a role, which needs no group.",
        )
    if scoped["what"] == "Policies" and kind != "account":
        title = f"Detach a managed policy that {holder} does not need"
        steps = (
            "AWS managed and customer managed policies count alike. If code attaches it, remove it there, or the next run attaches it again.",
            f"Or move its statements into another managed policy, or into an inline policy (aws iam put-{kind}-policy), which this quota does not count.",
        )
        lines = (
            f"aws iam list-attached-{kind}-policies --{kind}-name {known}",
            f"aws iam detach-{kind}-policy --{kind}-name {known} --policy-arn POLICY_ARN",
        )
        covered = find_covered_policy(case.failure.text, kind, known, _name_policy(case))
        if covered is not None:
            title = f"Detach {covered[0]} from {holder}: {covered[1]} covers it, judging by the names"
            own = find_own_policies(case.failure.text, kind, known)
            other_way = steps[1].replace("its statements", "the statements of another policy")
            if len(own) > 1:
                two = f"{clip_text(own[-2])} and {clip_text(own[-1])}"
                other_way = f"Or merge some of the {len(own)} customer managed policies, such as {two}, or move the statements of one into an inline policy (aws iam put-{kind}-policy), which this quota does not count."
            first = steps[0]
            if deployment is not None and deployment.is_terraform:
                attachment = _find_attachment(case.failure.text, kind, *covered)
                entry = f"{attachment}, its attachment," if attachment else "its attachment"
                first = f"Remove {entry} from the Terraform code, or the next run attaches it again. The command makes room at once: in one run, Terraform can attach {_name_policy(case) or 'the new policy'} before it detaches."
            steps = (first, other_way)
            arn = f"arn:{find_partition(case) or 'aws'}:iam::aws:policy/{covered[0]}"
            again = commands.repeat_command(case.context.command)
            repeat = None if again is None else Labelled("Then repeat the call:", again)
            lines = remedies.present(
                f"aws iam detach-{kind}-policy --{kind}-name {known} --policy-arn {arn}", repeat
            )
    remedy = remedies.account_remedy(title, *steps, commands=lines, url=pages.IAM_QUOTAS)
    if scoped["what"] == "Policies" and name and deployment is not None and not deployment.is_terraform:
        remedy = attach_fewer(holder, kind, name, deployment)
    state = f"can have at most {count} {things}"
    # CloudFormation attaches the policies of a new role, and removes it when that fails.
    if (case.operation or "").startswith(("Attach", "Add")):
        policy = _name_policy(case)
        state = (
            f"has {count} {things}, the maximum{f', so {clip_text(policy)} does not fit' if policy else ''}"
        )
    return case.explain(
        f"{capitalize_start(holder)} {state}. This is a quota per {kind}, not a missing permission.",
        QUOTA_REACHED.cause(
            "reported",
            code_evidence(case.failure),
            text=f"The message names the quota {clip_text(scoped['what'])}Per{clip_text(scoped['scope'])}{', which cannot be raised' if is_fixed else ''}.",
        ),
        remedies=(remedy,) if is_fixed else (remedy, increase),
    )


def _explain_instance_profile(case: Case[AwsError]) -> Explanation:
    """Explain that an instance profile has its one role already.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    profile, role = stated_option(case, "instance-profile-name"), stated_option(case, "role-name")
    lists = [
        run.output for run in find_runs(case.failure) if run.command.words[1:2] == ("get-instance-profile",)
    ]
    held = only_one(
        {each["name"] or each["line"] for output in lists for each in _ROLE_OF_PROFILE.finditer(output)}
    )
    of_profile = f"--instance-profile-name {commands.instance_profile(profile)}"
    added = commands.role_name(role)
    old = commands.role_name(held) if held else "OLD_ROLE_NAME"
    has = f"the role {clip_text(held)}" if held else "a role"
    show = (
        f"aws iam get-instance-profile {of_profile} --query 'InstanceProfile.Roles[].RoleName' --output text"
    )
    return case.explain(
        f"The instance profile{f' {clip_text(profile)}' if profile else ''} has {has} already, and it can have only one. This is a quota, not a missing permission.",
        QUOTA_REACHED.cause(
            "reported",
            code_evidence(case.failure),
            text="The message names the quota InstanceSessionsPerInstanceProfile, which cannot be raised.",
        ),
        remedies=(
            remedies.account_remedy(
                f"Replace {has} in the instance profile",
                f"All instances with this profile lose the permissions of {has}, and get those of the other: check first that nothing needs them. The credentials that they have stay valid until they expire.",
                commands=remedies.present(
                    None if held else show,
                    f"aws iam remove-role-from-instance-profile {of_profile} --role-name {old}",
                    f"aws iam add-role-to-instance-profile {of_profile} --role-name {added}",
                ),
                url=pages.IAM_QUOTAS,
            ),
            remedies.account_remedy(
                f"Or add the policies that the instances need to {has}, or create another instance profile",
            ),
        ),
    )


def _find_attachment(text: str, kind: str, policy: str, other: str) -> str | None:
    """Return the address of what attaches a policy in Terraform: by its code, or by an address that has words of its name."""
    resource = f"aws_iam_{kind}_policy_attachment"
    blocks = [each for each in find_blocks(text, "resource") if each.address.startswith(f"{resource}.")]
    coded = {each.address for each in blocks if f"/{policy}" in (each.text_of("policy_arn") or "")}
    if coded:
        return only_one(coded)
    found: set[str] = set()
    for each in _ATTACHMENT.finditer(text):
        words = (each["key"] or each["name"]).lower().replace("-", "_").split("_")
        is_of_both = all(word in other.lower() for word in words)
        if each["kind"] == kind and not is_of_both and all(word in policy.lower() for word in words):
            found.add(each[0])
    return only_one(found)


def _name_policy(case: Case[AwsError]) -> str:
    """Return the policy that a call attaches, if the error or the command names only one."""
    stated = stated_option(case, "policy-arn")
    line = line_at(case.failure.text, *case.failure.span)
    arn = stated or only_one({each[0] for each in _POLICY.finditer(line)}) or ""
    return arn.rpartition("/")[2] if "/" in arn else ""


def find_holder(case: Case[AwsError], kind: str, deployment: Deployment | None) -> str | None:
    """Return the name of the role, user or group that has too many things.

    In CloudFormation, it is the logical ID, because a resource that could not be created often has no name yet.
    """
    if deployment is not None and not deployment.is_terraform:
        return deployment.resource if deployment.type in {None, f"AWS::IAM::{kind.capitalize()}"} else None
    if (stated := stated_option(case, f"{kind}-name")) is not None:
        return stated
    for pattern in (_HOLDER, _PARAMETER):
        for found in pattern.finditer(case.text):
            if found["kind"].lower() == kind:
                return found["name"] or found["plain"]
    named = (each for each in _IN_WORDS.finditer(case.text) if each["kind"].lower() == kind)
    return only_one({each["quoted"] or each["plain"] for each in named})


_LIST_POLICIES = "aws iam list-policies --scope Local --query 'Policies[].Arn' --output text"


def _explain_versions(case: Case[AwsError], found: re.Match[str]) -> Explanation:
    stated = stated_option(case, "policy-arn")
    arn = commands.arn(stated or only_one({each[0] for each in _POLICY.finditer(case.text)}), "POLICY_ARN")
    of_policy = commands.fill_command("--policy-arn {}", arn)
    name = "" if arn == "POLICY_ARN" else f" {arn.rpartition('/')[2]}"
    repeated = commands.repeat_command(case.context.command, "iam", "create-policy-version")
    verdict = f"The managed policy{name} has {found['count']} versions, the maximum. This is a quota that cannot be raised, not a missing permission."
    again = None if repeated is None else Labelled("Then repeat the call:", repeated)
    versions = _find_versions(case.failure.text)
    lists = [run for run in find_runs(case.failure) if run.command.words[1:2] == ("list-policy-versions",)]
    of_others = {each.value for run in lists if (each := run.command.option("policy-arn"))} - {arn}
    # Those of another policy must stay, and only a whole list shows which is the oldest.
    if of_others or len(versions) != int(found["count"]):
        versions = {}
    default = only_one([each for each, is_default in versions.items() if is_default])
    if default is not None and (others := sorted(set(versions) - {default})):
        return _explain_listed_versions(case, verdict, default, others, of_policy, again)
    oldest = "'sort_by(Versions[?!IsDefaultVersion], &CreateDate)[0].VersionId'"
    return case.explain(
        verdict,
        QUOTA_REACHED.cause("reported", (f"The message says: {found[0]}", *code_evidence(case.failure))),
        remedies=remedies.account_remedy(
            "Delete the oldest non-default version, then repeat the call",
            "The default version is in force and cannot be deleted: the commands choose the oldest of the others. old.json keeps a copy.",
            "IAM keeps old versions until someone deletes them: what creates versions regularly, such as a pipeline, must run this each time.",
            commands=(
                _LIST_POLICIES if arn == "POLICY_ARN" else None,
                Labelled(
                    "Then, with POLICY_ARN of the failed call filled in:",
                    f"version=$(aws iam list-policy-versions {of_policy} --query {oldest} --output text)",
                ),
                f'aws iam get-policy-version {of_policy} --version-id "$version" > old.json',
                f'aws iam delete-policy-version {of_policy} --version-id "$version"',
                again,
            ),
            url=pages.IAM_QUOTAS,
        ),
    )


# A version in a table or list of the AWS CLI, and in its JSON, whose members come in any order.
_LISTED_VERSION = lazy_pattern(
    r"(?m)^(?![^\n]{0,160}\baws )(?=[^\n{}]{0,120}(?<![\w-])v(?P<row>[1-9]\d{0,3})(?![\w.]))(?=[^\n{}]{0,120}\b(?P<state>[Tt]rue|[Ff]alse)\b)[^\n{}]{3,160}$"
    r"|\{(?=[^{}]{0,400}\"VersionId\": ?\"v(?P<member>[1-9]\d{0,3})\")(?=[^{}]{0,400}\"IsDefaultVersion\": ?(?P<value>true|false))[^{}]{1,400}\}"
)


def _find_versions(text: str) -> dict[int, bool]:
    r"""Return the versions of a managed policy that a text lists by their numbers, and whether each is the default one.

    >>> _find_versions("$ aws iam list-policy-versions\nv3\tTrue\t2026-01-02T03:04:05+00:00\nv2\tFalse\t2025-01-02T03:04:05+00:00\n")
    {3: True, 2: False}
    """
    if "list-policy-versions" not in text and "IsDefaultVersion" not in text:
        return {}
    return {
        int(each["row"] or each["member"]): (each["state"] or each["value"]).lower() == "true"
        for each in _LISTED_VERSION.finditer(text)
    }


def _explain_listed_versions(
    case: Case[AwsError], verdict: str, default: int, others: list[int], of_policy: str, again: str | None
) -> Explanation:
    """Explain which of the listed versions of a managed policy can go: their numbers increase with time."""
    first, newer = others[0], [f"v{each}" for each in others if each > default]
    kept = f"v{default} is the default version: it is in force, and cannot be deleted."
    if newer and again is not None:
        again = Labelled(f"When you know why v{default} is in force, repeat the call:", again)
    if newer:
        kept += f" {join_words(newer, 'and')} {'are' if newer[1:] else 'is'} newer, but not in force: check why before a new version becomes the default."
    return case.explain(
        verdict,
        QUOTA_REACHED.cause(
            "derived",
            text=f"The text lists v{default}, the default, and {join_words([f'v{each}' for each in others], 'and')}.",
        ),
        remedies=remedies.account_remedy(
            f"Delete v{first}, the oldest version that is not the default, then repeat the call",
            kept,
            commands=(
                f"aws iam get-policy-version {of_policy} --version-id v{first} > old.json",
                {
                    f"Look at old.json. If v{first} can go:": f"aws iam delete-policy-version {of_policy} --version-id v{first}",
                },
                again,
            ),
            url=pages.IAM_QUOTAS,
        ),
    )
