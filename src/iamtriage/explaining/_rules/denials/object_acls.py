"""Explain denials by S3 that are due to ACLs: an upload with an ACL, and an object that another account owns.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words, quote_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._rules.denials.public_access import (
    BLOCK_PUBLIC_ACCESS,
    blocks_public_acls,
    public_access_remedy,
)
from iamtriage.explaining._rules.denials.resource_policies import bucket_argument
from iamtriage.explaining._rules.denials.statement_matching import names_action
from iamtriage.explaining._rules.shared import common_causes, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import (
    identity_remedy,
    owner_remedy,
    present,
    your_remedy,
)
from iamtriage.explaining._rules.shared.required_resources import transfer_objects
from iamtriage.explaining._rules.shared.tasks import upload_option_actions
from iamtriage.explaining._rules.shared.text_signs import find_acl
from iamtriage.explaining._rules.sts.trust_documents import allow_statements
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

# These explanations have compared the policies in the text.
_TOPIC = "s3-acl"
_READS = frozenset(
    {"GetObject", "HeadObject", "GetObjectAcl", "PutObjectAcl", "CopyObject", "GetObjectTagging"}
)
_READ_CALL = lazy_pattern(rf"\bcalling the (?:{'|'.join(sorted(_READS))}) operation\b")
_OWNERSHIP = lazy_pattern(
    r"\bObjectOwnership\b[\"']?\s?[=:]\s?[\"']?(?P<value>ObjectWriter|BucketOwnerPreferred|BucketOwnerEnforced)|\bobject_ownership\s?=\s?\"(?P<code>\w{8,24})\""
)
# Canonical IDs of accounts, in the owners of objects and in the answer of list-buckets.
_ID = r"[0-9a-f]{64}"
_OBJECT_OWNER = lazy_pattern(
    rf"\b(?:list-objects(?:-v2)?|get-object-acl|list-object-versions|get-object-attributes)\b[^$]{{0,4000}}?\b(?P<id>{_ID})\b"
)
_BUCKET_OWNER = lazy_pattern(rf"\b(?:list-buckets|get-bucket-acl)\b[^$]{{0,4000}}?\b(?P<id>{_ID})\b")
_WRITTEN_BY_OTHER = lazy_pattern(
    r"\b(?:partner|vendor|supplier|customer|third party|(?:an)?other account|different account)\b[^.\n]{0,80}?\b(?:writes?|wrote|uploads?|uploaded|delivers?|delivered|puts?|sends?|copies|copied)\b"
    r"|\b(?:written|uploaded|delivered|put|copied)\b[^.\n]{0,40}?\b(?:by|from) (?:a |an |the |our )?(?:partner|vendor|supplier|customer|third party|(?:an)?other account|different account)\b",
    re.IGNORECASE,
)
OBJECT_OF_OTHER_ACCOUNT = CauseType(
    "object-of-other-account",
    title="Another account wrote the object and owns it",
    text="With Object Ownership ObjectWriter or BucketOwnerPreferred, who writes an object owns it. Its ACL decides who reads it, and even an administrator of the bucket's account is denied. Listing works, because that is a call on the bucket.",
    recognised_by="The text shows that the object's owner is not the bucket's, or Object Ownership ObjectWriter and another account that writes.",
    fix="Set Object Ownership of the bucket to BucketOwnerEnforced.",
    of="derived-action",
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",),
)


def explain_acl(denial: Denial) -> Explanation | None:
    """Explain that the ACL of an object or an upload is the cause, or return ``None`` if the text does not show it."""
    return _explain_object_of_other_account(denial) or _explain_acl_of_upload(denial)


def _explain_acl_of_upload(denial: Denial) -> Explanation | None:
    """Explain that an option of an upload requires an action that the policy in the text lacks, or return ``None``."""
    text = denial.failure.text
    options = upload_option_actions(text) if denial.lowercase_action == "s3:putobject" else ()
    if not options or denial.policy_type is not None:
        return None
    # Most denials have no policy.
    from iamtriage.explaining._rules.denials.stated_policies import find_allowing_policy

    policy, acl = find_allowing_policy(denial), find_acl(text)
    blocked = blocks_public_acls(text)
    if acl is not None and acl.is_public and blocked:
        return _explain_blocked_acl(denial, acl.words, "")
    if policy is None:
        return None
    allowed = allow_statements(policy.content)
    missing = [each for each in options if not any(names_action(row, each) for row in allowed)]
    if not missing:
        is_public = acl is not None and acl.is_public and blocked is None
        return _explain_blocked_acl(denial, acl.words, policy.name) if acl and is_public else None
    acl = acl if "s3:PutObjectAcl" in missing else None
    words = acl.words if acl else "the option"
    worked = next(
        (
            run.command.text
            for run in find_runs(denial.failure)
            if run.has_succeeded
            and run.command.words[:1] in {("s3",), ("s3api",)}
            and not upload_option_actions(run.command.text)
        ),
        None,
    )
    objects = transfer_objects(denial.resource or "", text) or denial.resource or "*"
    bucket = objects.partition("/")[0]
    objects = objects if "/" in objects else f"{bucket}/*"
    listed = join_words(missing, "and")
    remedy = identity_remedy(
        f"Allow {listed}, too",
        f"Add the statement to {policy.name}, and keep the others there.",
        statements=(allow(tuple(missing) if len(missing) > 1 else missing[0], objects),),
        url=pages.MANAGE_POLICIES,
    )
    omit = None
    if acl is not None:
        omit = f"Or upload without an ACL: {'set AWS_DEFAULT_ACL = None' if 'AWS_DEFAULT_ACL' in text else f'remove {words}'}. To let anyone read the objects, use a bucket policy or CloudFront with origin access control."
    caveat = (
        " Block Public Access rejects a public ACL even then."
        if acl is not None and acl.is_public and blocked is None
        else ""
    )
    return denial.explain(
        f"S3 denied {denial.operation or denial.action} because of {words}, which also requires {listed}: {policy.name} allows {denial.action}, but not that.",
        common_causes.DERIVED_ACTION.cause(
            "derived",
            present(f"The text shows that {worked} worked." if worked else None),
            text=f"S3 names only the call. Without {words}, {denial.action} is enough.{caveat}",
        ),
        topic=_TOPIC,
        remedies=(attrs.evolve(remedy, steps=(*remedy.steps, *present(omit))),),
    )


def _explain_blocked_acl(denial: Denial, words: str, allowing: str) -> Explanation:
    """Explain that Block Public Access rejects the public ACL of an upload."""
    known = (
        "the setting BlockPublicAcls rejects it"
        if not allowing
        else f"{allowing} allows the upload with its ACL, so most likely the setting BlockPublicAcls rejects it"
    )
    return denial.explain(
        f"S3 denied {denial.operation or denial.action} because of the public ACL {words}: {known}. An Allow does not help.",
        BLOCK_PUBLIC_ACCESS.cause(
            "possible" if allowing else "derived",
            () if allowing else ("The text shows that it is on.",),
            text="BlockPublicAcls of S3 Block Public Access, of the bucket or the account, rejects an upload with a public ACL, whoever makes it.",
        ),
        topic=_TOPIC,
        remedies=(
            your_remedy(
                f"Upload without {words}",
                "To let anyone read the objects, use CloudFront with origin access control. To share them, allow accounts or roles in the bucket policy.",
                url=pages.S3_PUBLIC_ACCESS,
            ),
            public_access_remedy(
                denial,
                "Or, if anyone may read the data, turn off BlockPublicAcls for this bucket",
                "BlockPublicAcls",
            ),
        ),
    )


def _explain_object_of_other_account(denial: Denial) -> Explanation | None:
    """Explain that the account which wrote an object owns it, or return ``None`` if the text does not show it."""
    text = denial.failure.text
    if denial.operation not in _READS:
        return None
    setting = _OWNERSHIP.search(text)
    value = None if setting is None else setting["value"] or setting["code"]
    owner, own = _OBJECT_OWNER.search(text), _BUCKET_OWNER.search(text)
    differs = owner is not None and own is not None and owner["id"] != own["id"]
    is_same = owner is not None and own is not None and not differs
    said = _WRITTEN_BY_OTHER.search(text)
    if value == "BucketOwnerEnforced" or is_same or not (differs or (value is not None and said is not None)):
        return None
    bucket = bucket_argument(denial)
    because = present(
        "The owner of the object is not the owner of the bucket." if differs else None,
        f"The text shows Object Ownership {value}." if setting else None,
        f"The text says {quote_words(said[0])}." if said else None,
        *(f'The text says "{call}".' for call in dict.fromkeys(_READ_CALL.findall(text))),
    )
    return denial.explain(
        f"S3 denied {denial.operation}{f' on {denial.resource}' if denial.resource else ''} because another account wrote the object and owns it{f' (Object Ownership is {value})' if value else ''}: an Allow in policies of the bucket or of its account does not apply to it.",
        OBJECT_OF_OTHER_ACCOUNT.cause("derived" if differs else "possible", because),
        topic=_TOPIC,
        remedies=(
            owner_remedy(
                "Let the bucket own all of its objects",
                "The command makes the bucket's account the owner of all objects, also of those that are there. The writer need not change anything, unless its uploads set an ACL other than bucket-owner-full-control: S3 then rejects them.",
                "ACLs of the bucket and its objects have no effect any more. If the first command prints a grant to anyone but the owner, allow them in the bucket policy, and reset the ACL first: put-bucket-acl --acl private.",
                "Or let the writer upload with --acl bucket-owner-full-control, which also requires s3:PutObjectAcl in both accounts, and set that ACL on the old objects (put-object-acl). With BucketOwnerPreferred, such new objects belong to the bucket's account.",
                commands=(
                    fill_command("aws s3api get-bucket-acl --bucket {}", bucket),
                    fill_command(
                        "aws s3api put-bucket-ownership-controls --bucket {} --ownership-controls 'Rules=[{{ObjectOwnership=BucketOwnerEnforced}}]'",
                        bucket,
                    ),
                ),
                url=OBJECT_OF_OTHER_ACCOUNT.sources[0],
            ),
        ),
        notes=(
            "No Allow in a policy helps, and no KMS key is involved unless the object is encrypted with one.",
        ),
    )
