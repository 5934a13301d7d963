"""Explain denials by a session policy, which whatever opens a session passes.

A session can do only what both its session policy and the policies of its role or user allow:
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session.
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import FederatedUser, IdentityCenterRole
from iamtriage.explaining._context.readers.attached_policies import DESCRIBED
from iamtriage.explaining._context.readers.session_policies import SESSION_POLICY, passes_session_policy
from iamtriage.explaining._context.readers.statements import LOCALLY, find_working
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.policy_types import guardrails, pod_sessions
from iamtriage.explaining._rules.denials.shown_policies.known_policies import find_shown_association
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import find_allowing_policy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_region
from iamtriage.explaining._rules.shared.policies import code_variables
from iamtriage.explaining._rules.shared.policies.statement_matching import names_resource
from iamtriage.explaining._rules.shared.principals.principal_words import session_name
from iamtriage.explaining._rules.shared.remedies import save_step
from iamtriage.explaining._rules.shared.requirements.required_grants import find_named_resource
from iamtriage.explaining._rules.shared.requirements.tasks import DELETING_SYNC
from iamtriage.explaining._rules.shared.texts.text_signs import AMPLIFY, Signs
from iamtriage.explaining._rules.shared.wording import capitalize_start, why_no_allow_helps
from iamtriage.policies._documents import build_document
from iamtriage.policies._readers.elements import allow_statements, as_strings

# What passes a session policy, by its form in a workflow, a Terraform provider, a command or code:
# https://github.com/aws-actions/configure-aws-credentials and https://registry.terraform.io/providers/hashicorp/aws.
_SESSION_POLICY_PLACES = Signs(
    {
        r"\binline-session-policy\b": "inline-session-policy of the step configure-aws-credentials",
        r"\bmanaged-session-policies\b": "managed-session-policies of the step configure-aws-credentials",
        r"\bassume_role(?:_with_web_identity)?\s{0,4}\{[^}]{0,600}\bpolicy(?:_arns)?\s{0,20}=": "policy or policy_arns in the block assume_role of the provider",
        r"\baws sts (?:assume-role|get-federation-token)(?:[^\n]|\\\n){0,400} --policy\b(?!-)": "--policy of the aws sts command",
        r"\baws sts (?:assume-role|get-federation-token)(?:[^\n]|\\\n){0,400} --policy-arns\b": "--policy-arns of the aws sts command",
    }
)
_ASSUMED_ROLE = lazy_pattern(
    r"(?ia)\brole-?_?(?:arn|to-?_?assume)[\"']?[ =:]{1,3}[\"']?arn:[\w-]{3,20}:iam::\d{12}:role/(?:[\w+=,.@-]{1,64}/){0,8}([\w+=,.@-]{1,64})"
)
# A managed policy that is passed as a session policy.
_PASSED_POLICY = lazy_pattern(
    r"(?a)(?P<place>\bmanaged-session-policies|--policy-arns|\bpolicy_arns|\bPolicyArns)\b[\s\S]{0,40}?\b(?P<arn>arn:aws[a-z-]{0,12}:iam::(?P<owner>aws|\d{12}):policy/(?:[\w+=,.@-]{1,128}/){0,8}(?P<name>[\w+=,.@-]{1,128}))"
)
_ANOTHER_POLICY = lazy_pattern(
    r"[\s\\,;\"'}\])({-]{1,40}(?:arn[\"']?\s?[=:]\s?[\"']?)?arn:aws[a-z-]{0,12}:iam::\w{3,12}:policy/"
)
# What passes a document, next to what passes a managed policy.
_INLINE_PLACES = {
    "managed-session-policies": "inline-session-policy of the same step, on one line",
    "--policy-arns": "--policy file://policy.json",
    "policy_arns": "policy of the same block",
    "PolicyArns": "Policy of the same call",
}
_AGAIN = {"configure-aws-credentials": "run the workflow again", "provider": "run Terraform again"}
_CALL_AGAIN = "repeat the STS call: credentials issued before keep the old policy"
# A call with its arguments, in an SDK or the AWS CLI.
_FEDERATION_CALL = lazy_pattern(
    r"(?i)\bget_?federation_?token(?:Command)?(?P<sdk>\((?:[^()]|\((?:[^()]|\([^()]{0,300}\)){0,300}\)){0,600}\))"
    r"|\baws sts get-federation-token(?P<cli>(?:[^\n\\]|\\\n?){0,600})"
)
# What the call of an SDK is made with: boto3.client("sts").
_CLIENT = lazy_pattern(r"(?a)(?<![\w.])[a-z][\w.]{0,40}(?:\([\w\"', =-]{0,60}\))?\.\Z")
_CHARS_OF_CLIENT = 110
_SESSION_CREATED = "Find the code, tool or service that creates the session (its owner changes it): its STS call, such as AssumeRole, passes Policy or PolicyArns. IAM does not store session policies; CloudTrail's event of that call has them in requestParameters."
# A search by a name that many sessions share would find too much.
_SEARCHED_NAME = lazy_pattern(r"(?a)(?=[\w.@-]*[-_.@0-9])[\w.@-]{4,64}")
_FIND_CALL = "aws cloudtrail lookup-events --region {} --lookup-attributes AttributeKey=EventSource,AttributeValue=sts.amazonaws.com --query {}"
_RESTRICTION_REMOVED = "Leave the session policy out only if nothing has to limit the session"
# The profile of IAM Roles Anywhere, in the options of aws_signing_helper.
_ANYWHERE = lazy_pattern(
    r"(?a)\barn:aws[a-z-]{0,12}:rolesanywhere:(?P<region>[a-z0-9-]{6,30}):[0-9]{12}:profile/(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
# The policy for guests of a Cognito identity pool.
_COGNITO_OF_SDK_2 = lazy_pattern(r"\bAWS\.CognitoIdentityCredentials\b")
_PASSED_TO = lazy_pattern(r"iam:PassedToService[\"': =\[]{1,8}([a-z-]{2,40})\.amazonaws\.com")
_AMPLIFY_PAGE = "https://docs.aws.amazon.com/amplify/latest/userguide/amplify-SSR-compute-role.html"
_GUEST_ROLES = "https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html"


def explain_session_policy(denial: Denial) -> Explanation:
    """Explain a denial by a session policy."""
    verdict, is_local = "the session's policy does not allow it", find_working(denial.failure.text, LOCALLY)
    locally = " Your own credentials have no such policy, so the call works with them." if is_local else ""
    both = f"A session can do only what both its session policy and the policies of {denial.caller} allow"
    text = f"{both}, so an Allow for {denial.caller} alone does not help."
    if not denial.is_explicit and (own := guardrails.describe_own_allow(denial)) is not None:
        own = own.replace(DESCRIBED, f"the policy of {denial.caller} that the text describes")
        text = f"{both}. {capitalize_start(own)}: it needs no change."
    if denial.is_explicit:
        verdict = "the session's policy denies it"
        text = f"A Deny in the session policy matches. {why_no_allow_helps(denial).replace('An Allow', 'An Allow in another policy', 1)}{locally}"
    url = pages.SESSION_POLICIES
    lines: tuple[str, ...] = ()
    if getattr(denial.principal, "session_name", "") == "CognitoIdentityCredentials":
        # Sessions of signed-in users have the same name, but no session policy.
        verdict = verdict.replace("the session's policy", "the session policy that Cognito adds for guests")
        if (allowing := find_allowing_policy(denial)) is not None:
            text = f"A session can do only what both its session policy and the policies of its role allow. {capitalize_start(allowing.name)} allows it already, so the role needs no change."
        text = f"The caller is a guest (unauthenticated identity) of an Amazon Cognito identity pool. {text}"
        how = "call GetOpenIdToken, then AssumeRoleWithWebIdentity without a Policy"
        if _COGNITO_OF_SDK_2.search(denial.failure.text):
            how = "in the AWS SDK for JavaScript v2, pass RoleArn to CognitoIdentityCredentials"
        title, url = "Let a backend make the call, or users sign in", _GUEST_ROLES
        steps = [
            f"You cannot change the session policy of the enhanced flow, AmazonCognitoUnAuthedIdentitiesSessionPolicy. It allows certain services, such as Amazon Polly and Amazon Rekognition, but not {denial.action or 'this action'}.",
            "A backend, such as API Gateway and Lambda, or signed-in users with their own role can make the call. For public data, a static file is enough.",
            f"Or use the basic flow, which adds no session policy: {how}. The pool must allow it: the command then prints true. A pool with which it works most likely uses this flow. Guests can then do all that the role allows.",
        ]
        region = commands.region(denial.resource_arn.region if denial.resource_arn else None)
        lines = (
            f"aws cognito-identity describe-identity-pool --identity-pool-id IDENTITY_POOL_ID --region {region} --query AllowClassicFlow",
        )
    elif denial.is_explicit and AMPLIFY.search(denial.failure.text):
        # https://github.com/psd401/aistudio/pull/290
        text = f"Amplify Hosting passes the session policy when it assumes the role, so it is in no policy of the account, and you cannot change it. {why_no_allow_helps(denial)}{locally}"
        passes, makes = denial.action == "iam:PassRole", "the action of the call"
        # The service to which the role is passed, and its actions in the text.
        passed = _PASSED_TO.search(denial.failure.text)
        if passed is not None:
            listed = re.findall(rf"\b{passed[1]}:[A-Z][A-Za-z]{{1,60}}\b", denial.failure.text)
            makes = join_words(tuple(dict.fromkeys(listed))[:4], "and") or makes
        title, url = "Let a Lambda function make the call, with its own role", _AMPLIFY_PAGE
        steps = [
            f"The role of the function needs {f'{makes}, and ' if passes else ''}{denial.action} on {denial.resource or 'the resource'}. Its sessions have no such policy.",
            f"The app invokes the function: {denial.caller} needs only lambda:InvokeFunction on it.",
        ]
    elif isinstance(denial.principal, FederatedUser) and denial.service in {"iam", "sts"}:
        title = "Use a role instead of a federated session"
        steps = [
            "A session of GetFederationToken can call neither IAM nor STS (except GetCallerIdentity), whatever its session policy allows.",
            "Use a role: call AssumeRole instead of GetFederationToken.",
        ]
    elif isinstance(denial.principal, FederatedUser) and not denial.is_explicit:
        return _explain_federated_session(denial, denial.principal)
    elif (association := find_shown_association(denial)) or pod_sessions.is_of_pod(denial):
        change = functools.partial(_pod_remedy, denial, association)
        return guardrails.explain_guardrail(denial, verdict, text, "session", change)
    elif (found := _find_anywhere_profile(denial)) is not None:
        return guardrails.explain_guardrail(
            denial,
            verdict,
            text,
            "session",
            _anywhere_remedy(denial, *found, guardrails.allowing_statement(denial)),
        )
    else:
        managed = None if _shows_other_role(denial) else _find_managed(denial.failure.text)
        if managed is not None and not denial.is_explicit:
            verdict = f"the session policy {managed['name']} ({managed['place']}) does not allow it"
        return guardrails.explain_guardrail(
            denial, verdict, text, "session", functools.partial(_passed_policy_remedy, denial)
        )
    remedy = Remedy(
        title=title,
        who="you",
        commands=lines,
        steps=(*steps, *guardrails.resource_steps(denial)),
        layer="session",
        url=url,
    )
    return guardrails.explain_guardrail(denial, verdict, text, "session", remedy)


def _pod_remedy(denial: Denial, association: str | None) -> Remedy:
    """Return the remedy that changes the session policy of the pod's association."""
    statement = guardrails.allowing_statement(denial)
    if association is None:
        return pod_sessions.associated_policy_remedy(denial, statement, _save_step(denial, "The update"))
    return pod_sessions.shown_association_remedy(
        denial, association, statement, statement and extend_shown(denial, statement)
    )


def _describe_other_way(denial: Denial) -> str:
    is_sync = denial.action == "s3:DeleteObject" and DELETING_SYNC.search(denial.failure.text)
    return " Or leave --delete out, which needs it, if old objects may stay." if is_sync else ""


def _passed_policy_remedy(denial: Denial) -> Remedy:
    """Return the remedy that changes the policy that the STS call in the text or elsewhere passes."""
    statement = guardrails.allowing_statement(denial)
    statement, notes = code_variables.write_variables(denial, statement, guardrails.resource_steps(denial))
    title, place = "Change the session policy", _find_place(denial)
    lines: tuple[str, ...] = ()
    policy: dict[str, Any] | None = None
    manifest: str | None = None
    passed = f"the policy that the text shows ({place})" if place else "the policy that it passes"
    files = [each.file for each in denial.context.policies if each.name == SESSION_POLICY]
    if place is not None and len(files) == 1 and files[0] is not None:
        passed = f"the session policy in {clip_text(files[0])}"
    managed = None if place is None else _find_managed(denial.failure.text)
    if managed is not None:
        passed = f"the policy {managed['name']}, which the text shows ({place})"
    again = next((way for sign, way in _AGAIN.items() if sign in (place or "")), _CALL_AGAIN)
    change = f"Add the statement to {passed}{code_variables.describe_limits(denial)}. Then {again}. {_RESTRICTION_REMOVED}."
    if denial.is_explicit:
        removed = "" if isinstance(denial.principal, FederatedUser) else f" {_RESTRICTION_REMOVED}."
        change = f"If the Deny is not meant for this call, scope it down in {passed}. Then {again}.{removed}"
    if managed is not None and managed["owner"] == "aws" and statement is not None:
        title = "Pass a session policy that allows it, or none"
        change = f"The text shows the session policy: {managed['name']} ({managed['place']}), an AWS managed policy, which cannot be changed. Pass this policy, too, as {_INLINE_PLACES[managed['place']]}: together, they allow what either allows. Or leave {managed['place']} out: then only the role's own policies apply. Then {again}."
        policy, statement = build_document((statement,)), None
    extended = None if place is None or statement is None else extend_shown(denial, statement)
    if extended is not None:
        title = f"Allow {denial.action} in the session policy"
        own = f" {capitalize_start(denial.caller)} must allow {denial.action}, too."
        own = "" if guardrails.describe_own_allow(denial) is not None else own
        change = f"Replace {passed} with the one below{_describe_next_actions(denial, statement or {})}. Then {again}.{own}{_describe_other_way(denial)}"
        # An existing statement covers more than the one resource of the denial.
        notes = notes if statement in extended["Statement"] else ()
        policy, statement = extended, None
        if place is not None and place.startswith("inline-session-policy"):
            document = json.dumps(extended, separators=(",", ":"))
            manifest, policy = f"inline-session-policy: >-\n  {document}", None
    steps = [change] if place else [_SESSION_CREATED, change]
    session = session_name(denial.principal)
    if not place and denial.role is not None and session and not _SEARCHED_NAME.fullmatch(session):
        steps[0] += f" Its roleSessionName is {clip_text(session)}."
    elif not place and denial.role is not None and session:
        # The record of the call has the session policy, too.
        steps[0] += f" The command finds the call that created the session {session}."
        query = f"Events[?contains(CloudTrailEvent, '{session}')].CloudTrailEvent"
        lines = (commands.fill_command(_FIND_CALL, commands.region(find_region(denial.case)), query),)
    if isinstance(denial.role, IdentityCenterRole):
        steps.append(
            "IAM Identity Center itself sets no session policy: look for tools that assume the role again."
        )
    return Remedy(
        title=title,
        who="you",
        commands=lines,
        steps=(*steps, *notes),
        policy=policy,
        statement=statement,
        manifest=manifest,
        layer="session",
        url=pages.SESSION_POLICIES,
    )


def _find_place(denial: Denial) -> str | None:
    """Return what in the text passes the session policy of this role."""
    if _shows_other_role(denial):
        return None
    parameter = "Policy" if code_variables.list_session_policies(denial) else "Policy or PolicyArns"
    in_code = f"{parameter} of the STS call in the code"
    passed = in_code if passes_session_policy(denial.failure.text) else None
    return _SESSION_POLICY_PLACES.find(denial.failure.text) or passed


def _find_managed(text: str) -> re.Match[str] | None:
    """Return the managed policy that something in the text passes as the session policy, if it is the only one."""
    found = list(_PASSED_POLICY.finditer(text))
    return found[0] if len(found) == 1 and not _ANOTHER_POLICY.match(text, found[0].end()) else None


def _describe_next_actions(denial: Denial, statement: dict[str, Any]) -> str:
    """Return which other actions a statement adds to the session policy in the text, as a clause."""
    shown = str([each.content for each in denial.context.policies if each.name == SESSION_POLICY])
    actions = (each for each in as_strings(statement.get("Action")) if each != denial.action)
    added = [each for each in actions if each not in shown]
    return f", which also allows {join_words(added, 'and')} for the calls after this one" if added else ""


def extend_shown(denial: Denial, statement: dict[str, Any]) -> dict[str, Any] | None:
    """Return the session policy in the text with a statement, or with its action where the resource is covered.

    A statement on all resources would allow the session more than it needs.
    """
    shown = [each for each in denial.context.policies if each.name == SESSION_POLICY]
    if len(shown) != 1 or shown[0].has_references:
        return None
    statements = [dict(each) for each in shown[0].statements]
    for each in allow_statements({"Statement": statements}):
        if (
            each.get("Action")
            and not each.get("Condition")
            and names_resource(each, find_named_resource(denial))
            and (as_strings(each.get("Resource")) != ["*"] or statement["Resource"] == "*")
        ):
            each["Action"] = [*dict.fromkeys((*as_strings(each["Action"]), *as_strings(statement["Action"])))]
            return {**shown[0].content, "Statement": statements}
    return {**shown[0].content, "Statement": [*statements, statement]}


def _explain_federated_session(denial: Denial, session: FederatedUser) -> Explanation:
    """Explain that the session policy of a session of GetFederationToken does not allow a request, or that it has none."""
    found = [*_FEDERATION_CALL.finditer(denial.failure.text)]
    calls = [(each["sdk"] or each["cli"] or "").lower() for each in found]
    has_none = bool(calls) and all("name" in each and "policy" not in each for each in calls)
    # In Python, the call with one more argument replaces the command.
    in_python = has_none and len(found) == 1 and found[0][0].startswith("get_federation_token(")
    verdict = "its session policy does not allow it"
    title = "Add the statement to the session policy of GetFederationToken"
    how = "Add it to the document that the call passes as Policy; without one, a session has almost no permissions"
    if has_none:
        verdict = (
            "GetFederationToken was called without a session policy, so the session has almost no permissions"
        )
        title, how = "Pass a session policy to GetFederationToken", "Pass this document as Policy"
    if in_python:
        start = found[0].start()
        client = _CLIENT.search(denial.failure.text, max(start - _CHARS_OF_CLIENT, 0), start)
        call = clip_text(" ".join(found[0][0][:-1].rstrip(", \n").split())).replace('\\"', '"')
        how = f'Save this document as policy.json, and pass it: {client[0] if client else ""}{call}, Policy=open("policy.json").read())'
    statement = guardrails.allowing_statement(denial)
    passed = commands.fill_command(
        "aws sts get-federation-token --name {} --policy file://policy.json", session.name
    )
    remedy = Remedy(
        title=title,
        who="you",
        steps=(
            f"{how}. Then use the new session: an existing one keeps its permissions.",
            f"The IAM user whose keys call GetFederationToken needs {denial.action} in an identity-based policy, too.",
            "Or use AssumeRole, whose sessions have the permissions of the role.",
            *guardrails.resource_steps(denial),
        ),
        commands=(passed,) if has_none and not in_python else (),
        policy=build_document((statement,)) if has_none and statement is not None else None,
        statement=None if has_none else statement,
        layer="session",
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getfederationtoken.html",
    )
    name = clip_text(session.name)
    text = f"The session can do only what both its session policy and the policies of the IAM user that called GetFederationToken allow. {name} is the name of the session, not of an IAM user."
    return guardrails.explain_guardrail(denial, verdict, text, "session", remedy)


def _find_anywhere_profile(denial: Denial) -> tuple[str, str] | None:
    """Return the Region and ID of the IAM Roles Anywhere profile from which the text gets the session."""
    text = denial.failure.text
    found = {(each["region"], each["id"]) for each in _ANYWHERE.finditer(text)}
    if (not found and "aws_signing_helper" not in text) or _shows_other_role(denial):
        return None
    return only_one(found, (commands.region(find_region(denial.case)), "PROFILE_ID"))


def _anywhere_remedy(denial: Denial, region: str, profile: str, statement: dict[str, Any] | None) -> Remedy:
    """Return the remedy that changes the session policy in a profile of IAM Roles Anywhere."""
    show = "aws rolesanywhere get-profile --region {} --profile-id {} --query profile.sessionPolicy --output text"
    update = (
        "aws rolesanywhere update-profile --region {} --profile-id {} --session-policy file://policy.json"
    )
    replace = commands.fill_command(update, region, profile)
    save = _save_step(denial, "update-profile")
    name = "" if profile == "PROFILE_ID" else f" {profile}"
    return Remedy(
        title="Change the session policy of the IAM Roles Anywhere profile",
        who="account administrator",
        steps=(
            f"The session is from IAM Roles Anywhere: its profile{name} limits it. {save} If it has no session policy (None), its managedPolicyArns limit the session.",
            "Then get new credentials. The limit can be intentional, such as for backups that the host cannot delete.",
            *guardrails.resource_steps(denial),
        ),
        commands=(commands.fill_command(show, region, profile), replace),
        statement=statement,
        layer="session",
        url="https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_ProfileDetail.html",
    )


def _save_step(denial: Denial, command: str) -> str:
    """Return how to change the session policy that a command prints and another one replaces."""
    step = "An administrator can scope the Deny down: save the whole changed policy as policy.json."
    return step if denial.is_explicit else save_step("the session policy", command=command)


def _shows_other_role(denial: Denial) -> bool:
    """Return whether the calls in the text open sessions of other roles than the caller's."""
    roles = set(_ASSUMED_ROLE.findall(denial.failure.text))
    return bool(roles) and denial.role is not None and denial.role.name not in roles
