"""Explain denials by Amazon S3, which often gives no reason.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words, lower_first, upper_first
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.basics import Cause, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.denials.policy_types.resource_policies import resource_remedy
from iamtriage.explaining._rules.denials.s3 import buckets, origins, public_access, s3_causes, s3_objects
from iamtriage.explaining._rules.denials.s3.deployed_resources import explain_deployed_resource
from iamtriage.explaining._rules.denials.s3.missing_objects import explain_missing_object, explain_unlisted
from iamtriage.explaining._rules.denials.s3.s3_contrasts import explain_contrast, explain_parts
from iamtriage.explaining._rules.denials.s3.s3_identity_policies import explain_wrong_level
from iamtriage.explaining._rules.denials.s3.s3_requests import (
    explain_denied_url,
    explain_requester_pays,
    explain_unsigned_object,
    may_be_unsigned,
)
from iamtriage.explaining._rules.denials.shown_policies import policy_comparisons
from iamtriage.explaining._rules.denials.shown_policies.known_policies import list_own_policies
from iamtriage.explaining._rules.denials.shown_policies.stated_remedies import name_caller
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import DERIVED_ACTION
from iamtriage.explaining._rules.shared.credentials.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.grants import allow_remedies, copied_tags, denial_remedies
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_arn
from iamtriage.explaining._rules.shared.remedies import owner_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.requirements import tasks
from iamtriage.explaining._rules.shared.requirements.required_grants import NEXT_FILES, NEXT_OBJECTS
from iamtriage.explaining._rules.shared.requirements.required_resources import transfer_objects
from iamtriage.explaining._rules.shared.texts.text_signs import find_acl
from iamtriage.explaining._rules.shared.wording import endpoint_step, put_check_first
from iamtriage.policies._documents import allow

_OTHERS = (policy_comparisons.STATED_POLICY_OTHER_ACTION, policy_comparisons.STATED_POLICY_OTHER_RESOURCE)


def explain_denied_side(denial: Denial) -> Explanation | None:
    """Explain that the policies of the caller allow one side of a copy, and not the other one.

    Return ``None`` if the text does not show that.
    """
    source = s3_objects.find_source(denial) if s3_objects.is_copy(denial) else None
    has_policies = bool(denial.facts.policies or denial.context.policies)
    if source is None or denial.action is None or "/" not in (denial.resource or "") or not has_policies:
        return None
    read = f"arn:{denial.location.partition or 'aws'}:s3:::{source}"
    sides = {
        "source": _denial_of_side(denial, "s3:GetObject", read),
        "destination": _denial_of_side(denial, denial.action, denial.resource or ""),
    }
    lacking = {name: cause for name, each in sides.items() if (cause := _find_difference(each)) is not None}
    allowed = [
        name for name, each in sides.items() if policy_comparisons.find_allowing_policy(each) is not None
    ]
    if len(lacking) != 1 or len(allowed) != 1 or allowed == [*lacking]:
        return None
    ((side, cause),) = lacking.items()
    of_side = sides[side]
    action, resource = of_side.action, clip_text(of_side.resource or "")
    remedy = allow_remedies.allow_remedy(
        of_side,
        title=f"Allow {action} on the {side}, {resource}",
        first_step=f"The policy allows the {allowed[0]} already. If another account owns the bucket, its policy must allow the caller, too.",
    )
    return denial.explain(
        f"S3 denied {s3_objects.name_copy(denial)} because of the {side}: {lower_first(cause.text).split('. ')[0].rstrip('.')}.",
        DERIVED_ACTION.cause("derived", text=s3_objects.describe_copy(denial)),
        cause,
        topic=policy_comparisons.STATED_POLICY_OTHER_RESOURCE.code,
        remedies=remedy,
        notes=EVENTUAL_CONSISTENCY,
    )


def _denial_of_side(denial: Denial, action: str, resource: str) -> Denial:
    """Return the denial of one of the two calls that a copy consists of."""
    return attrs.evolve(
        denial, action=action, actions=(action,), resource=resource, resource_arn=try_parse_arn(resource)
    )


def _find_difference(denial: Denial) -> Cause | None:
    """Return why no policy of the caller allows a side, if all of them are known to be about something else."""
    if policy_comparisons.find_allowing_policy(denial) is not None:
        return None
    for policy in list_own_policies(denial):
        compared = policy_comparisons.compare(name_caller(denial, policy), denial.action or "", policy)
        if compared is not None and compared.has_cause(*_OTHERS) and compared.is_certain:
            return compared.cause
    return None


_FAILED_UPLOAD = lazy_pattern(r"(?a)\bupload failed: \S{1,500} to s3://(?P<path>\S{1,1100})")
_ACCESS_POINT_ALIAS = lazy_pattern(r":::[a-z0-9-]{3,63}-s3alias(?:/|\Z)")
_SHOW_CALLER = "aws sts get-caller-identity"
# What the allow remedy says about the KMS key of the bucket.
_KEY_ACTIONS = {"GetObject": "kms:Decrypt", "PutObject": "kms:GenerateDataKey"}
_ASK_OWNER = "If list-buckets omits the bucket, its owner must allow the caller in the bucket policy, too."


def explain_bare_s3(denial: Denial) -> Explanation:
    """Explain a 403 error from S3 without a reason."""
    operation = denial.operation
    if operation is None and "cloudfront" in denial.failure.text.lower():
        return origins.explain_origin(denial)
    rules = (explain_denied_side, s3_objects.explain_acl, explain_contrast, explain_requester_pays)
    others = (explain_unsigned_object, explain_parts, explain_denied_url, buckets.explain_bucket_deny)
    by_policy = (
        buckets.explain_other_principals,
        explain_unlisted,
        explain_wrong_level,
        explain_missing_object,
    )
    last = (public_access.explain_public_change, explain_deployed_resource)
    for rule in () if denial.stands_alone else (*rules, *others, *by_policy, *last):
        if (explanation := rule(denial)) is not None:
            return explanation
    if copied_tags.copies_tags(denial):
        return s3_objects.explain_tags_of_copy(denial)
    on = f" on {denial.resource}" if denial.resource else ""
    blocked = public_access.find_blocked_access(denial)
    has_bucket = denial.lowercase_action not in s3_causes.ACTIONS_WITHOUT_BUCKET
    return denial.explain(
        _summarize(denial, f"{f' to {operation}' if operation else ''}{on}"),
        *s3_causes.list_causes(denial, operation),
        topic="s3-access-denied",
        remedies=lambda: (
            blocked and public_access.public_access_remedy(denial, blocked.title),
            _with_owner(
                denial, _with_options(denial, _with_get(denial, _with_prefix(denial, _allow_remedy(denial))))
            ),
            inspect_remedy(denial, operation) if has_bucket else None,
            _with_prefix(denial, resource_remedy(denial))
            if denial.action is not None and has_bucket
            else None,
            denial_remedies.authorization_details_remedy(denial),
        ),
        notes=EVENTUAL_CONSISTENCY,
    )


def explain_disabled_bucket(denial: Denial) -> Explanation:
    """Explain that a bucket was disabled, which most often is not the caller's."""
    bucket = resource_commands.bucket_argument(denial)
    return denial.explain(
        f"The bucket{'' if bucket == 'BUCKET' else f' {bucket}'} is disabled, by AWS or its owner: most often, it is not yours, and its name is a mistake.",
        s3_causes.BUCKET_OF_OTHER_ACCOUNT.cause(
            text="Names of buckets are unique in the whole partition: a common word is a bucket of somebody else."
        ),
        topic="s3-access-denied",
        remedies=your_remedy(
            "Check the name of the bucket in the call",
            "The command prints your buckets. If this one is among them, look for mails of AWS about the account, or ask AWS Support.",
            commands="aws s3api list-buckets --query 'Buckets[].Name' --output text",
            url=pages.S3_403,
        ),
        notes="No permission is missing: a policy does not change this.",
    )


def _summarize(denial: Denial, to: str) -> str:
    reason = ""
    if (
        (key := s3_causes.named_key(denial))
        and key["account"]
        and denial.account not in {None, key["account"]}
    ):
        reason = f". The KMS key in the text belongs to another account than the caller, {key['account']}"
    if denial.action is None or denial.operation == "HeadObject":
        without = " without a reason"
        if denial.operation == "HeadObject":
            is_head, called = (
                not s3_causes.has_only_status(denial),
                s3_causes.CALL_OF_S3A.search(denial.failure.text),
            )
            without = ": the response to a HEAD request has no body, and so no reason" if is_head else ""
            to = to.replace("HeadObject", f"HeadObject ({called[1]})", 1) if called else to
        return f"S3 answered 403{to}{without}{reason}."
    if (blocked := public_access.find_blocked_access(denial)) is not None and blocked.is_likely:
        reason = f": {blocked.reason}"
    on = f" on {denial.resource}" if denial.resource else ""
    paths = {each["path"] for each in _FAILED_UPLOAD.finditer(denial.failure.text)}
    objects = transfer_objects(denial.resource or "", denial.failure.text)
    if len(paths) > 1 and objects is not None:
        on = f" on {len(paths)} objects below {objects.removesuffix('*')}"
    request = s3_objects.name_copy(denial) if s3_objects.is_copy(denial) and on else f"{denial.action}{on}"
    if s3_objects.is_copy(denial) and not reason:
        reason = ", and does not say which side: the source or the destination"
    elif (allowed := buckets.find_allowed_call(denial)) is not None and not reason:
        reason = (
            f", but allows {allowed.action}: most likely, no policy allows {denial.caller} {denial.action}"
        )
    if not reason and s3_causes.shows_no_answer(denial):
        return f"S3 denied {request}. The text shows only the status: the body of the answer can name the reason."
    return f"S3 denied {request} without a reason{reason}."


def _allow_remedy(denial: Denial) -> Remedy | None:
    """Return the remedy that allows the action, which comes first because it is the most frequent."""
    if not denial_remedies.identity_allow_helps(denial):
        return None
    title = f"Allow {denial.action}, if no policy of the caller does yet"
    step: str | None = (
        "Run the first command where the failing call runs: it prints the caller. Check what its policies allow already."
    )
    show = with_profile(find_profile(denial.case), f"{_SHOW_CALLER} --query Arn --output text")
    program = None if denial.context.runtime else clues.find_program(denial.failure)
    lines: tuple[str, ...] = (show,)
    if program is not None and program != "the program" and denial.operation not in s3_causes.HEAD_OPERATIONS:
        # Whoever reads this may have other credentials.
        lines = (Labelled.required(f"With the credentials that {program} uses:", show),)
    if denial.principal_text is not None:
        title = f"Allow {denial.action} for {denial.caller}, if its policies do not"
        step = f"Check whether the policies of {denial.caller} already allow the action."
        lines = ()
    if _ACCESS_POINT_ALIAS.search(denial.resource or ""):
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html
        step = "The name is an access point alias. In the Resource, write the ARN of the access point (aws s3control list-access-points) instead: policies accept no alias."
    elif s3_objects.is_copy(denial) or (denial.operation == "HeadObject" and denial.principal_text is None):
        step = None  # the step on the tests or the GET says it
    elif buckets.find_allowed_call(denial) is not None:
        title = f"Allow {denial.action} for {denial.caller}, too"
        step = "If another account owns the bucket, its bucket policy must allow it, too."
    elif s3_causes.may_be_of_other_account(denial) and ":accesspoint/" not in (denial.resource or ""):
        step = _ASK_OWNER
        lines = (*lines, buckets.ownership_command(denial))
    remedy = allow_remedies.allow_remedy(denial, title=title, first_step=step)
    key: str | None = None
    if denial.operation in _KEY_ACTIONS and s3_causes.named_key(denial) is None:
        key = f"If the owner's get-bucket-encryption prints a KMS key, also allow {_KEY_ACTIONS[denial.operation]} on it."
    return remedy and attrs.evolve(
        remedy,
        steps=(*remedy.steps[:1], *present(key), *remedy.steps[1:]),
        commands=(*lines, *remedy.commands),
    )


def _with_owner(denial: Denial, remedy: Remedy | None) -> Remedy | None:
    """Return a remedy whose title says what its first command finds out: who owns the bucket."""
    if remedy is None or buckets.ownership_command(denial) not in remedy.commands[:2]:
        return remedy
    title = put_check_first("Find the bucket's owner", f"{remedy.title.partition(', if ')[0]} if needed")
    return attrs.evolve(remedy, title=title)


def _with_options(denial: Denial, remedy: Remedy | None) -> Remedy | None:
    """Return a remedy that also allows what the options of the call require, and to read the source of a copy."""
    if remedy is None or remedy.policy is None or denial.operation not in s3_causes.WRITE_OPERATIONS:
        return remedy
    text, more = s3_causes.text_of_call(denial), s3_causes.option_actions(denial)
    if s3_objects.is_copy(denial):
        remedy = s3_objects.with_source(
            denial, remedy, (f"{denial.action}", *more), is_tested=find_acl(text) is None
        )
    title, steps, lines = remedy.title, remedy.steps, remedy.commands
    if more and not s3_objects.is_copy(denial):
        title = title.replace(f"{denial.action}", join_words((f"{denial.action}", *more), "and"), 1)
    statements = [*(remedy.policy or {})["Statement"]]
    if (key := s3_causes.named_key(denial)) is not None and key["arn"]:
        statements.append(allow(("kms:GenerateDataKey", "kms:Decrypt"), key["arn"], sid="KmsKey"))
        title = title.replace(", if ", " and the use of the KMS key, if ", 1)
    acl = find_acl(text)
    if acl is not None and "s3:PutObjectAcl" in more:
        title = put_check_first(f"Repeat it without {acl.words}", title.partition(", if ")[0])
        steps = (
            f"An upload with an ACL also requires s3:PutObjectAcl{', and Block Public Access rejects a public one with the same error' if acl.is_public else ''}. If the upload works without, the ACL is the cause.",
            *(step for step in steps if not step.startswith(tasks.UPLOAD_WITH_OPTIONS)),
        )
        if acl.is_public:
            lines = (public_access.show_public_access_commands(denial)[0], *lines)
            steps = tuple(each.replace("The first command", "get-caller-identity") for each in steps)
    return denial_remedies.with_statements(
        attrs.evolve(remedy, title=title, steps=steps, commands=lines), statements
    )


# What Amazon Redshift needs beside the action: https://docs.aws.amazon.com/redshift/latest/dg/loading-data-access-permissions.html
_OF_REDSHIFT = {"s3:GetObject": ("COPY reads all", ()), "s3:PutObject": ("UNLOAD writes", ("s3:GetObject",))}


def _with_prefix(denial: Denial, remedy: Remedy | None) -> Remedy | None:
    """Return a remedy for COPY or UNLOAD of Amazon Redshift, which use the path as a prefix, and also list the bucket."""
    done, more = _OF_REDSHIFT.get(denial.action or "", ("", ()))
    is_of_redshift = denial.context.runtime_kind == "redshift" and denial.failure.envelope.operation is None
    if remedy is None or remedy.policy is None or not done or not is_of_redshift:
        return remedy
    first, *others = remedy.policy["Statement"]
    resource = first.get("Resource")
    if not isinstance(resource, str) or "/" not in resource:
        return remedy
    resource = f"{resource.rstrip('*')}*"
    action = [f"{denial.action}", *more] if more else f"{denial.action}"
    listing = allow("s3:ListBucket", resource.partition("/")[0], sid="S3ListBucket")
    if "Principal" in first:
        # In the bucket policy, too.
        listing = {**listing, "Principal": first["Principal"]}
    step = f"{done} objects whose keys begin with the path, and also needs s3:ListBucket on the bucket."
    kept = (each for each in remedy.steps if not each.startswith(NEXT_OBJECTS))
    remedy = attrs.evolve(remedy, steps=(step, *kept))
    return denial_remedies.with_statements(
        remedy, [{**first, "Action": action, "Resource": resource}, *others, listing]
    )


def _with_get(denial: Denial, remedy: Remedy | None) -> Remedy | None:
    """Return a remedy for a HEAD request that first repeats it as a GET, whose response has a body."""
    if remedy is None or denial.operation != "HeadObject":
        return remedy
    name, bucket = (denial.resource or "").partition("/")[2], resource_commands.bucket_argument(denial)
    name = "" if "*" in name or commands.arn(denial.resource) != denial.resource else name
    command = denial.context.command
    version = None if command is None else command.option("version-id")
    of_version = "" if version is None else fill_command(" --version-id {}", version.value)
    template = "aws s3api get-object --bucket {} --key {}"
    line = f"{fill_command(template, bucket, name or 'OBJECT_KEY')}{of_version} --range bytes=0-0 /dev/null"
    line = with_profile(find_profile(denial.case), line)
    step = "repeat the call as a GET, which can name the reason."
    if denial.principal_text is None:
        step = f"print the caller, and {step}"
    is_of_s3a = s3_causes.CALL_OF_S3A.search(denial.failure.text) is not None
    if denial.principal_text is not None and is_of_s3a:
        step = f"as {denial.caller}, {step}"
    elif is_of_s3a:
        instance, setting = denial.context.instance, "fs.s3a.aws.credentials.provider"
        who = f"With the credentials of S3A ({setting}, or the role of the container or instance), "
        if instance is not None:
            who = f"The caller is the cluster ({setting}, or the role of {instance.value}), not you. There, "
        step = f"{who}{step}"
    if tasks.STATE_SIGNS.search(denial.failure.text) is not None:
        step = f"With the profile or role of the backend, {step}"
    title = put_check_first("Repeat it as a GET", f"Have {denial.action} allowed if needed")
    first = int(remedy.commands[0].startswith(_SHOW_CALLER))
    listed, more = buckets.list_key(denial, "" if is_of_s3a else name)
    step = f"{step[:-1]}{more}"
    lines = (*remedy.commands[:first], line, *listed, *remedy.commands[first:])
    # Only the caller can repeat its call.
    lines = tuple(map(_leave_to_administrator, lines))
    of_objects = [each for each in remedy.steps if is_of_s3a and each.startswith(NEXT_OBJECTS)]
    others = (each for each in remedy.steps if each not in of_objects)
    of_job = (each.replace(NEXT_OBJECTS, NEXT_FILES, 1) for each in of_objects)
    steps = (upper_first(step), *of_job, *others)
    remedy = attrs.evolve(remedy, title=title, who="you", steps=steps, commands=lines)
    if is_of_s3a and remedy.policy is not None and name:
        listing = allow("s3:ListBucket", (denial.resource or "").partition("/")[0], sid="S3ListBucket")
        return denial_remedies.with_statements(remedy, [*remedy.policy["Statement"], listing])
    return remedy


def _leave_to_administrator(line: str) -> str:
    if not line.startswith("aws iam put-"):
        return line
    filled = ", with ROLE_NAME filled in" if "ROLE_NAME" in line else ""
    return Labelled.required(f"Then, as an administrator{filled}:", line)


def inspect_remedy(denial: Denial, operation: str | None) -> Remedy:
    """Return the remedy that checks the bucket and, unless another remedy does, who owns it."""
    get = "Make the same call with GET instead of HEAD: its response has a body, which can name the policy."
    bucket = resource_commands.bucket_argument(denial)
    checks, is_first = ["the bucket policy"], not denial_remedies.identity_allow_helps(denial)
    has_data = not re.search("Bucket|Delete", f"{operation} {denial.action}")
    if has_data:
        # Block Public Access rejects only what makes data public, by an ACL or a policy.
        is_public = (operation or "").endswith(("Acl", "Policy")) or "acl" in denial.failure.text.lower()
        checks += ["Block Public Access"] * is_public
        is_of_object = operation is not None or "/" in (denial.resource or "")
        checks += ["the object's owner"] * (is_of_object and operation not in s3_causes.WRITE_OPERATIONS)
        checks += ["the KMS key"] * (is_first or operation not in _KEY_ACTIONS)
    unsigned = "Check whether the request was signed: browsers and curl send no signature. Use the AWS CLI, an SDK or a presigned URL."
    return (your_remedy if is_first else owner_remedy)(
        f"Check {join_words(checks, 'and')}{'' if is_first or bucket == 'BUCKET' else f' (aws s3api get-bucket-policy --bucket {bucket})'}",
        endpoint_step(denial.failure),
        unsigned if is_first and may_be_unsigned(denial) else None,
        "Check which identity the program uses, and whether its account owns the bucket: then list-buckets (s3:ListAllMyBuckets) lists it. If not, the bucket policy must allow the identity, too."
        if is_first
        else None,
        get if operation in s3_causes.HEAD_OPERATIONS else None,
        commands=(
            *((_SHOW_CALLER, buckets.ownership_command(denial)) if is_first else ()),
            buckets.bucket_policy_commands(denial)[0],
            fill_command("aws s3api get-bucket-encryption --bucket {}", bucket) if has_data else None,
        ),
        url=pages.S3_403,
    )
