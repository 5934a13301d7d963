"""Choose the rule for a denial of another system, and explain those of web firewalls, GitHub and Docker.

Sources: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html,
https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html,
https://docs.docker.com/engine/install/linux-postinstall/ and
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Explanation
from iamtriage.explaining._rules.denials.other_authorities import (
    cloud_services,
    database_privileges,
    vault_policies,
)
from iamtriage.explaining._rules.denials.other_authorities.decided_elsewhere import explain_elsewhere
from iamtriage.explaining._rules.denials.other_authorities.docker_hub import explain_docker_hub
from iamtriage.explaining._rules.shared.remedies import owner_remedy, your_remedy

_WAF = "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-testing-activities.html"
_LOAD_BALANCER = lazy_pattern(r"(?i:\bserver: ?awselb/2\.0)")
_BALANCER_ARN = lazy_pattern(
    r"\barn:aws[a-z-]{0,12}:elasticloadbalancing:[a-z0-9-]{6,30}:[0-9]{12}:loadbalancer/app/[\w-]{1,32}/[0-9a-f]{16}\b",
    re.ASCII,
)
_CLOUDFRONT = lazy_pattern(r"Request blocked\.[^\n]{0,400}?(?:\n[^\n]{0,400}){0,12}?\(CloudFront\)")
_FORBIDDEN = lazy_pattern(
    r"\bHTTP/[0-9.]{1,3}\"? 403\b|\b403 (?i:forbidden|error)\b|\b(?i:status|code|error|returned|answered|got)\b[^\n.;,]{0,30}\b403\b|\b(?:a|the|with|by) 403\b"
)
_LARGE = lazy_pattern(
    r"\b(?:\d{1,6} ?[KkM]i?B\b|(?:large|big|small)\b[^\n]{0,30}\b(?:body|bodies|POSTs?|PUTs?|requests?|uploads?))"
)
_GITHUB = lazy_pattern(
    r"(?:Permission to (?P<repository>[\w.-]{1,40}/[\w.-]{1,100}) denied to (?P<who>deploy key|[\w-]{1,40}(?:\[bot\])?)|Resource not accessible by integration)",
    re.ASCII,
)
_DOCKER = lazy_pattern(
    r"permission denied while trying to connect to the (?:Docker daemon socket|docker API)\b"
)


def explain_other_authority(text: str, _facts: Facts) -> Explanation | None:
    """Explain a denial of another system, or return ``None`` if a text shows none that is known."""
    return next(filter(None, (explain(text) for explain in _RULES)), None)


def _explain_firewall(text: str) -> Explanation | None:
    balancer = _LOAD_BALANCER.search(text)
    blocked = balancer or _CLOUDFRONT.search(text)
    if blocked is None or not _FORBIDDEN.search(text):
        return None
    arns = set(_BALANCER_ARN.findall(text))
    who, resource = (
        ("load balancer", only_one(arns, "LOAD_BALANCER_ARN"))
        if balancer
        else ("CloudFront distribution", "DISTRIBUTION_ID")
    )
    size = "AWSManagedRulesCommonRuleSet blocks bodies of more than 8 KB (SizeRestrictions_BODY), which fits the sizes in the text." if _LARGE.search(text) else None  # fmt: skip
    commands: tuple[str, ...] = (
        f"aws wafv2 get-web-acl-for-resource --resource-arn {resource}",
        "aws elbv2 describe-rules --listener-arn LISTENER_ARN",
    )
    if not balancer:
        commands = (
            f"aws cloudfront get-distribution-config --id {resource} --query 'DistributionConfig.[WebACLId,Restrictions]'",
        )
    remedy = owner_remedy(
        f"Find what blocks the request in front of the program: the web ACL of the {who}",
        size,
        "The sampled requests and the log of the web ACL name the rule (terminatingRuleId). Exempt only this path from it, or set the rule to Count there.",
        "Without a web ACL: a listener rule with a fixed response answers in the same way. In the access log, the actions are waf or fixed-response." if balancer else "Without a web ACL: the distribution blocks the country (geo restriction).",
        commands=commands,
        url=_WAF,
    )  # fmt: skip
    return explain_elsewhere(
        blocked[0].partition("\n")[0],
        f"The {who} itself answered with 403: most likely, its AWS WAF web ACL blocked the request. The request did not reach the program, so no IAM role or policy decided.",
        remedy,
        notes=(
            "Policies that were attached to the role of the program to fix this, such as AdministratorAccess, can be removed again.",
        )
        if "AdministratorAccess" in text
        else (),
    )


# The permissions of which a call needs one, and the calls that tell.
_ACCEPTED = lazy_pattern(
    r"x-accepted-github-permissions['\"]?\s?:\s?['\"]?(?P<names>[a-z_]{3,40}=write(?:[;,]\s?[a-z_]{3,40}=write){0,4})"
)
_CALLS = {
    "pull-requests": lazy_pattern(r"/(?:issues/\d+/comments|pulls/\d+)\b|\bcreateComment\b|\bcreateReview\b"),
    "contents": lazy_pattern(r"/releases\b|/git/refs\b|\bcreateRelease\b"),
    "checks": lazy_pattern(r"/check-runs\b"),
    "statuses": lazy_pattern(r"/statuses/[0-9a-f]{7}"),
    "deployments": lazy_pattern(r"/deployments\b"),
}
_PERMISSIONS = lazy_pattern(
    r"^(?P<indent> {0,40})permissions:[ \t]{0,4}\n(?P<lines>(?:(?P=indent) {1,8}[a-z-]{3,30}: (?:read|write|none)[^\n]{0,80}(?:\n|\Z))+)",
    re.MULTILINE,
)


def _find_permission(text: str) -> str | None:
    """Return the permission of GITHUB_TOKEN that a rejected call requires, if the text tells."""
    accepted = _ACCEPTED.search(text)
    if accepted is None:
        return next((name for name, call in _CALLS.items() if call.search(text)), None)
    names = re.findall(r"([a-z_]+)=write", accepted["names"])
    # A comment needs either of two.
    return ("pull_requests" if "pull_requests" in names else names[0]).replace("_", "-")


def _explain_job_token(found: re.Match[str], text: str) -> Explanation:
    """Explain that the token of a workflow's job lacks a permission."""
    permission, listed = _find_permission(text), only_one([*_PERMISSIONS.finditer(text)])
    lines = [] if listed is None else [each.strip() for each in listed["lines"].splitlines()]
    required = f"{permission or 'contents'}: write"
    if permission is None:
        required += "  # or pull-requests, packages, issues: what the call changes"
    if not lines:
        lines = ["contents: read", "id-token: write  # keep it if the job assumes an AWS role"]
    lines = [each for each in lines if each.partition(":")[0] != required.partition(":")[0]]
    lacks = listed is not None and permission is not None and f"{permission}: write" not in listed["lines"]
    why = "the permissions in GitHub decide, not an IAM role or policy"
    if lacks:
        why = f"the permissions in the workflow do not have {permission}: write. IAM roles and policies have no effect"
    return explain_elsewhere(
        found[0],
        f"GitHub denied the request of github-actions[bot]: {why}.",
        your_remedy(
            "Give the job's GITHUB_TOKEN the permission that the call requires",
            "Set it in the job or the workflow. Once permissions are listed, those that are not listed are none. A repository or organization can also limit the token to read access, and workflows of forks get only that.",
            None
            if permission
            else "GITHUB_TOKEN is valid only for the repository of the workflow: for another one, use a GitHub App or a deploy key.",
            manifest="\n".join(("permissions:", *(f"  {each}" for each in (*lines, required)))),
            url="https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions",
        ),
    )


def _explain_github(text: str) -> Explanation | None:
    found = _GITHUB.search(text)
    if found is None:
        return None
    who = found["who"] or "github-actions[bot]"
    if who == "github-actions[bot]":
        return _explain_job_token(found, text)
    if who == "deploy key":
        who = "a deploy key"
        remedy = owner_remedy(
            f"Allow write access for the deploy key of the repository {found['repository']}",
            "A deploy key can only read, unless it was added with write access, and is valid for one repository. Delete it in the settings of the repository, and add the public key again with Allow write access.",
            url="https://docs.github.com/en/authentication/connecting-to-github-with-ssh/managing-deploy-keys",
        )  # fmt: skip
    else:
        remedy = owner_remedy(
            f"Give {who} write access to the repository {found['repository']}, or use the credentials of someone who has it",
            "git uses the credentials that are stored for the host: git credential-manager, gh auth status and ssh -T git@github.com show whose they are.",
            url="https://docs.github.com/en/authentication/troubleshooting-ssh/error-permission-to-userrepo-denied-to-userother-repo",
        )  # fmt: skip
    return explain_elsewhere(found[0], f"GitHub denied the request of {who}: the permissions in GitHub decide, not an IAM role or policy.", remedy)  # fmt: skip


def _explain_docker(text: str) -> Explanation | None:
    found = _DOCKER.search(text)
    if found is None:
        return None
    remedy = your_remedy(
        "Let the user use the Docker daemon",
        "Members of the group docker have the rights of root. Log in again after the command.",
        "In a job, run it as a user of that group, or mount the socket with its group.",
        commands='sudo usermod -aG docker "$USER"',
        url="https://docs.docker.com/engine/install/linux-postinstall/",
    )
    return explain_elsewhere(found[0], "The operating system denied access to the socket of the Docker daemon: no call to AWS was made.", remedy)  # fmt: skip


_RULES: tuple[Callable[[str], Explanation | None], ...] = (
    database_privileges.explain_postgres,
    database_privileges.explain_mysql,
    _explain_firewall,
    _explain_github,
    _explain_docker,
    explain_docker_hub,
    cloud_services.explain_public_registry,
    cloud_services.explain_azure,
    cloud_services.explain_google_federation,
    vault_policies.explain_vault,
)
