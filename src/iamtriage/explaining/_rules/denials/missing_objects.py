"""Explain that S3 answers 403 for an object that does not exist, if a known policy allows to read it and not to list.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._text import clip_text, join_words
from iamtriage.actions._lookup import find_action
from iamtriage.actions._operations import actions_for
from iamtriage.explaining._rules.denials.buckets import MISSING_OBJECT
from iamtriage.explaining._rules.denials.resource_policies import bucket_argument
from iamtriage.explaining._rules.denials.stated_policies import find_allowing_policy
from iamtriage.explaining._rules.denials.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.explaining._rules.sts.trust_documents import allow_statements, as_strings
from iamtriage.policies._documents import allow, build_document

if TYPE_CHECKING:
    from typing import Any

    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_LIST = "s3:ListBucket"


def explain_missing_object(denial: Denial) -> Explanation | None:
    """Explain that the object is missing, or return ``None`` if no known policy shows that."""
    bucket, _, key = (denial.resource or "").partition("/")
    policy = find_allowing_policy(denial) if denial.operation in {"GetObject", "HeadObject"} else None
    if policy is None or ":s3:::" not in bucket:
        return None
    lists = [each for each in allow_statements(policy.content) if names_action(each, _LIST) is not False]
    if any(names_resource(each, bucket) is not False for each in lists):
        return None
    misplaced = next((each for each in lists if _LIST in as_strings(each.get("Action"))), None)
    if misplaced is None and denial.operation != "HeadObject":
        # A denied GET has other causes, too, such as a KMS key.
        return None
    name, target = bucket_argument(denial), f"{clip_text(bucket)}, without /*"
    text = f"{capitalize_start(policy.name)} allows {denial.action} on the object, "
    kept: list[dict[str, Any]] = []
    step = "Add this statement to the policy of the caller."
    if misplaced is None:
        text += f"but not {_LIST} on the bucket."
    else:
        listed = join_words(tuple(map(clip_text, as_strings(misplaced.get("Resource")))), "and")
        text += (
            f"but {_LIST} only on {listed}, where it has no effect: it is an action of the bucket, {target}."
        )
        kept, dropped = _split_statement(misplaced, denial.action or "")
        step = f"Replace the statement of the policy with these.{dropped}"
    fix = account_remedy(
        f"Allow {_LIST} on the bucket, so that S3 answers 404 for missing objects",
        step,
        "The command, with credentials that may list the bucket, shows whether the object exists: if it prints its size, look at the bucket policy and the KMS key instead.",
        commands=(
            commands.fill_command("aws s3api head-object --bucket {} --key {}", name, key or "OBJECT_KEY"),
        ),
        url=pages.S3_403,
    )
    document = build_document([allow(_LIST, bucket, sid="S3ListBucket"), *kept])
    return denial.explain(
        f"S3 answered 403 to {denial.operation} on {denial.resource}: most likely, the object does not exist. Without {_LIST} on the bucket, S3 answers 403 instead of 404.",
        MISSING_OBJECT.cause("derived", text=text),
        topic=MISSING_OBJECT.code,
        remedies=(attrs.evolve(fix, policy=document, layer="identity", is_addition=True),),
    )


def _split_statement(statement: dict[str, Any], action: str) -> tuple[list[dict[str, Any]], str]:
    """Return a statement without what has no effect on objects, and a sentence on the names that are no actions."""
    kept, unknown = list[str](), list[str]()
    for each in as_strings(statement.get("Action")):
        known = find_action(each)
        objects = as_strings(statement.get("Resource"))
        if known is None and "*" not in each and actions_for(each.partition(":")[2]):
            unknown.append(each)
        elif known is None or any(known.accepts(resource) is not None for resource in objects):
            kept.append(each)
    changed = {**statement, "Action": kept or [action]}
    names = join_words(tuple(map(clip_text, unknown)), "and")
    is_one = len(unknown) == 1
    noun = "an operation and no action" if is_one else "operations and no actions"
    sentence = f" {names} {'is' if is_one else 'are'} {noun} of IAM: HeadObject requires s3:GetObject, and listing {_LIST}."
    return [changed], sentence if unknown else ""
