"""Explain denials by the bucket policy in the text, and calls that only the bucket's own account can make.

Find what else the caller can do with the bucket.

Across accounts, the bucket policy and the key policy must allow the caller, whatever its own policies allow:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html. CloudFormation
calls with the role of the stack, also for what it passes to Lambda:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words, quote_words, upper_first
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.command_runs import find_failed, find_runs
from iamtriage.explaining._context.readers.object_listings import find_listings
from iamtriage.explaining._context.readers.statements import CLAUSE_END, LOCALLY, find_said, find_working
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.denials.conditions import request_conditions
from iamtriage.explaining._rules.denials.policy_causes import DENIES, NO_ALLOWS
from iamtriage.explaining._rules.denials.resource_commands import bucket_argument, policy_commands
from iamtriage.explaining._rules.denials.shown_policies import known_policies
from iamtriage.explaining._rules.denials.statement_words import describe_conditions
from iamtriage.explaining._rules.shared import commands, pages, remedies
from iamtriage.explaining._rules.shared.credentials.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.loading import load_rule
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.requirements.resource_policies import RESOURCE_POLICIES
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary, reason_lines
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import is_for_everyone, shown_sid

DISTRIBUTION_ID = r"E[A-Z0-9]{7,20}"
"""The ID of a distribution of CloudFront."""
_LISTINGS = {("cloudfront", "list-distributions"), ("cloudfront", "get-distribution")}
_DOMAIN = lazy_pattern(r"https?://(?P<domain>[\w-]{1,63}\.cloudfront\.net)\b")
# The program of the failed request. With another domain, the distribution is not known by it.
_CALLED_DOMAIN = lazy_pattern(
    r"\b(?:curl|wget|https?) [^\n]{0,200}?(?:https?://(?:(?P<domain>[\w-]{1,63}\.cloudfront\.net)\b|[\w-])|[ '\"](?P<bare>[\w-]{1,63}\.cloudfront\.net)\b)"
)

ONLY_BUCKET_OWNER = CauseType(
    "only-bucket-owner",
    title="S3 accepts the call only from the account that owns the bucket",
    meaning="The caller is in another account than the bucket. Only the bucket's own account can read, change or delete its policy: S3 answers 405 to any other account that the policy allows.",
    recognised_by="No resource-based policy allows s3:PutBucketPolicy, s3:GetBucketPolicy or s3:DeleteBucketPolicy, so the bucket is in another account.",
    fix="Make the call with a role or user of the account that owns the bucket.",
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html",),
)


def is_listed(denial: Denial) -> bool:
    """Return whether a listing in the text has the object, as aws s3 ls prints it, so that it exists."""
    _, _, key = (denial.resource or "").partition("/")
    folder, _, name = key.rpartition("/")
    path = rf"(?:{re.escape(folder)}/)?" if folder else ""
    listing = rf"^\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d +\d+ {path}{re.escape(name)}\s*$"
    if name and re.search(listing, denial.failure.text, re.MULTILINE) is not None:
        return True
    return bool(key) and any(
        key in each.keys for each in find_listings(denial.failure, bucket_argument(denial))
    )


class AllowedCall(NamedTuple):
    """Another call on the bucket of a denial that S3 allows the same caller, as the text shows.

    Attributes:
        action: The action that it requires.
        evidence: The sentence that says what shows it.
    """

    action: str
    evidence: str


# What commands and people call the actions.
_ACTION_WORDS = {
    "s3:ListBucket": lazy_pattern(
        r"\baws s3 ls\b|\b(?:list-objects(?:-v2)?|ListObjects(?:V2)?|(?i:list(?:s|ed|ing)?))\b(?!-)"
    ),
    "s3:GetObject": lazy_pattern(
        r"\baws s3 (?:cp|mv|sync) s3://|\b(?:get-object|GetObject|(?i:(?:download|read)(?:s|ed|ing)?))\b(?!-)"
    ),
    "s3:PutObject": lazy_pattern(
        r"\baws s3 (?:cp|mv|sync) (?!s3:)\S+ s3://|\b(?:put-object|PutObject|(?i:upload(?:s|ed|ing)?|writ(?:es?|ing)))\b(?!-)"
    ),
    "s3:DeleteObject": lazy_pattern(
        r"\baws s3 rm\b|\b(?:delete-object|DeleteObject|(?i:delet(?:es?|ed|ing)))\b(?!-)"
    ),
}
_MAX_CLAUSE = 300  # characters
_S3_URL = lazy_pattern(r"s3://([a-z0-9][a-z0-9.-]{2,62})")
_CAN = lazy_pattern(
    r"(?:\b[\w'-]{1,40} ){0,8}\b(?P<call>(?:can|could|able to) (?:also |still |already |even )?(?:list|read|get|download|upload|write|delete)\b)"
)
_NAMED_BUCKET = lazy_pattern(r"\bbuckets? [`\"']?(?P<name>[a-z0-9][a-z0-9.-]{2,62})")
_IN_S3 = lazy_pattern(
    r"(?i:\b(?:bucket|s3|objects?|files?|folder|prefix|uploads?|uploading|downloads?|downloading)\b)"
)
# Words that another caller or client makes the call, or made it before, and those of log lines.
BY_OTHERS = lazy_pattern(
    rf"{LOCALLY.pattern}|\b(?:DEBUG|INFO|TRACE|WARN)\b|(?i:\b(?:until|before|yesterday|last|ago|admin(?:istrator)?|root|console|browser|as (?:me|myself)|my (?:own )?(?:user|account|credentials)|users?|others?|another|different|any(?:one|body)|every(?:one|body)|some(?:one|body)|colleagues?|customers?|visitors?|clients?|they|who|which|public(?:ly)?|anonymous(?:ly)?|CloudFront|profile|(?:with|under|using) (?:the |a )?role|role [\w-]{{2,64}} (?:can|could)|wants?|wish(?:es)?|need(?:s|ed)?|so that|hope|goal|its|their|efs|ftp|sftp|volume|database|disk|share)\b)"
)


def find_allowed_call(denial: Denial) -> AllowedCall | None:
    """Return another call on the bucket that the same caller makes with success, as a command or a sentence shows."""
    if denial.action is None or denial.crosses_accounts or ":s3:::" not in (denial.resource or ""):
        return None
    bucket, text = bucket_argument(denial), denial.failure.text
    runs = [*find_runs(denial.failure)]
    failed = find_failed(denial.failure, runs)
    for run in runs:
        is_own = run.profile == (failed.profile if failed is not None else None)
        if not (run.has_succeeded and is_own and bucket in re.split(r"[\s/=]+", run.command.text)):
            continue
        if (action := _find_action(denial, run.command.text)) is not None:
            return AllowedCall(action, f"The text shows that {clip_text(run.command.text)} worked.")
    for action, words in _ACTION_WORDS.items():
        clause = None if action in denial.actions else find_working(text, words)
        if clause is not None and _is_about(bucket, clause):
            return AllowedCall(action, f"The text says {quote_words(clause.strip('() '))}.")
    for found in find_said(text, _CAN):
        end = CLAUSE_END.search(text, found.end(), found.end() + _MAX_CLAUSE)
        clause = text[found.start() : end.start() if end else found.end() + _MAX_CLAUSE]
        action = _find_action(denial, found["call"].replace(" get", " read"))
        if action is not None and _is_about(bucket, clause):
            return AllowedCall(action, f"The text says {quote_words(clause)}.")
    return None


def _find_action(denial: Denial, words: str) -> str | None:
    found = (action for action, pattern in _ACTION_WORDS.items() if pattern.search(words))
    action = next(found, None)
    return None if action in denial.actions else action


def _is_about(bucket: str, clause: str) -> bool:
    """Return whether a clause is about the bucket, and about the same caller."""
    others = {each for each in _S3_URL.findall(clause) if each != bucket}
    # A word with a hyphen, a dot or a digit is the name of a bucket, and not the next word of the sentence.
    names = (each.strip(".") for each in _NAMED_BUCKET.findall(clause))
    others |= {each for each in names if each != bucket and not each.isalpha()}
    is_about = bucket in clause or _IN_S3.search(clause) is not None
    return is_about and not others and BY_OTHERS.search(clause) is None


def list_key(denial: Denial, key: str) -> tuple[tuple[str, ...], str]:
    """Return the command that lists the key of an object, if it may not exist, and the end of the step that says so."""
    bucket = bucket_argument(denial)
    line = commands.fill_command("aws s3 ls {}", f"s3://{bucket}/{key}")
    if not key or is_listed(denial) or key not in line:
        return (), "."
    arn = (denial.resource or "").partition("/")[0]
    words = f". Then list the key: without s3:ListBucket on {arn}, S3 answers 403 for a missing one, too."
    return (with_profile(find_profile(denial.case), line),), words


def ownership_command(denial: Denial) -> str:
    """Return the command that prints the name of the bucket if the caller's account owns it."""
    if denial.service == "s3express":
        return "aws s3api list-directory-buckets --query 'Buckets[].Name'"
    # Older versions of the AWS CLI lack the option --prefix.
    list_own = f"aws s3api list-buckets --query \"Buckets[?Name=='{bucket_argument(denial)}'].Name\""
    return with_profile(find_profile(denial.case), list_own)


def bucket_policy_commands(denial: Denial) -> tuple[str, ...]:
    """Return the commands that print and replace the bucket policy."""
    policy = RESOURCE_POLICIES["s3"]
    return policy_commands(denial, policy.show_command, policy.change_command)


def explain_call_of_owner(denial: Denial) -> Explanation:
    """Explain that a call requires an identity of the account that owns the bucket."""
    text = f"{capitalize_start(denial.caller)} is in another account than the bucket: AWS refers to the bucket policy only then. Even with an Allow in it, S3 answers 405 (MethodNotAllowed)."
    return denial.explain(
        denial_summary(
            denial, "the bucket is in another account, and only its own account can make this call"
        ),
        ONLY_BUCKET_OWNER.cause("derived", reason_lines(denial), text=text),
        topic="resource-policy",
        remedies=remedies.your_remedy(
            "Make the call with a role or user of the account that owns the bucket",
            "Check the profile, the credentials of the job, and the name of the bucket. In the account that owns the bucket, the command prints its name.",
            "If no identity of yours is in that account, ask its administrator for a role to assume, or to make the change.",
            commands=ownership_command(denial),
            url=ONLY_BUCKET_OWNER.sources[0],
        ),
        notes="An Allow in the bucket policy or in a policy of the caller does not help.",
    )


MISSING_OBJECT = CauseType(
    "missing-object",
    title="The object does not exist",
    text="The key does not exist (or has a typo): without s3:ListBucket, S3 answers 403, not 404.",
    fix="Check the key. With s3:ListBucket on the bucket, S3 answers 404 instead of 403.",
    of="derived-action",
)
KMS_KEY = CauseType(
    "kms-key",
    title="The caller cannot use the object's KMS key",
    fix="Allow kms:Decrypt or kms:GenerateDataKey on the key.",
    of="derived-action",
)


# "a bucket policy with a Deny for all that are not from the VPN", "the bucket policy denies everything from outside of it"
_SAID_DENY = lazy_pattern(
    r"(?:^|(?<=[.;!?,] )|(?<=\n))(?:(?!(?i:\b(?:not|never|no|if|does|do|is|other|another|deleted?|removed?|without|was|old)\b)|n't)[^\n.;:!?]){0,80}"
    r"\b[Bb]ucket policy\b(?: (?!allow|is |was |has been |not |never )[\w-]{1,20}){0,4}? (?:denies|blocks|rejects|with an? (?:explicit )?[Dd]eny)\b(?:[^\n.;:{?]|\.(?=\d)){3,120}(?!\?)"
)
_OF_POLICY = lazy_pattern(r"s3:(?:Get|Put|Delete)BucketPolicy")
_ROOT_USER = "If the Deny locks out everyone, the root user of the bucket's account can still delete the bucket policy (delete-bucket-policy)."
# Most bare denials show no Deny.
_CERTAIN_DENY = "denials.policy_types.stated_resource_denies.explain_resource_deny"


def explain_bucket_deny(denial: Denial) -> Explanation | None:
    """Explain that a Deny of the bucket policy in the text matches, or most likely does, or return ``None``."""
    if not denial.action or not denial.resource or denial.policy_type is not None:
        return None
    statement = next(_find_denies(denial), None)
    if statement is None:
        said = _SAID_DENY.search(denial.failure.text) if "ucket policy" in denial.failure.text else None
        if said is None:
            return None
        because = f"The text says {quote_words(said[0].strip())}."
        return _explain_deny(denial, "a Deny of the bucket policy", None, because, has_condition=True)
    certain: Explanation | None = load_rule(_CERTAIN_DENY)(denial)
    if certain is not None:
        return certain
    sid = shown_sid(statement)
    named = f"the Deny {sid} of the bucket policy" if sid else "a Deny of the bucket policy"
    conditions = describe_conditions(statement) if statement.get("Condition") else ""
    when = f", which applies if {conditions}" if conditions else ", which has no condition"
    because = "The text shows the bucket policy."
    return _explain_deny(denial, named, when, because, has_condition=bool(conditions))


def _explain_deny(
    denial: Denial, named: str, when: str | None, because: str, *, has_condition: bool
) -> Explanation:
    """Explain that a Deny of the bucket policy most likely matches; when it does is unknown if the text only describes it."""
    verdict = named if when is None else f"{named}{when},"
    step = "Make the call so that the condition does not match, such as from the network, with the encryption or sign-in, or as the principal that it names."
    return denial.explain(
        f"S3 denied {denial.action} on {denial.resource} without a reason: most likely, {verdict} denies it. No Allow overrides it, not even AdministratorAccess.",
        DENIES["resource"].cause(
            "possible",
            because,
            text=None if when is None else f"{upper_first(named)} matches the action and the resource{when}.",
        ),
        topic="s3-access-denied",
        remedies=remedies.owner_remedy(
            "Meet the condition of the Deny, or exempt the caller"
            if has_condition
            else "Narrow the Deny in the bucket policy",
            step if has_condition else None,
            _ROOT_USER if _OF_POLICY.fullmatch(denial.action or "") else None,
            "Or let the owner of the bucket exempt the caller in the statement, with ArnNotLike on aws:PrincipalArn, and keep the rest of the policy.",
            commands=tuple(
                commands.fill_command(each, bucket_argument(denial))
                for each in (
                    "aws s3api get-bucket-policy --bucket {} --query Policy --output text > policy.json",
                    "aws s3api put-bucket-policy --bucket {} --policy file://policy.json",
                )
            ),
            url=pages.S3_403,
        ),
        notes=EVENTUAL_CONSISTENCY,
    )


def _find_denies(denial: Denial) -> Iterator[Mapping[str, Any]]:
    """Yield the Deny statements for everyone that can match."""
    for policy in denial.context.resource_policies:
        for each in policy.denies:
            is_about = names_action(each, denial.action or "") and names_resource(each, denial.resource or "")
            if is_about and is_for_everyone(each) and not request_conditions.fails_condition(denial, each):
                yield each


_STACK_ROLE = lazy_pattern(
    r"(?a)(?:\b[Rr]ole ?A[Rr][Nn] of the stack|\b[Ss]tack(?:'s)? (?:service )?role|--role-arn|\bRoleARN)[\"'`]?\s?(?:[=:]|is)?\s?[\"'`]?"
    r"(?P<role>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})"
)
_OWNER = lazy_pattern(r"(?a)\b[Bb]ucket\b[^\n{]{0,100}?\bin (?:account )?(?P<account>[0-9]{12})\b")
_ACTION = lazy_pattern(r"permission to (?P<operation>(?:Get|Put|Delete)Object) for ")
_BUCKET = lazy_pattern(r"(?:arn:aws[a-z-]{0,12}:s3:::)?(?P<bucket>[a-z0-9][a-z0-9._-]{1,61}[a-z0-9])(?:/|\Z)")


def explain_other_principals(denial: Denial) -> Explanation | None:
    """Explain that the bucket policy in the text allows others than the role that calls, or return ``None``."""
    text, found = denial.failure.text, _BUCKET.match(denial.resource or "")
    operation = _ACTION.search(text)
    action = denial.action or (f"s3:{operation['operation']}" if operation else None)
    role, is_stack = _find_role(denial)
    if found is None or role is None or action is None:
        return None
    stated = known_policies.list_resource_statements(denial, f":::{found['bucket']}")
    named = {
        name
        for names, resource in stated
        if resource.partition(":::")[2].partition("/")[0] == found["bucket"]
        for name in names
    }
    roles = [underlying_role(try_parse_principal(each)) for each in named]
    owner = _OWNER.search(text)
    # Within one account, the role's own policies suffice.
    is_own = owner is not None and owner["account"] == role.account
    allowed = [each and (each.account, each.name) for each in roles]
    if is_own or not roles or None in allowed or (role.account, role.name) in allowed:
        return None
    where = f" in account {owner['account']}" if owner else ""
    others = join_words([f"the role {clip_text(each.name)}" for each in roles if each is not None][:3], "and")
    whose = ", with which CloudFormation creates the resource," if is_stack else ""
    needed = "Across accounts" if owner else "If the bucket is in another account"
    note = f"{needed}, its own policies (such as AdministratorAccess) do not suffice."
    if is_stack and "AWS::Lambda::Function" in text:
        note += " The execution role of the function does not read the code: it needs no permission."
    key = (denial.resource or "").partition(f"{found['bucket']}/")[2] or "OBJECT_KEY"
    # https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
    is_artifact = is_stack and action == "s3:GetObject" and "ipeline" in text
    added = allow(
        (action, f"{action}Version") if is_artifact else action,
        f"arn:{role.partition}:s3:::{found['bucket']}/{key}",
        sid="AllowRole",
        principal={"AWS": str(role)},
    )
    steps = [remedies.save_step("the bucket policy")]
    if is_artifact:
        step = "Each run of a pipeline has other objects: end the Resource with the folder and /* to allow all of them."
        steps.append(step)
    if "kms" in text.lower():
        needs = "kms:Decrypt" if action == "s3:GetObject" else "kms:GenerateDataKey"
        of_key = json.dumps(allow(needs, "*", principal={"AWS": str(role)}))
        steps.append(
            f"Add this to the key policy{where}, too: {of_key}. The key must be a customer managed key."
        )
    return denial.explain(
        f"S3 denied {action} on {denial.resource} to the role {role.name}{whose} most likely because the bucket policy allows {others}, and not this role.",
        NO_ALLOWS["resource"].cause(
            "derived", text=f"The bucket policy in the text does not name the role {role.name}. {note}"
        ),
        topic="s3-access-denied",
        remedies=remedies.resource_policy_remedy(
            f"Allow the role {role.name} in the bucket policy{where}",
            *steps,
            statements=(added,),
            commands=bucket_policy_commands(denial),
            url=pages.CROSS_ACCOUNT,
        ),
        notes=EVENTUAL_CONSISTENCY,
    )


def _find_role(denial: Denial) -> tuple[Role | None, bool]:
    """Return the role that calls, and whether it is that of a stack."""
    if denial.role is not None:
        return (None if denial.role.lacks_its_path else denial.role), False
    found = {each["role"] for each in _STACK_ROLE.finditer(denial.failure.text)}
    if denial.principal_text is None and "HandlerErrorCode: " in denial.failure.text and len(found) == 1:
        return underlying_role(try_parse_principal(found.pop())), True
    return None, False


def distributions_of_domain(denial: Denial) -> set[str]:
    """Return the distributions of CloudFront that a listing has with the domain of the failed URL."""
    text = denial.failure.text
    called = list(_CALLED_DOMAIN.finditer(text, 0, denial.failure.span[0]))
    domain = (
        called[-1]["domain"] or called[-1]["bare"]
        if called
        else only_one({each["domain"] for each in _DOMAIN.finditer(text)})
    )
    if domain is None:
        return set()
    host = re.escape(domain)
    listed = re.compile(
        rf"\b({DISTRIBUTION_ID})(?:\b(?:[\"' \t|]{{1,40}}|[\"']?,\s{{0,40}}[\"']?)(?:DomainName\": ?\")?|\",(?:(?!\"Id\":)[^{{}}]){{0,600}}\"DomainName\": ?\"){host}(?![\w.-])"
        rf"|(?<![\w.-]){host}(?:[\"' \t|]{{1,40}}|[\"']?,\s{{0,40}}[\"']?)(?:Id\": ?\")?({DISTRIBUTION_ID})\b"
    )
    runs = (run for run in find_runs(denial.failure) if run.command.words[:2] in _LISTINGS)
    return {each[1] or each[2] for run in runs for each in listed.finditer(run.output)}
