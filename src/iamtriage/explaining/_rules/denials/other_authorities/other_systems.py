"""Choose the rule for a denial of another system, and explain those of web firewalls, GitHub, Docker and Docker Hub.

Sources: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html,
https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html,
https://docs.docker.com/engine/install/linux-postinstall/,
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions and
https://docs.docker.com/reference/cli/docker/image/tag/ (a name without a host is one of Docker Hub).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Explanation, Remedy
from iamtriage.explaining._rules.denials.other_authorities import (
    cloud_services,
    database_privileges,
    vault_policies,
)
from iamtriage.explaining._rules.denials.other_authorities.decided_elsewhere import explain_elsewhere
from iamtriage.explaining._rules.shared.remedies import owner_remedy, present, your_remedy

_NAMES = "https://docs.docker.com/reference/cli/docker/image/tag/"
_IMAGE = r"(?P<image>[a-z0-9][\w-]{0,100}(?:/[a-z0-9][\w.-]{0,100}){0,3})"
_DENIED = lazy_pattern(
    rf"(?:\bdocker\.io/(?:library/)?{_IMAGE}(?::(?P<tag>[\w.-]{{1,128}}))?[\"']?: (?P<pull>pull access denied|(?:failed to authorize|unexpected status)[^\n]{{0,200}}\b(?:401|403)\b|insufficient_scope)"
    rf"|\b(?P<daemon>pull access denied) for {_IMAGE.replace('image>', 'name>')},"
    rf"|\brepository \[docker\.io/(?:library/)?{_IMAGE.replace('image>', 'pushed>')}\][^\n]{{0,80}}\n(?:[^\n]{{0,200}}\n){{0,40}}?[^\n]{{0,80}}?(?P<push>(?:push access )?denied))"
)
_HOST = lazy_pattern(
    rf"(?a)(?<![\w.-])[0-9]{{12}}\.dkr\.ecr(?:-fips)?\.{REGION}\.amazonaws\.com(?:\.cn)?(?![\w.-])"
)
_OF_ECR = lazy_pattern(r"\bdkr\.ecr\b|\bECR\b|\baws ecr\b|ContainerRegistry")
_OF_AWS = lazy_pattern(
    r"\bdkr\.ecr\b|\bECR\b|\baws ecr\b|ContainerRegistry|\bECS\b|\bEKS\b|CannotPull|ECSTask"
)
# What says that the image is not meant to be in ECR.
_NOT_ECR = lazy_pattern(
    r"(?i:\b(?:not|no|without|instead of|rather than|never)(?: (?:an?|any|been|in|from|on|use|using|the|our|with|amazon|aws)){0,3} ECR\b|n't(?: (?:use|have|need|with))? (?:Amazon )?ECR\b)"
)
# The values of a Helm chart that name a registry: the whole line before it, and the value.
_REGISTRY_KEYS = ("imageRegistry", "registry")
_KEY = lazy_pattern(r"(?m)^(?P<indent> {0,12})(?P<key>[A-Za-z]\w{0,60}):(?P<value>[^\n#]{0,300})")
_TEMPLATE = lazy_pattern(r"(?m)^[ \t-]{0,20}(?P<line>image: *[\"']?(?P<value>\{\{[^\n]{1,300}))$")
_REPOSITORY = lazy_pattern(r"(?m)^(?P<indent> {0,12})repository: *[\"']?(?P<name>[\w./-]{1,200})[\"']? *$")  # fmt: skip
_BROAD = ("AmazonEC2ContainerRegistryFullAccess", "AmazonEC2ContainerRegistryPowerUser", "AdministratorAccess")  # fmt: skip
_ADDED = lazy_pattern(
    rf"(?i:\b(?:added|attached|gave|granted|tried)\b)[^\n.]{{0,120}}?\b(?P<policy>{'|'.join(_BROAD)})\b"
)


def explain_docker_hub(text: str) -> Explanation | None:
    """Explain that Docker Hub, not ECR, denied the access to an image, or return ``None`` for other texts."""
    found = next((each for each in _DENIED.finditer(text) if not _is_own(each)), None)
    if found is None:
        return None
    name = found["image"] or found["name"] or found["pushed"]
    hosts: set[str] = set(_HOST.findall(text))
    # An organization in the name can be one of Docker Hub.
    signs = _OF_ECR if "/" in name else _OF_AWS
    is_elsewhere = not hosts and _NOT_ECR.search(text) is not None
    if (
        is_elsewhere
        or signs.search(text) is None
        or re.search(
            rf"(?i:image:? |FROM )[\"']?docker\.io/\S{{0,20}}{re.escape(name)}",
            text.replace("unpack image", ""),
        )
    ):
        return None
    host = only_one(hosts, "ACCOUNT_ID.dkr.ecr.REGION.amazonaws.com")
    is_push = found["push"] is not None
    call = "push to" if is_push else "pull of"
    added = _ADDED.search(text)
    return explain_elsewhere(
        re.sub(r"\s+", " ", found[0])[:200],
        f"Docker Hub, not ECR, denied the {call} {name}: the name of the image has no registry, so the request went to docker.io. No request reached ECR, and no IAM permission is missing.",
        _push_remedy(host, name) if is_push else _name_remedy(text, host, name, found["tag"]),
        notes=present(
            f"Detach {added['policy']} again: it does not help here, and pulling images needs only AmazonEC2ContainerRegistryPullOnly."
            if added
            else None
        ),
    )


def _is_own(found: re.Match[str]) -> bool:
    """Return whether the name has a registry, or is one of the official images."""
    name = found["name"] or ""
    return "." in name.partition("/")[0] or found["image"] in {
        "postgres",
        "redis",
        "nginx",
        "alpine",
        "busybox",
    }


def _name_remedy(text: str, host: str, name: str, tag: str | None) -> Remedy:
    """Return the remedy that writes the registry into the name of the image, where the text shows that."""
    title = "Write the ECR registry into the name of the image"
    repository = [each for each in _REPOSITORY.finditer(text) if each["name"] == name]
    template = [each for each in _TEMPLATE.finditer(text) if ".repository" in each["value"]]
    key = _find_registry(text)
    if repository:
        lines = f"repository: {host}/{name}"
        unused = key is not None and len(template) == 1 and f".Values.{key}" not in template[0]["value"]
        where = "In the values of the chart, change repository"
        if unused and key is not None:
            where += f", or let the template use {key}, which it ignores"
            lines += f'\n# Or, in the template, with repository as it is:\nimage: "{{{{ .Values.{key} }}}}/{template[0]["value"]}'
        return your_remedy(
            title,
            f"{where}. Then run helm upgrade again.",
            manifest=lines,
            manifest_language="yaml",
            url=_NAMES,
        )
    tagged = re.search(rf"(?<![\w-]){re.escape(name)}:(\w[\w.-]{{0,127}})(?<!\.)", text)
    image = f"{host}/{name}:{tag or (tagged[1] if tagged else 'TAG')}"
    return your_remedy(
        title,
        "Change it where the image is named: the manifest, the values of the chart, the task definition, the compose file or FROM in the Dockerfile. ECR then authenticates the pull.",
        manifest=f"image: {image}",
        manifest_language="yaml",
        url=_NAMES,
    )


def _push_remedy(host: str, name: str) -> Remedy:
    return your_remedy(
        "Tag the image with the name of the ECR registry, and push that",
        "docker login is only for the registry that it names, and the name of the image decides where docker push goes.",
        "The repository must exist in ECR: aws ecr create-repository creates it.",
        commands=(f"docker tag {name}:TAG {host}/{name}:TAG", f"docker push {host}/{name}:TAG"),
        url=_NAMES,
    )


def _find_registry(text: str) -> str | None:
    """Return the path of the value that names an ECR registry, such as ``global.imageRegistry``."""
    path: list[tuple[int, str]] = []
    for each in _KEY.finditer(text):
        indent = len(each["indent"])
        path = [*(part for part in path if part[0] < indent), (indent, each["key"])]
        if each["key"] in _REGISTRY_KEYS and "dkr.ecr" in each["value"]:
            return ".".join(part for _, part in path)
    return None


_LOAD_BALANCER = lazy_pattern(r"(?i:\bserver: ?awselb/2\.0)")
_BALANCER_ARN = lazy_pattern(
    r"(?a)\barn:aws[a-z-]{0,12}:elasticloadbalancing:[a-z0-9-]{6,30}:[0-9]{12}:loadbalancer/app/[\w-]{1,32}/[0-9a-f]{16}\b"
)
_CLOUDFRONT = lazy_pattern(r"Request blocked\.[^\n]{0,400}?(?:\n[^\n]{0,400}){0,12}?\(CloudFront\)")
_FORBIDDEN = lazy_pattern(
    r"\bHTTP/[0-9.]{1,3}\"? 403\b|\b403 (?i:forbidden|error)\b|\b(?i:status|code|error|returned|answered|got)\b[^\n.;,]{0,30}\b403\b|\b(?:a|the|with|by) 403\b"
)
_LARGE = lazy_pattern(
    r"\b(?:\d{1,6} ?[KkM]i?B\b|(?:large|big|small)\b[^\n]{0,30}\b(?:body|bodies|POSTs?|PUTs?|requests?|uploads?))"
)
_GITHUB = lazy_pattern(
    r"(?a)(?:Permission to (?P<repository>[\w.-]{1,40}/[\w.-]{1,100}) denied to (?P<who>deploy key|[\w-]{1,40}(?:\[bot\])?)|Resource not accessible by integration)"
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
        url="https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-testing-activities.html",
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
    r"(?m)^(?P<indent> {0,40})permissions:[ \t]{0,4}\n(?P<lines>(?:(?P=indent) {1,8}[a-z-]{3,30}: (?:read|write|none)[^\n]{0,80}(?:\n|\Z))+)"
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


# What shows that a job of GitHub Actions made the call, and what shows that another program did, as an app.
_JOB = lazy_pattern(
    r"GITHUB_TOKEN|github\.token|/home/runner/|\bactions/[a-z-]{3,40}@|(?m:^\s{0,8}Run [\w.-]{1,40}/)|\bruns-on:"
)
_APP = lazy_pattern(
    r"/var/task/|\b[Gg]it[Hh]ub [Aa]pps?\b|\b(?i:(?:my|our|the|this) integration\b)|\binstallation (?:access )?token\b"
)


def _explain_app(found: re.Match[str]) -> Explanation:
    """Explain that a GitHub App lacks a permission."""
    return explain_elsewhere(
        found[0],
        "GitHub denied the request of a GitHub App: the permissions of the app decide, not an IAM role or policy.",
        owner_remedy(
            "Give the GitHub App the permission that the call requires",
            "Set it in the settings of the app, under Permissions & events. The header x-accepted-github-permissions of the answer names what the call accepts.",
            "The owner of each installation must then approve the new permissions: until then, the old ones apply. The installation must also include the repository.",
            url="https://docs.github.com/en/apps/maintaining-github-apps/modifying-a-github-app-registration",
        ),
    )


def _explain_github(text: str) -> Explanation | None:
    found = _GITHUB.search(text)
    if found is None:
        return None
    who = found["who"] or "github-actions[bot]"
    if found["who"] is None and _APP.search(text) and not _JOB.search(text):
        return _explain_app(found)
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
