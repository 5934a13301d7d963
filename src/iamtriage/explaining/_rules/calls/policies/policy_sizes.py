"""Explain that a policy, or the policies and tags of a session, exceed their maximum size, or that tags conflict."""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
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
from iamtriage.explaining._rules.sts.chained_pods import POD_IDENTITY
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

TAG_CONFLICT = lazy_pattern(r"conflicts with a transitive tag key")
"""How STS reports a session tag that the calling session has already."""
TRANSITIVE_TAG_CONFLICT = CauseType(
    "transitive-tag-conflict",
    title="The calling session already has the session tag as a transitive one",
    text="A role that a session assumes inherits the session's transitive tags, and no call can set their keys again.",
    recognised_by="The message says that a transitive tag key conflicts with one from the calling session.",
    fix="Leave the tag out of the call, or use another key.",
    sources=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining",
    ),
)
# https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
_TAGS_OF_PODS = frozenset(
    {"eks-cluster-arn", "eks-cluster-name", "kubernetes-namespace", "kubernetes-service-account", "kubernetes-pod-name", "kubernetes-pod-uid"}
)  # fmt: skip
# The keys of session tags in code, in commands, and in a block of Terraform.
_TAG_KEY = lazy_pattern(
    r"(?a)(?:\b[Kk]ey[\"']?\s{0,3}(?:[:=]|\(|=>)\s{0,3}(?:aws\.String\()?[\"']?|\b[Tt]ags?\s{0,3}[:=]\s{0,3}(?:map\[string\]string)?\{\s{0,20}[\"']?)(?P<key>[\w.:/+@-]{1,128})"
)


def explain_tag_conflict(case: Case[AwsError], _message: str) -> Explanation:
    """Explain that a call of AssumeRole sets a session tag that the calling session has as a transitive one."""
    text = case.failure.text
    passed = dict.fromkeys(each["key"] for each in _TAG_KEY.finditer(text))
    of_pods = [each for each in passed if each.lower() in _TAGS_OF_PODS]
    keys = of_pods or (list(passed) if len(passed) == 1 else [])
    named = join_words([clip_text(each) for each in keys], "and") if keys else ""
    what = f"the session tag{'s' if len(keys) > 1 else ''} {named}" if keys else "a session tag"
    it, type_ = ("them", "transitive tags") if len(keys) > 1 else ("it", "a transitive tag")
    is_of_pods = bool(of_pods) or (not passed and POD_IDENTITY.search(text) is not None)
    owner = "the calling session has"
    origin = "Whoever started that session passed it with TransitiveTagKeys, or an identity provider or EKS Pod Identity did."
    remedy = None
    if is_of_pods:
        owner = "EKS Pod Identity has set"
        origin = "EKS Pod Identity sets six session tags, all of them transitive."
        remedy = clusters.disable_session_tags_remedy(
            case, "Or, for your own value under this key, turn off the tags of the Pod Identity association"
        )
    return case.explain(
        f"STS rejected {what}: {owner} {it} already, as {type_} that chained sessions inherit and no call can set again. No permission is missing.",
        TRANSITIVE_TAG_CONFLICT.cause("reported", code_evidence(case.failure)),
        remedies=(
            remedies.your_remedy(
                f"Leave {named or 'the tag'} out of the tags of the call",
                f"The session of the assumed role inherits {it} anyway. {origin}",
                f"For a value of your own, use another key, such as {f'app-{keys[0]}' if keys else 'one with a prefix'}, also in the policies that read aws:PrincipalTag.",
                url=TRANSITIVE_TAG_CONFLICT.sources[0],
            ),
            remedy,
        ),
        notes="Neither sts:TagSession nor the role's trust policy is the problem: STS rejects the tags, not the caller.",
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
