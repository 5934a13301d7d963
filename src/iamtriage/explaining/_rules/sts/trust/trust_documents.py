"""Read the statements of a trust policy, and find the OIDC provider that it names."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text, join_words
from iamtriage.exceptions import IamTriageError
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.shared.policies import policy_changes
from iamtriage.policies._readers.elements import (
    allow_statements,
    as_mapping,
    as_strings,
    iterate_conditions,
    iterate_statements,
    parse_document,
    principal_names,
    shown_sid,
)

if TYPE_CHECKING:
    from iamtriage.trust._evaluation import TrustResult

_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")
_PROVIDER = "oidc-provider/"
OIDC_KEY = lazy_pattern(r"(?a)(\S{3,255}):(aud|sub|azp|amr)")
_ARN_OF_PROVIDER = lazy_pattern(r"(?a)\barn:aws[a-z-]{0,12}:iam::(?:[0-9]{12}|ACCOUNT_ID):oidc-provider/")
_SUBJECT_OPERATORS = frozenset({"stringequals", "stringlike", "stringequalsignorecase"})


def find_provider(policy: Mapping[str, Any] | str | None) -> str | None:
    """Return the ARN of the only OIDC provider that a trust policy names.

    >>> find_provider('{"Statement": {"Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"}}}')
    'arn:aws:iam::111122223333:oidc-provider/gitlab.com'
    """
    statements = iterate_statements(parse_document(policy) or {}) if policy is not None else ()
    return only_one(
        {name for each in statements for name in principal_names(each, "Federated") if _PROVIDER in name}
    )


@attrs.frozen(eq=False, repr=False)
class LiteralPattern(Value):
    """A value with wildcards that a condition compares literally."""

    operator: str
    value: str
    fixed: dict[str, Any]


def find_literal_pattern(policy: Mapping[str, Any] | str | None) -> LiteralPattern | None:
    """Return the first subject with wildcards in an Allow statement that a condition compares literally."""
    document = parse_document(policy)
    if document is None:
        return None
    found = next(
        (
            (statement, operator, key, value)
            for statement in allow_statements(document)
            for operator, key, values in iterate_conditions(statement)
            if key.endswith(":sub") and like_operator(operator) != operator
            for value in values
            if set("*?") & set(value)
        ),
        None,
    )
    if found is None:
        return None
    statement, operator, key, value = found
    stated = as_mapping(statement["Condition"][operator])[key]
    changed = policy_changes.replace_condition(
        statement, operator, key, policy_changes.Condition(like_operator(operator), key, stated)
    )
    return LiteralPattern(operator, value, policy_changes.replace_statement(document, statement, changed))


def like_operator(operator: str) -> str:
    """Return the operator that supports wildcards, or the same operator if it has no such counterpart.

    >>> like_operator("StringEqualsIgnoreCase")
    'StringLike'
    """
    return operator.replace("StringEqualsIgnoreCase", "StringLike").replace("StringEquals", "StringLike")


def policy_with_value(
    policy: Mapping[str, Any] | str | None,
    result: TrustResult,
    *,
    value: str | list[str] | None = None,
    new_operator: str | None = None,
) -> dict[str, Any] | None:
    """Return a policy with the failed condition changed, or ``None`` if that is no change."""
    return policy_changes.replace_failed_condition(
        policy,
        result,
        lambda each: policy_changes.Condition(
            new_operator or each.operator, each.key, each.value if value is None else value
        ),
    )


def find_statement(policy: Mapping[str, Any] | str | None, result: TrustResult) -> dict[str, Any]:
    """Return the statement of a trust policy that decides or comes closest, the first one if there is none such."""
    statements = iterate_statements(parse_document(policy) or {})
    return next(islice(statements, result.statement or 0, None), dict[str, Any]())


def name_statement(policy: Mapping[str, Any] | str | None, result: TrustResult) -> str:
    """Return the statement of a trust policy that decides in words: by its Sid, or its place among several."""
    if sid := shown_sid(find_statement(policy, result)):
        return f"the statement {sid}"
    if len(list(iterate_statements(parse_document(policy) or {}))) < 2 or result.statement is None:
        return "the statement"
    if result.statement >= len(_PLACES):
        return f"statement number {result.statement + 1}"
    return f"the {_PLACES[result.statement]} statement"


def expected_subjects(policy: Mapping[str, Any] | str | None) -> tuple[str, ...]:
    """Return the subjects that the Allow statements of a trust policy expect.

    >>> expected_subjects('{"Statement": {"Effect": "Allow", "Condition": {"StringLike": {"gitlab.com:sub": "a"}}}}')
    ('a',)
    """
    if policy is None:
        return ()
    subjects = (
        value
        for statement in allow_statements(policy)
        for _, key, values in iterate_conditions(statement)
        if key.endswith(":sub")
        for value in values
    )
    return tuple(dict.fromkeys(subjects))


def evaluate_policy(
    policy: Mapping[str, Any] | str,
    action: str,
    *,
    caller: str | None = None,
    claims: Mapping[str, Any] | None = None,
) -> TrustResult | None:
    """Return the evaluation of a trust policy, ``None`` if the policy or what is known of the request is invalid."""
    from iamtriage.trust._evaluation import check_trust_policy

    try:
        return check_trust_policy(with_any_account(policy), action=action, caller=caller, claims=claims)
    except (IamTriageError, TypeError, ValueError):
        return None


def with_any_account(policy: Mapping[str, Any] | str) -> Mapping[str, Any] | str:
    """Return a policy that can be evaluated, in place of one whose account the text does not state."""
    placeholder = "ACCOUNT_ID:oidc-provider/"
    if isinstance(policy, str) or placeholder not in str(policy):
        return policy
    filled = json.dumps(policy).replace(placeholder, placeholder.replace("ACCOUNT_ID", "000000000000"))
    return cast("Mapping[str, Any]", json.loads(filled))


def describe_trusted(policy: Mapping[str, Any] | str | None) -> str:
    """Return the principals that the Allow statements of a trust policy name, or nothing if there are many.

    >>> describe_trusted('{"Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}}')
    'the service ec2.amazonaws.com'
    """
    named: dict[str, None] = {}
    for statement in allow_statements(policy):
        services = principal_names(statement, "Service")
        for name in principal_names(statement):
            provider = name.partition(_PROVIDER)[2]
            what = "the service " if name in services else "the OIDC provider " if provider else ""
            described = f"{what}{clip_text(provider or name)}"
            named["a cluster's OIDC provider (IRSA)" if provider.startswith(_CLUSTER) else described] = None
    return join_words([*named], "and") if len(named) <= 2 else ""


def remove_deleted_principals(policy: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a policy without the unique IDs of deleted principals, which IAM rejects, and a step that names them.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    from iamtriage.arns._names import is_unique_id

    kept: list[dict[str, Any]] = []
    removed: dict[str, None] = {}
    for each in iterate_statements(policy):
        principal = as_mapping(each.get("Principal"))
        names = as_strings(principal.get("AWS"))
        deleted = [name for name in names if is_unique_id(name)]
        left = [name for name in names if name not in deleted]
        removed.update(dict.fromkeys(deleted))
        others = {kind: value for kind, value in principal.items() if kind != "AWS" or left}
        if not deleted:
            kept.append(each)
        elif others:
            if left:
                others["AWS"] = left[0] if len(left) == 1 else left
            kept.append({**each, "Principal": others})
    if not removed or not kept:
        return dict(policy), ()
    step = f"The document omits {join_words(tuple(removed), 'and')}: IAM rejects the unique IDs of deleted principals."
    return {**policy, "Statement": kept}, (step,)


def limit_to_subject(policy: Mapping[str, Any], facts: Facts) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a policy that trusts no provider whatever the subject, and a step that says what was added.

    An OIDC provider issues tokens to every service account of a cluster, or to every repository:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
    """
    subject: object = (facts.token_claims or {}).get("sub")
    if subject is None and facts.namespace and facts.service_account:
        subject = f"system:serviceaccount:{facts.namespace}:{facts.service_account}"
    audiences = as_strings((facts.token_claims or {}).get("aud", _AUDIENCE))
    limited = copy.deepcopy(dict(policy))
    is_open = False
    for each in iterate_statements(limited):
        named = [name for name in principal_names(each, "Federated") if _PROVIDER in name]
        conditions = as_mapping(each.get("Condition"))
        keys = {key.rpartition(":")[2].lower() for _, key, _ in iterate_conditions(each)}
        if each.get("Effect") != "Allow" or len(named) != 1 or keys - {"aud"}:
            continue
        is_open = True
        if isinstance(subject, str) and subject.isprintable():
            issuer = named[0].partition(_PROVIDER)[2]
            equals = {**as_mapping(conditions.get("StringEquals")), f"{issuer}:sub": subject}
            if not keys and issuer.startswith(_CLUSTER) and _AUDIENCE in audiences:
                equals[f"{issuer}:aud"] = _AUDIENCE
            each["Condition"] = {**conditions, "StringEquals": equals}
    step = "It adds a condition on the subject: without it, every token of the provider is accepted. List the subjects of others that use the role."
    if limited == policy:
        step = "Add a condition on the subject (sub): without it, every token of the provider is accepted."
    return limited, (step,) if is_open else ()


_CLUSTER = "oidc.eks."
_AUDIENCE = "sts.amazonaws.com"
_HTTPS = "https://"
OTHER_ROLES = "Other roles whose trust policies name the old provider need the same change."
"""What to know if the cluster of the provider in a trust policy is gone."""


@attrs.frozen(eq=False, repr=False)
class OtherProvider(Value):
    """The provider that a trust policy names instead of the issuer of the token.

    Attributes:
        named: The provider in the policy, such as ``"gitlab.com"``.
        issuer: The issuer of the token, without its scheme.
        account: The account of the provider.
        fixed: The whole policy with the issuer as provider, and in the keys of its conditions.
        changed_keys: How many of these keys differ from those of the policy.
    """

    named: str
    issuer: str
    account: str
    fixed: dict[str, Any]
    changed_keys: int = 0

    @property
    def is_misspelled(self) -> bool:
        """Whether only the host of a cluster's issuer differs, so that the named provider cannot exist."""
        return self.named.rpartition("/id/")[1:] == self.issuer.rpartition("/id/")[1:]

    @property
    def is_of_other_cluster(self) -> bool:
        """Whether both are EKS clusters."""
        return self.named.startswith(_CLUSTER) and self.issuer.startswith(_CLUSTER)

    @property
    def text(self) -> str:
        """What differs, as a sentence without a full stop."""
        host, separator, cluster = self.named.rpartition("/id/")
        if self.is_of_other_cluster and separator and self.issuer.startswith(f"{host}{separator}"):
            actual = self.issuer.removeprefix(f"{host}{separator}")
            return f"the trust policy names the OIDC provider of another cluster, or of this one before it was re-created, …/id/{cluster}, and the token is from …/id/{actual}"
        if self.is_misspelled:
            actual = self.issuer.partition("/")[0]
            return f"the provider in the trust policy has the host {host.partition('/')[0]}, and the issuer of the token has {actual}. The id is the same"
        return f"the trust policy names the provider {self.named}, and the token is from {self.issuer}"

    @property
    def warning(self) -> str:
        """Which callers lose access with the fixed policy, and how they keep it."""
        if self.is_misspelled:
            return "IAM accepted the wrong ARN because it does not check that the provider exists. The pods need no restart."
        whose = f"callers with tokens of {self.named}"
        if self.is_of_other_cluster:
            whose = "pods of the old cluster"
        return f"With it, {whose} lose access: if they still use the role, keep the old statement as a second one."

    def add_to(self, policy: Mapping[str, Any] | str | None) -> dict[str, Any]:
        """Return the policy with its statements, and then those for the issuer of the token."""
        added = [*iterate_statements(self.fixed)]
        return {**self.fixed, "Statement": [*iterate_statements(parse_document(policy) or {}), *added]}

    @property
    def keys(self) -> str:
        """What has to be changed in the policy."""
        count = self.changed_keys
        return "Federated" if not count else f"Federated and in the condition key{'s' if count > 1 else ''}"


def find_other_provider(policy: Mapping[str, Any] | str | None, issuer: object) -> OtherProvider | None:
    """Return the only OIDC provider of a trust policy, if it is not the issuer of the token.

    >>> policy = {"Statement": {"Effect": "Allow", "Principal": {
    ...     "Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}}
    >>> find_other_provider(policy, "https://gitlab.example.com").text
    'the trust policy names the provider gitlab.com, and the token is from gitlab.example.com'
    """
    provider, document = find_provider(policy), parse_document(policy)
    if provider is None or document is None or not isinstance(issuer, str):
        return None
    actual = issuer.removeprefix(_HTTPS)
    named = provider.partition(_PROVIDER)[2]
    # The evaluation says what else can differ: the scheme, the case or a slash at the end.
    if named.rstrip("/").lower() == actual.rstrip("/").lower() or not issuer.startswith(_HTTPS):
        return None
    if not actual.isprintable() or not actual.isascii() or " " in actual:
        return None
    changed = 0
    arn = f"{provider.partition(_PROVIDER)[0]}{_PROVIDER}{actual}"

    def rename(condition: policy_changes.Condition) -> policy_changes.Condition:
        nonlocal changed
        if not condition.key.startswith(f"{named}:"):
            return condition
        changed += 1
        return condition._replace(key=f"{actual}:{condition.key.removeprefix(f'{named}:')}")

    def correct(statement: dict[str, Any]) -> dict[str, Any]:
        principal = as_mapping(statement.get("Principal"))
        listed = principal.get("Federated")
        if provider not in as_strings(listed):
            return statement
        written = [arn if each == provider else each for each in as_strings(listed)]
        return {
            **policy_changes.change_conditions(statement, rename),
            "Principal": {**principal, "Federated": written if isinstance(listed, list) else arn},
        }

    fixed = policy_changes.change_statements(document, correct)
    return OtherProvider(named, actual, provider.split(":")[4], fixed, changed)


def split_by_provider(statement: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Return a statement for each of the providers whose subjects a condition requires, if there are several.

    A token has only the keys of its own provider, and all keys of a condition must match:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html.
    """
    issuers = dict.fromkeys(
        match[1]
        for operator, key, _ in iterate_conditions(statement)
        if operator.lower() in _SUBJECT_OPERATORS and (match := OIDC_KEY.fullmatch(key)) and match[2] == "sub"
    )
    prefix = _ARN_OF_PROVIDER.search(str(statement.get("Principal")))
    if len(issuers) <= 1 or prefix is None:
        return None
    parts: list[dict[str, Any]] = []
    for number, issuer in enumerate(issuers, start=1):
        part = _limit_conditions(statement, issuer)
        if "Sid" in part:
            part["Sid"] = f"{part['Sid']}{number}"
        part["Principal"] = {"Federated": f"{prefix[0]}{issuer}"}
        parts.append(part)
    return parts


def _limit_conditions(statement: Mapping[str, Any], issuer: str) -> dict[str, Any]:
    """Return a statement without the conditions on keys of other providers."""
    return policy_changes.change_conditions(
        statement, lambda each: each if _is_of_provider(each.key, issuer) else None
    )


def _is_of_provider(key: str, issuer: str) -> bool:
    """Return whether a condition key is of a provider, or of none."""
    match = OIDC_KEY.fullmatch(key)
    return match is None or match[1] == issuer
