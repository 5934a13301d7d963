"""Explain that a policy, or the policies and tags of a session, exceed their maximum size."""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.calls.quotas import find_holder
from iamtriage.explaining._rules.calls.rejected_policies import (
    CDK,
    POLICY_SIZES,
    shorten_in_code,
    trust_pods,
)
from iamtriage.explaining._rules.shared import commands, pages, remedies
from iamtriage.explaining._rules.shared.clues import error_code
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment
from iamtriage.explaining._rules.shared.texts.text_fragments import may_be_about_pods
from iamtriage.failures._failures import AwsError

_PACKED_SIZE = lazy_pattern(
    r"(?a)Packed (?:policy|size of (?P<tags>session tags)?[\w ]{0,40}?) consumes (?P<percent>\d{1,6})%"
)
# What says that pods of several clusters use the role: also "one statement per EKS cluster", but not "cluster" alone.
_OF_CLUSTERS = lazy_pattern(
    r"oidc\.eks\.|\bIRSA\b|(?i:\b(?:per|each|every|another|new|many|all|\d{1,3})(?: of (?:the|our))? (?:EKS |Kubernetes |k8s )?clusters?\b)"
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


def _explain_session_size(case: Case[AwsError], message: str) -> Explanation:
    """Explain that the session policies or the tags of a call are too long."""
    found = _PACKED_SIZE.search(message)
    used = f": they take {found['percent']}% of the space" if found else ""
    steps = (
        "Pass managed policies by ARN instead of an inline session policy, or shorten it: one statement for all resources.",
        "Pass fewer session tags, with shorter keys and values. Transitive tags of the caller's session, such as the six of EKS Pod Identity, count, too.",
    )
    title = "Shorten the session policies and tags"
    remedy = remedies.your_remedy(title, *steps, url=pages.SESSION_TAGS)
    if may_be_about_pods(case.text) or case.facts.service_account:
        remedy = clusters.disable_session_tags_remedy(case, f"{title}, or turn off those of EKS Pod Identity")
        off = "Before turning the six tags of EKS Pod Identity off, look for policies with aws:PrincipalTag/kubernetes-namespace, aws:PrincipalTag/eks-cluster-name and the like, which then no longer match. If association_id is None, the pod does not use Pod Identity."
        remedy = attrs.evolve(remedy, steps=(*steps, off))
    return case.explain(
        f"The session policies and session tags together exceed the size limit of a session{used}. No permission is missing.",
        SESSION_TOO_LONG.cause("reported", code_evidence(case.failure)),
        remedies=remedy,
        notes="The limit is fixed: no quota increases it.",
    )


def explain_policy_size(case: Case[AwsError], message: str) -> Explanation:
    if "PackedPolicy" in error_code(case.failure) or "PackedPolicy" in message:
        return _explain_session_size(case, message)
    size, found = next((size, found) for size in POLICY_SIZES if (found := size.pattern.search(message)))
    limit, because = "", code_evidence(case.failure) if error_code(case.failure) else ()
    steps, lines, remedy = size.steps, size.commands, None
    if size.what:
        what = size.what.format(**found.groupdict())
        name = find_holder(case, size.kind, find_deployment(case.failure, case.facts)) if size.kind else None
        what += f" {clip_text(name)}" if name else ""
        lines = remedies.replace_in(lines, "ROLE_NAME", commands.role_name(name))
        limit = f": {what} would exceed the quota of {int(found['count']):,} characters"
        if {"kind", "name"} <= found.groupdict().keys():
            holder = f"--{found['kind']}-name {commands.role_name(found['name'].rstrip('.'))}"
            named = f"{found['kind']}-policy {holder}"
            looks = (
                f"aws iam list-{found['kind']}-policies {holder}",
                f"aws iam get-{named} --policy-name POLICY_NAME",
            )
            is_cdk = CDK.search(case.text) is not None
            if is_cdk or find_deployment(case.failure, case.facts) is not None:
                remedy = shorten_in_code(case.failure.text, found["kind"], looks, is_cdk=is_cdk)
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
    end, text = "No", "AWS limits the length of such a policy."
    if size.is_fixed:
        end, text = "The quota cannot be raised, and no", f"{text} Whitespace is not counted."
    if "ACLSizePerRole" in found[0] and _OF_CLUSTERS.search(case.text):
        text = "It grows with each EKS cluster, whose OIDC provider needs a statement of its own. Whitespace does not count."
        is_deployed = find_deployment(case.failure, case.facts) is not None
        remedy = trust_pods(case.failure.text, None if is_deployed else find_holder(case, "role", None))
    return case.explain(
        f"The policy is too long{limit}. {end} permission is missing.",
        POLICY_TOO_LONG.cause("reported", because, text=text),
        remedies=remedy or remedies.your_remedy(size.title, *steps, commands=lines, url=size.url),
        notes="Nothing was saved: the policy is as it was before.",
    )
