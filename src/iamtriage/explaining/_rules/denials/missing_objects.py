"""Explain that S3 answers 403 for an object that is not there, by a policy that allows to read it and not to list.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words, quote_words
from iamtriage.actions._lookup import find_action
from iamtriage.actions._operations import actions_for
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.denials import buckets
from iamtriage.explaining._rules.denials.known_policies import names_action, names_resource
from iamtriage.explaining._rules.denials.policy_causes import DENIES
from iamtriage.explaining._rules.denials.resource_commands import bucket_argument
from iamtriage.explaining._rules.denials.stated_policies import find_allowing_policy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.explaining._rules.sts.trust_documents import allow_statements, as_strings, iterate_statements
from iamtriage.policies._documents import allow, build_document

_LIST = "s3:ListBucket"
_CHECK = "The command, with credentials that may list the bucket, shows whether the object exists: if it prints its size, look at the bucket policy and the KMS key instead."
_ACCOUNT_ID = lazy_pattern(r"(?<!\d)[0-9]{12}(?!\d)")
_OTHER_REASON = lazy_pattern(
    r"(?i:kms|\b(?:(?:an)?other|different|partner(?:'?s)?|vendor(?:'?s)?|customer(?:'?s)?|their) (?:AWS )?account\b|\bcross-account\b)"
)
_OTHERWISE = "S3 gives no reason: if the object exists, a policy denies the call, or the caller lacks kms:Decrypt on the object's KMS key."
# What another caller, who may list the bucket, gets for the same object.
_ABSENT = lazy_pattern(
    r"(?i:\b(?:locally|laptop|admin|root|elsewhere|other (?:role|user|account))\b[^\n.]{0,60}?\b(?:(?:returns?|gives?|gets?|says?) (?:a )?(?:false|none|404|not found)|NoSuchKey|404)\b)"
)


def explain_missing_object(denial: Denial) -> Explanation | None:
    """Explain that S3 answers 403 for an object that is not there, if a known policy allows to read and not to list.

    Return ``None`` if no policy shows that.
    """
    bucket, _, key = (denial.resource or "").partition("/")
    has_policies = bool(denial.facts.policies or denial.context.policies)
    if not has_policies or denial.operation not in {"GetObject", "HeadObject"}:
        return None
    policy = find_allowing_policy(denial)
    if policy is None or ":s3:::" not in bucket:
        return None
    lists = [each for each in allow_statements(policy.content) if names_action(each, _LIST) is not False]
    misplaced = next((each for each in lists if _LIST in as_strings(each.get("Action"))), None)
    is_allowed = any(names_resource(each, bucket) is not False for each in lists)
    if is_allowed or (misplaced is None and denial.operation != "HeadObject" and _may_be_other(denial)):
        return None
    statements = [allow(_LIST, bucket, sid="S3ListBucket")]
    step = "Add this statement to the policy."
    text = "."
    if misplaced is not None:
        resources = as_strings(misplaced.get("Resource"))
        kept, unknown = list[str](), list[str]()
        for each in as_strings(misplaced.get("Action")):
            known = find_action(each)
            if known is None and actions_for(each.partition(":")[2]):
                unknown.append(clip_text(each))
            elif known is None or any(known.accepts(resource) is not None for resource in resources):
                kept.append(each)
        fixed = {**misplaced, "Action": kept or denial.action}
        statements += [
            fixed if each is misplaced else dict(each) for each in iterate_statements(policy.content)
        ]
        text = f", without /*. It is allowed on {join_words(tuple(map(clip_text, resources)), 'and')}, where it has no effect."
        step = "Replace the statement of the policy with these."
        if policy.is_whole:
            step = "This is the whole policy with the change."
        if unknown:
            step += f" {join_words(tuple(unknown), 'and')} {'is not an IAM action' if len(unknown) == 1 else 'are not IAM actions'}: HeadObject requires s3:GetObject, and listing {_LIST}."
    absent = _ABSENT.search(denial.failure.text)
    # A policy that names the action on the wrong resource shows that the caller is meant to have it.
    checks_first = absent is None and misplaced is None
    fix = account_remedy(
        f"{'Or allow' if checks_first else 'Allow'} {_LIST} on {clip_text(bucket) if checks_first else 'the bucket'}, so that S3 answers 404 for missing objects",
        step,
        None if absent or checks_first else _CHECK,
        commands=() if absent or checks_first else _show_object(denial, key),
        url=pages.S3_403,
    )
    fix = attrs.evolve(
        fix,
        policy=build_document(statements),
        layer="identity",
        is_addition=not (misplaced and policy.is_whole),
    )
    check = your_remedy(
        "Check whether the object exists",
        "Run the command with credentials that may list the bucket. If it answers 404, the object does not exist: correct the key, or wait until the object is written. No policy changes that.",
        "If it prints the size, the object exists: an SSEKMSKeyId means that the caller also needs kms:Decrypt on that key. Otherwise, look for a Deny in the bucket policy.",
        commands=_show_object(denial, key),
        url=pages.S3_403,
    )
    is_head = denial.operation == "HeadObject"
    needed = f"{denial.action}, which {denial.operation} requires," if is_head else denial.action
    because = present(
        f"Another caller finds no object. The text says {quote_words(absent[0])}." if absent else None
    )
    causes = [
        buckets.MISSING_OBJECT.cause(
            "derived",
            because,
            text=f"{capitalize_start(policy.name)} allows {needed} on the object, but not {_LIST} on {clip_text(bucket)}{text}",
        )
    ]
    if checks_first:
        otherwise = f"The answer to a HEAD request has no body, so {_OTHERWISE}" if is_head else _OTHERWISE
        causes.append(DENIES["resource"].cause(text=otherwise))
    return denial.explain(
        f"S3 answered 403 to {denial.operation} on {denial.resource}: {'' if absent else 'most likely, '}the object does not exist. Without {_LIST} on the bucket, S3 answers 403 instead of 404.",
        *causes,
        topic=buckets.MISSING_OBJECT.code,
        remedies=(check, fix) if checks_first else fix,
    )


def _may_be_other(denial: Denial) -> bool:
    """Return whether the text speaks of a KMS key or another account as a reason why a GET is denied.

    S3 states the reason of most other denials in its response.
    """
    text = denial.failure.text
    accounts = {*_ACCOUNT_ID.findall(text), *present(denial.account)}
    return len(accounts) > 1 or _OTHER_REASON.search(text) is not None


def _show_object(denial: Denial, key: str) -> tuple[str, ...]:
    template = "aws s3api head-object --bucket {} --key {}"
    return (commands.fill_command(template, bucket_argument(denial), key or "OBJECT_KEY"),)
