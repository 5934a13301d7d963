"""Correct issuers, subjects and condition keys that no token has: their form is wrong, or IAM has no key for the claim.

Sources: https://docs.github.com/en/actions/reference/security/oidc,
https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html,
https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html and
https://docs.gitlab.com/ci/secrets/id_token_authentication/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._rules.shared.policies.policy_changes import change_conditions, replace_statement
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_mapping, iterate_conditions

GITHUB = "token.actions.githubusercontent.com"
"""The issuer of GitHub's tokens."""
# What people write for the host of GitHub's tokens.
_LIKE_GITHUB = lazy_pattern(
    r"(?:vs)?(?:tokens?\.)?(?:actions?\.)?github(?:user)?(?:contents?)?\.(?:com|io)(?=/|\Z)"
)
_REGION = r"[a-z]{2}(?:-[a-z]{3,5})?-[a-z]{4,9}-[0-9]"
# The parts of a cluster's issuer, in any order.
_CLUSTER_HOST = lazy_pattern(
    rf"(?a)(?=[^/]*\beks\b)(?=[^/]*\.amazonaws\.com)(?:[a-z-]{{3,4}}\.){{0,2}}(?P<region>{_REGION})\.[a-z.]{{1,30}}(?:/id)?/(?P<id>\w{{10,64}})"
    rf"|(?:oidc\.)?eks\.(?P<named>{_REGION})\.amazonaws\.com(?:\.cn)?(?:/id)?/(?P<key>\w{{10,64}})"
)
POD_SUBJECT = "system:serviceaccount:"
"""The start of the subject of a pod's token."""
_UUID = lazy_pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CIRCLECI = lazy_pattern(rf"oidc\.circleci\.com/org/({_UUID.pattern})/?")
_LABEL = r"[a-z0-9*?][a-z0-9*?-]{0,62}"
# The words before the names of a service account, and what separates the names.
_LIKE_POD = lazy_pattern(
    rf"(?ia)(?:system[:/])?(?:service-?accounts?|sa)[:/](?P<namespace>{_LABEL})[:/](?P<name>{_LABEL})"
)
_LIKE_REPOSITORY = lazy_pattern(
    r"(?a)(?:[Rr]epo(?:s(?!itory)|)[:/])?(?:https?://)?(?:github\.com/)?(?P<name>[\w.*?@-]{1,80}/[\w.*?@-]{1,110}?)(?:\.git)?:(?P<context>[^\s]{1,300})"
)
# What people write in place of the context of a job, and the context.
_CONTEXTS = tuple(
    (lazy_pattern(pattern, re.ASCII), form)
    for pattern, form in (
        (r"(?:refs?[:/])?(?:refs?/)?tags?[:/](?P<name>.+)", "ref:refs/tags/{}"),
        (r"(?:refs?[:/])?(?:refs?/)?(?:heads?|branch(?:es)?)[:/](?P<name>.+)", "ref:refs/heads/{}"),
        (r"(?:ref:)?(?P<name>main|master|develop)", "ref:refs/heads/{}"),
        (r"env(?:ironments?)?[:/](?P<name>.+)", "environment:{}"),
        (r"(?:pull[-_ ]?requests?|pr)(?P<name>)", "pull_request"),
    )
)
# What people write before and after the provider's URL in a condition key, and instead of the claim.
_WRITTEN_KEY = lazy_pattern(
    r"(?a)(?:\S{0,120}?oidc-provider/)?(?:https?://)?(?P<url>.*?)(?P<separator>/?(?::|[./](?=(?:aud|sub)\Z))|/?\Z)(?P<claim>[A-Za-z]*)"
)
_CLAIM_NAMES = {"aud": "aud", "audience": "aud", "sub": "sub", "subject": "sub"}
_RUN_KEYS = ("organization", "project", "workspace", "run_phase")


def correct_issuer(issuer: str) -> str | None:
    """Return an issuer as it was meant, or ``None`` if its form is right or unknown.

    >>> correct_issuer("oidc.us-west-2.eks.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF")
    'oidc.eks.us-west-2.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF'
    >>> correct_issuer("token.actions.github.com"), correct_issuer("gitlab.com")
    ('token.actions.githubusercontent.com', None)
    """
    corrected = issuer
    if (cluster := _CLUSTER_HOST.fullmatch(issuer)) is not None:
        region, name = cluster["region"] or cluster["named"], cluster["id"] or cluster["key"]
        suffix = ".cn" if region.startswith("cn-") else ""
        corrected = f"oidc.eks.{region}.amazonaws.com{suffix}/id/{name}"
    elif (host := _LIKE_GITHUB.match(issuer)) is not None:
        corrected = f"{GITHUB}{issuer[host.end() :]}"
    elif issuer.rstrip("/") == "oidc.circleci.com":
        corrected = "oidc.circleci.com/org/ORGANIZATION_ID"
    return None if corrected == issuer else corrected


def correct_form(issuer: str, subject: str) -> str | None:
    """Return a subject, or a pattern for one, as it was meant, or ``None`` if its form is right or unknown.

    >>> correct_form("token.actions.githubusercontent.com", "repo:acme/shop:branch:main")
    'repo:acme/shop:ref:refs/heads/main'
    >>> correct_form("oidc.eks.eu-west-1.amazonaws.com/id/0123", "system:serviceaccounts:shop:cart")
    'system:serviceaccount:shop:cart'
    >>> correct_form("app.terraform.io", "organization:acme:workspace:net:run_phase:*")
    'organization:acme:project:*:workspace:net:run_phase:*'
    """
    if issuer.startswith("oidc.eks."):
        corrected = _correct_account(subject)
    elif issuer.partition("/")[0] == GITHUB:
        corrected = _correct_job(subject)
    elif issuer == "app.terraform.io":
        corrected = _correct_run(subject)
    elif (organization := organization_of(issuer)) is not None:
        corrected = _correct_circleci(organization, subject)
    else:
        return None
    return None if corrected == subject else corrected


OTHER_PHASES = {"plan": "apply", "apply": "plan"}
"""The other phase of a run of HCP Terraform."""
PHASE_ROLES = "TFC_AWS_PLAN_ROLE_ARN and TFC_AWS_APPLY_ROLE_ARN"
"""The variables of a workspace with a role for each phase."""


def find_phase(expected: Sequence[str], actual: str) -> str | None:
    """Return the phase of a token's run if it is all that the accepted subjects lack.

    >>> find_phase(["organization:acme:project:*:workspace:net:run_phase:plan"], "organization:acme:project:core:workspace:net:run_phase:apply")
    'apply'
    >>> find_phase(["organization:acme:project:*:workspace:net:run_phase:plan"], "organization:acme:project:core:workspace:web:run_phase:apply")
    """
    start, _, phase = actual.rpartition(":")
    accepted = {each.rpartition(":")[2] for each in expected}
    if not start.endswith(":run_phase") or accepted != {OTHER_PHASES.get(phase)}:
        return None
    rest = (compile_glob(each.rpartition(":")[0]) for each in expected)
    return phase if any(matches(start, each) for each in rest) else None


def describe_phases(expected: Sequence[str], actual: str) -> str | None:
    """Return that a policy accepts the other phase than that of a token's run, as a clause, if that is all."""
    phase = find_phase(expected, actual)
    if phase is None:
        return None
    accepted = OTHER_PHASES[phase]
    return f"the trust policy expects the subject of {describe_phase(accepted)} (run_phase:{accepted}), and the token has that of {describe_phase(phase)} (run_phase:{phase})"


def describe_phase(phase: str) -> str:
    """Return a phase with its article."""
    return "an apply" if phase == "apply" else "a plan"


def organization_of(issuer: str) -> str | None:
    """Return the organization of CircleCI whose tokens an issuer issues. Its ID is their audience, too.

    https://circleci.com/docs/openid-connect-tokens/

    >>> organization_of("oidc.circleci.com/org/0a1b2c3d-1111-2222-3333-444455556666")
    '0a1b2c3d-1111-2222-3333-444455556666'
    """
    found = _CIRCLECI.fullmatch(issuer.lower())
    return None if found is None else found[1]


def _correct_circleci(organization: str, subject: str) -> str | None:
    start = f"org/{organization}/project/"
    if subject.startswith((start, f"org/{organization}/*")) or subject.lstrip("*?") == "":
        return None
    ids = [each for each in _UUID.findall(subject.lower()) if each != organization]
    return f"{start}{ids[-1] if ids else 'PROJECT_ID'}/user/*"


def _correct_account(subject: str) -> str | None:
    found = _LIKE_POD.fullmatch(subject)
    if found is None or (subject.startswith(POD_SUBJECT) and "/" not in subject):
        return None
    return f"{POD_SUBJECT}{found['namespace']}:{found['name']}".lower()


def _correct_job(subject: str) -> str | None:
    found = _LIKE_REPOSITORY.fullmatch(subject)
    if found is None:
        return None
    context = found["context"]
    if not context.startswith(("ref:refs/heads/", "ref:refs/tags/", "environment:", "*", "?")):
        for pattern, form in _CONTEXTS:
            if (written := pattern.fullmatch(context)) is not None:
                context = form.format(written["name"])
                break
    return f"repo:{found['name']}:{context}"


def _correct_run(subject: str) -> str | None:
    parts = subject.split(":")
    written = dict(zip(parts[::2], parts[1::2], strict=False))
    is_known = len(parts) % 2 == 0 and "organization" in written and written.keys() <= set(_RUN_KEYS)
    # A wildcard matches what follows it, too.
    is_open = any("*" in each for each in parts[1:-1:2]) or (
        parts[-1].endswith("*") and "run_phase" not in written
    )
    if not is_known or is_open:
        return None
    return ":".join(f"{key}:{written.get(key, '*')}" for key in _RUN_KEYS)


def correct_key(key: str, issuer: str, values: list[str]) -> tuple[str, str] | None:
    """Return a condition key as it was meant, and its defect; ``None`` if it has none or is for another issuer."""
    found = _WRITTEN_KEY.fullmatch(key.strip())
    if found is None:
        return None
    url, claim = found["url"].lower(), found["claim"].lower()
    claim_name = _CLAIM_NAMES.get(claim, claim)
    if url in _CLAIM_NAMES and not claim:
        claim_name, defect = _CLAIM_NAMES[url], "does not begin with the provider's URL"
    elif url != issuer.lower():
        return None
    elif not claim:
        # A subject has colons, an audience is a host name or a URL.
        claim_name = "sub" if any(":" in each and "//" not in each for each in values) else "aud"
        defect = "names no claim"
    elif claim != claim_name:
        defect = f"names the claim {claim}, which is called {claim_name}"
    elif key != key.strip():
        defect = "begins or ends with a space"
    elif key.lower().startswith("http"):
        defect = f"begins with {key.partition('//')[0]}//"
    elif "/:" in key:
        defect = "has a slash after the provider's URL"
    elif key.lower().startswith("arn:"):
        start = "".join(key.partition("/")[:2])
        defect = f"begins with {clip_text(start)} instead of the provider's URL without https://"
    else:
        defect = "is not the provider's URL, a colon and the claim"
    corrected = f"{issuer}:{claim_name}"
    return None if corrected.lower() == key.lower() else (corrected, defect)


# The claims that IAM maps to condition keys for every issuer. For some issuers, it adds those of others over time:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html.
_MAPPED_CLAIMS = frozenset({"amr", "aud", "azp", "email", "oaud", "sub"})
_ISSUERS_WITH_MORE = ("accounts.google.com", "identity.oraclecloud.com", "oidc.circleci.com/")
_GITHUB_CLAIMS = frozenset(
    [
        "actor", "actor_id", "base_ref", "check_run_id", "enterprise", "enterprise_id", "environment",
        "environment_node_id", "event_name", "exp", "head_ref", "iat", "iss", "issuer_scope",
        "job_workflow_ref", "job_workflow_sha", "jti", "nbf", "ref", "ref_protected", "ref_type",
        "repository", "repository_id", "repository_owner", "repository_owner_id", "repository_visibility",
        "run_attempt", "run_id", "run_number", "runner_environment", "sha", "workflow", "workflow_ref",
        "workflow_sha",
    ]
)  # fmt: skip
# The claim of the branch or tag, such as ref, ref_path or branch_name.
_REF = lazy_pattern(r"(?a)(?:[\w-]{1,60}[_-])?(?:branch|ref)(?:[_-]?name|_path)?")
# The namespace is the beginning of the project's path.
_IN_GITLAB_SUBJECT = frozenset({"namespace_path", "project_path", "ref_type"})
_REPOSITORY = lazy_pattern(r"(?a)[\w.*?-]{1,100}/[\w.*?-]{1,100}")
_POD_ISSUER = lazy_pattern(r"oidc[.-]eks[.-]")
# With these operators, a key that the request lacks never matches.
_POSITIVE = frozenset(
    {
        "stringequals", "stringlike", "stringequalsignorecase", "foranyvalue:stringequals",
        "foranyvalue:stringlike",
    }
)  # fmt: skip


@attrs.frozen(eq=False, repr=False)
class TrustProblem(Value):
    """A mistake in a trust policy, with which no token is accepted."""

    text: str
    title: str
    step: str
    fixed: dict[str, Any] | None = None
    commands: tuple[str, ...] = ()
    is_for_pod_identity: bool = False


def check_claim_keys(
    document: Mapping[str, Any], statement: dict[str, Any], issuer: str
) -> TrustProblem | None:
    """Return the problem that conditions are on claims without a condition key, in place of which the subject is."""
    start = f"{issuer}:".lower()
    missing = {
        key: values
        for operator, key, values in iterate_conditions(statement)
        # The others match without the key, too.
        if operator.lower() in _POSITIVE
        and key.lower().startswith(start)
        and lacks_claim(issuer, key[len(start) :])
    }
    if not missing:
        return None
    claims = [key[len(start) :] for key in missing]
    subject = build_subject(issuer, dict(zip(claims, missing.values(), strict=True)))
    changed = change_conditions(statement, lambda each: None if each.key in missing else each)
    keys = {key.lower() for _, key, _ in iterate_conditions(changed)}
    is_limited = f"{start}sub" in keys
    if subject is not None and not is_limited:
        operator = "StringLike" if set("*?") & set(subject) else "StringEquals"
        conditions = changed["Condition"]
        conditions[operator] = {**as_mapping(conditions.get(operator)), f"{issuer}:sub": subject}
    shown = join_words(tuple(map(clip_text, missing)), "and")
    whose = (
        "a token of GitHub Actions has no such claim"
        if issuer == GITHUB
        else "for this provider, IAM has keys only for the audience (:aud), the subject (:sub) and a few standard claims"
    )
    is_fixed = subject is not None or is_limited
    step, verb = "The condition on the subject (:sub) stays.", "Remove"
    if not is_limited:
        verb = "Replace"
        step = f"Compare the subject (:sub) instead, {f'which says the same: {clip_text(subject)}' if subject else 'as far as it has what these claims state'}. Do not only remove the condition: a policy without it trusts every token of the provider."
    return TrustProblem(
        f"the condition key{'s' if len(missing) > 1 else ''} {shown} of the trust policy do{'' if len(missing) > 1 else 'es'} not exist ({whose}), so the condition never matches",
        f"{verb} the condition on {join_words([f':{each}' for each in claims], 'and')} in the role's trust policy",
        step,
        replace_statement(document, statement, changed) if is_fixed else None,
    )


def lacks_claim(issuer: str, claim: str) -> bool:
    """Return whether a condition key for a claim of an issuer certainly does not exist.

    >>> lacks_claim(GITHUB, "repo"), lacks_claim(GITHUB, "repository"), lacks_claim("gitlab.com", "project_path")
    (True, False, True)
    """
    name = claim.lower()
    if name in _MAPPED_CLAIMS or issuer.startswith(_ISSUERS_WITH_MORE):
        return False
    return issuer != GITHUB or not (name in _GITHUB_CLAIMS or name.startswith("repo_property_"))


def build_subject(issuer: str, stated: Mapping[str, Sequence[str]]) -> str | None:
    """Return the subject that says what conditions on claims without a key mean, ``None`` if that is not known.

    >>> build_subject(GITHUB, {"repo": ["octo/shop"], "branch": ["main"]}), build_subject("gitlab.com", {"project_path": ["octo/shop"]})
    ('repo:octo/shop:ref:refs/heads/main', 'project_path:octo/shop:*')
    """
    values = {claim.lower(): each[0] for claim, each in stated.items() if len(each) == 1}
    if len(values) < len(stated):
        return None

    def find(*parts: str) -> str | None:
        return next((value for claim, value in values.items() if any(part in claim for part in parts)), None)

    # Not a claim such as ref_type or ref_protected.
    ref = next((value for claim, value in values.items() if _REF.fullmatch(claim)), None)
    environment = find("env")
    name = None if ref is None else ref.removeprefix("refs/heads/")
    if _POD_ISSUER.match(issuer):
        namespace = find("namespace")
        account = find("serviceaccount", "service_account", "service-account")
        return f"{POD_SUBJECT}{namespace}:{account or '*'}" if namespace and ":" not in namespace else None
    if issuer == GITHUB:
        repository = find("repo")
        if repository is None or _REPOSITORY.fullmatch(repository) is None:
            return None
        context = f"ref:refs/heads/{name}" if name else f"environment:{environment}" if environment else "*"
        return f"repo:{repository}:{context}"
    project = values.get("project_path")
    # Without the others, the subject would trust more tokens than the conditions mean.
    if project is None or not all(each in _IN_GITLAB_SUBJECT or _REF.fullmatch(each) for each in values):
        return None
    kind = values.get("ref_type") or ("branch" if name else None)
    rest = "*" if kind is None else f"ref_type:{kind}:ref:{name or '*'}"
    return f"project_path:{project}:{rest}"
