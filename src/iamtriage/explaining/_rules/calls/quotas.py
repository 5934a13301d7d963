"""Explain that a quota or the maximum size of a policy is reached.

Source: https://docs.aws.amazon.com/servicequotas/latest/userguide/intro.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.session_policies import passes_session_policy
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.calls.rejected_policies import CDK, MERGED_BY_CDK, POLICY_SIZES, trust_pods
from iamtriage.explaining._rules.shared import commands, pages, remedies
from iamtriage.explaining._rules.shared.clues import error_code, find_partition, stated_option
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.messages import quoted_message
from iamtriage.explaining._rules.shared.texts.deployment_tools import Deployment, find_deployment
from iamtriage.explaining._rules.shared.texts.text_fragments import may_be_about_pods
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.failures._failures import AwsError

_QUOTA_SERVICE_CODES = {"elasticmapreduce": "elasticmapreduce", "elb": "elasticloadbalancing", "logs": "logs"}
# A quota of IAM, whose name says what it is for: PoliciesPerRole, RolesPerAccount.
_SCOPED = lazy_pattern(
    r"\b[Cc]annot exceed quota for (?P<what>[A-Z][A-Za-z]{2,40}?)Per(?P<scope>[A-Z][A-Za-z]{2,40}): (?P<count>\d{1,6})\b",
    re.ASCII,
)
_THINGS = {
    "Policies": "managed policies", "InstanceSessions": "roles", "MFADevices": "MFA devices",
    "OpenIdConnectProviders": "OIDC providers", "OpenIdConnectProvider": "OIDC provider",
    "ClientIds": "client IDs",
}  # fmt: skip
# What get-account-summary counts with its quota.
_COUNTED = {
    "Roles": "Role", "Users": "User", "Groups": "Group", "Policies": "Policy",
    "InstanceProfiles": "InstanceProfile",
}  # fmt: skip
# The start of a name with a number, such as pr-1482-worker: earlier runs may have left others.
_NUMBERED = lazy_pattern(r"(?:[A-Za-z]{1,30}[-_.]){1,4}(?=\d)", re.ASCII)
_PACKED_SIZE = lazy_pattern(
    r"Packed (?:policy|size of (?P<tags>session tags)?[\w ]{0,40}?) consumes (?P<percent>\d{1,6})%", re.ASCII
)
# The expression that a call in code passes as its tags.
_TAGS_CODE = lazy_pattern(r"\bTags\s?[=:]\s?[A-Za-z_][\w.]{0,60}(?:\([^()\n]{0,60}\))?", re.ASCII)
_NAMES_TAGS = lazy_pattern(r"(?<![a-z])[Tt]ags?(?![a-z])")
# A list of statements that code builds from another list: in JavaScript or Ruby, or in Python.
_STATEMENT_FOR_EACH = lazy_pattern(
    r"\b[Ss]tatements?[\"']?\s?(?:=>|[:=])\s{0,4}([\w.$]{1,80})\.(?:flatM|m)ap\b"
    r"|\b[Ss]tatements?[\"']?\s?[:=]\s{0,4}\[\s{0,40}\{(?:(?!\bfor\b)[^;]){0,800}?\}\s{0,40}for \w{1,40} in ([\w.]{1,80})"
    r"|\bfor \w{1,40} in ([\w.]{1,80})(?:\(\))?:\s{1,40}[\w.\[\]\"']{1,60}\.append\(\s{0,20}\{\s{0,40}[\"'](?:Sid|Effect)\b",
    re.ASCII,
)
_CAMEL_WORD = lazy_pattern(r"[A-Z]+(?![a-z])|[A-Z][a-z]*")
# What Terraform and Pulumi say of a resource of IAM.
_HOLDER = lazy_pattern(
    r"\bIAM (?P<kind>Role|User|Group|Policy(?= \())(?:[\w ]{0,20} \((?P<name>[\w+=,.@-]{1,64})\)| (?P<plain>[\w+=,.@-]{1,64}):)",
    re.ASCII,
)
# A parameter of a call, in source code, in records and in PowerShell.
_PARAMETER = lazy_pattern(
    r"\b(?P<kind>[Rr]ole|[Uu]ser|[Gg]roup|[Pp]olicy)Name(?:[\"']?\s?[:=]\s?[\"']|[ \t]{1,4})(?P<name>[\w+=,.@-]{1,64})(?P<plain>)(?![\w:(])",
    re.ASCII,
)
_POLICY = lazy_pattern(
    r"\barn:aws[a-z-]{0,12}:iam::(?:aws|\d{12}):policy/(?:[\w+=,.@-]{1,128}/){0,8}(?P<name>[\w+=,.@-]{1,128})",
    re.ASCII,
)
_VERSIONS = lazy_pattern(r"A managed policy can have up to (?P<count>\d{1,3}) versions", re.ASCII)
# The highest values of the quotas of managed policies. The quota of groups cannot be raised:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_MOST_POLICIES = {"role": 25, "user": 20}
NOT_A_DENIAL = "This is not a denial, so an IAM policy does not help."
QUOTA_REACHED = CauseType(
    "quota-reached",
    title="A quota is reached",
    recognised_by="An error code such as LimitExceededException or ServiceQuotaExceededException, or a message that says that a limit is reached.",
    fix="Delete what is not needed, or request a higher quota.",
    sources=(pages.QUOTAS,),
)
POLICY_TOO_LONG = CauseType(
    "policy-too-long",
    title="The policy is too long for its type",
    meaning="AWS limits the length of policies. IAM counts all inline policies of a role, user or group together.",
    recognised_by="An error code or message that names PolicySize.",
    fix="Shorten or split the policy: attach several managed policies, and remove statements that others cover.",
    sources=(pages.IAM_QUOTAS,),
)
SESSION_TOO_LONG = CauseType(
    "session-too-long",
    title="The session policies and tags are too long",
    text="STS packs the session policies and tags into a binary form with a limit of its own.",
    recognised_by="An error code or message that names PackedPolicyTooLarge.",
    fix="Pass managed policies by ARN instead of an inline session policy, and fewer session tags.",
    sources=(pages.SESSION_TAGS,),
)


def explain_quota(case: Case[AwsError], words: str) -> Explanation:
    """Explain that a quota is used up."""
    if (versions := _VERSIONS.search(words)) is not None:
        return _explain_versions(case, versions)
    scoped = _SCOPED.search(words)
    service = "iam" if scoped else case.failure.envelope.service
    name = service if service and re.fullmatch(r"[a-z][a-z0-9-]{1,40}", service) else None
    # IAM has its quotas in one Region.
    region = commands.REGIONS_OF_IAM.get(find_partition(case), "us-east-1") if service == "iam" else "REGION"
    increase = _increase_remedy(_QUOTA_SERVICE_CODES.get(name or "", name or "SERVICE_CODE"), region)
    if scoped is not None:
        return _explain_scoped_quota(case, scoped, increase, region)
    return case.explain(
        f"A quota is reached, and no permission is missing{quoted_message.end_summary(case.failure)}",
        QUOTA_REACHED.cause("reported", code_evidence(case.failure) if error_code(case.failure) else ()),
        remedies=(
            remedies.your_remedy(
                "Delete what is not needed",
                "Delete unused resources. If the quota is for the whole account, check other Regions, too.",
                url=pages.QUOTAS,
            ),
            increase,
        ),
    )


def _increase_remedy(service_code: str, region: str) -> Remedy:
    return remedies.account_remedy(
        "Request a higher quota",
        "Look up the quota: the list contains its value, its code, and whether it is adjustable.",
        "Request a higher value. Some requests are approved immediately, others take days.",
        commands=(
            f"aws service-quotas list-service-quotas --service-code {service_code} --region {region}",
            f"aws service-quotas request-service-quota-increase --service-code {service_code} --quota-code QUOTA_CODE --desired-value VALUE --region {region}",
        ),
        url=pages.QUOTAS,
    )


def _explain_scoped_quota(
    case: Case[AwsError], scoped: re.Match[str], increase: Remedy, region: str
) -> Explanation:
    what, count, kind = scoped["what"], scoped["count"], _to_words(scoped["scope"])
    because = code_evidence(case.failure)
    things = _to_words(what).removesuffix("s" if count == "1" else "")
    deployment = find_deployment(case.failure, case.facts)
    is_template = deployment is not None and not deployment.is_terraform
    name = None if kind == "account" else find_holder(case, kind, deployment)
    holder = f"the {kind} {clip_text(name)}" if name else f"the {kind}"
    summary = f"{capitalize_start(holder)} would have more than {count} {things}"
    if name is None and deployment is not None and is_template and deployment.resource:
        summary = f"The {kind} to which {clip_text(deployment.resource)} belongs would have more than {count} {things}"
    operation = case.failure.envelope.operation or ""
    is_attached = operation.startswith("Attach")
    if is_attached:
        policies = {each["name"] for each in _POLICY.finditer(case.text)}
        policy = f"the policy {clip_text(policies.pop())}" if len(policies) == 1 else "another"
        summary = f"{capitalize_start(holder)} already has {count} {things}, so {policy} cannot be attached"
    lines: remedies.Commands = ()
    if kind == "account":
        title, limit = f"Delete {things} that are not needed", f"{count} {things} in an account"
        increase = attrs.evolve(
            increase,
            title=f"Or raise the quota of {things} per account in Service Quotas, for IAM in us-east-1",
        )
        created = find_holder(case, _COUNTED.get(what, "").lower(), deployment)
        steps, lines = _find_unused(what, things, created)
        summary = f"The account already has {count} {things}, so {clip_text(created or 'another')} cannot be created"
    else:
        title, limit = f"Reduce the {things} of {holder} to {count}", f"{count} {things} per {kind}"
        steps = [f"Remove {things} that {holder} does not need."]
    if is_attached:
        title = f"Detach a managed policy that {holder} does not need"
        steps = [
            "The first command lists what is attached: AWS managed and customer managed policies count alike. Detach one that nothing needs, then attach the new one."
        ]
    if what == "Policies" and kind in {"role", "user", "group"}:
        steps.append(
            "Or move the statements of one into another managed policy, or into an inline policy, which this quota does not count."
        )
        if deployment is not None or _HOLDER.search(case.text):
            title += "" if is_attached else f" in {'the template' if is_template else 'the code'}"
            steps.append(
                f"The template has them in ManagedPolicyArns of the {kind}. Then deploy again."
                if is_template
                else f"If code attaches it, remove it there instead, or the next run attaches it again: aws_iam_{kind}_policy_attachment{'' if deployment else f' (Terraform) or {kind.capitalize()}PolicyAttachment (Pulumi)'}."
            )
        # A role that could not be created has no policies to list.
        if not is_template and operation != "CreateRole":
            known = f"{kind.upper()}_NAME" if name is None else commands.role_name(name)
            lines = (
                f"aws iam list-attached-{kind}-policies --{kind}-name {known}",
                f"aws iam detach-{kind}-policy --{kind}-name {known} --policy-arn POLICY_ARN",
            )
    can_increase = True
    if what == "Policies" and kind != "account":
        most = _MOST_POLICIES.get(kind, 0)
        can_increase = int(count) < most
        increase = attrs.evolve(
            increase, title=f"Or raise the quota in Service Quotas, in {region}, to {most} at most"
        )
    return case.explain(
        f"{summary}. This is a quota per {kind}, not a missing permission.",
        QUOTA_REACHED.cause("reported", because, text=f"The account's quota is {limit}."),
        remedies=(
            remedies.account_remedy(title, *steps, commands=lines, url=pages.IAM_QUOTAS),
            increase if can_increase else None,
        ),
    )


def _find_unused(what: str, things: str, created: str | None) -> tuple[list[str], remedies.Commands]:
    """Return how to find what is not needed in an account that has too many of one thing, such as roles."""
    if (thing := _COUNTED.get(what)) is None:
        step = f"The command prints how many {things} the account has, and its quota."
        return [step], ("aws iam get-account-summary --query SummaryMap",)
    numbered = _NUMBERED.match(created or "")
    chosen = f"?starts_with({thing}Name, '{numbered[0]}')" if numbered else ""
    command = "instance-profiles" if what == "InstanceProfiles" else what.lower()
    listed = (
        f'aws iam list-{command} --query "{what}[{chosen}].[CreateDate,{thing}Name]" --output text | sort'
    )
    step = f"The commands print how many {things} the account has, its quota, and {f'the {things} that begin with {numbered[0]}' if numbered else f'its {things}'}, the oldest first. Earlier runs may have left some: remove them with the tool that created them."
    lines: remedies.Commands = (
        f"aws iam get-account-summary --query 'SummaryMap.[{what},{what}Quota]'",
        listed,
    )
    if what == "Policies":
        unused = "aws iam list-policies --scope Local --query 'Policies[?AttachmentCount==`0`].[CreateDate,PolicyName]' --output text | sort"
        only = "The list has the policies that are not attached. They can still be permissions boundaries."
        return [step, only], (lines[0], unused)
    if what == "Roles":
        last = Labelled(
            "Before you delete one, see when it was last used:",
            "aws iam get-role --role-name ROLE_NAME --query Role.RoleLastUsed",
        )
        return [step], (*lines, last)
    return [step], lines


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
    return None


_LIST_POLICIES = "aws iam list-policies --scope Local --query 'Policies[].Arn' --output text"


def _explain_versions(case: Case[AwsError], found: re.Match[str]) -> Explanation:
    stated = stated_option(case, "policy-arn")
    arn = commands.arn(stated or only_one({each[0] for each in _POLICY.finditer(case.text)}), "POLICY_ARN")
    of_policy = commands.fill_command("--policy-arn {}", arn)
    name = "" if arn == "POLICY_ARN" else f" {arn.rpartition('/')[2]}"
    oldest = "'sort_by(Versions[?!IsDefaultVersion], &CreateDate)[0].VersionId'"
    repeated = commands.repeat_command(case.context.command, "iam", "create-policy-version")
    return case.explain(
        f"The managed policy{name} has {found['count']} versions, the maximum. This is a quota, not a missing permission.",
        QUOTA_REACHED.cause("reported", (f"The message says: {found[0]}", *code_evidence(case.failure))),
        remedies=remedies.account_remedy(
            "Delete the oldest non-default version, then repeat the call",
            "The default version is in force and cannot be deleted: the commands choose the oldest of the others. old.json keeps a copy.",
            "IAM keeps old versions until someone deletes them, and the quota cannot be raised: what creates versions regularly, such as a pipeline, must run this each time.",
            commands=(
                _LIST_POLICIES if arn == "POLICY_ARN" else None,
                Labelled(
                    "Then, with POLICY_ARN of the failed call filled in:",
                    f"version=$(aws iam list-policy-versions {of_policy} --query {oldest} --output text)",
                ),
                f'aws iam get-policy-version {of_policy} --version-id "$version" > old.json',
                f'aws iam delete-policy-version {of_policy} --version-id "$version"',
                None if repeated is None else Labelled("Then repeat the call:", repeated),
            ),
            url=pages.IAM_QUOTAS,
        ),
    )


def _to_words(name: str) -> str:
    return _THINGS.get(name) or " ".join(_CAMEL_WORD.findall(name)).lower()


def _explain_session_size(case: Case[AwsError], message: str) -> Explanation:
    """Explain that the session policies or the tags of a call are too long."""
    found = _PACKED_SIZE.search(message)
    is_of_tags, is_of_pod = bool(found and found["tags"]), may_be_about_pods(case.text)
    # A call that passes a policy, and no tags.
    is_of_policy = not is_of_tags and passes_session_policy(case.text) and not _NAMES_TAGS.search(case.text)
    what = "session policies and session tags"
    if is_of_tags or is_of_policy:
        what = "session tags" if is_of_tags else "session policy"
    they = "it takes" if is_of_policy else "they take"
    text = SESSION_TOO_LONG.text
    if not is_of_tags:
        text += " A policy can exceed it although its text is below 2,048 characters."
    used = f": {they} {found['percent']}% of the space" if found else ""
    tags = _TAGS_CODE.search(case.text)
    fewer = f"Pass fewer session tags, with shorter keys and values{f' ({clip_text(tags[0])} in the code)' if tags else ''}."
    policies = "Pass managed policies by ARN instead of an inline session policy, or shorten it."
    inherited = "Transitive tags of the caller's session, such as the six of EKS Pod Identity, count, too."
    steps: tuple[str | None, ...] = (None if is_of_tags else policies, f"{fewer} {inherited}")
    if is_of_policy:
        steps = (
            _merge_statements(case),
            "Or pass managed policies by ARN (PolicyArns) instead of the inline policy.",
            "Or let the policy of the role limit its sessions: pass a session tag, such as tenant, and write ${aws:PrincipalTag/tenant} in the Resource. The trust policy of the role must then allow sts:TagSession, too.",
        )
    remedy = remedies.your_remedy(f"Shorten the {what}", *steps, url=pages.SESSION_TAGS)
    if is_of_pod or case.facts.service_account:
        title = f"Shorten the {what}, or turn off those of EKS Pod Identity"
        off = f"{inherited} Before turning these six off, look for policies with aws:PrincipalTag/kubernetes-namespace, aws:PrincipalTag/eks-cluster-name and the like, which then no longer match. If association_id is None, the pod does not use Pod Identity."
        remedy = clusters.disable_session_tags_remedy(case, title)
        by_whom = "If fewer tags are not enough, a cluster administrator turns these six off:"
        remedy = attrs.evolve(
            remedy,
            who="you",
            steps=remedies.present(steps[0], fewer, off),
            commands=tuple(
                Labelled(by_whom, each) if "--disable-" in each else each for each in remedy.commands
            ),
        )
    return case.explain(
        f"The {what} {'exceeds' if is_of_policy else 'together exceed'} the size limit of a session{used}. No permission is missing.",
        SESSION_TOO_LONG.cause("reported", code_evidence(case.failure), text=text),
        remedies=remedy,
        notes="The limit is fixed: no quota increases it.",
    )


def _merge_statements(case: Case[AwsError]) -> str:
    """Return how to shorten a session policy: by one statement for all resources, if the text shows several."""
    one = "one statement for all resources, which has the Effect and the actions once"
    repeated = _STATEMENT_FOR_EACH.search(case.text)
    if repeated is not None:
        each = clip_text(next(filter(None, repeated.groups())))
        return f"The code writes a statement for each element of {each}. Write one statement instead, with all elements in its Resource."
    return f"Shorten the policy: write {one}, and patterns in place of many names."


def explain_policy_size(case: Case[AwsError], message: str) -> Explanation:
    if "PackedPolicy" in error_code(case.failure) or "PackedPolicy" in message:
        return _explain_session_size(case, message)
    size, found = next((size, found) for size in POLICY_SIZES if (found := size.pattern.search(message)))
    limit, because = "", code_evidence(case.failure)
    steps, lines = size.steps, size.commands
    if size.what:
        what = size.what.format(**found.groupdict())
        name = find_holder(case, size.kind, find_deployment(case.failure, case.facts)) if size.kind else None
        what += f" {clip_text(name)}" if name else ""
        lines = remedies.replace_in(lines, "ROLE_NAME", commands.role_name(name))
        limit = f": {what} would exceed the quota of {int(found['count']):,} characters"
        because = (f"The message says: {found[0]}.", *because)
        if {"kind", "name"} <= found.groupdict().keys():
            steps += (MERGED_BY_CDK,) if CDK.search(case.text) else ()
            holder = f"--{found['kind']}-name {commands.role_name(found['name'].rstrip('.'))}"
            looks = (
                f"aws iam list-{found['kind']}-policies {holder}",
                f"aws iam get-{found['kind']}-policy {holder} --policy-name POLICY_NAME",
            )
            lines = looks
            if find_deployment(case.failure, case.facts) is None and CDK.search(case.text) is None:
                named = f"{found['kind']}-policy {holder}"
                lines = (
                    *looks,
                    Labelled(
                        "Then, with the statements to move in policy.json:",
                        'policy_arn="$(aws iam create-policy --policy-name NEW_POLICY_NAME --policy-document file://policy.json --query Policy.Arn --output text)"',
                    ),
                    f'aws iam attach-{named} --policy-arn "$policy_arn"',
                    Labelled(
                        "And, if all its statements are moved:",
                        f"aws iam delete-{named} --policy-name POLICY_NAME",
                    ),
                )
            limit += ", so even a short new one can fail"
    text, remedy = "AWS limits the length of such a policy.", None
    if "ACLSizePerRole" in found[0] and "oidc.eks." in case.failure.text:
        text = "It grows with each EKS cluster, whose OIDC provider needs a statement of its own. Whitespace does not count."
        because, remedy = because[1:], trust_pods()
    return case.explain(
        f"The policy is too long{limit}. No permission is missing.",
        POLICY_TOO_LONG.cause("reported", because, text=text),
        remedies=remedy or remedies.your_remedy(size.title, *steps, commands=lines, url=size.url),
        notes="Nothing was saved: the policy is as it was before.",
    )
