"""Explain that the data access policy of an OpenSearch Serverless collection does not allow a request."""

from __future__ import annotations

from typing import NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.statements import is_administrator
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Labelled, Remedy
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.principal_words import underlying_role
from iamtriage.explaining._rules.shared.remedies import owner_remedy, your_remedy

_PAGE = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html"
_ARN = lazy_pattern(r"\barn:aws[a-z-]{0,12}:iam::[0-9]{12}:(?:role|user)/[\w+=,.@/-]{0,575}\w")
_PRINCIPALS = lazy_pattern(r"\bPrincipals?\\?[\"']?\s{0,9}[=:]\s{0,9}\[(?P<arns>[^\[\]]{1,4000})\]")
_NAME = lazy_pattern(
    r"\"aws_opensearchserverless_access_policy\"[^}]{0,200}?\bname\s{1,9}=\s?\"(?P<resource>[a-z][a-z0-9-]{2,31})\""
    r"|\baccess-policy\b[^\n|;]{0,120}?--name[ =](?P<option>[a-z][a-z0-9-]{2,31})"
)
_LIST = "aws opensearchserverless list-access-policies --type data --query 'accessPolicySummaries[].name'"
_COLLECTION = lazy_pattern(r"\b(?:index|collection)/(?P<name>[a-z][a-z0-9-]{2,31})\b")
DATA_ACCESS_POLICY = CauseType(
    "data-access-policy",
    title="The data access policy of the collection does not allow the request",
    meaning="OpenSearch Serverless checks two layers: IAM (aoss:APIAccessAll), and the data access policy of the collection, which lists roles and users.",
    recognised_by='The service says "User does not have permissions for the requested resource" (authorization_exception).',
    fix="Add the role of the caller to Principal in the data access policy.",
    sources=(_PAGE,),
)


class _AccessPolicy(NamedTuple):
    """A data access policy in a text: its name and collection, and the roles and users that it lists."""

    name: str
    collection: str | None
    principals: tuple[str, ...]


def _find_policy(text: str) -> _AccessPolicy | None:
    named, found = _NAME.search(text), _PRINCIPALS.search(text)
    if found is None or (named is None and "aoss:" not in text):
        return None
    collections = {each["name"] for each in _COLLECTION.finditer(text)}
    return _AccessPolicy(
        "POLICY_NAME" if named is None else named["resource"] or named["option"],
        collections.pop() if len(collections) == 1 else None,
        tuple(dict.fromkeys(_ARN.findall(found["arns"]))),
    )


def _find_caller(denial: Denial, policy: _AccessPolicy | None) -> str | None:
    """Return the ARN of the calling role or user, which can be the only one that the policy does not list."""
    if denial.principal is not None:
        return str(underlying_role(denial.principal) or denial.principal)
    listed = () if policy is None else policy.principals
    others = {each for each in _ARN.findall(denial.failure.text) if each not in listed}
    return others.pop() if len(others) == 1 else None


def explain_data_access(denial: Denial) -> Explanation:
    """Explain that a collection's data access policy does not allow a request that IAM allowed."""
    text = denial.failure.text
    policy = _find_policy(text)
    caller = _find_caller(denial, policy)
    who = "the role of the knowledge base" if "CreateKnowledgeBase" in text else "the role of the caller"
    name = who if caller is None else clip_text(_last(caller))
    listed = () if policy is None else tuple(_last(each) for each in policy.principals)
    is_listed = policy is not None and caller is not None and _last(caller) in listed
    named = "" if policy is None or policy.name == "POLICY_NAME" else f" {policy.name}"
    of = f"the collection {policy.collection}" if policy and policy.collection else "the collection"
    why = f"its data access policy{named} does not allow the request of {name}"
    because, shown, second = "", "", None
    if is_listed:
        why = f"its data access policy{named} lists {name}, but no rule with it allows the request"
    elif policy is not None and caller is not None:
        why = f"its data access policy{named} does not list {name}"
        because = f"Its Principal has only {clip_text(join_words(listed, 'and'))}, whose calls work."
        if any(each.startswith("AWSReservedSSO_") for each in listed):
            because = f"{because[:-1]}: the one with AWSReservedSSO_ is that of people who sign in to IAM Identity Center."
    if is_administrator(text) and not is_listed:
        shown = ", which AdministratorAccess includes"
    if caller is None and who.endswith("caller"):
        second = your_remedy(
            "Print which identity calls, where the program runs",
            "It can be another role than the one with which the same call works elsewhere.",
            commands="aws sts get-caller-identity",
        )
    return denial.explain(
        f"OpenSearch Serverless denied the request to {of}: {why}.",
        DATA_ACCESS_POLICY.cause("derived" if policy else "reported", because),
        remedies=(_change_remedy(text, policy, caller, who, is_listed=is_listed), second),
        notes=f"Both layers must allow the request: the data access policy, and IAM with aoss:APIAccessAll{shown}. {'More IAM permissions do not help' if shown else 'No IAM policy replaces the first'}.",
    )


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]


def _change_remedy(
    text: str, policy: _AccessPolicy | None, caller: str | None, who: str, *, is_listed: bool
) -> Remedy:
    name, arn = "POLICY_NAME" if policy is None else policy.name, caller or "PRINCIPAL_ARN"
    delay = "The change takes effect after about a minute. If the call then still fails, check the network policy of the collection."
    if is_listed:
        title = f"In the data access policy {name}, add the index or collection and the permission of the call to a rule with {_last(arn)}"
    else:
        title = f"Add {who if caller is None else _last(arn)} to Principal in the data access policy"
        title += "" if name == "POLICY_NAME" else f" {name}"
    if policy is not None and not is_listed and "aws_opensearchserverless_access_policy" in text:
        lines = "".join(f'\n  "{each}",' for each in (*policy.principals, arn))
        return owner_remedy(
            title,
            "Then apply the change before what uses the collection: depends_on makes Terraform wait for the policy.",
            delay,
            manifest=f"Principal = [{lines}\n]",
            manifest_language="hcl",
            url=_PAGE,
        )
    show = f"aws opensearchserverless get-access-policy --type data --name {name}"
    index = f"index/{(policy and policy.collection) or 'COLLECTION'}/*"
    return owner_remedy(
        title,
        f"Its rules need the permission of the call, such as aoss:CreateIndex or aoss:ReadDocument on {index}.",
        delay,
        commands=(
            _LIST if name == "POLICY_NAME" else None,
            f"{show} --query accessPolicyDetail.policy --output json > access.json",
            Labelled(
                "Then, with the change in access.json:",
                f'aws opensearchserverless update-access-policy --type data --name {name} --policy file://access.json --policy-version "$({show} --query accessPolicyDetail.policyVersion --output text)"',
            ),
        ),
        url=_PAGE,
    )
