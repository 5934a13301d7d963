"""Explain requests without credentials: unsigned ones and those to ECR registries."""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import line_at, quote_words
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.logins import registry_logins, registry_pulls
from iamtriage.explaining._rules.credentials.requests import gateway_routes
from iamtriage.explaining._rules.shared import clues, commands, common_causes, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts import text_signs
from iamtriage.failures._failures import Failure

NO_REGISTRY_LOGIN = lazy_pattern(
    r"no basic auth credentials|credential required for basic auth|[.>]dkr\.ecr\.[^\n]{1,400}(?:401:? [Uu]nauthorized|401; body: Not Authorized|failed with status: 400)|ecr-credential-provider"
)
"""How registries report a missing or rejected login."""
# The command of kaniko with an option, and what it says before it builds.
_KANIKO = lazy_pattern(r"/kaniko/executor\W{1,40}(?:args\W{1,40})?--\w|\berror checking push permissions\b")
_API_GATEWAY = lazy_pattern(r"execute-api\.|[Aa][Pp][Ii] ?[Gg]ateway")
# A node of Fargate, or the profile of the pods with its role.
_ON_FARGATE = lazy_pattern(
    r"\bfargate-ip-\d|\bpodExecutionRoleArn\b[^\n]{0,20}\n?[^\n]{0,40}?:role/(?:[\w+=,.@-]{1,64}/){0,4}(?P<role>[\w+=,.@-]{1,64})"
)
NODE_ROLE_CANNOT_PULL = CauseType(
    "node-role-cannot-pull",
    title="The node's role is not allowed to pull",
    text="A node pulls with its own role, and that role lacks the permission, or the kubelet has no credential provider.",
    fix="Attach AmazonEC2ContainerRegistryPullOnly to the node role.",
    of="no-registry-login",
)
NO_REGISTRY_LOGIN_CAUSE = CauseType(
    "no-registry-login",
    title="There is no login to the registry",
    recognised_by='The registry says "no basic auth credentials".',
    fix="Run aws ecr get-login-password and pass it to docker login.",
    sources=(pages.ECR_LOGIN,),
)
EXPIRED_REGISTRY_LOGIN = CauseType(
    "expired-registry-login",
    title="The docker login to Amazon ECR has expired",
    text="A login to ECR (aws ecr get-login-password) is valid for 12 hours, and this one is older.",
    recognised_by='The registry says "Your authorization token has expired".',
    fix="Run aws ecr get-login-password again and pass it to docker login.",
    sources=(pages.ECR_LOGIN,),
)
HEADER_LOST = CauseType(
    "header-dropped",
    title="A proxy or redirect dropped the Authorization header",
    fix="Let the proxy pass the header, and don't follow redirects to other hosts. If the response names another host in Location, set that as the endpoint of the client.",
    recognised_by="The text shows a redirect.",
    sign=r"\bHTTP/[\d.]{1,3} 30[1278]\b",
    of="unsigned-call",
)
REGISTRY_PASSWORD = CauseType(
    "registry-password",
    title="The password of the docker login is not the registry's",
    text="The password is empty, is for a registry in another Region, or was changed on its way to docker.",
    recognised_by='The registry says "400 Bad Request" to docker login.',
    fix="Run aws ecr get-login-password for the Region of the registry.",
    sources=(pages.ECR_LOGIN,),
)


_GATEWAY_BODY = lazy_pattern(r"\"message\"\s{0,4}:\s{0,4}\"Missing Authentication Token\"")
_XML_BODY = lazy_pattern(r"<(?:Code|Message)>\s{0,20}Missing ?Authentication ?Token")
# https://docs.aws.amazon.com/eks/latest/userguide/add-ons-images.html
_ADD_ON_IMAGE = lazy_pattern(r"\.amazonaws\.com(?:\.cn)?/(?:eks/|amazon-k8s-cni|amazon/aws-)")


def explain_no_registry_login(case: Case[Failure], message: str) -> Explanation:
    """Explain that a registry got no login that it accepts."""
    if registry_logins.is_about_public_registry(case.failure.text):
        return registry_logins.explain_public_registry(case)
    registry, region = clues.find_registry(case)
    # The status alone does not distinguish a missing login from an expired one.
    none_sent = "basic auth" in message
    if "failed with status: 400" in message:
        return _explain_rejected_password(case, registry, region)
    is_node = text_signs.PULLED_BY_KUBELET.search(case.text) is not None
    if is_node and (fargate := _ON_FARGATE.search(case.failure.text)) is not None:
        return _explain_pull_on_fargate(case, registry, fargate["role"])
    if (of_helper := _explain_helper(case, message, is_node=is_node)) is not None:
        return of_helper
    if (explanation := registry_pulls.explain_pull_of_cluster(case, message)) is not None:
        return explanation
    if none_sent and (own := registry_pulls.explain_login_of_user(case, registry, region)) is not None:
        return own
    if not is_node and (other := registry_pulls.explain_other_registry(case, registry, region)) is not None:
        return other
    older = "The login is older than 12 hours."
    if is_node:
        older = "The pod has an image pull secret whose login is older than 12 hours."
    old = None if none_sent or is_node else registry_logins.find_old_login(case.failure.text)
    sent = "Docker sent the registry no credentials, so no IAM policy was checked."
    causes = [
        NO_REGISTRY_LOGIN_CAUSE.cause(
            "derived" if none_sent else "possible",
            clues.quote_phrases(
                message,
                "no basic auth credentials",
                "credential required for basic auth",
                "401 Unauthorized",
                "unsupported status code 401",
            ),
            text=("The node sent the registry no credentials." if is_node else sent) if none_sent else "",
        ),
        # An expired login is rejected in other words.
        *(() if none_sent and not is_node else (EXPIRED_REGISTRY_LOGIN.cause(text=older),)),
        *(() if is_node else (registry_pulls.other_login_cause(case, registry),)),
    ]
    remedies = [credential_remedies.docker_login(registry, region, case.failure.text)]
    summary = f"The ECR registry {registry} does not accept the login."
    if old is not None:
        summary = f"The docker login to the ECR registry {registry} has expired: it is valid for 12 hours."
        causes = [EXPIRED_REGISTRY_LOGIN.cause("derived", f"The text says {quote_words(old)}.")]
    if none_sent:
        of_root = "sudo docker login" in case.text and "sudo docker pu" not in case.text
        who = ", because the login with sudo is that of root" if of_root else ""
        summary = f"Docker is not logged in to the ECR registry {registry}{who}."
    if is_node:
        summary = f"The node could not authenticate to the ECR registry {registry}: most likely, its role is not allowed to pull."
        causes.insert(1, NODE_ROLE_CANNOT_PULL.cause())
        if "ecr-credential-provider" in message:
            # The plugin of the kubelet failed, so nobody used docker.
            causes = causes[1:2]
        elif not none_sent:
            causes = causes[1:]
        policy = f"arn:{clues.find_partition(case)}:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
        attach = f"aws iam attach-role-policy --role-name NODE_ROLE_NAME --policy-arn {policy}"
        # These images are of AWS, whose registry lets each account pull, and run under service accounts of their own.
        of_add_on = _ADD_ON_IMAGE.search(case.failure.text) is not None
        shared = (
            ""
            if of_add_on
            else " If the registry is in another account, its repository policy must allow the role, too."
        )
        remedies = [
            cluster_remedy(
                "Allow the nodes to pull",
                "EKS nodes need no docker login: the kubelet gets one with the node's role.",
                f"Attach AmazonEC2ContainerRegistryPullOnly to the node's role.{shared}",
                commands=(
                    "aws iam list-attached-role-policies --role-name NODE_ROLE_NAME",
                    Labelled("If no policy for ECR is listed:", attach),
                ),
            ),
            *(() if of_add_on else (registry_pulls.pull_secret_remedy(registry, region),)),
        ]
        if (attached := registry_pulls.PULL_POLICY.search(case.failure.text)) is not None:
            summary = f"The node could not authenticate to the ECR registry {registry}: most likely, the kubelet gets no login with its role, although {attached[0]} is enough."
            text = (
                "The kubelet has no credential provider, or it reaches neither the instance metadata nor ECR."
            )
            kept = (each for each in causes if each.code == EXPIRED_REGISTRY_LOGIN.code)
            causes = [NODE_ROLE_CANNOT_PULL.cause(text=text), *kept]
            remedies[0] = cluster_remedy(
                "Look up in the log of the kubelet why it got no login",
                "Run the command on the node. In a private subnet without NAT, the node needs VPC endpoints for ecr.api, ecr.dkr and S3. The policy must be attached to the role of this node.",
                commands="journalctl --unit kubelet --since -1h | grep -iE 'credential|ecr'",
                url=pages.ECR_LOGIN,
            )
    return case.explain(summary, *causes, topic="no-registry-login", remedies=tuple(remedies))


def put_old_secret_first(case: Case[Failure], causes: list[Cause], remedies: list[Remedy]) -> str | None:
    """Add that the login of the image pull secret in a text can have expired: the answer to a HEAD request has no message."""
    if (secret := registry_logins.find_pull_secret(case)[0]) is None:
        return None
    text = f"The login in the image pull secret {secret} is older than 12 hours."
    causes.insert(0, EXPIRED_REGISTRY_LOGIN.cause(text=text))
    remedies.insert(0, registry_logins.renew_pull_secret(case, secret))
    return f"An expired login in the image pull secret {secret} has the same answer."


def _explain_helper(case: Case[Failure], message: str, *, is_node: bool) -> Explanation | None:
    """Explain that the credential helper of Docker or kaniko gave no login, or return ``None`` if none is used."""
    if not is_node and _KANIKO.search(case.text) is not None:
        reported = clues.quote_phrases(message, "no basic auth credentials", "401 Unauthorized")
        return registry_logins.explain_kaniko(case, reported)
    if "basic auth" in message and registry_logins.USES_HELPER.search(case.failure.text):
        reported = clues.quote_phrases(message, "no basic auth credentials")
        return registry_logins.explain_helper_without_login(case, reported)
    return None


def _explain_pull_on_fargate(case: Case[Failure], registry: str, role: str | None) -> Explanation:
    """Explain that the pod execution role of a Fargate profile is not allowed to pull."""
    named = f"the pod execution role{f' {role}' if role else ''} of the Fargate profile"
    policy = f"arn:{clues.find_partition(case)}:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy"
    show = "aws eks describe-fargate-profile --cluster-name CLUSTER --fargate-profile-name PROFILE_NAME --query fargateProfile.podExecutionRoleArn"
    return case.explain(
        f"Fargate could not authenticate to the ECR registry {registry}: it pulls with {named}, which most likely has no policy for ECR.",
        NODE_ROLE_CANNOT_PULL.cause(
            "derived",
            text="On Fargate, neither the role of the nodes nor the one of the service account pulls images.",
        ),
        remedies=account_remedy(
            "Allow the pod execution role to pull",
            "AmazonEKSFargatePodExecutionRolePolicy allows it for every repository of the account. The role of the service account needs no policy for ECR.",
            "Then delete the pods: the new ones pull again. In a private subnet without NAT, they need VPC endpoints for ecr.api, ecr.dkr and S3.",
            commands=(
                *(() if role else (show,)),
                f"aws iam attach-role-policy --role-name {role or 'POD_EXECUTION_ROLE_NAME'} --policy-arn {policy}",
            ),
            url=pages.EKS_FARGATE_ROLE,
        ),
    )


def _explain_rejected_password(case: Case[Failure], registry: str, region: str) -> Explanation:
    called = clues.find_option(case, "region")
    reason = "most likely, it is for another Region or account, or it is empty"
    if called is not None and called != region and region in registry:
        reason = f"it is for {called}, and the registry is in {region}"
    return case.explain(
        f"The ECR registry {registry} rejected the password of docker login: {reason}.",
        REGISTRY_PASSWORD.cause("reported", 'The registry says "400 Bad Request".'),
        topic="no-registry-login",
        remedies=attrs.evolve(
            credential_remedies.docker_login(registry, region),
            steps=(
                "Use the same Region in both commands, and credentials of an account that may pull. If the first command prints an error, correct that first: docker then gets an empty password.",
                "Windows PowerShell 5 changes the password in the pipe: use PowerShell 7 or cmd.",
            ),
        ),
    )


# SDKs that sign each request unless the program asks them not to. The AWS CLI has an option for that.
_SIGNING_SDKS = ("dotnet", "go-", "java-", "php", "ruby", "rust")


_SAID = ("Request is missing Authentication Token", "Missing Authentication Token", "credentials are missing")
_NOT_LOADED = lazy_pattern(r"\b[Cc]ould not load AWS credentials\b(?: document)?(?: from the [\w ]{1,40})?")


def _explain_empty_credentials(case: Case[Failure], unsigned: Cause, said: str) -> Explanation:
    """Explain that a client sent a request without a signature, because it could not load keys, or was given none."""
    is_of_jenkins = case.context.runtime_kind == "jenkins" or "jenkins" in case.failure.text.lower()
    title = "Give the program credentials"
    steps: tuple[str, ...] = (
        "In Jenkins, check the credentials that the job or plugin refers to by ID (Manage Jenkins, Credentials): access key ID and secret must not be empty. To use the role of the controller or agent, select none."
        if is_of_jenkins
        else "Look for anonymous credentials, or for keys from variables or settings that are empty, where the program creates the client. Without any, the SDK takes those of the environment.",
    )
    summary = "The SDK sent a request without a signature: most likely, the program gave it anonymous credentials, or some without a key ID."
    text = "An SDK signs every request, unless the program configures anonymous credentials or passes empty ones. A proxy can also drop the header."
    if said:
        summary = "The client could not load credentials, so it sent the request without a signature."
        text = f"The text says {quote_words(said)}."
        title, steps = (
            "Let the client find the credentials of its role",
            (
                "Check the role where the client runs: taskRoleArn in an ECS task, the instance profile on EC2, or IRSA or an EKS Pod Identity association for the service account of a pod.",
                "Each client knows only some of these sources, depending on its version: if the role is set, update the client, or give it the role in another way.",
            ),
        )
    return case.explain(
        summary,
        attrs.evolve(unsigned, evidence="derived" if said else unsigned.evidence, text=text),
        topic="request-unsigned",
        remedies=your_remedy(title, *steps, url=pages.SDK_CREDENTIALS),
        notes="No permission is missing yet: AWS saw no identity.",
    )


UNSIGNED_BY_CHOICE = CauseType(
    "client-does-not-sign",
    title="The client does not sign",
    text="The client does not sign: it uses --no-sign-request, or it is a browser, curl or a health check.",
    meaning="The client does not sign: it uses --no-sign-request, it is a browser, curl or a health check, or its configuration does not tell it to sign.",
    fix="Remove --no-sign-request, use a client that signs, or set it to sign.",
    recognised_by="The text shows curl, --no-sign-request or a health check, or the configuration of a client without the setting.",
    sign=r"\bcurl (?!.{0,200}--aws-sigv4)(?:-\w+ ){0,3}[\"']?https?://|--no-sign-request\b|\bsignature_version ?= ?(?:botocore\.)?UNSIGNED\b|\bELB-HealthChecker/|\bkube-probe/",
    remedy="Sign the request",
    of="unsigned-call",
)


_REMOTE_WRITE = lazy_pattern(r"\bremote_write\b(?![^\n]{0,400}/api/v1/query)|\bprometheusremotewrite\b")


def _explain_remote_write(case: Case[Failure], unsigned: Cause) -> Explanation:
    """Explain that a client does not sign what it sends to Amazon Managed Service for Prometheus."""
    region = commands.region(clues.find_region(case))
    return case.explain(
        "The remote write has no signature: the client that sends the metrics does not sign.",
        unsigned,
        HEADER_LOST.cause(),
        topic="request-unsigned",
        remedies=your_remedy(
            "Let the client sign its remote writes",
            f"Prometheus, Grafana Alloy and its predecessor: set sigv4 with the region {region} in the block of remote_write that has the URL.",
            "OpenTelemetry Collector: list sigv4auth, with the service aps, in extensions, and as the authenticator of the exporter. For other clients, run aws-sigv4-proxy.",
            "The role of the client needs aps:RemoteWrite, such as with AmazonPrometheusRemoteWriteAccess.",
            url="https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-onboard-ingest-metrics.html",
        ),
    )


def explain_unsigned_request(case: Case[Failure], message: str) -> Explanation:
    """Explain that a request carries no signature."""
    if "received error code" in case.text:
        from iamtriage.explaining._rules.sts.rejected_calls import explain_unsigned_relay, is_relayed

        if is_relayed(case.text):
            return explain_unsigned_relay(case)
    hosts = clues.find_aws_hosts(message)
    is_host = any("execute-api" in host for host in hosts)
    names_gateway = is_host or _API_GATEWAY.search(message)
    # API Gateway answers in JSON without a type.
    is_bare_body = _GATEWAY_BODY.search(case.failure.text) is not None and '"__type"' not in case.failure.text
    # STS and other services use other messages, so this one can come from API Gateway.
    may_be_gateway = "Missing Authentication Token" in message and not (
        hosts or case.failure.envelope.service or _XML_BODY.search(case.failure.text)
    )
    named = "The text names API Gateway." if names_gateway and not is_host else None
    route = gateway_routes.NO_SUCH_ROUTE.cause(because=named)
    unsigned = common_causes.UNSIGNED_CALL.cause(
        "possible" if names_gateway or may_be_gateway else "reported",
        clues.quote_phrases(message, *_SAID)[:1],
    )
    sign = your_remedy(
        "Sign the request",
        "Call AWS with an SDK or the AWS CLI, which sign requests automatically. curl signs with --aws-sigv4.",
        "Remove --no-sign-request and anonymous credentials unless the resource is public.",
        commands="aws sts get-caller-identity",
        url=pages.SIGNATURES,
    )
    if (of_catalog := gateway_routes.explain_rest_catalog(case, unsigned)) is not None:
        return of_catalog
    unloaded = _NOT_LOADED.search(case.failure.text)
    if unloaded or (not names_gateway and (case.failure.envelope.source or "").startswith(_SIGNING_SDKS)):
        return _explain_empty_credentials(case, unsigned, unloaded[0] if unloaded else "")
    if not names_gateway and _REMOTE_WRITE.search(line_at(case.failure.text, *case.failure.span)) is not None:
        return _explain_remote_write(case, unsigned)
    causes, remedies = [unsigned], [sign]
    url = gateway_routes.find_called_url(case.failure) if names_gateway else None
    topic, summary = "request-unsigned", "The request has no signature."
    if names_gateway:
        text = "The method uses IAM authorization, and the request is not signed (SigV4 for execute-api)."
        causes = [route, attrs.evolve(unsigned, text=text)]
        remedies = [gateway_routes.routes_remedy(url), gateway_routes.sign_remedy(url)]
        topic, where = "no-such-route", "such path or method"
        if url and url["stage"]:
            where = f"route /{url['path'] or ''} in the stage {url['stage']} of the API {url['api']}"
        if url and gateway_routes.add_stage(url) is not None:
            where = (
                f"stage {url['stage']}: the URL most likely lacks the stage before the path /{url['stage']}"
            )
        summary = f"API Gateway has no {where}, or the method requires a signature."
        paths = gateway_routes.find_other_paths(case.failure, url)
        is_open = gateway_routes.needs_no_signature(case.failure, url)
        open_type = " The method has the authorization type NONE, so it needs no signature."
        if paths:
            summary = (
                f"API Gateway has no {where}: get-resources lists {gateway_routes.describe_paths(paths)}."
            )
            text = f"API Gateway reports an unknown path with this message: no credentials are missing.{open_type if is_open else ''}"
            causes = [attrs.evolve(route, evidence="derived", text=text, because=())]
            remedies = [gateway_routes.routes_remedy(url, paths)]
        elif is_open and url:
            # The stage can have an older deployment.
            summary, of_stage, deploy = gateway_routes.explain_undeployed(case.failure, url)
            causes, remedies = [of_stage], [deploy]
    elif may_be_gateway:
        causes, remedies = [unsigned, route], [*remedies, gateway_routes.routes_remedy()]
        summary = "The request has no signature, or API Gateway has no such path or method."
        if is_bare_body:
            causes, remedies = causes[::-1], remedies[::-1]
            summary = "API Gateway has no such path or method, or the request has no signature."
    if not names_gateway:
        causes += [UNSIGNED_BY_CHOICE.cause(), HEADER_LOST.cause()]
    return case.explain(summary, *causes, topic=topic, remedies=tuple(remedies))
