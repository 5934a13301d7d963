"""Correct S3 policies that mix actions on buckets with actions on objects.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_service-with-iam.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._text import clip_text
from iamtriage.actions._lookup import find_action
from iamtriage.explaining._rules.sts.trust_documents import as_strings

if TYPE_CHECKING:
    from iamtriage.explaining._context.model import Document
    from iamtriage.explaining._explanations import Remedy

__all__ = ("explain_s3_levels",)

_BUCKET = "arn:aws:s3:::bucket"


def explain_s3_levels(policies: tuple[Document, ...], text: str, remedy: Remedy) -> tuple[str, Remedy]:
    """Return the problem and the corrected document, if the text has the policy of a bucket."""
    if len(policies) != 1:
        return text, remedy
    statements: object = policies[0].content.get("Statement")
    listed = cast("list[object]", statements) if isinstance(statements, list) else [statements]
    corrected: list[dict[str, Any]] = []
    mistakes: list[str] = []
    for each in listed:
        if not isinstance(each, dict):
            return text, remedy
        statement = cast("dict[str, Any]", each)
        parts, wrong = _split(statement)
        corrected += parts
        mistakes += wrong
    if not mistakes:
        return text, remedy
    return (
        f"{mistakes[0]}.",
        attrs.evolve(
            remedy,
            steps=(*remedy.steps, "The policy is the corrected document: save it as policy.json."),
            policy={**policies[0].content, "Statement": corrected},
        ),
    )


def _split(statement: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return a statement for each level of resources, and what was wrong."""
    actions, resources = as_strings(statement.get("Action")), as_strings(statement.get("Resource"))
    levels = {action: _level(action) for action in actions}
    s3 = [each for each in resources if each.partition(":s3:")[1]]
    if not actions or None in levels.values() or len(s3) != len(resources):
        return [statement], []
    buckets = list(dict.fromkeys(each.partition("/")[0] for each in s3))
    objects = [each for each in s3 if "/" in each] or [f"{each}/*" for each in buckets]
    on_buckets = [each for each in actions if levels[each] == "bucket"]
    on_objects = [each for each in actions if levels[each] == "object"]
    wrong: list[str] = []
    if on_objects and not any("/" in each for each in s3):
        wrong.append(
            f"{on_objects[0]} applies to objects, but {clip_text(s3[0])} is a bucket: the resource must end in /*"
        )
    if on_buckets and all("/" in each for each in s3):
        wrong.append(
            f"{on_buckets[0]} applies to the bucket, but {clip_text(s3[0])} names objects: the resource must be {clip_text(buckets[0])}"
        )
    if not wrong:
        return [statement], []
    rows = ((on_buckets, buckets, "Bucket"), (on_objects, objects, "Objects"))
    has_both = bool(on_buckets and on_objects)
    return [
        {
            **statement,
            **({"Sid": f"{statement['Sid']}{suffix}"} if has_both and "Sid" in statement else {}),
            "Action": names if len(names) > 1 else names[0],
            "Resource": arns if len(arns) > 1 else arns[0],
        }
        for names, arns, suffix in rows
        if names
    ], wrong


def _level(action: str) -> str | None:
    known = find_action(action) if action.lower().startswith("s3:") and "*" not in action else None
    if known is None:
        return None
    if known.accepts(f"{_BUCKET}/key") is not None:
        return "object"
    return "bucket" if known.accepts(_BUCKET) is not None else None
