"""Explain denials of roles to SAML users.

The role's trust policy alone decides. Source:
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.roles import assuming_roles, role_conditions
from iamtriage.explaining._rules.denials.roles.literal_values import NO_SUCH_ROLE
from iamtriage.explaining._rules.denials.roles.rejected_identities import (
    checked_cause,
    correct_policy_remedy,
    explain_rejected,
)
from iamtriage.explaining._rules.denials.roles.web_identity_remedies import CHANGE_STATEMENT, role_location
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.remedies import present, replace_in, trust_remedy, your_remedy
from iamtriage.explaining._rules.sts.trust import trust_documents
from iamtriage.explaining._rules.sts.trust.trust_findings import evaluate_trust_policy, policy_with_principal
from iamtriage.policies._documents import allow, build_document
from iamtriage.policies._readers.elements import (
    allow_statements,
    as_strings,
    iterate_conditions,
    principal_names,
)

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
_RECIPIENT = lazy_pattern(
    r"(?a)\bRecipient[\"'`]?(?:\s?[=:]|\s(?:is|was)(?! not\b))\s?[\"'`]?(?P<url>https://[\w./:-]{1,200}[\w/])"
)
# A value of the attribute Role: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html.
_SAML_ARN = r"arn:aws[a-z-]{0,12}:iam::\d{12}:saml-provider/[\w.-]{1,128}"
_FULL_ROLE = lazy_pattern(r"(?a)arn:aws[a-z-]{0,12}:iam::\d{12}:role/[\w+=.@/-]{1,512}")
_FULL_PROVIDER = lazy_pattern(_SAML_ARN, re.ASCII)
_PAIR = lazy_pattern(
    rf"(?a)(?P<first>{_SAML_ARN})\s?,\s?arn:aws[a-z-]{{0,12}}:iam::\d{{12}}:role/(?P<role>[\w+=.@/-]{{1,512}})|:role/(?P<own>[\w+=.@/-]{{1,512}})\s?,\s?(?P<last>{_SAML_ARN})"
)

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
    problem = _find_problem(denial)
    if problem is not None:
        verdict, remedy = problem
        text = "No SAML assertion meets the role's trust policy as it is."
        cause = checked_cause(denial, text, _ONLY_TRUST_POLICY)
        return explain_rejected(
            denial, f"{rejected}: {verdict}.", cause, remedies=(remedy, _compare_assertion_remedy(denial))
        )
    if (differing := _explain_difference(denial, rejected)) is not None:
        return differing
    provider, audiences = _find_trusted(denial)
    text, verdict = "", "its trust policy does not allow it"
    if provider is not None:
        aud = f" and SAML:aud {clip_text(' or '.join(audiences))}" if audiences else ""
        verdict = f"its trust policy expects the provider {clip_text(provider.rpartition('/')[2])}{aud}"
        text = f"The trust policy allows sts:AssumeRoleWithSAML for {clip_text(provider)}. The assertion names another provider, or does not meet a condition{aud.replace(' and', ' such as')}."
    return explain_rejected(
        denial,
        f"{rejected}: {verdict}.",
        ASSERTION_NOT_TRUSTED.cause("derived", _ONLY_TRUST_POLICY, text=text),
        SAML_PAIR.cause(),
        NO_SUCH_ROLE.cause(
            text="The role does not exist, or its ARN is misspelled (it is case-sensitive): STS reports the same error."
        ),
        assuming_roles.SESSION_TAGS.cause(
            text="The assertion has PrincipalTag attributes, and the trust policy does not allow sts:TagSession."
        ),
        remedies=lambda: present(
            _compare_assertion_remedy(denial), _trust_saml_remedy(denial) if provider is None else None
        ),
    )


def _correct_policy(denial: Denial, title: str, fixed: Mapping[str, Any], step: str) -> Remedy:
    """Return the remedy that replaces the trust policy of the role, which the assertion can name alone."""
    remedy = correct_policy_remedy(denial, title, fixed, step)
    roles = {each["role"] or each["own"] for each in _PAIR.finditer(denial.failure.text)}
    name = commands.role_name(roles.pop().rpartition("/")[2]) if len(roles) == 1 else "ROLE_NAME"
    return attrs.evolve(remedy, commands=replace_in(remedy.commands, "ROLE_NAME", name))


def _explain_difference(denial: Denial, rejected: str) -> Explanation | None:
    """Explain that the assertion in the text has another Recipient or provider than the trust policy expects."""
    policy, text = denial.facts.trust_policy, denial.failure.text
    recipients = {each["url"] for each in _RECIPIENT.finditer(text)}
    issuers = {each["first"] or each["last"] for each in _PAIR.finditer(text)}
    expected, audiences = _find_trusted(denial)
    if expected is None:
        return None
    sender = only_one(issuers)
    named = [name for each in allow_statements(policy) for name in _saml_providers(each)]
    if sender is not None and sender not in named and not any("*" in each for each in named):
        own, theirs = clip_text(sender), clip_text(expected)
        cause = checked_cause(denial, f"The Role attribute of the assertion names {own}.", _ONLY_TRUST_POLICY)
        findings = evaluate_trust_policy(
            attrs.evolve(denial.facts, caller=sender, token_claims=None), _ACTION, denial.resource
        )
        added = allow(_ACTION, principal={"Federated": sender})
        result = None if findings is None else findings.result
        fixed = None if result is None else policy_with_principal(result, policy, dict(added))
        return explain_rejected(
            denial,
            f"{rejected}: it names the provider {own}, but its trust policy trusts {theirs}.",
            cause,
            remedies=present(
                None
                if fixed is None
                else _correct_policy(
                    denial,
                    "Trust the provider of the assertion in the role's trust policy",
                    fixed,
                    f"Or let the identity provider send {theirs} in the Role attribute, if that is the one that has its metadata.",
                )
            ),
        )
    recipient = only_one(recipients)
    if recipient is None or not audiences:
        return None
    facts = attrs.evolve(denial.facts, caller=sender or expected, token_claims=None)
    findings = evaluate_trust_policy(facts, _ACTION, denial.resource, {"SAML:aud": recipient})
    result = None if findings is None else findings.result
    if result is None or result.allowed is not False or not (result.condition or "").endswith(":aud"):
        return None
    fixed = trust_documents.policy_with_value(policy, result, value=[*result.expected, recipient])
    wanted = clip_text(" or ".join(result.expected[:3]))
    back = your_remedy(
        f"Or set the Recipient back to {wanted} in the identity provider",
        "Its administrators change the URL of the assertion consumer service (ACS, also called single sign-on URL).",
        url=pages.SAML,
    )
    return explain_rejected(
        denial,
        f"{rejected}: its Recipient is {clip_text(recipient)}, but the trust policy expects SAML:aud {wanted}.",
        checked_cause(
            denial,
            "SAML:aud is compared with the Recipient of the assertion, not with its Audience (urn:amazon:webservices).",
            _ONLY_TRUST_POLICY,
        ),
        remedies=present(
            None
            if fixed is None
            else _correct_policy(
                denial,
                "Accept this Recipient, too, in the role's trust policy",
                fixed,
                "Change the other roles of this SAML provider in the same way: they get the same assertion.",
            ),
            None if len(result.expected) > 1 or set("*?") & set(wanted) else back,
        ),
    )


_INVALID_RESPONSE = "Your request included an invalid SAML response"
# The ARNs with a space between them, or in quotes.
_SPACED_PAIR = lazy_pattern(r"(?a)(?:role|saml-provider)/[\w+=.@/-]{1,512}(?:\s{1,8},|,\s{1,8}(?=arn:))")
SAML_ROLE_ATTRIBUTE = CauseType(
    "saml-role-attribute",
    title="The SAML response has no valid attribute Role",
    text="The sign-in page of AWS found no valid attribute https://aws.amazon.com/SAML/Attributes/Role in the SAML response. Each value must be a pair: the ARN of a role and that of the SAML provider.",
    recognised_by='The sign-in page says "Your request included an invalid SAML response".',
    fix="Send the attribute Role with the ARNs of a role and of the SAML provider, separated by a comma without spaces.",
    sources=(pages.SAML,),
)


def explain_invalid_response(text: str, _facts: Facts) -> Explanation | None:
    """Explain that the sign-in page finds no role in the SAML response; return ``None`` for other texts."""
    if _INVALID_RESPONSE not in text:
        return None
    role, provider = _FULL_ROLE.search(text), _FULL_PROVIDER.search(text)
    pair = f"{role[0] if role else 'ROLE_ARN'},{provider[0] if provider else 'PROVIDER_ARN'}"
    spaced = _SPACED_PAIR.search(text) is not None
    reason = "most likely, the attribute Role is missing, or its value is not a pair of ARNs"
    if spaced:
        reason = "the value of the attribute Role has a space beside its comma"
    return Explanation(
        failure=None,
        topic=SAML_ROLE_ATTRIBUTE.code,
        summary=f"The sign-in page of AWS cannot use the SAML response: {reason}.",
        causes=(
            SAML_ROLE_ATTRIBUTE.cause(
                "derived" if spaced else "reported", f'The text says "{_INVALID_RESPONSE}".'
            ),
        ),
        remedies=(
            your_remedy(
                "Correct the attribute Role in the identity provider",
                "Its administrators set the name https://aws.amazon.com/SAML/Attributes/Role, and values of this form, without spaces, quotes or line breaks:",
                "To see what is sent, copy SAMLResponse from the browser's network log, and decode it from Base64. Keep it secret: anyone can sign in with it.",
                manifest=f"{pair}\n",
                manifest_language="text",
                commands="aws iam list-saml-providers",
                url=pages.SAML,
            ),
        ),
        notes=("No permission is missing: no role was assumed yet.",),
    )


def _saml_providers(statement: Mapping[str, Any]) -> list[str]:
    names = principal_names(statement, "Federated")
    return [each for each in names if _PROVIDER_PATH in each]


def _find_trusted(denial: Denial) -> tuple[str | None, list[str]]:
    """Return the SAML provider that the supplied trust policy names, and the audiences that it expects."""
    for statement in allow_statements(denial.facts.trust_policy):
        for provider in _saml_providers(statement):
            return provider, [each for values in _list_audiences(statement) for each in values]
    return None, []


def _list_audiences(statement: Mapping[str, Any]) -> list[tuple[str, ...]]:
    conditions = iterate_conditions(statement)
    return [
        values
        for operator, key, values in conditions
        if key.lower() == "saml:aud" and "not" not in operator.lower()
    ]


def _find_problem(denial: Denial) -> tuple[str, Remedy] | None:
    """Return why the supplied trust policy accepts no SAML assertion, and what to do, or ``None`` if it may accept one."""
    statements = allow_statements(denial.facts.trust_policy)
    meant = next((each for each in statements if _saml_providers(each)), None)
    if meant is None:
        named = [name for each in statements for name in principal_names(each)]
        text = f"the trust policy names {clip_text(' and '.join(named[:2]))} and no SAML provider"
        return (text, _trust_saml_remedy(denial)) if named else None
    facts = attrs.evolve(denial.facts, caller=_saml_providers(meant)[0], token_claims=None)
    findings = evaluate_trust_policy(facts, _ACTION, denial.resource)
    result = None if findings is None else findings.result
    if result is not None and result.is_explicit_deny:
        remedy = role_conditions.narrow_deny_remedy(denial, result)
        return "a Deny statement of the trust policy matches it", remedy
    problem = _describe_problem(denial, meant)
    return None if problem is None else (f"its trust policy {problem}", _trust_saml_remedy(denial))


def _describe_problem(denial: Denial, statement: Mapping[str, Any]) -> str | None:
    """Return what keeps a statement that names a SAML provider from accepting any assertion."""
    provider, (partition, _) = _saml_providers(statement)[0], role_location(denial)
    actions, problems = as_strings(statement.get("Action")), list[str]()
    if denial.target_role is not None and provider.split(":")[1] != partition:
        problems.append(f"names the provider {clip_text(provider)} of another partition than the role's")
    if actions and not any(each.lower() in _ACTIONS for each in actions):
        problems.append(f"allows {clip_text(join_words(tuple(actions[:3]), 'and'))} instead of {_ACTION}")
    domain = _SIGN_IN_DOMAINS.get(partition, "")
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html: endpoints of
    # Regions, and of encrypted assertions.
    form = lazy_pattern(rf"(?a)https://(?:[\w-]{{1,30}}\.)?{re.escape(domain)}/saml(?:/acs/\S{{1,200}})?")
    for values in _list_audiences(statement) if domain else ():
        if values and not any(form.fullmatch(each) or set("*$") & set(each) for each in values):
            step = f"expects SAML:aud {clip_text(' or '.join(values[:2]))} instead of https://{domain}/saml, the sign-in endpoint in {partition}"
            problems.append(step)
    return ", and ".join(problems) or None


def _compare_assertion_remedy(denial: Denial) -> Remedy:
    provider, audiences = _find_trusted(denial)
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
        commands=(commands.trust_policy_commands(denial.target_role_name)[0], "aws iam list-saml-providers"),
        url=pages.SAML,
    )


def _trust_saml_remedy(denial: Denial) -> Remedy:
    partition, account = role_location(denial)
    provider, _ = _find_trusted(denial)
    domain = _SIGN_IN_DOMAINS.get(partition, _SIGN_IN_DOMAINS["aws"])
    if provider is None or provider.split(":")[1] != partition:
        provider = f"arn:{partition}:iam::{account}:saml-provider/{'PROVIDER' if provider is None else provider.rpartition('/')[2]}"
    trusted = {"Federated": provider}
    condition = {"StringEquals": {"SAML:aud": f"https://{domain}/saml"}}
    return trust_remedy(
        "Allow the assertion in the role's trust policy",
        CHANGE_STATEMENT,
        commands=commands.trust_policy_commands(denial.target_role_name),
        policy=build_document([allow(_ACTION, principal=trusted, condition=condition)]),
        url=pages.SAML,
    )
