"""Explain a statement that does not apply because the session has no value for a policy variable or a principal tag.

A variable without a value matches nothing: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html.
Only IAM users have aws:username, and only EKS Pod Identity sets tags such as kubernetes-namespace:
https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import IdentityCenterRole, RoleSession, User
from iamtriage.explaining._rules.basics import Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.shown_policies.known_policies import KnownPolicy, is_of_other
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import (
    STATED_POLICY_ALLOWS,
    STATED_POLICY_CONDITION,
    STATED_POLICY_DENIES,
    STATED_POLICY_OTHER_RESOURCE,
    compare,
    statements_with,
)
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster, restart_command
from iamtriage.explaining._rules.shared.policies.statement_matching import names_resource
from iamtriage.explaining._rules.shared.remedies import (
    account_remedy,
    cluster_remedy,
    organization_remedy,
    present,
    your_remedy,
)
from iamtriage.explaining._rules.shared.requirements.required_grants import find_named_resource
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary
from iamtriage.policies._readers.elements import as_strings, iterate_conditions

_URL = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html"
_POD_URL = "https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html"
_VARIABLE = lazy_pattern(r"\$\{(?P<key>[a-zA-Z0-9-]{2,30}:[^{}$,]{1,160})\}")
_TAG = "aws:principaltag/"
# A variable, or a wildcard.
_OPEN = lazy_pattern(r"\$\{[^{}]*\}|\*")
_POD_TAGS = frozenset(
    {
        "eks-cluster-arn", "eks-cluster-name", "kubernetes-namespace", "kubernetes-pod-name",
        "kubernetes-pod-uid", "kubernetes-service-account",
    }
)  # fmt: skip
# An association in JSON, Terraform, YAML or a command that turns the tags off.
_TAGS_OFF = lazy_pattern(
    r"(?<!no)[\"']?(?<![\w-])(?P<shown>[dD]isable_?[sS]ession_?[tT]ags[\"']?\s{0,20}[:=]\s{0,4}[\"']?(?i:true)|--disable-session-tags)\b"
)
_ASSOCIATION = lazy_pattern(r"\ba-[a-z0-9]{16,20}\b")
# The session names of SDKs that get credentials with a token of the service account (IRSA).
_IRSA_SESSION = lazy_pattern(r"botocore-session-\d+|aws-sdk-\w+-\d+|\d{16,19}")
_IRSA = lazy_pattern(r"\beks\.amazonaws\.com/role-arn\b")
_ON_PURPOSE = "If they are off on purpose, such as for the size of a session policy, write the value out instead, in a role for this workload alone"


class _Needed(NamedTuple):
    """A statement that needs values of the session: its variables and tags, and what the denied resource has for each."""

    statement: Mapping[str, Any]
    pattern: str | None
    values: dict[str, str]


def explain_variable(
    denial: Denial, explanation: Explanation, policies: Iterable[KnownPolicy]
) -> Explanation | None:
    """Return why a statement with variables or principal tags does not allow a call, if the text shows it."""
    if denial.is_explicit or denial.policy_type not in {None, "identity"} or denial.resource is None:
        return None
    for policy in policies:
        if policy.has_principal or is_of_other(policy, denial) or _is_decided(denial, policy):
            continue
        for needed in _find_needed(denial, policy):
            for explain in (_explain_pod_tags, _explain_user_name, _explain_old_version, _explain_tag):
                if (found := explain(denial, policy, needed)) is not None:
                    verdict, text, remedies = found
                    code = STATED_POLICY_OTHER_RESOURCE if needed.pattern else STATED_POLICY_CONDITION
                    return attrs.evolve(
                        explanation,
                        summary=denial_summary(denial, f"{policy.name} {verdict}"),
                        causes=(
                            code.cause("derived", text=text),
                            *(each for each in explanation.causes if each.evidence != "possible"),
                        ),
                        remedies=remedies,
                    )
    return None


def _is_decided(denial: Denial, policy: KnownPolicy) -> bool:
    """Return whether another statement of a policy allows or denies the call."""
    compared = compare(denial, denial.action or "", policy)
    if compared is None or not compared.is_certain:
        return False
    return compared.has_cause(STATED_POLICY_ALLOWS, STATED_POLICY_DENIES)


def _find_needed(denial: Denial, policy: KnownPolicy) -> Iterator[_Needed]:
    """Yield the statements that are about the denied call and need values of the session."""
    resource = find_named_resource(denial) or ""
    for statement in statements_with(policy, denial.action or ""):
        conditions = {
            key.lower(): ""
            for _, name, values in iterate_conditions(statement)
            for key in (name, *(each["key"] for value in values for each in _VARIABLE.finditer(value)))
            if key.lower().startswith(_TAG)
        }
        listed = as_strings(statement.get("Resource"))
        for pattern in listed:
            if (values := _match(pattern, resource)) is not None:
                yield _Needed(statement, pattern, values)
        if (
            conditions
            and any(not _VARIABLE.search(each) for each in listed)
            and names_resource(statement, resource)
        ):
            yield _Needed(statement, None, conditions)


def _match(pattern: str, resource: str) -> dict[str, str] | None:
    """Return what a resource has in place of each variable of a pattern, or ``None`` without variables or a match.

    >>> _match("arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/ana/a.csv")
    {'aws:username': 'ana'}
    """
    keys = [found["key"].lower() for found in _VARIABLE.finditer(pattern)]
    parts = _OPEN.split(pattern)
    opens = [found[0] for found in _OPEN.finditer(pattern)]
    if not keys or len(keys) != sum(each.startswith("$") for each in opens):
        return None
    # Each open part ends where what follows it begins, without another try: the time must not multiply.
    written = [re.escape(parts[0])]
    for number, (each, after) in enumerate(zip(opens, parts[1:], strict=True), start=1):
        end = re.escape(after).replace(r"\?", ".") + (r"\Z" if number == len(opens) else "")
        is_greedy = not after and number < len(opens)
        one = "[^/]" if each.startswith("$") else "."
        value = rf"{one}{'*' if is_greedy and each != '*' else '*?'}"
        written.append(rf"(?>{f'({value})' if each.startswith('$') else value}{end})")
    found = re.fullmatch("".join(written), resource)
    return None if found is None else dict(zip(keys, found.groups(), strict=True))


def _written_out(needed: _Needed, resource: str) -> str:
    """Return the resource of a statement with the values of the denied resource in place of its variables."""
    written = needed.pattern or resource
    for key, value in needed.values.items():
        escaped = value.replace("\\", r"\\")
        written = re.sub(re.escape(f"${{{key}}}"), escaped, written, flags=re.IGNORECASE)
    return written


def _show_variable(key: str, needed: _Needed) -> str:
    """Return a variable as the statement has it."""
    variables = (each["key"] for each in _VARIABLE.finditer(str(needed.statement)))
    return next((each for each in variables if each.lower() == key), key.replace(_TAG, "aws:PrincipalTag/"))


_Found = tuple[str, str, tuple["Remedy", ...]]


def _explain_pod_tags(denial: Denial, _policy: KnownPolicy, needed: _Needed) -> _Found | None:
    """Explain tags of EKS Pod Identity that the session does not have."""
    tags = (each.removeprefix(_TAG) for each in needed.values if each.startswith(_TAG))
    tag, text = next(filter(_POD_TAGS.__contains__, tags), None), denial.failure.text
    if tag is None:
        return None
    off = _TAGS_OFF.search(text)
    session = denial.principal.session_name if isinstance(denial.principal, RoleSession) else ""
    is_irsa = not session.startswith("eks-") and (
        _IRSA.search(text) is not None or _IRSA_SESSION.fullmatch(session) is not None
    )
    if off is None and not is_irsa:
        return None
    effect = (
        "so its variable has no value and the statement matches nothing"
        if needed.pattern
        else "so its condition is not met"
    )
    written = _written_out(needed, find_named_resource(denial) or "")
    literal = account_remedy(
        _ON_PURPOSE if off else "Or write the value out instead, in a role for this workload alone",
        "A role that several tenants share then no longer keeps them apart.",
        manifest=f'"Resource": {json.dumps(written)}' if needed.pattern else None,
        manifest_language="text",
        url=_URL,
    )
    if off is None:
        switch = cluster_remedy(
            "Give the pods the role with EKS Pod Identity instead of the annotation (IRSA)",
            "EKS Pod Identity tags its sessions. The trust policy of the role must allow pods.eks.amazonaws.com both sts:AssumeRole and sts:TagSession. Remove the annotation, and restart the pods.",
            commands=(
                find_cluster(denial.case).eks_command(
                    "create-pod-identity-association",
                    *(
                        "--namespace",
                        "NAMESPACE",
                        "--service-account",
                        "SERVICE_ACCOUNT",
                        "--role-arn",
                        "ROLE_ARN",
                    ),
                ),
                restart_command(denial.case),
            ),
            url=_POD_URL,
        )
        return (
            f"depends on the session tag {tag}, which only EKS Pod Identity sets, and the pod gets its role with IRSA, {effect}",
            f"Sessions of AssumeRoleWithWebIdentity with a service account have no tag {tag}.",
            (switch, literal),
        )
    found = _ASSOCIATION.search(text)
    cluster = find_cluster(denial.case)
    update = ("update", "--no-disable-session-tags")
    lines = cluster.association_commands(update)
    if found is not None:
        lines = (
            cluster.eks_command(
                "update-pod-identity-association", "--association-id", found[0], "--no-disable-session-tags"
            ),
        )
    enable = cluster_remedy(
        "Turn the session tags of the association on again, and restart the pods",
        "Only new sessions have the tags. The trust policy of the role must allow pods.eks.amazonaws.com sts:TagSession, too.",
        "In code, set the option of the association to false instead."
        if "_" in off["shown"] or found is None
        else None,
        commands=(*lines, Labelled("Then, for each workload with the role:", restart_command(denial.case))),
        url=_POD_URL,
    )
    return (
        f"depends on the session tag {tag}, which the association turns off, {effect}",
        f"The text shows {' '.join(off['shown'].split())}. Without the session tags, a session of EKS Pod Identity has no aws:PrincipalTag/{tag}.",
        (enable, literal),
    )


def _explain_user_name(denial: Denial, _policy: KnownPolicy, needed: _Needed) -> _Found | None:
    """Explain the name of an IAM user, which a role does not have, or which is another one."""
    if needed.pattern is None or "aws:username" not in needed.values:
        return None
    value = needed.values["aws:username"]
    if isinstance(denial.principal, User):
        name = denial.principal.name
        if value == name:
            return None
        own = needed.pattern.replace(f"${{{_show_variable('aws:username', needed)}}}", name)
        return (
            f"allows it only on the user's own {clip_text(own)}, and the call is for {clip_text(value)}",
            f"The variable stands for the name of the user, {clip_text(name)}, with the same upper and lower case.",
            (
                your_remedy(
                    f"Make the call for {clip_text(own)}",
                    "If the user must have access to this resource, too, an administrator adds a statement for it.",
                    url=_URL,
                ),
            ),
        )
    if denial.role is None:
        return None
    written = _written_out(needed, find_named_resource(denial) or "")
    fix = account_remedy(
        "Write the value into the resource, or use the tag of the role or session",
        "For one role: the line below. For several, tag each role, or its session, and use ${aws:PrincipalTag/KEY} instead of the variable.",
        manifest=f'"Resource": {json.dumps(written)}',
        manifest_language="text",
        url=_URL,
    )
    if isinstance(denial.role, IdentityCenterRole):
        tagged = needed.pattern.replace(_show_variable("aws:username", needed), "aws:PrincipalTag/UserName")
        fix = organization_remedy(
            "Pass the user name as a session tag, and use the tag in the permission set",
            "In IAM Identity Center, enable Attributes for access control, with the key UserName and the attribute for the user name as its value. Then write the resource in the permission set like this:",
            manifest=f'"Resource": {json.dumps(tagged)}',
            manifest_language="text",
            url="https://docs.aws.amazon.com/singlesignon/latest/userguide/configure-abac.html",
        )
    return (
        f"has the variable {_show_variable('aws:username', needed)}, which only IAM users have: for a role it has no value, so the statement matches nothing",
        "A session of a role has aws:userid, with the name of the session at its end, and aws:PrincipalTag/KEY if the role or the session has tags.",
        (fix,),
    )


def _explain_old_version(denial: Denial, policy: KnownPolicy, needed: _Needed) -> _Found | None:
    """Explain that IAM fills variables only in policies with the Version 2012-10-17."""
    content = policy.content
    if needed.pattern is None or not policy.is_whole or policy.is_code or "Statement" not in content:
        return None
    version = content.get("Version")
    if version == "2012-10-17" or (version is None and "Version" in denial.failure.text):
        return None
    return (
        f"has a variable, and {'no Version' if version is None else f'the Version {clip_text(str(version))}'}: IAM fills variables only in policies with the Version 2012-10-17",
        "Otherwise, IAM compares the resource with the text of the variable itself.",
        (
            account_remedy(
                "Set the Version of the policy to 2012-10-17",
                "The statement can stay as it is.",
                manifest='"Version": "2012-10-17",',
                manifest_language="text",
                url=_URL,
            ),
        ),
    )


def _explain_tag(denial: Denial, policy: KnownPolicy, needed: _Needed) -> _Found | None:
    """Explain that the caller lacks a tag, or has it with another value than the resource has in its place."""
    if needed.pattern is None:
        return None
    key = next((each for each in needed.values if each.startswith(_TAG)), None)
    holder = denial.role or denial.principal
    name = getattr(holder, "name", None)
    if key is None or name is None or not needed.values[key]:
        return None
    tag, value = _show_variable(key, needed).partition("/")[2], needed.values[key]
    has_it = rf"(?<![\w/-]){re.escape(tag)}[\"']?\W{{1,30}}(?:[vV]alue\W{{1,6}})?{re.escape(value)}(?![\w-])"
    if re.search(has_it, denial.failure.text):
        # The text shows that the caller has the tag, or says so.
        return None
    own = {
        "kubernetes-namespace": denial.facts.namespace,
        "kubernetes-service-account": denial.facts.service_account,
    }.get(tag)
    if own is not None and own != value:
        noun = tag.removeprefix("kubernetes-").replace("-", " ")
        allowed = needed.pattern.replace(f"${{{_show_variable(key, needed)}}}", own)
        return (
            f"allows this pod only {clip_text(allowed)}, because its {noun} is {clip_text(own)}, and the call is for {clip_text(value)}",
            f"EKS Pod Identity sets the tag {tag} to the {noun} of the pod.",
            (
                your_remedy(
                    f"Make the call for {clip_text(allowed)}, or run the pod with the {noun} {clip_text(value)}",
                    "The role keeps tenants apart by this tag, so do not widen the statement for one of them.",
                    url=_POD_URL,
                ),
            ),
        )
    kind = "role" if denial.role is not None else "user"
    option = commands.command(f"--{kind}-name", name)
    is_pod = tag in _POD_TAGS
    tag_it = None
    if not is_pod:
        tag_it = Labelled(
            "Then, if the caller is meant to have this value:",
            commands.command(
                "aws", "iam", f"tag-{kind}", f"--{kind}-name", name, "--tags", f"Key={tag},Value={value}"
            ),
        )
    source = (
        "EKS Pod Identity sets it to what the pod has: compare it with the namespace, the service account and the cluster of the pod."
        if is_pod
        else "Tags that a session gets when the role is assumed (session tags) take precedence over those of the role, which the command lists."
    )
    remedies = account_remedy(
        f"Compare the tag {clip_text(tag)} of the caller with {clip_text(value)}",
        source,
        None if is_pod else "Who can set this tag can choose the resource: do not let the caller set it.",
        commands=present(f"aws iam list-{kind}-tags {option}" if not is_pod else None, tag_it),
        url=_URL,
    )
    return (
        f"allows it only where the tag {clip_text(tag)} of the caller is in the resource, here {clip_text(value)}: the caller has no such tag, or another value",
        f"{capitalize_start(policy.name)} has the resource {clip_text(needed.pattern)}. A variable without a value matches nothing.",
        (remedies,),
    )
