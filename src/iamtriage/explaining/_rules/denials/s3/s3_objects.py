"""Explain denials of S3 objects that are due to ACLs, and what a copy of an object requires.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words, lower_first, quote_words
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.copy_calls import find_copy
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.denials.policy_types.resource_policies import resource_remedy
from iamtriage.explaining._rules.denials.s3 import public_access
from iamtriage.explaining._rules.denials.shown_policies.known_policies import with_allowed_role
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import find_allowing_policy
from iamtriage.explaining._rules.shared import common_causes, pages
from iamtriage.explaining._rules.shared.commands import fill_command, put_policy, repeat_command
from iamtriage.explaining._rules.shared.credentials.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.grants.allow_remedies import (
    allow_remedy,
)
from iamtriage.explaining._rules.shared.grants.copied_tags import describe_tags_of_copy
from iamtriage.explaining._rules.shared.grants.denial_remedies import policy_holder, with_statements
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.remedies import identity_remedy, owner_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.requirements.required_resources import transfer_objects
from iamtriage.explaining._rules.shared.requirements.tasks import find_tagging, upload_option_actions
from iamtriage.explaining._rules.shared.texts.text_signs import find_acl, without_other_commands
from iamtriage.explaining._rules.shared.wording import capitalize_start, put_check_first
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import as_strings

# These explanations have compared the policies in the text.
_TOPIC = "s3-acl"
_READS = frozenset(
    {"GetObject", "HeadObject", "GetObjectAcl", "PutObjectAcl", "CopyObject", "GetObjectTagging"}
)
_READ_CALL = lazy_pattern(rf"\bcalling the (?:{'|'.join(sorted(_READS))}) operation\b")
_OWNERSHIP = lazy_pattern(
    r"\bObjectOwnership\b[\"']?\s?[=:]\s?[\"']?(?P<value>ObjectWriter|BucketOwnerPreferred|BucketOwnerEnforced)|\bobject_ownership\s?=\s?\"(?P<code>\w{8,24})\""
    r"|\bget-bucket-ownership-controls\b[^$]{0,600}?\b(?P<shown>ObjectWriter|BucketOwnerPreferred|BucketOwnerEnforced)\b"
)
# Canonical IDs of accounts, in the owners of objects and in the answer of list-buckets: AWS's examples have other
# letters, and texts have the first digits only.
_ID = r"(?:[0-9a-z]{60,66}\b|[0-9a-f]{4,20}(?:…|\.\.\.))"
_OBJECT_OWNER = lazy_pattern(
    rf"\b(?:list-objects(?:-v2)?|get-object-acl|list-object-versions|get-object-attributes)\b(?P<shown>[^$]{{0,4000}}?\b(?P<id>{_ID})[^$]{{0,4000}})"
)
_OWNER_ID = lazy_pattern(rf"\b(?P<id>{_ID})")
_BUCKET_OWNER = lazy_pattern(rf"\b(?:list-buckets|get-bucket-acl)\b[^$]{{0,4000}}?\b(?P<id>{_ID})")
# What people say of an upload by hand.
_UPLOAD = lazy_pattern(r"\baws s3(?:api)? (?:cp|mv|sync|put-object)\b")
_WRITTEN_BY_OTHER = lazy_pattern(
    r"(?i)\b(?:partner|vendor|supplier|customer|third party|(?:an)?other account|different account)\b[^.\n]{0,80}?\b(?:writes?|wrote|uploads?|uploaded|delivers?|delivered|puts?|sends?|copies|copied)\b"
    r"|\b(?:written|uploaded|delivered|put|copied)\b[^.\n]{0,40}?\b(?:by|from) (?:a |an |the |our )?(?:partner|vendor|supplier|customer|third party|(?:an)?other account|different account|account \d{12})\b"
)
_NOT_ENFORCED = lazy_pattern(
    r"(?i:\bbucket[- ]?owner[- ]?enforced is (?:off|disabled|not set)\b|\bnot bucket[- ]?owner[- ]?enforced\b|\bACLs (?:are )?(?:still )?(?:enabled|on)\b)"
)
# Words that say that other objects can be read.
_SOME = lazy_pattern(r"(?i:\b(?:only|just|some) (?:the |those |of the |old(?:er)? ){0,2}(?:objects|files)\b)")
OBJECT_OF_OTHER_ACCOUNT = CauseType(
    "object-of-other-account",
    title="Another account wrote the object and owns it",
    text="With Object Ownership ObjectWriter or BucketOwnerPreferred, who writes an object owns it. Its ACL decides who reads it, and even an administrator of the bucket's account is denied. Listing works, because that is a call on the bucket.",
    recognised_by="The text shows that the object's owner is not the bucket's, or Object Ownership ObjectWriter and another account that writes.",
    fix="Set Object Ownership of the bucket to BucketOwnerEnforced.",
    of="derived-action",
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",),
)


# Commands that upload, by their words in the AWS CLI.
_UPLOADS = frozenset(
    (service, verb) for service in ("s3", "s3api") for verb in ("cp", "mv", "sync", "put-object")
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
    policy, acl = find_allowing_policy(denial), find_acl(text)
    blocked = public_access.blocks_public_acls(text)
    runs = (each.command for each in find_runs(denial.failure) if each.has_succeeded)
    uploads = (each.text for each in runs if each.words[:2] in _UPLOADS)
    worked = next((each for each in uploads if not upload_option_actions(each)), None)
    if acl is not None and acl.is_public and blocked:
        return _explain_blocked_acl(denial, acl.words, "", worked)
    told = None if worked else find_working(text, _UPLOAD)
    told = None if told is None or upload_option_actions(told) else told
    if policy is None and (told is None or (acl is not None and acl.is_public)):
        return None
    allowed = policy.allows if policy else []
    missing = [each for each in options if not any(names_action(row, each) for row in allowed)]
    if policy and not missing:
        is_public = acl is not None and acl.is_public and blocked is None
        return _explain_blocked_acl(denial, acl.words, policy.name, worked) if acl and is_public else None
    acl = acl if "s3:PutObjectAcl" in missing else None
    tagging = find_tagging(text) if missing == ["s3:PutObjectTagging"] else None
    words = acl.words if acl else tagging or "the option"
    objects = transfer_objects(denial.resource or "", text) or denial.resource or "*"
    bucket = objects.partition("/")[0]
    objects = objects if "/" in objects else f"{bucket}/*"
    if tagging:
        # What gets tags is all that the program writes.
        listed_objects = (
            each
            for statement in allowed
            if names_action(statement, denial.action or "") and names_resource(statement, denial.resource)
            for each in as_strings(statement.get("Resource"))
        )
        objects = next((each for each in listed_objects if each.startswith(f"{bucket}/")), objects)
    listed = join_words(missing, "and")
    statements = (allow(tuple(missing) if len(missing) > 1 else missing[0], objects),)
    holder = policy_holder(denial) or (policy.owner if policy else None)
    add = f"Add the statement to {policy.name if policy else 'a policy of the caller'}, and keep the others there."
    if holder is not None:
        add = f"Attach the policy to the {holder[0]} {holder[1]}."
    remedy = identity_remedy(
        f"Allow {listed}, too",
        add,
        statements=statements,
        commands=None if holder is None else put_policy(holder[1], inline_policy_name(statements), holder[0]),
        url=pages.MANAGE_POLICIES,
    )
    place = " from spec.config of the BackupStorageLocation" if _VELERO.search(text) else ""
    omit = f"Or upload without tags: remove {tagging}{place}." if tagging else None
    is_rejected = acl is not None and acl.is_public and blocked is None
    if acl is not None and not is_rejected:
        omit = f"Or upload without an ACL: {_omit_acl(text, words)}. To let anyone read the objects, use a bucket policy or CloudFront with origin access control."
    caveat = ""
    if acl is not None and acl.is_public and blocked is None:
        caveat = " Block Public Access rejects a public ACL even then."
    return denial.explain(
        f"S3 denied {denial.operation or denial.action} because of {words}, which also requires {listed}: {f'{policy.name} allows only {denial.action}' if policy else 'an upload without it works'}.",
        common_causes.DERIVED_ACTION.cause(
            "derived",
            (
                f"The text shows that {worked} worked." if worked else None,
                f"The text says {quote_words(told)}: the bucket, the credentials and {denial.action} are not the cause."
                if told
                else None,
            ),
            text=f"S3 names only the call. Without {'tags' if tagging else words}, {denial.action} is enough.{caveat}",
        ),
        topic=_TOPIC,
        remedies=without_public_acl(denial, text, words, remedy)
        if is_rejected
        else attrs.evolve(remedy, steps=(*remedy.steps, *present(omit))),
    )


def without_public_acl(denial: Denial, text: str, words: str, allow_it: Remedy) -> tuple[Remedy, Remedy]:
    """Return how to upload without a public ACL, and what a public one needs: Block Public Access rejects it by default."""
    omit = your_remedy(
        f"Upload without the public ACL: {_omit_acl(text, words)}",
        "To let anyone read the objects, use CloudFront with origin access control, or a bucket policy.",
        commands=repeat_command(denial.context.command, "s3", changes={"acl": ""}) or (),
        url=pages.S3_PUBLIC_ACCESS,
    )
    needs = f"The owner of the bucket must turn off BlockPublicAcls, too ({fill_command('aws s3api get-public-access-block --bucket {}', resource_commands.bucket_argument(denial))}), and allow ACLs."
    title = allow_it.title.removesuffix(", too")
    return omit, attrs.evolve(
        allow_it, title=f"Or {lower_first(title)}, if the ACL must be public", steps=(*allow_it.steps, needs)
    )


_VELERO = lazy_pattern(r"(?i)\bvelero\b|\bBackupStorageLocation\b")


def _omit_acl(text: str, words: str) -> str:
    """Return how a program uploads without a public ACL, as a clause."""
    if "AWS_DEFAULT_ACL" in text:
        return "set AWS_DEFAULT_ACL = None"
    if "s3deploy" in text or "serverless-s3-deploy" in text:
        # https://www.npmjs.com/package/serverless-s3-deploy
        return "set acl: private for each target, or update serverless-s3-deploy (before version 0.9.0, public-read is its default)"
    return f"remove {words}"


def _plugin_setting(denial: Denial) -> str | None:
    """Return the setting of serverless-s3-deploy for uploads without a public ACL."""
    if "s3deploy" not in denial.failure.text:
        return None
    bucket = resource_commands.bucket_argument(denial)
    return f"custom:\n  assets:\n    targets:\n      - bucket: {bucket}\n        acl: private\n"


def _explain_blocked_acl(denial: Denial, words: str, allowing: str, worked: str | None) -> Explanation:
    """Explain that Block Public Access rejects the public ACL of an upload."""
    known = (
        f"{allowing} allows the upload with its ACL, so most likely the setting BlockPublicAcls rejects it"
    )
    if not allowing:
        known = "the setting BlockPublicAcls rejects it"
    return denial.explain(
        f"S3 denied {denial.operation or denial.action} because of its public ACL ({words}): {known}. {'No permission is missing' if worked and not allowing else 'An Allow does not help'}.",
        public_access.BLOCK_PUBLIC_ACCESS.cause(
            "possible" if allowing else "derived",
            (f"{worked} worked without an ACL, so the caller may upload." if worked else None,),
            text=f"BlockPublicAcls of S3 Block Public Access{', of the bucket or the account,' if allowing else ', which the text shows to be on,'} rejects an upload with a public ACL, whoever makes it.",
        ),
        topic=_TOPIC,
        remedies=(
            your_remedy(
                f"Upload without a public ACL: {_omit_acl(denial.failure.text, words)}",
                "To let anyone read the objects, use CloudFront with origin access control. To share them, allow accounts or roles in the bucket policy.",
                manifest=_plugin_setting(denial),
                manifest_language="yaml",
                url=pages.S3_PUBLIC_ACCESS,
            ),
            public_access.public_access_remedy(
                denial,
                "Or, if anyone may read the data, turn off BlockPublicAcls and IgnorePublicAcls for this bucket",
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
    value = None if setting is None else setting["value"] or setting["code"] or setting["shown"]
    owner, own = _find_owner(denial), _BUCKET_OWNER.search(text)
    differs = owner is not None and own is not None and owner != own["id"]
    is_same = owner is not None and own is not None and not differs
    said = _WRITTEN_BY_OTHER.search(text)
    allows = value or _NOT_ENFORCED.search(text) or _SOME.search(text)
    if value == "BucketOwnerEnforced" or is_same or not (differs or (said and allows)):
        return None
    bucket = resource_commands.bucket_argument(denial)
    because = present(
        "The owner of the object is not the owner of the bucket." if differs else None,
        f"The text shows Object Ownership {value}." if setting else None,
        f"The text says {quote_words(said[0])}." if said else None,
        *(f'The text says "{call}".' for call in dict.fromkeys(_READ_CALL.findall(text))),
    )
    return denial.explain(
        f"S3 denied {denial.operation}{f' on {denial.resource}' if denial.resource else ''}{'' if differs or value else ', most likely'} because another account wrote the object and owns it{f' (Object Ownership is {value})' if value else ''}: an Allow in policies of the bucket or of its account does not apply to it.",
        OBJECT_OF_OTHER_ACCOUNT.cause("derived" if differs else "possible", because),
        topic=_TOPIC,
        remedies=owner_remedy(
            "Let the bucket own all of its objects",
            "The command makes the bucket's account the owner of all objects, also of existing ones. The writer need not change anything, unless its uploads set an ACL other than bucket-owner-full-control: S3 then rejects them.",
            "ACLs of the bucket and its objects have no effect any more. If get-bucket-acl prints a grant to anyone but the owner, allow them in the bucket policy, and before, reset the ACL: put-bucket-acl --acl private.",
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
        notes="No Allow in a policy helps, and no KMS key is involved unless the object is encrypted with one.",
    )


def _find_owner(denial: Denial) -> str | None:
    """Return the canonical ID of the account that owns the object: in a listing, the one next to the object's key."""
    found = _OBJECT_OWNER.search(denial.failure.text)
    if found is None:
        return None
    shown, name = found["shown"], (denial.resource or "").partition("/")[2]
    # A listing has a row for each object, and JSON the owner after the key.
    at = re.search(rf"(?<![\w/.-]){re.escape(name)}(?=[\s\"'])", shown) if name else None
    beside = None if at is None else _OWNER_ID.search(shown, at.end())
    return beside["id"] if beside is not None else found["id"]


_OPERATIONS = frozenset({"CopyObject", "UploadPartCopy"})
_SOURCE = lazy_pattern(
    r"(?a)(?:s3://(?=\S{1,600} (?:to )?s3://)|(?:--copy-source[ =]|\b(?:CopySource|x-amz-copy-source)[\"']?\s?(?:=>|[=:])\s?)[\"']?/?)"
    r"(?P<source>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[\w./=+-]{1,500})"
)
_MOVED = lazy_pattern(r"(?a)\baws\b[^\n]{0,80}? s3 mv\b[^\n]{0,600}? s3://[^\n]{1,600}? s3://")
_TEST_SIDES = (
    "As the failing caller, run get-object (source) and aws s3 cp (destination). Then delete the test object.",
    "The bucket policy can be what denies the side that fails, and must allow it if another account owns the bucket.",
)


def is_copy(denial: Denial) -> bool:
    """Return whether the denied call copies an object, for which S3 checks two buckets."""
    return denial.operation in _OPERATIONS


def find_source(denial: Denial) -> str | None:
    """Return the bucket and key of what a copy reads, if the text names it."""
    text = without_other_commands(denial.failure, denial.facts)
    found, copied = _SOURCE.search(text), find_copy(text)
    return found["source"] if found else copied.source if copied else None


def name_copy(denial: Denial) -> str:
    """Return the copy as the object of a sentence, such as "S3 denied …"."""
    source = find_source(denial)
    resource = denial.resource or "its destination"
    if source is None:
        return f"the copy to {resource}"
    return f"the copy of s3://{source} to {resource.replace('arn:aws:s3:::', 's3://', 1)}"


def describe_copy(denial: Denial) -> str:
    """Return which actions a copy requires on its source and its destination."""
    unnamed = "" if find_source(denial) else ", which the text does not name,"
    tags = ""
    if denial.operation == "CopyObject":
        tags = ", and tags s3:GetObjectTagging and s3:PutObjectTagging"
    return f"There is no action s3:{denial.operation}: the call requires s3:GetObject on the source{unnamed} and {denial.action} on the destination. KMS keys also require kms:Decrypt (source) and kms:GenerateDataKey (destination){tags}."


def with_source(denial: Denial, remedy: Remedy, written: tuple[str, ...], *, is_tested: bool) -> Remedy:
    """Return the remedy that allows a copy, with the Allow for its source.

    Args:
        denial: The denial.
        remedy: The remedy that allows to write the copy, whose first command may print the caller.
        written: The actions on the copy.
        is_tested: Whether commands test both sides first.
    """
    is_moved = _MOVED.search(without_other_commands(denial.failure, denial.facts)) is not None
    actions = ("s3:GetObject", "s3:DeleteObject") if is_moved else "s3:GetObject"
    source = find_source(denial) or "SOURCE_BUCKET_NAME/SOURCE_KEY"
    reads = join_words(actions, "and") if isinstance(actions, tuple) else actions
    title = f"Allow {reads} on the source and {join_words(written, 'and')} for the copy, if needed"
    statement = allow(actions, f"arn:{denial.location.partition or 'aws'}:s3:::{source}", sid="S3GetObject")
    remedy = with_statements(
        attrs.evolve(remedy, title=title), [*(remedy.policy or {})["Statement"], statement]
    )
    if not is_tested:
        return remedy
    bucket, _, key = source.partition("/")
    name = (denial.resource or "").partition("/")[2] or "OBJECT_KEY"
    tests = (
        fill_command("aws s3api get-object --bucket {} --key {} --range bytes=0-0 /dev/null", bucket, key),
        fill_command(
            "echo test | aws s3 cp - {}", f"s3://{resource_commands.bucket_argument(denial)}/{name}.test"
        ),
    )
    lines = tuple(with_profile(find_profile(denial.case), each) for each in tests)
    at = sum(each.startswith("aws sts") for each in remedy.commands[:1])
    filled = ", with ROLE_NAME filled in" if "ROLE_NAME" in str(remedy.commands) else ""
    then = f"Then, if a side fails{filled} (if both work, KMS keys or tags remain):"
    changes = [Labelled.required(then, each) for each in remedy.commands[at : at + 1]]
    return attrs.evolve(
        remedy,
        title=put_check_first("Test both sides", title.removesuffix(", if needed")),
        steps=(*_TEST_SIDES, *remedy.steps),
        commands=(*remedy.commands[:at], *lines, *changes, *remedy.commands[at + 1 :]),
    )


def explain_tags_of_copy(denial: Denial) -> Explanation:
    """Explain that the AWS CLI may not read or set the tags of an object, which it copies in parts."""
    denial, by_owner = with_allowed_role(denial)
    is_write = denial.lowercase_action == "s3:putobjecttagging"
    verb, other = ("set", "s3:PutObject") if is_write else ("read", "s3:GetObject")
    on = f" on {denial.resource}" if denial.resource else ""
    step = "If another account owns the bucket, its policy must allow the caller, too."
    if by_owner is not None:
        step = f"The bucket policy in the text allows {denial.caller} {by_owner}: if another account owns the bucket, its owner must add {denial.action} there, too."
    return denial.explain(
        f"{capitalize_start(denial.caller)} is not allowed to {verb} the tags of an object: {denial.action}{on}, which {other} does not include.",
        common_causes.DERIVED_ACTION.cause("derived", text=describe_tags_of_copy(denial)),
        topic="s3-access-denied",
        remedies=(allow_remedy(denial, first_step=step), resource_remedy(denial) if by_owner else None),
        notes=EVENTUAL_CONSISTENCY,
    )
