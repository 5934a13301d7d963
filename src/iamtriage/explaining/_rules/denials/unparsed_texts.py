"""Explain texts that show a problem with AWS access, but no failure that ``parse`` reads.

Sources: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html and
https://docs.aws.amazon.com/AmazonECR/latest/userguide/security-iam-awsmanpol.html.
"""

from __future__ import annotations

from collections.abc import Callable

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._context.readers.workflows import find_jobs_without_token
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import CauseType, Explanation, Labelled
from iamtriage.explaining._rules.credentials.database_roles import explain_database_role
from iamtriage.explaining._rules.credentials.keys.access_keys import explain_exposed_key
from iamtriage.explaining._rules.credentials.keys.secret_keys import explain_lost_secret
from iamtriage.explaining._rules.credentials.workloads import ci_jobs
from iamtriage.explaining._rules.credentials.workloads.job_gaps import explain_unwritten_token
from iamtriage.explaining._rules.denials.data_stores.file_systems import explain_efs_mount
from iamtriage.explaining._rules.denials.data_stores.proxy_logins import explain_proxy_login
from iamtriage.explaining._rules.denials.other_authorities.other_systems import explain_other_authority
from iamtriage.explaining._rules.denials.registries import image_pulls, repositories
from iamtriage.explaining._rules.denials.roles.saml import explain_invalid_response
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.kubernetes.clusters import Cluster
from iamtriage.explaining._rules.shared.remedies import identity_remedy, your_remedy
from iamtriage.policies._documents import allow

_CACHE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html"
_IMAGE = lazy_pattern(
    rf"(?a)(?<!\d)(?P<account>\d{{12}})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]{{6,30}})\.amazonaws\.com(?P<china>\.cn)?/{repositories.NAME}"
    r"(?::(?P<tag>[\w.-]{1,128}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?[\"']?:? (?:image |manifest )?(?:not found|does not exist)"
)
# What people and AWS call the feature.
_PULL_THROUGH = lazy_pattern(r"(?i:pull[ -]?through)|PullThroughCache")
_ROLE = lazy_pattern(r"\blist-attached-role-policies [^\n]{0,200}?--role-name[= ](?P<role>[\w+=,.@-]{1,64})")
_READING = lazy_pattern(r"\bAmazonEC2ContainerRegistry(?:ReadOnly|PullOnly|PowerUser)\b")
_IMPORT, _CREATE = "ecr:BatchImportUpstreamImage", "ecr:CreateRepository"


def explain_missing_image(text: str, _facts: Facts) -> Explanation | None:
    """Explain that a registry does not find an image; return ``None`` for other texts."""
    image = _IMAGE.search(text) if ".dkr.ecr" in text else None
    if image is None:
        return None
    name, region = image["name"], commands.region(image["region"])
    prefix, tag = name.partition("/")[0], image["tag"]
    is_cached = _PULL_THROUGH.search(text) is not None
    shown = f"{name}:{tag}" if tag else name
    who, placeholder, _, who_pulls = repositories.find_puller(text)
    role = found["role"] if (found := _ROLE.search(text)) else placeholder
    who = f"the role {role}" if found else who
    attached = _READING.search(text)
    missing = _CREATE if attached and attached[0].endswith("PullOnly") else f"{_IMPORT} and {_CREATE}"
    because = (f"The text shows {attached[0]}, which lacks {missing}.",) if attached else ()
    cache = NO_IDENTITY_ALLOW.cause(
        "derived" if is_cached and attached else "possible",
        because,
        text=f"The first pull of an image with a pull through cache rule requires {_IMPORT}, and {_CREATE} if its repository is new. Without them, the registry answers not found.",
    )
    arn = f"arn:{'aws-cn' if image['china'] else 'aws'}:ecr:{region}:{image['account']}:repository/{prefix}/*"
    grant = identity_remedy(
        f"{'Allow' if is_cached else 'If a pull through cache rule has this prefix, allow'} {who} to fill {prefix}/",
        who_pulls,
        "Instead, the registry policy can allow both actions (aws ecr put-registry-policy), or an administrator, who has both, pulls each image once: what is in the cache needs neither.",
        commands=commands.put_policy(role, "FillPullThroughCache"),
        statements=(allow((_IMPORT, _CREATE), arn, sid="FillCache"),),
        url=_CACHE,
    )
    ids = f"imageDigest={image['digest']}" if image["digest"] else f"imageTag={tag or 'latest'}"
    look = your_remedy(
        "Check that the image exists in this account and Region",
        "Compare the account, the Region, the repository and the tag with where the image was pushed.",
        commands=(
            commands.fill_command(
                "aws ecr describe-images --registry-id {} --repository-name {} --image-ids {} --region {}",
                *(image["account"], name, ids, region),
            ),
            Labelled(
                "Whether a rule of the registry fetches such images:",
                f"aws ecr describe-pull-through-cache-rules --region {region}",
            ),
        ),
        url=_CACHE,
    )
    is_likely = is_cached or ("/" in name and repositories.CACHE_PREFIX.fullmatch(prefix) is not None)
    summary = f"The ECR registry has no image {shown} in {region}: nothing was denied, unless a pull through cache rule is meant to fetch it."
    if is_likely:
        summary = f"The ECR registry answered not found for {shown}: {'' if is_cached and attached else 'most likely, '}{who} may pull what is in the cache, but not fetch a new image, for lack of {missing}."
    parts = [(image_pulls.IMAGE_NOT_FOUND.cause(), look), (cache, grant)]
    causes, remedies = zip(*(parts[::-1] if is_likely else parts), strict=True)
    if is_cached and attached:
        # Before its first pull, an image is only in the upstream registry.
        causes = (
            cache,
            image_pulls.IMAGE_NOT_FOUND.cause(text="The upstream registry has no such image or tag."),
        )
        remedies = (grant,)
    topic = NO_IDENTITY_ALLOW.code if is_likely else image_pulls.IMAGE_NOT_FOUND.code
    return Explanation(failure=None, topic=topic, summary=summary, causes=causes, remedies=remedies)


# What clients of Kubernetes print without a kubeconfig: they call localhost. Terraform's providers do so, too.
_NO_KUBECONFIG = lazy_pattern(
    r"(?a)(?:The connection to the server |Get \"http://|dial tcp )(?:localhost|127\.0\.0\.1|\[::1\]):8080\b[^\n]{0,300}?(?: was refused|connection refused)"
    r"|no configuration has been provided, try setting KUBERNETES_MASTER"
    r"|\b(?:error|Error|unreachable): context \"(?P<context>[\w.@:/-]{1,200})\" does not exist"
    r"|(?P<provider>(?:Get|Post|Put|Patch|Delete) \"http://localhost/apis?/[^\"\n]{1,200}\": dial tcp [^\n]{3,60}:80: connect(?:ex)?: connection refused)"
)
_SUDO = lazy_pattern(r"(?a)\bsudo (?:-\S{1,20} )*(?:kubectl|helm|k9s)\b")

NO_KUBECONFIG = CauseType(
    "no-kubeconfig",
    title="The client has no kubeconfig, or not that context",
    text="The client has no kubeconfig for the cluster, so it sent no request to it.",
    recognised_by="The client calls localhost, or says that the context does not exist.",
    fix="Add the cluster to the kubeconfig with aws eks update-kubeconfig.",
    sources=(pages.EKS_KUBECONFIG,),
    subject="kubernetes",
)


def explain_unparsed(text: str, facts: Facts) -> Explanation | None:
    """Explain a text without a failure, or return ``None`` if it shows no problem with AWS access."""
    return next(filter(None, (explain_text(text, facts) for explain_text in _RULES)), None)


def _explain_kubeconfig(text: str, facts: Facts) -> Explanation | None:
    found = _NO_KUBECONFIG.search(text)
    if found is None:
        return None
    context, cluster = found["context"], Cluster(facts.cluster, region=facts.region)
    calls_localhost = "KUBERNETES_MASTER" not in found[0]
    summary = f"The client has no kubeconfig for a cluster{', so it called localhost' * calls_localhost}"
    reason = "The text says that no configuration has been provided."
    if calls_localhost:
        reason = "The text shows a call to localhost."
    title = "Add the cluster to the kubeconfig"
    steps = [
        "KUBECONFIG and --kubeconfig select another file than ~/.kube/config: in a job or a container, set them in the same step.",
    ]
    shown: tuple[str, ...] = (
        Labelled.required(
            "To add an EKS cluster, and make it the current context:", cluster.kubeconfig_command()
        ),
        Labelled.required("To list the contexts:", "kubectl config get-contexts"),
    )
    if context is not None:
        summary = f'The kubeconfig has no context "{context}"'
        reason = "The text says that the context does not exist."
        title = "Use a context that the kubeconfig has, or add the cluster"
        steps.insert(
            0,
            "The names are case-sensitive. aws eks update-kubeconfig names the context after the cluster's ARN, unless --alias names it.",
        )
    if _SUDO.search(text):
        steps.insert(0, "With sudo, the client reads root's ~/.kube/config: run it without sudo.")
    if found["provider"]:
        summary = "Terraform's Kubernetes provider has no address of the cluster, so it called localhost"
        title = "Configure the provider with the cluster's address"
        steps = [
            "In the provider block, set host, cluster_ca_certificate and exec (aws eks get-token) from the cluster's attributes. A module uses the provider of its caller.",
            "If the same run creates, replaces or destroys the cluster, its address is unknown to the provider: apply the cluster first, in a separate run or configuration.",
        ]
        shown = ()
    return Explanation(
        failure=None,
        topic=NO_KUBECONFIG.code,
        summary=f"{summary}. No request reached the cluster, and nothing was denied.",
        causes=(NO_KUBECONFIG.cause("derived", reason),),
        remedies=(your_remedy(title, *steps, commands=shown, url=pages.EKS_KUBECONFIG),),
    )


def _explain_id_token(text: str, _facts: Facts) -> Explanation | None:
    if "ACTIONS_ID_TOKEN_REQUEST_URL env variable" not in text:
        return None
    if fork := ci_jobs.find_fork(text):
        cause = ci_jobs.SECRETS_OF_FORKS.cause("derived", f"The text shows {quote_words(fork)}.")
        remedy = ci_jobs.SKIP_FORKS
    elif jobs := find_jobs_without_token(text):
        cause, remedy = ci_jobs.explain_jobs(jobs, text)
    else:
        cause = ci_jobs.NO_ID_TOKEN_PERMISSION.cause(
            "derived", "The text says that ACTIONS_ID_TOKEN_REQUEST_URL is not set."
        )
        remedy = your_remedy(
            "Give the job the permission id-token: write",
            *ci_jobs.GITHUB_PERMISSION_STEPS,
            manifest=ci_jobs.github_workflow(text),
            url=pages.GITHUB_OIDC,
        )
    return Explanation(
        failure=None,
        topic="no-credentials",
        summary=ci_jobs.describe_missing_token(text),
        causes=(cause,),
        remedies=(remedy,),
    )


_RULES: tuple[Callable[[str, Facts], Explanation | None], ...] = (
    explain_efs_mount,
    explain_proxy_login,
    explain_database_role,
    explain_missing_image,
    _explain_kubeconfig,
    _explain_id_token,
    explain_exposed_key,
    explain_lost_secret,
    explain_unwritten_token,
    explain_invalid_response,
    explain_other_authority,
)
