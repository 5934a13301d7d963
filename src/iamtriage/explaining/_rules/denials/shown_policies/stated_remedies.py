"""Adapt the remedies of a denial to what a policy in the text says."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words, line_start
from iamtriage.actions._lookup import find_action
from iamtriage.explaining._explanations.remedies import fill_in
from iamtriage.explaining._rules.basics import Cause, Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.resource_commands import policy_of
from iamtriage.explaining._rules.denials.shown_policies.code_statements import find_unread_statement
from iamtriage.explaining._rules.denials.shown_policies.inline_policies import describe_kept
from iamtriage.explaining._rules.denials.shown_policies.known_policies import (
    OR_ATTACH,
    KnownPolicy,
    is_of_caller,
    is_of_other,
)
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import (
    STATED_POLICY_ALLOWS,
    STATED_POLICY_DENIES,
    compared_resource,
    has_actions_on_other_type,
    leave_out_allowed,
    statements_with,
)
from iamtriage.explaining._rules.denials.shown_policies.principal_comparisons import FIND_DENY, OF_CALLER
from iamtriage.explaining._rules.denials.shown_policies.resource_corrections import OF_KEY, add_variants
from iamtriage.explaining._rules.denials.shown_policies.stated_secrets import (
    complete_key_actions,
    complete_others,
    keep_alias,
)
from iamtriage.explaining._rules.denials.statement_words import allowed_resources
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.grants.denial_remedies import list_policies_commands, with_statements
from iamtriage.explaining._rules.shared.policies.statement_matching import list_actions, names_resource
from iamtriage.explaining._rules.shared.remedies import UNKNOWN_CALLER, account_remedy, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary
from iamtriage.policies._managed_policies import is_known_policy
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_strings, iterate_conditions, iterate_statements, shown_sid

_NOT_THERE = "First check the name and the Region: if that has no such secret, the ARN that IAM compares has no random end, and no pattern for one matches it."
ALLOW_IS_NO_FIX = frozenset({STATED_POLICY_DENIES.code, STATED_POLICY_ALLOWS.code})
"""The causes against which an Allow does not help."""
# A wildcard that somebody tried, proposed or refused, but not that of a policy.
_WIDER = lazy_pattern(
    r"(?:\b(?i:allow|give|grant|open|put|set|use|want|with)(?i:s|ting|ing)?\b|n.t\b)(?![^\n]{0,40}[:=\[{])[^\n.;*]{0,40}?(?<=\s)(?P<quote>[\"'`]?)(?P<wide>\*|[a-z][\w-]{1,40}/\*)(?P=quote)(?=[\s,;)]|[.]?(?:\s|\Z))"
)
_PERMISSION = r"(?P<service>[a-z][a-z0-9-]{1,20}): ?(?:permission|action|policy|right)"
# A question about a permission of another service, or about the role of an instance.
_ASKED = lazy_pattern(
    rf"\b(?:[Dd]o|[Dd]oes|[Mm]ust|[Ss]hould|[Ii]s|[Aa]re|[Mm]issing|[Nn]eed)\b[^.?!\n]{{0,80}}?\b(?:{_PERMISSION}|instance profile)[^.?!\n]{{0,80}}\?"
)
_ASKED_SERVICE = lazy_pattern(rf"\b{_PERMISSION}")
_WILDCARD = r"(?<=\s)(?P<quote>[\"'`]?)(?P<wide>\*|[a-z][\w-]{1,40}/\*)(?P=quote)"
_OF_SUCCESS = r"\b(?:(?:work|sync|succeed)(?:s|ed)?|passes|runs?|(?:goes|went) through|fine)\b"
_WORKS_WIDER = (
    lazy_pattern(
        rf"(?i:\b(?:with|using|set|put)\b)[^\n.;:=*]{{0,30}}?{_WILDCARD}(?=[\s,])[^\n.;]{{0,40}}?{_OF_SUCCESS}"
    ),
    lazy_pattern(
        rf"{_OF_SUCCESS}[^\n.;:=*]{{0,30}}? (?:with|if|when|once)\b[^\n.;:=*]{{0,30}}?{_WILDCARD}(?=[\s,;)]|[.]?(?:\s|\Z))"
    ),
)
_NEGATED = lazy_pattern(
    r"(?i:\b(?:not|never|nor|still|only if|might|may|should|would|could|docs?|documentation)\b|n.t\b)"
)
_DELAY = lazy_pattern(
    r"(?i:\b(?:propagation|propagated?|(?:takes?|need) (?:a while|some time|time|long|hours)|how long|delay|eventual(?:ly)? consisten\w{1,3})\b)[^.!\n]{0,80}\?"
)
# It would fill a line of the step, and stands in the policy below.
_LONG_ARN = 80
_TO_CALLER = f"Attach the policy to {UNKNOWN_CALLER}."


def name_caller(denial: Denial, policy: KnownPolicy) -> Denial:
    """Return a denial whose message names no caller with the owner of a policy as the caller."""
    if policy.owner is None or denial.principal_text is not None or denial.caller != "the caller":
        return denial
    if is_of_other(policy, denial):
        return denial
    kind, name = policy.owner
    return attrs.evolve(denial, caller=f"the {kind} {clip_text(name)}")


def name_holder(denial: Denial, policy: KnownPolicy, remedies: tuple[Remedy, ...]) -> tuple[Remedy, ...]:
    """Return remedies that attach a policy to the owner of the policy in the text, if the message names no caller."""
    if policy.owner is None or denial.principal_text is not None or is_of_other(policy, denial):
        return remedies
    kind, name = policy.owner
    old, put = commands.put_policy("ROLE_NAME", ""), commands.put_policy(commands.role_name(name), "", kind)
    old, put = (each.partition(" --policy-name")[0] for each in (old, put))
    return tuple(
        attrs.evolve(
            fill_in(each, old, put),
            title=each.title.replace("for the caller", f"for the {kind} {clip_text(name)}"),
            steps=tuple(
                step.replace(_TO_CALLER, f"Attach the policy to the {kind} {name}.") for step in each.steps
            ),
        )
        if each.layer == "identity"
        else each
        for each in remedies
    )


def drop_superfluous(
    denial: Denial, remedies: tuple[Remedy, ...], codes: set[str], *, is_conditional: bool
) -> tuple[Remedy, ...]:
    """Return the remedies without those that do not help, because of what a policy in the text says."""
    if denial.lowercase_action == "iam:passrole":
        # AWS checks what a passed role trusts later.
        remedies = tuple(each for each in remedies if each.layer != "role_trust")
    if not is_conditional and not codes & ALLOW_IS_NO_FIX:
        return remedies
    # An Allow that is there already, or that a Deny overrides, is no fix. Without the condition, it is too wide.
    ways = {"identity", "resource"} if is_conditional and not denial.crosses_accounts else {"identity"}
    remedies = tuple(each for each in remedies if each.policy is None or each.layer not in ways)
    dropped = (
        *((FIND_DENY,) if STATED_POLICY_DENIES.code in codes and denial.policy_type in OF_CALLER else ()),
        # The statement with the condition names the bucket.
        *(("Check the bucket policy",) if is_conditional else ()),
    )
    return tuple(each for each in remedies if not each.title.startswith(dropped))


_OF_CATALOG = "AWS Glue requires the action on the catalog, the database"


def extend_policy(denial: Denial, policy: KnownPolicy, remedy: Remedy) -> Remedy:
    """Return the remedy that allows the action with the other way, which is to extend the policy in the text."""
    if remedy.policy is None or remedy.layer != "identity" or policy.is_code:
        return remedy
    remedy = _answer_question(denial, _answer_wildcard(denial, remedy))
    allowing = statements_with(policy, denial.action or "")
    if denial.service == "secretsmanager":
        remedy = complete_others(denial, compared_resource(denial), allowed_resources(allowing), remedy)
    remedy = add_variants(denial, allowing, remedy)
    remedy = _complete_catalog(denial, allowing, remedy)
    lists = [as_strings(each.get("Resource")) for each in iterate_statements(remedy.policy or {})]
    if denial.service == "kms" and lists == [[denial.resource]]:
        remedy = complete_key_actions(denial, allowing, remedy)
    only = lists[0] if len(lists) == 1 else ()
    lacking = [each for each in only if not any(names_resource(one, each) for one in allowing)]
    denied = [each for each in lacking if matches(denial.resource or "", compile_glob(each))]
    if not denied or lacking == ["*"] or (len(lacking) > 1 and len(lacking) == len(only)):
        return remedy
    if any(OF_KEY in each for each in remedy.steps):
        return remedy
    remedy, objects = leave_out_allowed(remedy, lacking, allowing), f"{denial.resource}/x"
    has_objects = any(names_resource(each, objects) for each in statements_with(policy, "s3:GetObject"))
    hidden = "To read or write the objects" if has_objects else "\0"
    steps = tuple(each for each in remedy.steps if not each.startswith(hidden))
    sid, old = next(map(shown_sid, allowing), ""), next(iter(allowed_resources(allowing)), "")
    statement = f"the statement {sid or f'that allows {denial.action}'} in {policy.name}"
    needed, allowed = list_actions(iterate_statements(remedy.policy or {})), list_actions(allowing)
    # A program that uses one more resource most likely calls them on it, too.
    others = " The other actions of the statement then apply to it, too." if allowed - needed else ""
    added = clip_text(lacking[0]) if len(lacking) == 1 else "the resources below"
    added = "the ARN below" if len(lacking) == 1 and len(lacking[0]) > _LONG_ARN else added
    step = f"Add {added} to the Resource of {statement}{OR_ATTACH}{others}"
    is_of_type = not (others and has_actions_on_other_type(policy, denial.action or "", old, denied[0]))
    if not is_of_type or (len(needed) > 1 and not needed <= allowed):
        # The other actions are not to be allowed on the resources of that statement, too.
        kept = "" if is_of_type else describe_kept(denial, allowing, statement)
        step = f"Add the statement below to {policy.name}, or attach it as a separate policy.{kept}"
    elif others and (wide := next((each for each in sorted(allowed) if _WIDE.fullmatch(each)), None)):
        step = f"Keep {policy.name} as it is, and attach the policy below, too: {wide} on {added} would be more than the call needs."
    passed_to = _passed_to(allowing)
    if passed_to and passed_to.isdisjoint(_passed_to(iterate_statements(remedy.policy or {}))):
        step = f"Attach the policy below: {statement} lets roles be passed only to {join_words(sorted(passed_to), 'and')}."
    steps = (step, *steps)
    if is_known_policy(policy.name):
        what = "role" if denial.lowercase_action == "iam:passrole" else "resource"
        step = f"AWS manages {policy.name}, which you cannot edit. For a {what} with a name that it allows, it is enough."
        steps = (*steps[1:], step)
    return keep_alias(denial, allowed_resources(allowing), attrs.evolve(remedy, steps=steps))


# All actions of a service, or of all services.
_WIDE = lazy_pattern(r"(?:[a-z0-9-]{1,40}:)?\*")


def _complete_catalog(denial: Denial, allowing: Sequence[Mapping[str, Any]], remedy: Remedy) -> Remedy:
    """Return a remedy for a table of Glue with the other actions of the statement, which are checked on its parents, too."""
    rows, own = [*iterate_statements(remedy.policy or {})], denial.action or ""
    if denial.service != "glue" or len(rows) != 1 or ":table/" not in str(rows):
        return remedy
    known = {each: find_action(each) for each in sorted(list_actions(allowing)) if each != own}
    others = [name for name, each in known.items() if each and each.accepts(denial.resource or "")]
    actions = [*as_strings(rows[0].get("Action")), *others]
    title = remedy.title.replace(own, join_words(tuple(actions), "and"), 1)
    steps = (
        f"{each[:-1]}: the first two alone open no table." if each.startswith(_OF_CATALOG) else each
        for each in remedy.steps
    )
    remedy = attrs.evolve(remedy, title=title, steps=tuple(steps))
    return with_statements(remedy, [{**rows[0], "Action": actions}]) if others else remedy


def _passed_to(statements: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the services to which statements let roles be passed, if their conditions name some."""
    found = (each for statement in statements for each in iterate_conditions(statement))
    return {name for _, key, values in found if key.lower() == "iam:passedtoservice" for name in values}


def _answer_wildcard(denial: Denial, remedy: Remedy) -> Remedy:
    """Return the remedy with the answer that it suffices, if the text speaks of a resource with a wildcard instead."""
    found = _WIDER.search(denial.failure.text)
    if found is None or found["wide"] in str(remedy.policy):
        return remedy
    step = f"This is enough: {found['wide']} as Resource is not necessary."
    return attrs.evolve(remedy, steps=(*remedy.steps, step))


def _answer_question(denial: Denial, remedy: Remedy) -> Remedy:
    """Return the remedy with the answer that something else is not missing, if the text asks for it."""
    asked = _ASKED.search(denial.failure.text)
    if asked is None or denial.policy_type != "identity":
        return remedy
    service = _ASKED_SERVICE.search(asked[0])
    of_service = service and service["service"] != denial.service
    other = [f"no {service['service']}: permission is missing"] if service and of_service else []
    is_of_instance = "/i-" in (denial.principal_text or "")
    if "instance profile" in asked[0] and not is_of_instance:
        other.append("the instance profile need not change")
    if not other:
        return remedy
    step = f"For this error, {join_words(other, 'and')}: AWS names {denial.action} and {denial.caller}."
    return attrs.evolve(remedy, steps=(*remedy.steps, step))


def answer_delay(denial: Denial, first: Cause) -> str | None:
    """Return the sentence that waiting does not help, if the text asks whether a policy takes long to have an effect."""
    if first.evidence != "derived" or first.code in ALLOW_IS_NO_FIX or not _DELAY.search(denial.failure.text):
        return None
    return "This is not a delay: the policy does not allow this call, and waiting does not change that."


def describe_wider_success(denial: Denial) -> str:
    """Return what it shows that the call works with a wider resource, after a space, or an empty string."""
    found = next(filter(None, (pattern.search(denial.failure.text) for pattern in _WORKS_WIDER)), None)
    if found is None or _NEGATED.search(
        found.string, line_start(found.string, found.start(), found.start() - 40), found.end()
    ):
        return ""
    return f" It works with {clip_text(found['wide'])}, so only the resource does not match: the caller, the Region and a KMS key are not the cause."


def first_remedy(denial: Denial, code: str) -> Remedy | None:
    """Return what to do first about a policy that denies or already allows the call."""
    if code == STATED_POLICY_DENIES.code:
        if denial.policy_type not in OF_CALLER:
            return None  # the remedy for its type says who can change it
        title = "Scope down the Deny statement"
        step = f"If the denial is not intended, take {denial.action} or the resource out of the statement. An Allow does not override it."
    elif code == STATED_POLICY_ALLOWS.code:
        title = f"Check that the policy is attached to {denial.caller}"
        step = "If it is, a policy of another type denies the call."
    else:
        return None
    return account_remedy(title, step, commands=list_policies_commands(denial), url=pages.EVALUATION)


def explain_without_effect(
    denial: Denial, explanation: Explanation, policy: KnownPolicy, cause: Cause
) -> Explanation:
    """Add that a policy allows the call but had no effect on it, as AWS found none of the caller that allows it."""
    steps: tuple[str, ...] = (
        "The lists must name the policy. Only the default version of a managed policy is in effect.",
        f"Print the lists with credentials of the account {denial.account or 'of the call'}: another one can have a role or user with the same name.",
        "If it was attached or changed after the call, or seconds before it, repeat the call.",
    )
    subject, verdict = policy.name, "is not in effect for this caller"
    title, lines = f"Check that {policy.name} is attached to {denial.caller}", list_policies_commands(denial)
    if policy.version is not None:
        arn, version, default = policy.version
        subject, verdict = f"version {version} of {subject}", f"{default or 'another'} is the default version"
        title = f"Make {version} the default version"
        template = f"aws iam set-default-policy-version --policy-arn {{}} --version-id {version}"
        lines = (commands.fill_command(template, arn),)
        steps = ("It affects all that have the policy: check whether they need what the old one allows.",)
    elif is_of_caller(policy, denial):
        verdict, steps = "it was not yet in effect, or the text shows it in another account", steps[1:]
    if denial.service == "secretsmanager" and denial.resource_arn is None:
        steps = (_NOT_THERE, *steps)
    unread = find_unread_statement(denial, policy)
    allowing = f"allows it, but {unread[0] if unread else verdict}"
    if policy.allowing != "allows it":
        allowing, title = (
            policy.allowing,
            f"Correct the Version of {policy.name}, and attach it to {denial.caller}",
        )
    remedy = unread[1] if unread else account_remedy(title, *steps, commands=lines, url=pages.EVALUATION)
    others = tuple(each for each in explanation.remedies if each.policy is None or each.layer != "identity")
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, f"{subject} {allowing}"),
        causes=(cause, *explanation.causes),
        remedies=(remedy, *others),
    )


def allow_in_session(
    denial: Denial, explanation: Explanation, policy: KnownPolicy, owner: str
) -> Explanation:
    """Return how to pass a session policy, whose other side the policy of the user who opens the session allows already."""
    allowed = next(
        (
            each
            for each in allowed_resources(statements_with(policy, denial.action or ""))
            if each != "*" and names_resource({"Resource": each}, denial.resource)
        ),
        denial.resource,
    )
    step = f"The session can do what both policies allow, and {policy.name} of {owner} allows it already: only the call changes."

    def change(remedy: Remedy) -> Remedy:
        steps = tuple(
            step if each.startswith("The IAM user whose keys call") else each
            for each in remedy.steps
            if not each.startswith("If the object key changes")
        )
        document = copy.deepcopy(dict(remedy.policy)) if remedy.policy else None
        for each in iterate_statements(document or {}):
            if each.get("Resource") == denial.resource:
                each["Resource"] = allowed
        return attrs.evolve(remedy, steps=steps, policy=document)

    return attrs.evolve(explanation, remedies=tuple(map(change, explanation.remedies)))


_OTHER_OWNER = "bucket-of-other-account"
_SHOW_OWNER = ("aws sts get-caller-identity", "aws s3api list-buckets")
_FIND_OWNER = "Check whether the caller's account owns the bucket"
_OWNED = "Run the commands with the credentials of the failing call. If list-buckets works but omits the bucket, another account owns it: use the right bucket or profile, or let its owner allow the caller in the bucket policy."


def explain_allowed_caller(denial: Denial, explanation: Explanation, policy_name: str) -> Explanation:
    """Return the explanation of a call that a policy of the caller allows: what is left is the resource's side."""
    missing = ("possible", NO_IDENTITY_ALLOW.code)
    causes = tuple(each for each in explanation.causes if (each.evidence, each.code) != missing)
    others = tuple(each for each in explanation.remedies if each.policy is None or each.layer != "identity")
    of_resource = tuple(each for each in others if each.layer in {"role_trust", "resource"})
    # The caller does not meet a condition of the role's trust policy.
    is_unmet = ("derived", "trust-policy-open") in {(each.evidence, each.code) for each in causes}
    is_other = is_unmet or denial.policy_type is not None or denial.deny is not None
    is_same = explanation.remedies[:1] == others[:1] and explanation.topic != "assume-role"
    if is_other or (is_same and not denial.crosses_accounts):
        return attrs.evolve(explanation, causes=causes, remedies=others or explanation.remedies)
    codes = {each.code for each in causes}
    is_of_trust = not codes.isdisjoint({"cdk-roles-without-trust", "trust-policy-open"})
    if is_of_trust or ("trust-policy-checked" in codes and of_resource):
        only = f"{explanation.summary} {capitalize_start(policy_name)} allows it on the caller's side, where nothing is missing."
        return attrs.evolve(explanation, summary=only, causes=causes, remedies=others)
    # In one account, an Allow in either policy is enough.
    is_s3 = denial.service == "s3" and denial.crosses_accounts is not True
    other = "the bucket policy, the bucket's KMS key or " if is_s3 else ""
    verdict, remedies = f"{policy_name} allows it, so {other}a policy of another type denies it", others
    # A copy has two buckets.
    if is_s3 and "Copy" not in (denial.operation or "") and _OTHER_OWNER in codes:
        # S3 gives a reason to callers of its own account and organization.
        verdict = f"{policy_name} allows it, so most likely another account owns the bucket and does not"
        shown = [each for each in explanation.remedies[0].commands if str(each).startswith(_SHOW_OWNER)]
        check = your_remedy(_FIND_OWNER, _OWNED, commands=tuple(shown), url=others[0].url)
        remedies = (check, *others) if shown else others
    if of_resource and not is_s3:
        is_trust = of_resource[0].layer == "role_trust"
        owner = "role's trust policy" if is_trust else policy_of(denial).name
        account = f" in account {denial.resource_account}" if denial.crosses_accounts else ""
        both = f", and a caller of account {denial.account} needs both" if account and not is_trust else ""
        verdict = f"{policy_name} allows it, so most likely the {owner}{account} does not{both}"
        remedies = (*of_resource, *(each for each in others if each not in of_resource))
    summary = denial_summary(denial, verdict)
    if not remedies and (allowing := first_remedy(denial, STATED_POLICY_ALLOWS.code)) is not None:
        remedies = (allowing,)
    return attrs.evolve(explanation, summary=summary, causes=causes, remedies=remedies)
