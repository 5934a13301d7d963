"""Denials of sts:AssumeRole and its kin: the caller's policies and the role's trust policy have a say.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html. What a trust policy says to a call is
the business of ``trust_policies``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.credentials.identity_pools import POOL_PROVIDER, pool_trust_remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import (
    REPLACE_PLACEHOLDERS,
    allow_remedy,
    policy_principal_arn,
)
from iamtriage.explaining._rules.shared.cases import Case, try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.clues import message_text
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.denial import identity_allow_helps
from iamtriage.explaining._rules.shared.principal_words import parse_masked_role
from iamtriage.explaining._rules.shared.wording import (
    EVENTUAL_CONSISTENCY,
    ONE_POLICY_TYPE,
    authorization_details_remedy,
    denial_summary,
    reason_lines,
)
from iamtriage.explaining._rules.sts.trust_findings import evaluate_trust_policy
from iamtriage.policies._documents import build_document
from iamtriage.policies._masked_arns import PLACEHOLDER

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.explaining._rules.sts.trust_findings import TrustFindings

__all__ = (
    "ASSUMING",
    "explain_assume_role",
    "explain_root_assumes",
    "explain_web_identity",
)

ASSUMING = frozenset({"sts:assumerole", "sts:tagsession", "sts:setsourceidentity"})
_POOL = re.compile(r"cognito-?identity", re.IGNORECASE)
_TAGGING = {"sts:tagsession": "session tags", "sts:setsourceidentity": "a source identity"}


def explain_assume_role(denial: Denial) -> Explanation:
    """Explain that a role could not be assumed."""
    who, role = denial.caller, _role(denial)
    causes: list[Cause] = []
    remedies: list[Remedy | None] = []
    extra = _TAGGING.get(denial.lowercase_action)
    found = _found(denial)
    if denial.policy_type == "identity":
        causes.append(
            Cause(
                "no-assume-allow",
                f"No policy of {who} allows it to assume {role}.",
                denial.policy_type_evidence,
                reason_lines(denial),
            )
        )
    elif denial.policy_type == "role_trust":
        word = "denies it" if denial.deny == "explicit" else "does not let it in"
        causes.append(
            Cause(
                "trust-policy",
                f"The trust policy of {role} {word}.",
                denial.policy_type_evidence,
                reason_lines(denial),
            )
        )
    if found is not None:
        causes.append(found.cause)
    if extra is not None:
        causes.append(
            Cause(
                "session-tags",
                f"The call hands over {extra}, and for that the role's trust policy has to allow {denial.action} too.",
                "derived",
                (f"The denied action is {denial.action}.",),
            )
        )
    if denial.policy_type is None and denial.deny is None and found is None and extra is None:
        causes += [
            Cause("trust-policy", f"The trust policy of {role} does not name {who}.", "possible"),
            Cause("no-assume-allow", f"No policy of {who} allows it to assume the role.", "possible"),
            Cause(
                "no-such-role",
                "The role does not exist, or its ARN is misspelt: STS says the same then.",
                "possible",
            ),
        ]
    if denial.deny == "explicit" and denial.policy_type != "role_trust":
        causes.append(
            Cause(
                "explicit-deny",
                "A Deny statement in some policy fits the call.",
                "reported",
                reason_lines(denial),
            )
        )
    # Where the trust policy is known to refuse, no Allow of the caller's helps.
    refused = found is not None and found.allowed is False
    if identity_allow_helps(denial) and extra is None and not refused:
        remedies.append(allow_remedy(denial, title=f"Allow {who} to assume the role"))
    # Beside a Deny that fits, no Allow counts, in a trust policy as elsewhere.
    remedies.append(_deny_remedy(denial) if denial.deny == "explicit" else _trust_remedy(denial, found))
    remedies.append(authorization_details_remedy(denial))
    if denial.policy_type == "role_trust":
        # The trust policy comes first, since it is what AWS names.
        remedies.sort(key=lambda each: each is None or each.layer != "role_trust")
    notes = [_sides(denial), EVENTUAL_CONSISTENCY]
    if denial.policy_type is not None:
        notes.append(ONE_POLICY_TYPE)
    return Explanation(
        failure=denial.failure,
        topic="assume-role",
        summary=denial_summary(denial, _why(denial, extra)),
        causes=tuple(causes),
        remedies=tuple(each for each in remedies if each is not None),
        notes=tuple(notes),
    )


def explain_web_identity(denial: Denial) -> Explanation:
    """Explain that a token of an identity provider did not get a role."""
    facts = denial.facts
    if _is_of_pool(denial):
        return _explain_pool(denial)
    found = _found(denial)
    causes: list[Cause] = [
        Cause(
            "trust-policy",
            "The role's trust policy does not let this token in: its provider, audience or subject is not the one that the policy asks for.",
            "derived",
            (
                f"STS refuses {denial.action} by the trust policy alone: such a caller has no policies of its own.",
            ),
        )
    ]
    if found is not None:
        causes.insert(0, found.cause)
    else:
        causes.append(
            Cause(
                "no-such-role",
                "The role does not exist, or its ARN is misspelt: STS says the same then.",
                "possible",
            )
        )
    compare = Remedy(
        title="Compare the token with the trust policy",
        who="you",
        steps=(
            "Read the token's claims iss, sub and aud, and the conditions of the role's trust policy. The command says which condition fails, and the line that mends it.",
        ),
        commands=(
            _token_command(denial),
            command(
                *("aws", "iam", "get-role", "--role-name", commands.role_name(_role_name(denial))),
                *("--query", "Role.AssumeRolePolicyDocument"),
            )
            + " > policy.json",
            "iamtriage trust policy.json --token token",
        ),
        url=pages.EKS_IRSA if facts.service_account or facts.cluster else pages.OIDC_PROVIDERS,
    )
    return Explanation(
        failure=denial.failure,
        topic="web-identity",
        summary="STS did not accept the token for the role: its trust policy does not let it in.",
        causes=tuple(causes),
        remedies=(compare, _provider_remedy(denial, found)),
        notes=(
            "An Allow in a policy does not help: it is the trust policy alone that decides.",
            EVENTUAL_CONSISTENCY,
        ),
    )


def _is_of_pool(denial: Denial) -> bool:
    """Tell whether an identity pool of Cognito issued the token: the claims tell it, else the text."""
    issuer = (denial.facts.token_claims or {}).get("iss")
    if isinstance(issuer, str):
        return issuer.removeprefix("https://") == POOL_PROVIDER
    return _POOL.search(message_text(Case(denial.failure, denial.facts))) is not None


def _explain_pool(denial: Denial) -> Explanation:
    """Explain that STS did not take the token of an identity pool of Cognito for a role."""
    found = _found(denial)
    cause = Cause(
        "trust-policy",
        "The role's trust policy does not let the token of the identity pool in: it has to name the pool's id (aud), and authenticated or unauthenticated (amr).",
        "derived",
        ("The text or the token's claims tell of an identity pool of Cognito.",),
    )
    others = (
        Cause("other-pool", "The app uses another identity pool than the role trusts.", "possible"),
        Cause(
            "other-kind",
            "The role is for those who are signed in and the call is a guest's, or the reverse.",
            "possible",
        ),
    )
    return Explanation(
        failure=denial.failure,
        topic="web-identity",
        summary="STS did not accept the identity pool's token for the role: its trust policy does not let it in.",
        causes=(cause, *others) if found is None else (found.cause, cause),
        remedies=(pool_trust_remedy(denial.facts.token_claims),),
        notes=(
            "An Allow in a policy does not help: it is the trust policy alone that decides.",
            EVENTUAL_CONSISTENCY,
        ),
    )


def explain_root_assumes(denial: Denial) -> Explanation:
    """Explain that an account's root user cannot assume roles."""
    return Explanation(
        failure=denial.failure,
        topic="root-assumes-role",
        summary="The root user of an account cannot assume a role.",
        causes=(
            Cause(
                "root-assumes-role",
                "The call was made with the root user's keys, and root users may assume no role.",
                "reported",
                ("The message says: Roles may not be assumed by root accounts",),
            ),
        ),
        remedies=(
            Remedy(
                title="Make the call as a user or role",
                who="account administrator",
                steps=(
                    "See which keys the program uses.",
                    "Make a user in IAM Identity Center, or a role, let it assume the role, and use its credentials.",
                    "Delete the root user's access keys: nobody should have any.",
                ),
                commands=("aws sts get-caller-identity", "aws configure list"),
                url=pages.BEST_PRACTICES,
            ),
        ),
        notes=("No policy can allow it.",),
    )


def _why(denial: Denial, extra: str | None) -> str:
    if denial.policy_type == "role_trust":
        return "the role's trust policy " + (
            "denies it" if denial.deny == "explicit" else "does not let it in"
        )
    if denial.policy_type == "identity":
        return "no policy of the caller allows it"
    if denial.deny == "explicit":
        return "a policy denies it explicitly"
    return f"{extra} come with the call" if extra else "the message does not say which side refuses"


def _found(denial: Denial) -> TrustFindings | None:
    """Ask the trust policy, where the facts hold it."""
    if denial.facts.trust_policy is None:
        return None
    caller = denial.principal_text if try_parse_principal(denial.principal_text) is not None else None
    facts = attrs.evolve(denial.facts, caller=caller)
    return evaluate_trust_policy(facts, _spelled(denial), denial.resource)


def _spelled(denial: Denial) -> str:
    names = (
        "AssumeRole",
        "TagSession",
        "SetSourceIdentity",
        "AssumeRoleWithWebIdentity",
        "AssumeRoleWithSAML",
    )
    return next(
        (f"sts:{name}" for name in names if f"sts:{name}".lower() == denial.lowercase_action),
        "sts:AssumeRole",
    )


def _trust_remedy(denial: Denial, found: TrustFindings | None) -> Remedy | None:
    if found is not None and found.allowed:
        return None
    principal: dict[str, str] = {"AWS": policy_principal_arn(denial)}
    actions: str | list[str] = "sts:AssumeRole"
    if denial.lowercase_action in _TAGGING:
        actions = ["sts:AssumeRole", _spelled(denial)]
    made: dict[str, Any] = {"Effect": "Allow", "Principal": principal, "Action": actions}
    steps = ["Add the statement to the role's trust policy and keep those that are there."]
    if denial.crosses_accounts:
        steps.append(
            "Where the other account is not yours, agree on an external id with its owner, and ask for it by a condition on sts:ExternalId; the caller hands it over as ExternalId."
        )
        made["Condition"] = {"StringEquals": {"sts:ExternalId": f"{PLACEHOLDER}EXTERNAL_ID"}}
        steps.append("Within one organization, take the condition out.")
    if PLACEHOLDER in str(made):
        steps.insert(0, REPLACE_PLACEHOLDERS)
    if found is not None and found.remedy is not None:
        steps.insert(0, f"What the policy that was given lacks: {found.remedy.steps[0]}")
    name = commands.role_name(_role_name(denial))
    return Remedy(
        title=f"Let {denial.caller} in by the role's trust policy",
        who="resource owner" if denial.crosses_accounts else "account administrator",
        steps=tuple(steps),
        commands=commands.trust_policy_commands(name),
        policy=build_document([made]),
        layer="role_trust",
        url=pages.EXTERNAL_ID if denial.crosses_accounts else pages.TRUST_POLICIES,
    )


def _deny_remedy(denial: Denial) -> Remedy:
    name = commands.role_name(_role_name(denial))
    return Remedy(
        title="Find the Deny statement and narrow it",
        who="account administrator",
        steps=("Look at its conditions: MFA, networks, organizations and external ids are the usual ones.",),
        commands=(
            command(
                "aws", "iam", "get-role", "--role-name", name, "--query", "Role.AssumeRolePolicyDocument"
            ),
        ),
        layer=denial.policy_type,
        url=pages.EVALUATION,
    )


def _provider_remedy(denial: Denial, found: TrustFindings | None) -> Remedy:
    facts = denial.facts
    account = denial.account or f"{PLACEHOLDER}ACCOUNT_ID"
    partition = denial.place.partition or "aws"
    role = underlying_role(try_parse_principal(denial.resource))
    if role is not None:
        account, partition = role.account, role.partition
    issuer = _issuer(denial)
    steps = ["Change the statement of the trust policy, or add one like this and keep those that are there."]
    if found is not None and found.remedy is not None:
        steps.insert(0, f"What the policy that was given lacks: {found.remedy.steps[0]}")
    subject = f"system:serviceaccount:{facts.namespace or f'{PLACEHOLDER}NAMESPACE'}:{facts.service_account or f'{PLACEHOLDER}SERVICE_ACCOUNT'}"
    claims = facts.token_claims or {}
    said = claims.get("sub")
    if isinstance(said, str) and said.isprintable():
        subject = said
    elif not (facts.service_account or "eks" in issuer):
        subject = f"{PLACEHOLDER}SUBJECT"
    made: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:{partition}:iam::{account}:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": subject}},
    }
    if PLACEHOLDER in str(made):
        steps.insert(0, REPLACE_PLACEHOLDERS)
    return Remedy(
        title="Let the token in by the role's trust policy",
        who="account administrator",
        steps=tuple(steps),
        commands=(
            command(
                "aws",
                "eks",
                "describe-cluster",
                "--name",
                commands.cluster(facts.cluster),
                "--query",
                "cluster.identity.oidc.issuer",
                "--output",
                "text",
            ),
        )
        if facts.cluster or facts.service_account
        else (),
        policy=build_document([made]),
        layer="role_trust",
        url=pages.EKS_IRSA if facts.cluster or facts.service_account else pages.OIDC_PROVIDERS,
    )


def _issuer(denial: Denial) -> str:
    """Give the provider's name as trust policies write it: the issuer without its scheme."""
    issuer = (denial.facts.token_claims or {}).get("iss")
    if isinstance(issuer, str) and issuer.isprintable() and issuer.isascii() and len(issuer) <= 255:
        return issuer.removeprefix("https://").rstrip("/")
    return f"{PLACEHOLDER}ISSUER"


def _token_command(denial: Denial) -> str:
    facts = denial.facts
    if not (facts.namespace or facts.service_account):
        return 'cp "$AWS_WEB_IDENTITY_TOKEN_FILE" token'
    words = ("kubectl", "-n", commands.namespace(facts.namespace), "exec", "POD", "--", "cat")
    return command(*words, "/var/run/secrets/eks.amazonaws.com/serviceaccount/token") + " > token"


def _role(denial: Denial) -> str:
    name = _role_name(denial)
    return f"the role {name}" if name else "the role"


def _role_name(denial: Denial) -> str | None:
    role = parse_masked_role(denial.resource)
    return role.name if role is not None else None


def _sides(denial: Denial) -> str:
    if denial.crosses_accounts:
        return "Caller and role are of two accounts: a policy of the caller has to allow sts:AssumeRole on the role, and the role's trust policy has to name the caller or its account."
    return "A trust policy that names the caller itself is enough within one account. One that names the account leaves it to the caller's own policies."
