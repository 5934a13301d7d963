"""Say that HashiCorp Vault issued the credentials of a call: the policy to change is that of the Vault role.

Sources: https://developer.hashicorp.com/vault/docs/secrets/aws and username_template in
https://developer.hashicorp.com/vault/api-docs/secret/aws.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, upper_first
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import FederatedUser, User
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.policy_types.session_policies import extend_shown
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principals.principal_words import session_name
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import iterate_statements

# vault-DISPLAY_NAME-ROLE-TIME-RANDOM, and of a session vault-TIME-RANDOM
_NAME = lazy_pattern(r"(?a)vault-[\w+=,.@-]{1,60}-1\d{9}-\w{2,20}")
_SESSION = lazy_pattern(r"(?a)vault-\d{10}-\w{1,20}")
# "vault read aws/sts/deploy", "/v1/aws/creds/deploy", {{ with secret "aws/creds/deploy" }}
_PATH = lazy_pattern(
    r"(?a)(?:\bvault (?:read|write)\b[^\n|;&]{0,100}? |/v1/|\bsecret \")(?P<mount>(?!auth/)(?:[\w-]{1,60}/){1,3})(?P<kind>sts|creds|roles)/(?P<role>[\w.-]{1,64})(?![\w/-])"
)
_UNNAMED = "VAULT_ROLE_NAME"
# What is said of the user in the text, of other ways, and for a session whose origin is not known.
_DROPPED = (
    "The IAM user whose",
    "The session can do",
    "Or use AssumeRole",
    "Find the code or tool that creates the session",
)


class _VaultRole(NamedTuple):
    """A role of Vault's secrets engine for AWS.

    Attributes:
        mount: The path of the engine, with a slash at its end.
        name: The name of the role.
        issued: The path with which the credentials were read.
    """

    mount: str
    name: str
    issued: str

    @property
    def is_named(self) -> bool:
        """Whether the text names it."""
        return self.name != _UNNAMED

    @property
    def described(self) -> str:
        """The role in words."""
        return f"the Vault role {clip_text(self.name)}" if self.is_named else "its Vault role"


def _find_role(text: str) -> _VaultRole | None:
    """Return the only Vault role that the text names, and how it gets credentials.

    >>> _find_role("$ vault read -format=json aws/sts/deploy ttl=30m")
    _VaultRole(mount='aws/', name='deploy', issued='aws/sts/deploy')
    """
    found = list(_PATH.finditer(text))
    mount, name = only_one({(each["mount"], each["role"]) for each in found}, (None, None))
    if mount is None or name is None:
        return None
    kinds = [each["kind"] for each in found if each["kind"] != "roles"]
    return _VaultRole(mount, name, f"{mount}{kinds[0] if kinds else 'creds'}/{name}")


def add_vault_user(denial: Denial, explanation: Explanation) -> Explanation:
    """Add what to change instead of the user or the call: a policy that is attached to the user ends with its lease."""
    found = _find_role(denial.failure.text)
    role = found or _VaultRole("aws/", _UNNAMED, f"aws/creds/{_UNNAMED}")
    if isinstance(denial.principal, User):
        if _NAME.fullmatch(denial.principal.name) is None:
            return explanation
        remedies = tuple(
            _for_user(denial, each, role) if each.layer == "identity" and each.policy is not None else each
            for each in explanation.remedies
        )
        return attrs.evolve(explanation, remedies=remedies)
    is_federated = isinstance(denial.principal, FederatedUser)
    name = session_name(denial.principal) or getattr(denial.principal, "name", "")
    # A template of the engine can give other names.
    is_read = found is not None and (is_federated or name.startswith("vault-"))
    if _SESSION.fullmatch(name) is None and not is_read:
        return explanation
    remedies = tuple(
        _for_session(denial, each, role) if each.layer == "session" else each for each in explanation.remedies
    )
    summary = explanation.summary
    for words in (
        "its session policy does not",
        "the session's policy does not",
        "the session policy in the text does not",
    ):
        summary = summary.replace(words, f"policy_document of {role.described}, its session policy, does not")
    return attrs.evolve(explanation, summary=summary, remedies=remedies)


def _for_user(denial: Denial, remedy: Remedy, role: _VaultRole) -> Remedy:
    shown = [each for each in denial.context.policies if not (each.has_principal or each.has_references)]
    shown = [each for each in shown if each.is_whole and each.owner is None] if role.is_named else []
    added = list(iterate_statements(remedy.policy or {}))
    policy, lines = remedy.policy, (_show_role(role),)
    change = "Add the statement to policy_document of the Vault role, and keep the others"
    if len(shown) == 1 and "policy_document" in denial.failure.text and added:
        policy = {**shown[0].content, "Statement": [*shown[0].statements, *added]}
        lines = (_write_role(role),)
        change = f"Replace policy_document of {role.described} with the one below"
    return attrs.evolve(
        remedy,
        title="Add the permission to the policy of the Vault role",
        steps=(
            f"Vault made this user, as its name shows, and deletes it when the lease ends, with what is attached to it. {change}.",
            f"Then get new credentials (vault read {role.issued}): Vault does not change users that it has made.",
            *(each for each in remedy.steps if not each.startswith("Attach the policy")),
        ),
        commands=lines,
        policy=policy,
    )


def _for_session(denial: Denial, remedy: Remedy, role: _VaultRole) -> Remedy:
    """Return the remedy that adds a statement to the document which Vault passes as the session policy."""
    statement = remedy.statement
    whole = None if statement is None else extend_shown(denial, dict(statement))
    how = f"Vault passes policy_document of {role.described} as the session policy."
    if whole is None:
        lines = (_show_role(role),)
        how += " A Vault administrator adds the statement to it, and keeps the others."
    else:
        lines = (_write_role(role),)
        how += " A Vault administrator replaces it with the one below."
    return attrs.evolve(
        remedy,
        title=f"Allow {denial.action} in policy_document of {role.described}",
        who="account administrator",
        steps=(
            how,
            _describe_user(denial, role),
            *(each for each in remedy.steps[1:] if not each.startswith(_DROPPED)),
            f"Then get new credentials (vault read {role.issued}): issued ones keep their permissions.",
        ),
        commands=lines,
        statement=statement if whole is None else None,
        policy=whole,
        url="https://developer.hashicorp.com/vault/docs/secrets/aws",
    )


def _describe_user(denial: Denial, role: _VaultRole) -> str:
    """Return what the user or role needs with whose credentials Vault calls."""
    action = denial.lowercase_action or ""
    for each in denial.context.policies:
        if each.owner is not None and not each.has_principal:
            allowed = (compile_glob(name.lower()) for name in each.allowed_actions)
            if each.name is not None and any(matches(action, pattern) for pattern in allowed):
                kind, name = each.owner
                return f"{each.name} of the {kind} {clip_text(name)} allows it already, but the session policy limits that."
    if isinstance(denial.principal, FederatedUser):
        return f"The IAM user of Vault ({role.mount}config/root) needs {denial.action} in an identity-based policy, too."
    return f"{upper_first(denial.caller)} must allow {denial.action}, too."


def _write_role(role: _VaultRole) -> str:
    return fill_command("vault write {} policy_document=@policy.json", f"{role.mount}roles/{role.name}")


def _show_role(role: _VaultRole) -> str:
    return fill_command("vault read {}", f"{role.mount}roles/{role.name}")
