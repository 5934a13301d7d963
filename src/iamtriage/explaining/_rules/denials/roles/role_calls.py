"""Compare a denied AssumeRole with what the text shows of the call: its caller, other accounts, tags, and the same role.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html,
https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html and
https://aws.amazon.com/blogs/security/announcing-an-update-to-iam-role-trust-policy-behavior/.
"""

from __future__ import annotations

import json
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.blocks import ADD_STATEMENT
from iamtriage._text import clip_text, join_words, upper_first
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import IdentityCenterRole, RoleSession
from iamtriage.explaining._context.readers.own_grants import works_plainly
from iamtriage.explaining._context.readers.recreations import (
    RECREATION_SIGNS,
    find_recreated_role,
    is_named_in,
)
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Denial, Labelled, Remedy
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import find_own_allow
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.denial import WORDS
from iamtriage.explaining._rules.shared.grants.allow_remedies import as_administrator, other_side_command
from iamtriage.explaining._rules.shared.grants.denial_remedies import find_said_grant
from iamtriage.explaining._rules.shared.kubernetes.clusters import disable_session_tags_remedy
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import Signs
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import allow_statements, principal_names

_ACCOUNT_OF_PRINCIPAL = lazy_pattern(r"(?:arn:[a-z-]{3,20}:(?:iam|sts)::)?([0-9]{12})(?::.{0,700})?")


def trusting_statement(denial: Denial, action: str) -> dict[str, Any]:
    """Return the statement that allows the caller in the trust policy.

    The path of a role of IAM Identity Center can have a Region, which STS does not report, and a principal must not
    have a wildcard: a condition names the role then.
    """
    if (provider := find_federation(denial)) is not None:
        return allow(action, principal={"Federated": provider})
    role = denial.role
    if not isinstance(role, IdentityCenterRole) or not role.lacks_its_path or denial.has_masked_account:
        return allow(action, principal={"AWS": resource_commands.policy_principal_arn(denial)})
    start = f"arn:{role.partition}:iam::{role.account}"
    condition = {"ArnLike": {"aws:PrincipalArn": resource_commands.principal_arn_pattern(denial)}}
    return allow(action, principal={"AWS": f"{start}:root"}, condition=condition)


_PROVIDER = lazy_pattern(
    r"(?a)\barn:aws[a-z-]{0,12}:iam::\d{12}:(?:saml|oidc)-provider/[\w.+=,@:/-]{1,255}[\w/-]"
)
# What becomes a session tag: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
_TAGS_OF_CALLS = {
    "AssumeRoleWithSAML": "The SAML assertion has PrincipalTag attributes, which become session tags.",
    "AssumeRoleWithWebIdentity": "The token has the claim https://aws.amazon.com/tags, whose values become session tags.",
}


def find_federation(denial: Denial) -> str | None:
    """Return the ARN of the provider, or a placeholder, if the call has a token or an assertion and no credentials."""
    if denial.operation not in _TAGS_OF_CALLS:
        return None
    return only_one(set(_PROVIDER.findall(denial.failure.text)), "PROVIDER_ARN")


def with_trust_commands(denial: Denial, remedy: Remedy) -> Remedy:
    """Return the remedy of the caller's account with the commands of the role's account, because both must allow it."""
    show, change = commands.trust_policy_commands(denial.target_role_name)
    statement = json.dumps(trusting_statement(denial, "sts:AssumeRole"), separators=(",", ":"))
    met = "If the role already trusts the caller on a condition, meet it instead (--external-id, MFA)."
    label = f"Then, as an administrator of {denial.resource_account}, if the role does not trust {denial.caller} yet:"
    added_lines = (
        Labelled.required(label, f"{show} --output json > old-trust.json"),
        commands.fill_command("jq --null-input {} > statement.json", statement),
        ADD_STATEMENT.format("old-trust.json", "trust.json"),
        Labelled.required("Check trust.json, then replace the policy:", change),
    )
    return attrs.evolve(
        remedy,
        title=remedy.title.replace(f"in account {denial.account}", "in both accounts"),
        steps=(*remedy.steps, met, *resource_commands.role_path_steps(denial)),
        commands=(*as_administrator(denial.account, remedy.commands), *added_lines),
    )


# "The policy on the role is the same as before", "its permissions have not changed".
_KEPT = lazy_pattern(
    r"(?i:\b(?:polic(?:y|ies)|permissions?)\b[^.\n]{0,60}\b(?:(?:is|are) (?:still |exactly )?(?:the same|unchanged|identical|as (?:it was|they were|before))|(?:has|have|did|was|were)(?: not|n't) (?:been )?changed?)\b)"
)


def own_command(denial: Denial) -> Labelled | None:
    """Return the command that allows the call in the caller's account, if that is another one and not said to allow it."""
    if not denial.crosses_accounts or _is_said_to_allow(denial):
        return None
    return other_side_command(denial, denial.action or "sts:AssumeRole")


def name_own_side(denial: Denial) -> str:
    """Return the end of a title of a remedy that also allows the call in the caller's account."""
    return f", and for {denial.caller} in account {denial.account}"


def _is_said_to_allow(denial: Denial) -> bool:
    """Return whether a text says that the account of the caller allows the call, as it did before."""
    is_kept = _KEPT.search(denial.failure.text) is not None
    return is_kept or find_said_grant(denial, denial.action or "sts:AssumeRole") is not None


def other_account_steps(denial: Denial, action: str) -> tuple[str, ...]:
    """Return how to call from an account that the trust policy trusts, and what the caller's account must allow."""
    if not resource_commands.calls_other_account(denial):
        return ()
    steps: list[str] = []
    if denial.account and (trusted := _trusted_accounts(denial)) and denial.account not in trusted:
        steps.append(
            f"Or call from account {join_words(trusted, 'or')}, which the policy trusts already, such as with another source_profile."
        )
    role, who, own = denial.role, denial.caller, f"Account {denial.account}"
    if isinstance(role, IdentityCenterRole) and role.permission_set:
        who = f"the permission set {clip_text(role.permission_set)} in IAM Identity Center"
    if _is_said_to_allow(denial) or find_own_allow(denial) is not None:
        steps.append(f"{own} must allow the call, too: by the text, it does.")
    elif other_side_command(denial, action) is None:
        needed = json.dumps(allow(action, commands.arn(denial.resource, "ROLE_ARN")))
        own = own if denial.account else "The caller's account"
        steps.append(f"{own} must allow the call, too: {who} needs {needed}.")
    if action != "sts:AssumeRole" and not works_without(denial):
        steps.append("Both accounts must also allow sts:AssumeRole.")
    return tuple(steps)


def _trusted_accounts(denial: Denial) -> tuple[str, ...]:
    allowing = allow_statements(denial.facts.trust_policy)
    found = (
        _ACCOUNT_OF_PRINCIPAL.fullmatch(name) for each in allowing for name in principal_names(each, "AWS")
    )
    return tuple(dict.fromkeys(each[1] for each in found if each is not None))


_DELETED, _CREATED = (WORDS.add(*words) for words in RECREATION_SIGNS)


def is_recreated(denial: Denial) -> bool:
    """Return whether somebody says that the caller was deleted and created again."""
    if not (denial.stated.words & _DELETED and denial.stated.words & _CREATED):
        return False
    name: str = getattr(denial.role or denial.principal, "name", "")
    said = find_recreated_role(denial.failure.text, name) if name else None
    # Without the name of the caller, the words can be about the role that it assumes.
    return said is not None and is_named_in(said, name)


_SOURCE_IDENTITY = "a source identity"
_ATTRIBUTES = {"sts:tagsession": "session tags", "sts:setsourceidentity": _SOURCE_IDENTITY}
# The trust policy stays as it is.
_KEPT_POLICY = lazy_pattern(
    r"(?i)(?<![\w/:.-])(?:vendor|third[- ]party|supplier|partner)(?![\w/:-])|\b(?:not|cannot|can't|won't|don't|doesn't) (?:change|edit|modify|touch|adapt)\b"
)
# What the pod had before, which passes no tags: it did without a change of the trust policy.
_BEFORE_TAGS = lazy_pattern(r"\b(?:from|with|was|used|off|left) IRSA\b")


def find_attribute(denial: Denial) -> str | None:
    """Return what the call passes on, if the denied action is the one for that."""
    return _ATTRIBUTES.get(denial.lowercase_action)


_IDENTITY_PROVIDERS = (
    r"\b(?:SAML|Okta|Entra|ADFS|Keycloak|OneLogin|PingFederate|IdP|(?i:identity provider))\b"
)
_SAML_IDENTITY = lazy_pattern(
    rf"\bSAML/Attributes/SourceIdentity\b|{_IDENTITY_PROVIDERS}[^\n.]{{0,60}}\b(?:SourceIdentity|source identity)\b"
    rf"|(?<!off )(?<!disabled )(?<!removed )(?<!disabling )(?<!removing )(?<!without )\b(?:SourceIdentity|source identity)\b[^\n.]{{0,60}}{_IDENTITY_PROVIDERS}"
)
# In an event, requestParameters has the one that the call sets.
_IDENTITY_IN_EVENT = lazy_pattern(
    r"\"sessionContext\"\s{0,4}:\s{0,4}\{(?:[^{}]|\{[^{}]{0,800}\}){0,800}?\"sourceIdentity\"\s{0,4}:\s{0,4}\"([\w+=,.@-]{2,64})\""
)
_OTHER_INPUT = lazy_pattern(r"--source-identity|--cli-input|\.{3}|[…$\\]")
_CHARS_OF_EVENT, _EARLIER = 1_000, "from its sign-in or an earlier call"
# The names are those of options and settings: in prose, and in an event, it can be the one of another session.
_NOT_PASSED = lazy_pattern(
    r"\b(?:[Nn]o|[Ww]ithout|(?:[Nn]ot|[Nn]ever|\w{2,5}n't) (?:pass|set|us|send|giv)\w{0,4})(?: (?:an?|any|the|option)){0,2}[ `\"']{1,3}(?:--source-identity|SourceIdentity|source_identity)\b"
)


def _find_own_identity(denial: Denial) -> str | None:
    """Return the source identity that the session of the caller is known to have, with its origin, as a phrase."""
    text, caller = denial.failure.text, denial.principal_text
    for found in _IDENTITY_IN_EVENT.finditer(text) if "sourceIdentity" in text else ():
        before = text[max(found.start() - _CHARS_OF_EVENT, 0) : found.start()]
        if found[1] == getattr(denial.principal, "session_name", None) or f'"{caller}"' in before:
            return f"the source identity {found[1]} {_EARLIER}"
    if (said := next(find_said(text, _SAML_IDENTITY), None)) is not None:
        return f"a source identity from its {'SAML sign-in' if 'SAML' in said[0] else 'sign-in at the identity provider'}"
    called = denial.context.command if isinstance(denial.principal, RoleSession) else None
    passes_none = called and called.words == ("sts", "assume-role") and not _OTHER_INPUT.search(called.text)
    return f"a source identity {_EARLIER}" if passes_none or _NOT_PASSED.search(text) else None


def describe_passing(denial: Denial, attribute: str) -> str:
    """Return that the call, or the session of the caller, passes session tags or a source identity, as a clause."""
    own = _find_own_identity(denial) if attribute == _SOURCE_IDENTITY and not _find_source(denial) else None
    if own is not None and _EARLIER in own:
        # The cause says where it can be from.
        own = own.partition(" from ")[0]
    return f"the call passes {attribute}" if own is None else f"its session has {own}"


def describe_attribute(denial: Denial, attribute: str) -> str:
    """Return what passes session tags or a source identity."""
    source = _find_source(denial)
    passes = f"The AssumeRole call passes {attribute}." if source is None else source.reason
    if find_federation(denial) is not None and attribute != _SOURCE_IDENTITY:
        return f"{_TAGS_OF_CALLS[denial.operation or '']} Only the trust policy decides."
    if attribute == _SOURCE_IDENTITY and source is None:
        passes = "The call sets a source identity, or the session has one from an earlier call: it is passed on to every role that the session assumes."
        if (own := _find_own_identity(denial)) is not None:
            passes = f"The session has {own}. It cannot be dropped, and is passed on to each role that the session assumes: the code needs no change. A session without one needs only sts:AssumeRole."
    session: str = getattr(denial.principal, "session_name", "")
    if source is not None and source.step is None and session.startswith("eks-"):
        opened = f"The session name {session} shows that EKS Pod Identity opened the session."
        passes = passes.replace("EKS Pod Identity, unlike IRSA,", f"{opened} Unlike IRSA, it")
        if _BEFORE_TAGS.search(denial.failure.text) is not None:
            passes += " IRSA sets none, so the same call needs no sts:TagSession with it."
        if denial.crosses_accounts:
            passes += f" Without these tags, or if both the role's trust policy and a policy of {denial.caller} allow it, the call works."
    if needs_both_sides(denial):
        passes += " The caller's identity-based policy must allow it, too, because a role assumes a role."
    if works_without(denial):
        where = ", on at least one side" if denial.crosses_accounts else ""
        passes += f" The plain call in the text works: sts:AssumeRole is allowed already, and only {denial.action} is missing{where}."
    return passes


def works_without(denial: Denial) -> bool:
    """Return whether the text says that the same call works if it passes no tags: a session of a pod always does."""
    source = _find_source(denial)
    is_of_call = (
        source is not None and source.step is not None and denial.lowercase_action == "sts:tagsession"
    )
    return is_of_call and works_plainly(denial.failure.text, denial.resource)


def needs_both_sides(denial: Denial) -> bool:
    """Return whether the caller's own policies must allow it, although the role is in the same account."""
    is_chained = denial.role is not None and find_attribute(denial) == _SOURCE_IDENTITY
    return is_chained and not denial.crosses_accounts


def caller_allow_step(denial: Denial, action: str) -> tuple[str, ...]:
    """Return the step that allows the action in the caller's own policies, if those are required, too."""
    if not needs_both_sides(denial):
        return ()
    statement = json.dumps(allow(action, commands.arn(denial.resource, "ROLE_ARN")))
    return (f"Add to an identity-based policy of {denial.caller}: {statement}",)


class _Source(NamedTuple):
    """What sets the session tags or the source identity of a call.

    Attributes:
        reason: Why it does, as a sentence.
        title: The title of the remedy that turns it off.
        step: How to turn it off; ``None`` for EKS Pod Identity.
        url: Where that is documented.
        code: The setting as YAML.
    """

    reason: str
    title: str
    step: str | None = None
    url: str | None = None
    code: str | None = None


_TAG_SOURCES = Signs(
    {
        r"\bconfigure-aws-credentials\b|\brole-to-assume\b|Could not assume role with user credentials|\bAssuming role with user credentials|/GitHubActions\b": _Source(
            "The action configure-aws-credentials passes tags such as Repository and Branch by default.",
            "Or, if no policy uses the tags, let configure-aws-credentials pass none",
            "Add role-skip-session-tagging to the inputs of the step: the call then requires only sts:AssumeRole.",
            "https://github.com/aws-actions/configure-aws-credentials#session-tagging-and-name",
            "with:\n  role-skip-session-tagging: true",
        ),
        r":assumed-role/[\w+=,.@-]{1,64}/eks-|\bpods\.eks\.amazonaws\.com|169\.254\.170\.23|(?i:pod ?identity)": _Source(
            "EKS Pod Identity, unlike IRSA, sets transitive session tags, which are passed on when its role assumes another role.",
            "Or turn off the session tags of the Pod Identity association",
        ),
        r"\btransitive_tag_keys\b|\bassume_role\s{0,4}\{[^}]{0,800}\btags\s{0,10}=": _Source(
            "The block assume_role of the provider or backend has tags.",
            "Or, if no policy uses the tags, let Terraform pass none",
            "Remove tags and transitive_tag_keys from the block assume_role.",
            "https://registry.terraform.io/providers/hashicorp/aws/latest/docs#assume_role-configuration-block",
        ),
        **{
            rf"\baws sts assume-role\b[^\n]{{0,600}} {option}\b": _Source(
                f"The command has the option {option}.",
                "Or, if no policy uses the tags, pass no session tags",
                "Leave out --tags and --transitive-tag-keys.",
                pages.SESSION_TAGS,
            )
            for option in ("--tags", "--transitive-tag-keys")
        },
    }
)

_IDENTITY_SOURCES = Signs(
    {
        sign: _Source(
            f"The call sets it with {place}.",
            "Or assume the role without a source identity",
            f"Leave out {place}. Do so only if no policy requires it and nobody needs it in CloudTrail.",
            "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html",
        )
        for sign, place in (
            (
                r"\baws sts assume-role\b(?:[^\n`;]|(?<=\\)\n){0,600}(?<!\bno)(?<!\bnot)(?<!\bwithout)(?<!\bnever) --source-identity\b",
                "the option --source-identity",
            ),
            (
                r"\bassume_role\s{0,4}\{[^}]{0,800}\bsource_identity\s{0,10}=",
                "source_identity in the block assume_role",
            ),
            (r"(?<![:\w])SourceIdentity[\"']?\s?[=:]|\.sourceIdentity\(", "SourceIdentity in the code"),
        )
    }
)


def _find_source(denial: Denial) -> _Source | None:
    """Return what sets the session tags or the source identity of a denied call, if the text shows it."""
    signs = _IDENTITY_SOURCES if find_attribute(denial) == _SOURCE_IDENTITY else _TAG_SOURCES
    is_of_session = find_attribute(denial) is not None
    return signs.find(f"{denial.failure.text} {denial.principal_text or ''}") if is_of_session else None


def omit_attribute_remedy(denial: Denial) -> Remedy | None:
    """Return the remedy that makes the call without what it passes on, if the text shows what sets that."""
    source = _find_source(denial)
    if source is None or denial.is_explicit:
        return None
    title = source.title.removeprefix("Or").lstrip(", ") if is_omitted_first(denial) else source.title
    title = upper_first(title)
    if source.step is None:
        namespace, account = denial.facts.namespace, denial.facts.service_account
        named = f" of {clip_text(f'{namespace}/{account}')}" if namespace and account else ""
        return disable_session_tags_remedy(denial.case, f"{title}{named}, if no policy uses them")
    keep = None
    if is_omitted_first(denial) and not _KEPT_POLICY.search(denial.failure.text):
        where = f"account {denial.account}" if denial.account else "its own account"
        keep = f"To keep the tags, both accounts must allow {denial.action}: the trust policy, and an identity-based policy of {denial.caller} in {where}."
    of_step = f"of the step that assumes {denial.target_role_text}:"
    step = source.step.replace("of the step:", of_step) if denial.target_role_name else source.step
    return your_remedy(title, step, keep, manifest=source.code, manifest_language="yaml", url=source.url)


def is_omitted_first(denial: Denial) -> bool:
    """Return whether the caller changes its configuration first: nobody chose the tags, or the role stays as it is."""
    source = _find_source(denial)
    text = denial.failure.text
    is_first = source is not None and source.reason.endswith("by default.")
    # Who shows the trust policy asks what to change in it.
    is_first |= denial.facts.trust_policy is None and _BEFORE_TAGS.search(text) is not None
    is_first |= _KEPT_POLICY.search(text) is not None
    return resource_commands.calls_other_account(denial) and is_first


# EKS Pod Identity names its sessions so.
_POD_SESSION = lazy_pattern(r":assumed-role/[\w+=,.@-]{1,64}/eks-")


def tag_session_step(denial: Denial) -> str:
    """Return the step that says that a trust policy must allow session tags, if the session of the caller passes them on."""
    if _POD_SESSION.search(denial.principal_text or "") is None:
        return ""
    return "The session is from EKS Pod Identity, which passes session tags on: the trust policy must allow sts:TagSession, too."
