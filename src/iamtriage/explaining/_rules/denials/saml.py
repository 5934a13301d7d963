"""Explain denials of roles to SAML users.

The role's trust policy alone decides. Source:
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.denials import assuming_roles
from iamtriage.explaining._rules.denials.federation import (
    checked_cause,
    correct_policy_remedy,
    explain_rejected,
)
from iamtriage.explaining._rules.denials.web_identity_remedies import CHANGE_STATEMENT, role_location
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import present, trust_remedy, your_remedy
from iamtriage.explaining._rules.sts import trust_documents
from iamtriage.explaining._rules.sts.trust_findings import evaluate_trust_policy
from iamtriage.explaining._rules.sts.trust_fixes import WHOLE_DOCUMENT
from iamtriage.policies._documents import allow, build_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

_ONLY_TRUST_POLICY = "For this call only the trust policy decides: the caller has no identity-based policies."

# https://docs.aws.amazon.com/general/latest/gr/signin-service.html
_SIGN_IN_DOMAINS = {
    "aws": "signin.aws.amazon.com",
    "aws-cn": "signin.amazonaws.cn",
    "aws-us-gov": "signin.amazonaws-us-gov.com",
}
_ACTION = "sts:AssumeRoleWithSAML"
_ACTIONS = frozenset({_ACTION.lower(), "sts:assumerolewith*", "sts:assumerole*", "sts:*", "*"})
_PROVIDER_PATH = ":saml-provider/"

ASSERTION_NOT_TRUSTED = CauseType(
    "assertion-not-trusted",
    title="The role's trust policy does not allow the SAML assertion",
    text="The role's trust policy does not allow this assertion: it must name the SAML provider as Federated and allow sts:AssumeRoleWithSAML, and its conditions, such as SAML:aud, must match.",
    recognised_by='STS says "Not authorized to perform sts:AssumeRoleWithSAML".',
    fix="Name the SAML provider in the trust policy, and allow sts:AssumeRoleWithSAML.",
    sources=(pages.SAML,),
)

SAML_PAIR = CauseType(
    "saml-pair",
    title="The assertion names another role and provider",
    text="The pair of role and provider in the assertion's Role attribute is not the one of the trust policy.",
    fix="Correct the Role attribute of the assertion.",
    of="assertion-not-trusted",
)


def explain_saml(denial: Denial) -> Explanation:
    """Explain that STS did not accept a SAML assertion for a role."""
    rejected = f"STS rejected the SAML assertion for {denial.target_role_text}"
    compare = _compare_assertion_remedy(denial)
    problem = _find_problem(denial)
    if problem is not None:
        verdict, remedy = problem
        text = "No SAML assertion meets the role's trust policy as it is."
        cause = checked_cause(denial, text, _ONLY_TRUST_POLICY)
        return explain_rejected(denial, f"{rejected}: {verdict}.", cause, remedies=(remedy, compare))
    provider, audiences = _trusted(denial)
    text, verdict = "", "its trust policy does not allow it"
    if provider is not None:
        aud = f" and SAML:aud {clip_text(' or '.join(audiences))}" if audiences else ""
        verdict = f"its trust policy expects the provider {clip_text(provider.rpartition('/')[2])}{aud}"
        text = f"The trust policy allows sts:AssumeRoleWithSAML for {clip_text(provider)}. The assertion names another provider, or does not meet a condition{aud.replace(' and', ' such as')}."
    return explain_rejected(
        denial,
        f"{rejected}: {verdict}.",
        ASSERTION_NOT_TRUSTED.cause("derived", (_ONLY_TRUST_POLICY,), text=text),
        SAML_PAIR.cause(),
        assuming_roles.NO_SUCH_ROLE.cause(
            text="The role does not exist, or its ARN is misspelled (it is case-sensitive): STS reports the same error."
        ),
        assuming_roles.SESSION_TAGS.cause(
            text="The assertion has PrincipalTag attributes, and the trust policy does not allow sts:TagSession."
        ),
        remedies=present(compare, _trust_saml_remedy(denial) if provider is None else None),
    )


def _saml_providers(statement: Mapping[str, Any]) -> list[str]:
    names = trust_documents.principal_names(statement, "Federated")
    return [each for each in names if _PROVIDER_PATH in each]


def _trusted(denial: Denial) -> tuple[str | None, list[str]]:
    """Return the SAML provider that the supplied trust policy names, and the audiences that it expects."""
    for statement in trust_documents.allow_statements(denial.facts.trust_policy):
        for provider in _saml_providers(statement):
            return provider, [each for _, _, values in _audiences(statement) for each in values]
    return None, []


def _audiences(statement: Mapping[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return the operator, the key and the values of each condition on the audience."""
    conditions = trust_documents.iterate_conditions(statement)
    return [each for each in conditions if each[1].lower() == "saml:aud" and "not" not in each[0].lower()]


def _find_problem(denial: Denial) -> tuple[str, Remedy] | None:
    """Return why the supplied trust policy accepts no SAML assertion, and what to do, or ``None`` if it may accept one."""
    document = trust_documents.parse_document(denial.facts.trust_policy)
    if document is None:
        return None
    fixed = copy.deepcopy(dict(document))
    statements = trust_documents.allow_statements(fixed)
    meant = next((each for each in statements if _saml_providers(each)), None)
    if meant is None:
        return _missing_provider(denial, statements)
    facts = attrs.evolve(denial.facts, caller=_saml_providers(meant)[0], token_claims=None)
    findings = evaluate_trust_policy(facts, _ACTION, denial.resource)
    result = None if findings is None else findings.result
    if result is not None and result.is_explicit_deny:
        remedy = assuming_roles.narrow_deny_remedy(denial, result)
        return "a Deny statement of the trust policy matches it", remedy
    index = list(trust_documents.iterate_statements(fixed)).index(meant)
    texts = present(*(change(denial, meant) for change in (_fix_partition, _fix_action, _fix_audience)))
    if not texts:
        return None
    remedy = correct_policy_remedy(denial, "Correct the role's trust policy", fixed, WHOLE_DOCUMENT)
    recipient = "The assertion's Recipient must be the value of SAML:aud."
    steps = (*remedy.steps, recipient) if _audiences(meant) else remedy.steps
    text = f"Statement[{index}] of its trust policy {', and '.join(texts)}"
    return text, attrs.evolve(remedy, steps=steps, url=pages.SAML)


def _missing_provider(denial: Denial, statements: list[dict[str, Any]]) -> tuple[str, Remedy] | None:
    named = [name for each in statements for name in trust_documents.principal_names(each)]
    if not named:
        return None
    text = f"the trust policy names {clip_text(' and '.join(named[:2]))} and no SAML provider"
    return text, _trust_saml_remedy(denial)


def _fix_partition(denial: Denial, statement: dict[str, Any]) -> str | None:
    """Correct the partition of the provider, which is that of the role."""
    partition, _ = role_location(denial)
    provider = _saml_providers(statement)[0]
    named = provider.split(":")[1]
    if denial.target_role is None or named == partition:
        return None
    fixed = provider.replace(f"arn:{named}:", f"arn:{partition}:", 1)
    statement["Principal"]["Federated"] = fixed
    return f"names the provider {clip_text(provider)} of another partition than the role's"


def _fix_action(_denial: Denial, statement: dict[str, Any]) -> str | None:
    """Allow the action of SAML, which replaces sts:AssumeRole."""
    actions = trust_documents.as_strings(statement.get("Action"))
    if not actions or any(each.lower() in _ACTIONS for each in actions):
        return None
    kept = [each for each in actions if each.lower() != "sts:assumerole"]
    statement["Action"] = [_ACTION, *kept] if kept else _ACTION
    return f"allows {clip_text(join_words(tuple(actions[:3]), 'and'))} instead of {_ACTION}"


def _fix_audience(_denial: Denial, statement: dict[str, Any]) -> str | None:
    """Expect the sign-in endpoint of the provider's partition."""
    partition = _saml_providers(statement)[0].split(":")[1]
    domain = _SIGN_IN_DOMAINS.get(partition)
    if domain is None:
        return None
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html: endpoints of
    # Regions, and of encrypted assertions.
    pattern = lazy_pattern(
        rf"https://(?:[\w-]{{1,30}}\.)?{re.escape(domain)}/saml(?:/acs/\S{{1,200}})?", re.ASCII
    )
    for operator, key, values in _audiences(statement):
        if not values or any("*" in each or "$" in each or pattern.fullmatch(each) for each in values):
            continue
        expected = f"https://{domain}/saml"
        statement["Condition"][operator][key] = expected
        return f"expects {key} {clip_text(' or '.join(values[:2]))} instead of {expected}, the sign-in endpoint in {partition}"
    return None


def _compare_assertion_remedy(denial: Denial) -> Remedy:
    provider, audiences = _trusted(denial)
    aud = f", {clip_text(' or '.join(audiences))}," if audiences else ""
    expected = "The trust policy must name the provider's ARN as Federated."
    if provider is not None:
        expected = f"The trust policy names the provider {clip_text(provider)}."
    return your_remedy(
        "Compare the assertion with the trust policy",
        "Copy SAMLResponse from the browser's network log and decode it from Base64. Keep it secret: anyone can sign in with it.",
        "Its attribute https://aws.amazon.com/SAML/Attributes/Role must contain the ARNs of the role and of the SAML provider, separated by a comma.",
        f"{expected} SAML:aud{aud} is compared with the Recipient of the assertion.",
        "If the identity provider has new certificates or another issuer, upload its metadata to the SAML provider again.",
        commands=(assuming_roles.trust_policy_commands(denial)[0], "aws iam list-saml-providers"),
        url=pages.SAML,
    )


def _trust_saml_remedy(denial: Denial) -> Remedy:
    partition, account = role_location(denial)
    provider, _ = _trusted(denial)
    domain = _SIGN_IN_DOMAINS.get(partition, _SIGN_IN_DOMAINS["aws"])
    trusted = {"Federated": provider or f"arn:{partition}:iam::{account}:saml-provider/PROVIDER"}
    condition = {"StringEquals": {"SAML:aud": f"https://{domain}/saml"}}
    return trust_remedy(
        "Allow the assertion in the role's trust policy",
        CHANGE_STATEMENT,
        policy=build_document([allow(_ACTION, principal=trusted, condition=condition)]),
        url=pages.SAML,
    )
