"""Explain denied queries of Athena, which reads and writes S3 with the permissions of the caller.

Sources: https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html and
https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.regions import find_bucket_region
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Explanation
from iamtriage.explaining._rules.denials.policy_causes import DENIES
from iamtriage.explaining._rules.denials.s3.buckets import KMS_KEY
from iamtriage.explaining._rules.denials.s3.s3_causes import BUCKET_OF_OTHER_ACCOUNT
from iamtriage.explaining._rules.denials.s3.s3_denials import inspect_remedy
from iamtriage.explaining._rules.denials.shown_policies import known_policies, policy_comparisons
from iamtriage.explaining._rules.denials.shown_policies.principal_comparisons import names_caller
from iamtriage.explaining._rules.denials.shown_policies.stated_remedies import first_remedy, name_caller
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.grants.denial_remedies import policy_holder
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.remedies import account_remedy, identity_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.requirements.required_resources import required_resources
from iamtriage.explaining._rules.shared.texts.text_signs import NO_KMS_KEY, find_closest
from iamtriage.policies._documents import allow
from iamtriage.policies._grants import Grant
from iamtriage.policies._readers.elements import as_strings

_LOCATION = lazy_pattern(
    r"(?a)(?:s3[an]?://)?(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<key>[\w./=+-]{0,500}))?"
)
_QUERY_PATH = lazy_pattern(
    r"(?a)s3a?://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>[\w./=+-]{0,500})"
)
_WRITES = ("s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
_COPIES = " Copies of objects (aws s3 cp) work without it."
# The actions on parts of uploads matter only for large results.
_DECISIVE = frozenset({"s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject", "s3:PutObject"})
_PAGE = "https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html"
_EXISTS = "s3:CreateBucket is not needed: the bucket exists."
_LAKE_FORMATION = "If Lake Formation manages the location, it must grant the access instead."
_NO_CREATE = "s3:CreateBucket is needed only if the bucket does not exist."


def explain_query(denial: Denial) -> Explanation:
    """Explain that a query is not allowed to read its data or to write its result."""
    found, is_result = _find_location(denial)
    bucket, path = commands.bucket(found["bucket"] if found else None), (found["key"] or "") if found else ""
    region, called = find_bucket_region(denial.failure.text, bucket), denial.facts.region
    arn = f"arn:{denial.location.partition or 'aws'}:s3:::{bucket}"
    if found and _QUICK_SIGHT.search(denial.failure.text) is not None:
        is_written = is_result or _OUTPUT.search(denial.failure.text) is not None
        return _explain_quick_sight(denial, bucket, path, is_written=is_written)
    summary = f"Athena was denied access to {f'{arn}/{path}' if found else 'its data'}"
    title, call = "Allow the caller to read the data", "read the data or write the result"
    objects: tuple[str, ...] = ("s3:GetObject",)
    step = f"For the location of query results, it also needs {', '.join(_WRITES)}."
    if is_result:
        summary = f"Athena cannot write query results to {f'the bucket {bucket}' if found else 'S3'}"
        title = "Allow the caller to store results in the bucket"
        call = "find the bucket (s3:GetBucketLocation) and write objects"
        step = "If get-bucket-location answers NoSuchBucket, correct the location of the results (s3_staging_dir, OutputLocation, or that of the workgroup)."
        objects = (*objects, *_WRITES)
    reason = "it reads and writes S3 with the permissions of the caller"
    if is_elsewhere := region is not None and called not in {None, region}:
        reason = f"the query runs in {called}, but the bucket is in {region}, where the results of other Regions cannot be"
        step = (
            f"Use a bucket in {called} for the results instead, or the Region {region} for the query. {step}"
        )
    uploads = ("s3:ListBucketMultipartUploads",) if is_result else ()
    needed: dict[str, tuple[str, ...]] = {
        arn: ("s3:ListBucket", "s3:GetBucketLocation", *uploads),
        f"{arn}/{path.rpartition('/')[0]}/*".replace("//*", "/*"): objects,
    }
    if found and (denying := _find_denied(denial, needed)) is not None:
        return _explain_deny(name_caller(denial, denying.policy), denying, summary)
    policy, missing = _find_missing(denial, needed) if found else (None, {})
    if policy is not None:
        denial = name_caller(denial, policy)
    cause = NO_IDENTITY_ALLOW.cause(text=f"No identity-based policy of {denial.caller} allows it to {call}.")
    possible = [
        BUCKET_OF_OTHER_ACCOUNT.cause(
            text=f"The bucket {'' if region else 'does not exist, or '}belongs to another account that does not allow the caller."
        ),
        DENIES["resource"].cause(
            text="The bucket policy, an SCP, an RCP or a VPC endpoint policy blocks it."
        ),
        KMS_KEY.cause(
            text="The caller is not allowed to use the KMS key (kms:Decrypt to read, kms:GenerateDataKey to write)."
        ),
    ]
    if policy is not None and any(map(_DECISIVE.intersection, missing.values())):
        # This explains the message without a missing bucket or a key, and an action that has no effect, alone.
        misplaced = _describe_objects_only(policy, arn, missing.get(arn, ()))
        possible = [] if misplaced else possible[1:2]
        lacked = tuple(dict.fromkeys(each for actions in missing.values() for each in actions))
        decisive = tuple(filter(_DECISIVE.__contains__, lacked))
        others = tuple(each for each in lacked if each not in decisive)
        by_resource = [
            f"{join_words(named, 'and')} on {each}"
            for each, actions in missing.items()
            if (named := tuple(filter(_DECISIVE.__contains__, actions)))
        ]
        needed, title = missing, f"Add {join_words(decisive, 'and')} to the policy"
        name = policy.name
        if policy.owner is not None:
            name, title = f"the policy of {denial.caller} in the text", f"{title} of {denial.caller}"
        reason = f"{name} {misplaced or 'lacks ' + join_words(decisive, 'and')}"
        more = f" Large results also need {join_words(others, 'and')}." if others else ""
        text = f"Athena checks and uses the bucket with the permissions of {denial.caller}, and {policy.name} does not allow {'; '.join(by_resource)}.{_COPIES if decisive == ('s3:GetBucketLocation',) else ''}{more}"
        cause = policy_comparisons.STATED_POLICY_OTHER_ACTION.cause("derived", text=text)
        confirms = "get-bucket-location needs s3:GetBucketLocation, too: if it answers AccessDenied, that confirms it."
        step = confirms if "s3:GetBucketLocation" in decisive else ""
    elif policy is not None and not is_elsewhere:
        return _explain_allowed(denial, f"{summary}: {policy.name} allows it", bucket, possible, step)
    statements = tuple(allow(actions, each) for each, actions in needed.items())
    attach, *commands_of_caller = _attach_policy(denial, policy, statements)
    allow_it = identity_remedy(
        title,
        step or None,
        (_NO_CREATE if region is None else _EXISTS) if is_result else None,
        attach,
        statements=statements,
        commands=(
            None if region else f"aws s3api get-bucket-location --bucket {bucket}",
            *commands_of_caller,
        ),
        url=_PAGE,
    )
    return denial.explain(
        f"{summary}: {reason}.",
        cause,
        *possible,
        topic="s3-access-denied",
        remedies=(allow_it, inspect_remedy(denial, denial.operation)) if possible else allow_it,
        notes=_LAKE_FORMATION if possible else None,
    )


def _describe_objects_only(policy: known_policies.KnownPolicy, bucket: str, actions: Sequence[str]) -> str:
    """Return that a policy has actions on a bucket for its objects only, as the end of a sentence, or an empty string."""
    objects = [
        (action, resource)
        for action in actions
        for each in policy.allows
        if names_action(each, action)
        for resource in as_strings(each.get("Resource"))
        if resource.startswith(f"{bucket}/")
    ]
    if not objects:
        return ""
    named = join_words(tuple(dict(objects)), "and")
    return (
        f"has {named} only on {objects[0][1]}, the objects, where actions on the bucket itself have no effect"
    )


def explain_partitions(denial: Denial) -> Explanation:
    """Explain that a query is not allowed to add the partitions that it writes to the Data Catalog."""
    action = "glue:BatchCreatePartition"
    region, account = commands.region(denial.facts.region), commands.account(denial.account)
    arn = f"arn:{denial.location.partition or 'aws'}:glue:{region}:{account}:table/DATABASE_NAME/TABLE_NAME"
    resources, _ = required_resources(action, arn, denial.failure.text) or ((arn,), None)
    return denial.explain(
        f"Athena cannot add partitions to the AWS Glue Data Catalog, which it does with the permissions of {denial.caller}: most likely, no policy allows {action}.",
        NO_IDENTITY_ALLOW.cause(text=f"No identity-based policy of {denial.caller} allows {action}."),
        topic="access-denied",
        remedies=present(allow_remedy(denial, grant=Grant(action, resources))),
        notes="The query can have left data at the location in the text: delete it before you repeat the query.",
    )


# QuickSight writes the code of a source before the error of the driver.
_QUICK_SIGHT = lazy_pattern(r"(?i:\bquick ?sight\b|\bsourceErrorCode\b)")
_OUTPUT = lazy_pattern(r"\bwriting output to\b|\boutput (?:bucket|location)\b")
_QUICK_SIGHT_PAGE = (
    "https://docs.aws.amazon.com/quicksight/latest/user/troubleshoot-athena-insufficient-permissions.html"
)
QUICK_SIGHT_ROLE = CauseType(
    "quicksight-role",
    title="QuickSight reads and writes S3 with its own role",
    text="QuickSight runs the query with its service role (aws-quicksight-s3-consumers-role-v0 or aws-quicksight-service-role-v0), or the role of the data source, and the role may use only the buckets that are selected in QuickSight. Policies of users and groups do not count.",
    recognised_by="Athena was denied access to S3, and the text names QuickSight.",
    fix="Select the bucket in the settings of QuickSight, with write permission for the results of queries.",
    of="derived-action",
    sources=(_QUICK_SIGHT_PAGE,),
)


def _explain_quick_sight(denial: Denial, bucket: str, path: str, *, is_written: bool) -> Explanation:
    """Explain that the role of QuickSight may not use a bucket, whatever the user may do."""
    arn = f"arn:{denial.location.partition or 'aws'}:s3:::{bucket}"
    folder = f"{arn}/{path.partition('/')[0]}/*" if "/" in path else f"{arn}/*"
    actions = ("s3:GetObject", *_WRITES) if is_written else ("s3:GetObject",)
    write = ' and, in the same row, "Write permission for Athena Workgroup"' if is_written else ""
    works = "In the Athena console, queries run with the permissions of the person, so the same query works there."
    use = "write the results of the query to" if is_written else "read"
    return denial.explain(
        f"QuickSight's role cannot {use} the bucket {bucket}: QuickSight does not use the permissions of the person who opens or refreshes the analysis.",
        QUICK_SIGHT_ROLE.cause("derived", works),
        topic="s3-access-denied",
        remedies=(
            account_remedy(
                "Select the bucket in QuickSight",
                f"As an administrator of QuickSight: Manage QuickSight > Security & permissions > QuickSight access to AWS services > Manage > Amazon S3 > Select S3 buckets. Tick {bucket}{write}, then Finish and Save, and refresh the data set.",
                "A bucket with a KMS key also needs the role in the key policy."
                if NO_KMS_KEY.search(denial.failure.text) is None
                else None,
                url=_QUICK_SIGHT_PAGE,
            ),
            identity_remedy(
                "Or, if you manage the role yourself, allow it in the role's policy",
                "Attach the policy to the role that QuickSight or the data source uses. Then refresh the data set.",
                statements=(
                    allow(
                        (
                            "s3:ListBucket",
                            "s3:GetBucketLocation",
                            *(("s3:ListBucketMultipartUploads",) if is_written else ()),
                        ),
                        arn,
                    ),
                    allow(actions if len(actions) > 1 else actions[0], folder),
                ),
                url=_PAGE,
            ),
        ),
        notes="Policies that were added to users or groups for this do not help: remove them.",
    )


def _attach_policy(
    denial: Denial, policy: known_policies.KnownPolicy | None, statements: tuple[dict[str, Any], ...]
) -> tuple[str, ...]:
    """Return how to attach a policy to the caller, as a step, with the commands."""
    holder = policy_holder(denial) or (None if policy is None else policy.owner)
    if holder is None:
        # Other causes are as likely, and need the space of a command.
        return "Attach the policy to the role or user that runs the query.", "aws sts get-caller-identity"
    kind, name = holder
    put = commands.put_policy(commands.role_name(name), inline_policy_name(statements), kind)
    return f"The last command adds it to {denial.caller}.", put


def _explain_allowed(
    denial: Denial, verdict: str, bucket: str, causes: list[Cause], step: str
) -> Explanation:
    """Explain that no Allow is missing."""
    check = your_remedy(
        "Check that the bucket exists, and in which Region",
        step,
        commands=f"aws s3api get-bucket-location --bucket {bucket}",
        url=_PAGE,
    )
    return denial.explain(
        f"{verdict}, so most likely the bucket does not exist, or another policy or its KMS key denies the access.",
        *causes,
        topic="s3-access-denied",
        remedies=(check, inspect_remedy(denial, denial.operation)),
        notes=_LAKE_FORMATION,
    )


def _find_location(denial: Denial) -> tuple[re.Match[str] | None, bool]:
    """Return the location in S3, and whether Athena names it as that of results, which one of its two messages does."""
    found = _LOCATION.fullmatch(denial.resource or "")
    is_result = found is not None or "output bucket" in denial.failure.text
    if found is None:
        found = find_closest(_QUERY_PATH.finditer(denial.failure.text), denial.failure)
    return found, is_result


class _Denied(NamedTuple):
    """What a policy of the caller denies."""

    policy: known_policies.KnownPolicy
    action: str
    resource: str


def _find_denied(denial: Denial, needed: dict[str, tuple[str, ...]]) -> _Denied | None:
    """Return which of the actions a policy of the caller or the bucket denies, against which no Allow helps."""
    pairs = [(each, on) for on, actions in needed.items() for each in actions if each in _DECISIVE]
    for policy in known_policies.list_known_policies(denial):
        if not (policy.has_principal or known_policies.may_decide(policy, denial)):
            continue
        for action, resource in pairs:
            statement = policy_comparisons.find_deny(policy, action, resource)
            if statement is not None and (not policy.has_principal or names_caller(statement, denial)):
                return _Denied(policy, action, resource)
    return None


def _explain_deny(denial: Denial, denied: _Denied, summary: str) -> Explanation:
    """Explain that a policy denies what a query needs."""
    of_bucket = attrs.evolve(denial, action=denied.action, resource=denied.resource)
    compared = policy_comparisons.compare(of_bucket, denied.action, denied.policy)
    remedy = first_remedy(of_bucket, policy_comparisons.STATED_POLICY_DENIES.code)
    if denied.policy.has_principal and remedy is not None:
        bucket = denied.resource.rpartition(":::")[2].partition("/")[0]
        show = f"aws s3api get-bucket-policy --bucket {bucket} --query Policy --output text"
        remedy = attrs.evolve(remedy, who="resource owner", commands=(show,))
    return denial.explain(
        f"{summary}: {denied.policy.name} denies {denied.action}.",
        None if compared is None else compared.cause,
        topic="s3-access-denied",
        remedies=present(remedy, inspect_remedy(denial, denial.operation)),
    )


def _find_missing(
    denial: Denial, needed: dict[str, tuple[str, ...]]
) -> tuple[known_policies.KnownPolicy | None, dict[str, tuple[str, ...]]]:
    """Return the policy of the caller that is about the bucket, and what no known policy allows, by resource."""
    listed = known_policies.list_known_policies(denial)
    policies = [each for each in listed if known_policies.may_decide(each, denial)]
    allows = [(each, statement) for each in policies for statement in each.allows]
    about = [each for each, statement in allows if any(names_resource(statement, arn) for arn in needed)]
    # Code often has the policies of several roles.
    if not about or (len(policies) > 1 and any(each.is_code for each in about)):
        return None, {}
    missing: dict[str, tuple[str, ...]] = {}
    for arn, actions in needed.items():
        open_ones = [each for _, each in allows if names_resource(each, arn) is not False]
        left = tuple(
            action
            for action in sorted(actions, key="s3:GetBucketLocation".__ne__)
            if not any(names_action(each, action) is not False for each in open_ones)
        )
        missing |= {arn: left} if left else {}
    return about[0], missing
