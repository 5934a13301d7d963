"""Explain why a container gets no credentials: from the computer that runs it, or in a pod from its role.

Sources: https://docs.docker.com/reference/cli/docker/container/run/,
https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html and, for pods,
https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html and
https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.endpoints import PRIVATE_START
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials import credential_sources
from iamtriage.explaining._rules.credentials.workloads import (
    external_secrets,
    pod_agents,
    pod_annotations,
    pod_problems,
    pod_roles,
)
from iamtriage.explaining._rules.credentials.workloads.docker_files import (
    COMPOSE,
    find_container_service,
    find_profile_of_host,
    find_run,
    is_whole,
)
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import certificates, credential_remedies
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy, your_remedy
from iamtriage.explaining._rules.sts import findings
from iamtriage.failures._failures import Failure, MissingCredentials
from iamtriage.sts._endpoints import find_endpoint
from iamtriage.sts._evidence import GLOBAL_HOST

# Docker Compose writes the name of the container before each line.
_CONTAINER = lazy_pattern(
    r"(?:^| )[\w.-]{1,64}[-_]\d{1,3} \| |\b(?:docker|podman)(?:-compose| (?:container )?(?:compose|run(?:ning locally)?|exec|logs|start|restart|attach))\b"
    r"|(?<!works )(?<!worked )(?<!fine )(?<!not )\b(?:[Ii]n|[Ii]nside|[Ww]ithin) (?:the |an? |our |my )?(?:[Dd]ocker|[Pp]odman)\b(?! (?:[Cc]ompose|[Dd]esktop|[Hh]ub|[Ss]warm|format|images?)\b)(?![^.,;]{0,40}\b(?:works|worked|fine|succeeds)\b)"
)
_COMPOSE_PROFILE = lazy_pattern(
    r"(?m)^services:[ \t]*\n(?:[ \t][^\n]{0,200}\n|\n){0,100}?[ \t]{2,12}(?:- )?[\"']?AWS_PROFILE(?:=|: )[\"']?(?P<profile>[\w.@+-]{1,64})[\"']?[ \t]*$"
)
# The address that Go's net package dialed.
_ADDRESS = lazy_pattern(rf"(?a)\bdial tcp (?P<address>(?P<private>{PRIVATE_START})?[\d.]{{3,15}}):443\b")


def find_profile_without_files(case: Case[Failure]) -> str | None:
    """Return the profile that docker run or Docker Compose passes to a container without the files that define it."""
    found = find_run(case)
    if found is None and ".aws" not in case.failure.text:
        found = _COMPOSE_PROFILE.search(case.failure.text)
    return None if found is None or found["profile"] is None else commands.profile(found["profile"])


def find_passed_profile(case: Case[Failure]) -> str | None:
    """Return the profile that the container of a text needs: one that is passed to it, or that works on the computer."""
    host = find_profile_of_host(case)
    return find_profile_without_files(case) or (None if host is None else host.profile)


def is_in_container(text: str) -> bool:
    """Return whether a text is from a container that Docker or Podman runs."""
    return _CONTAINER.search(text) is not None


def advise_in_docker(case: Case[MissingCredentials], _message: str) -> pod_roles.Advice:
    profile, host = find_profile_without_files(case), find_profile_of_host(case)
    if profile is not None or host is not None:
        because = clues.quote_phrases(case.text, "No profiles were defined")
        text = "The container has its own file system, without the files of your computer."
        finding = f"AWS_PROFILE names the profile {profile}, but ~/.aws is not mounted"
        if profile is None and host is not None:
            text, finding = host.text, "it gets none from the computer that runs it"
            if host.profile is not None:
                finding = (
                    f"it does not have those of the profile {host.profile}, which works on your computer"
                )
        return pod_roles.Advice(
            [credential_sources.ENVIRONMENT_NOT_PASSED_ON.cause("derived", because, text=text)],
            [container_remedy(case)],
            f" in the container: {finding}",
        )
    not_passed = credential_sources.ENVIRONMENT_NOT_PASSED_ON.cause(because="The text is from a container.")
    return pod_roles.Advice(
        [not_passed, credential_sources.NOTHING_CONFIGURED.cause()], [container_remedy(case)]
    )


def container_remedy(case: Case[Failure], *, missing_profile: str | None = None) -> Remedy:
    """Return the remedy that passes credentials to a container, with the tool that runs it."""
    service = find_container_service(case.text)
    uses_compose = service is not None or COMPOSE.search(case.text) is not None
    what = f" compose run {service or 'SERVICE'}" if uses_compose else " run IMAGE"
    run, _, argument = f"{'podman' if 'podman' in case.text else 'docker'}{what}".rpartition(" ")
    passed = find_passed_profile(case) or missing_profile or "PROFILE"
    mount = f'{run} -v "$HOME/.aws:/root/.aws:ro" -e AWS_PROFILE={passed} {argument}'
    shown = find_run(case)
    if shown and is_whole(shown) and (line := commands.repeat_line(shown[0].strip())) is not None:
        profile = "" if "AWS_PROFILE=" in line else f" -e AWS_PROFILE={passed}"
        mount = line.replace(" run", f' run -v "$HOME/.aws:/root/.aws:ro"{profile}', 1)
    title = "Pass credentials to the container"
    steps = [
        "On your computer, mount ~/.aws into the home directory of the image's user (/root if it is root) and set AWS_PROFILE."
    ]
    if missing_profile is not None:
        title = "Mount the profile's files into the container"
        steps = [
            f"On your computer, check that the first command lists {missing_profile}. In ~/.aws/config, its section is [profile {missing_profile}].",
            "Mount ~/.aws into the home directory of the container's user (/root if it is root), and set AWS_PROFILE.",
        ]
    steps[-1] += (
        " To keep it, add the mount (for root, ~/.aws:/root/.aws:ro) to volumes of the service, and AWS_PROFILE to its environment."
        if uses_compose
        else ""
    )
    return your_remedy(
        title,
        *steps,
        f"Or pass a current session: aws configure export-credentials --profile {passed} --format env-no-export prints its variables for --env-file.",
        "In ECS, EKS and on EC2, use the role of the task, pod or instance instead, and pass nothing.",
        commands=("aws configure list-profiles" if missing_profile else None, mount),
        url=pages.CLI_CREDENTIALS,
    )


# The file's name alone is no evidence, because people show a pod's variables. An error that reading it caused is.
_TOKEN_DIRECTORY = r"/var/run/secrets/(?:(?:pods\.)?eks\.|sts\.)?amazonaws\.com"  # noqa: S105
_NOT_ALLOWED = r"[Pp]ermission ?[Dd]enied|EACCES|nio\.file\.AccessDeniedException|Access to the path (?=[^\n]{0,200} is denied)"
_NOT_FOUND = r"[Nn]o such file(?: or directory)?|ENOENT|NoSuchFileException|FileNotFound\w{0,20}|[Cc]ould not find|[Uu]nable to locate specified web identity token file"
_READ_ERROR = rf"{_NOT_ALLOWED}|{_NOT_FOUND}|(?:[Uu]nable to|[Ff]ailed to|[Cc]ould not|[Cc]annot|[Cc]an't) (?:read|open|load)"
TOKEN_UNREADABLE = lazy_pattern(
    rf"fetching WebIdentity token|(?:{_TOKEN_DIRECTORY}[\w./-]{{0,60}}.{{0,60}}?(?:{_READ_ERROR}))"
    rf"|(?:(?:{_READ_ERROR}).{{0,100}}?{_TOKEN_DIRECTORY})|locate specified web identity token file|Missing :web_identity_token_file parameter"
)
_DENIED, _ABSENT = lazy_pattern(_NOT_ALLOWED), lazy_pattern(_NOT_FOUND)
_PROCESS = lazy_pattern(r"(?a)\buid=(?P<user>[1-9]\d{0,9})(?:\(\w{1,32}\))? gid=(?P<group>[1-9]\d{0,9})\b")
# The owner of the token in a listing, which only that user can read, and another user's process.
# https://kubernetes.io/docs/concepts/storage/projected-volumes/#securitycontext-interactions
_TOKEN_OWNER = lazy_pattern(
    rf"(?m)^-r[w-]-------\S? +\d+ +(?P<owner>[a-z_0-9][\w-]{{0,31}}) +\S+ [^\n]{{0,60}}{_TOKEN_DIRECTORY}/serviceaccount/[\w.-]*token"
)
_PROCESS_OF_USER = lazy_pattern(
    r"(?m)^(?P<user>(?!root\b)[a-z_0-9][\w-]{0,31}) +\d+ [^\n]{0,80}?(?:python|node|java|ruby|php|/)"
)
# The Secrets Store CSI driver's provider for AWS says so.
ACCOUNT_WITHOUT_ROLE = lazy_pattern(
    r"IAM role must be associated with service account [a-z0-9.-]{1,253} \(namespace: "
)
STS_UNREACHABLE = lazy_pattern(
    r"(?:WebIdentityErr|AssumeRole|sts[.\w-]{0,60}\.amazonaws\.).{0,300}?"
    r"(?:i/o timeout|timed out|no such host|connection refused|send request failed)"
)
STS_UNREACHED = CauseType(
    "sts-unreachable",
    title="The SDK called STS for the role's credentials and got no response",
    recognised_by="The SDK called STS for a role's credentials and got no response.",
    fix="Allow the connection to the STS endpoint of the Region, or create a VPC endpoint for STS.",
    sources=(pages.EKS_STS,),
)
TOKEN_FILE_UNREADABLE = CauseType(
    "token-file-unreadable",
    title="The token file cannot be read",
    recognised_by="The SDK says that it cannot open the file in /var/run/secrets/eks.amazonaws.com or pods.eks.amazonaws.com.",
    fix="Set fsGroup in the pod's securityContext, and re-create the pod.",
    sources=(pages.EKS_IRSA_POD,),
)
TOKEN_FILE_OF_ROOT = CauseType(
    "token-file-of-root",
    title="The process is not allowed to read the token file",
    text="The process does not run as root, and the pod's securityContext seems to have no fsGroup.",
    fix="Set fsGroup in the pod's securityContext.",
    recognised_by="The text shows that the process does not run as root.",
    sign=r"\buid=[1-9]\d{0,9}(?:\(\w{1,32}\))?|\"?\brunAsUser\"?: ?[1-9]\d{0,9}\b|\"?\brunAsNonRoot\"?: ?true\b",
    remedy="Let the process read the token",
    of="token-file-unreadable",
)


def explain_account_without_role(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that a pod's service account has no role with which the Secrets Store CSI driver could call."""
    if pod_annotations.uses_external_secrets(case.text) and (
        of_store := external_secrets.explain_store(case)
    ):
        return of_store
    facts, definition, driver = case.facts, pod_roles.SERVICE_ACCOUNT_WITHOUT_ROLE, None
    account = f"The service account {facts.namespace or 'NAMESPACE'}/{facts.service_account or 'NAME'}"
    other, problem = pod_annotations.find_other_annotation(case.text), pod_problems.find_pod_problem(case)
    if other is not None:
        summary = f"{account} has no role that is used: {pod_annotations.describe_key(other, case.text)}."
        cause = pod_annotations.other_key_cause(other)
        remedies: tuple[Remedy, ...] = (pod_annotations.correct_key_remedy(case, other),)
    elif problem is not None and problem.uses_other_account:
        summary, remedies = f"{account} has no IAM role: {problem.text}.", (problem.remedy,)
        text = "The driver uses the role of the pod that mounts the volume, not its own."
        cause = definition.cause("reported", text=text)
    else:
        summary = f"{account} has no IAM role: it has neither a role annotation (IRSA) nor a Pod Identity association that is used."
        said = "An IAM role must be associated with service account"
        text = f"{account} has no annotation {pod_annotations.KEY}."
        cause = clues.reported_cause(definition, message, said, text=text)
        remedies = (pod_roles.irsa_remedy(case), pod_roles.POD_IDENTITY_REMEDY)
        if not pod_annotations.uses_external_secrets(case.text):
            driver = "The driver uses Pod Identity only with usePodIdentity: true in the SecretProviderClass."
    notes = (driver, credential_remedies.NO_CALL_MADE)
    return case.explain(summary, cause, topic="no-credentials", remedies=remedies, notes=notes)


_ROUTE_53 = lazy_pattern(r"(?i:\bhosted[ -]?zones?\b|\broute ?53\b)")
_ALSO_GLOBAL = " The program also calls Route 53, which has one endpoint for all Regions, so a way to STS alone is not enough."


def explain_sts_unreachable(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that STS did not respond to the request for a role's credentials."""
    if certificates.CERTIFICATE_ERROR.search(message):
        return certificates.explain_untrusted_certificate(case, message, "sts-unreachable")
    diagnosis = findings.diagnose_sts_call(case, codes=findings.UNREACHABLE_CODES)
    region = clues.find_region(case)
    host = find_endpoint(region or "")
    url = "https://sts.REGION.amazonaws.com" if host is None else host.url
    blocked = "The subnet has neither a NAT route nor an endpoint for STS, or a security group, network ACL, network policy or proxy blocks the connection."
    hosts = [each for each in clues.find_aws_hosts(message) if each.startswith("sts.")]
    called = f" ({hosts[0]}{', the global endpoint' if hosts[0] == GLOBAL_HOST else ''})" if hosts else ""
    is_global = hosts[:1] == [GLOBAL_HOST] and findings.has_endpoint(case)
    verdict = f", because STS{called} did not respond"
    is_legacy = hosts[:1] == [GLOBAL_HOST] and findings.sets_legacy_endpoint(case.failure.text)
    if is_global or is_legacy:
        setting = "AWS_STS_REGIONAL_ENDPOINTS=legacy makes the SDK call" if is_legacy else "the SDK called"
        verdict = f": {setting} the global STS endpoint {GLOBAL_HOST}"
    if is_global:
        verdict += f", but the VPC has an endpoint only for {url.removeprefix('https://')}"
    way = None if is_global else _open_way_remedy(case, message, url, region if host else None)
    ways = (way, *diagnosis.remedies) if _ROUTE_53.search(case.text) else (*diagnosis.remedies, way)
    return case.explain(
        f"The role's credentials could not be fetched{verdict}. AWS denied nothing.",
        STS_UNREACHED.cause("derived", clues.quote_phrases(message, *pod_agents.CONNECTION_PHRASES)),
        *diagnosis.causes,
        None if is_global else certificates.NO_WAY_OUT.cause(text=blocked),
        remedies=ways,
        notes="An IAM policy does not help: the request did not reach AWS.",
    )


def _open_way_remedy(case: Case[MissingCredentials], message: str, url: str, region: str | None) -> Remedy:
    """Return the remedy that opens a way to STS, by the address that the client called if the text has it."""
    service = f"{'cn.' if url.endswith('.cn') else ''}com.amazonaws.{commands.region(region)}.sts"
    caller = "pods" if findings.is_of_pod(case) else "caller"
    port = f"port 443 from the {caller}"
    way = f"a route to a NAT gateway, or an interface endpoint for {service} with private DNS, whose security group allows {port}"
    called = _ADDRESS.search(message)
    if called is None or GLOBAL_HOST in message:
        step = f"Without internet access, the subnet needs {way}. An endpoint serves only the regional name."
    elif called["private"]:
        step = f"{called['address']} is a private address, which an interface endpoint has: its security group must allow {port}."
    else:
        step = f"{called['address']} is a public address, so no endpoint with private DNS serves the name in this VPC. The subnet needs {way}."
    test = commands.fill_command("curl --silent --show-error --head --max-time 10 {}", url)
    if case.facts.namespace is not None:
        test = f"kubectl exec --namespace {commands.namespace(case.facts.namespace)} POD -- {test}"
    where = f"--region {commands.region(region)}"
    return account_remedy(
        f"Let the subnet of the {caller} reach STS",
        f"{step}{_ALSO_GLOBAL if _ROUTE_53.search(case.text) else ''}",
        "If that is there, look for what else blocks the port: security groups of nodes and pods, network ACLs, network policies, a proxy. Any response that curl prints, even an error, shows that STS is reachable; if the image lacks curl, use kubectl debug.",
        commands=(
            test,
            f"aws ec2 describe-vpc-endpoints {where} --filters Name=service-name,Values={service} --query 'VpcEndpoints[].[VpcId,State,PrivateDnsEnabled,Groups[].GroupId]'",
            None
            if called and called["private"]
            else Labelled(
                "Without a NAT gateway, and if there is no such endpoint:",
                f"aws ec2 create-vpc-endpoint {where} --vpc-endpoint-type Interface --private-dns-enabled --service-name {service} --vpc-id VPC_ID --subnet-ids SUBNET_ID --security-group-ids SECURITY_GROUP_ID",
            ),
        ),
        url=pages.STS_REGIONS,
    )


def explain_token_unreadable(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that the process cannot read the pod's token."""
    denied = _DENIED.search(message)
    absent = None if denied else _ABSENT.search(message)
    process = _PROCESS.search(case.text) if denied else None
    changed = _find_changed_user(case.failure.text) if denied else None
    outcome, text = "", "The token file could not be read."
    if denied:
        who = "the process" if process is None else f"the process, which runs as user {process['user']},"
        outcome = f": {who} is not allowed to read the file"
        text = "The token is mounted, so the service account has a role. Only the permissions of the file are wrong, not those of the role."
    elif absent:
        outcome = ": the file does not exist"
    if changed is not None:
        owner, user = changed
        outcome = f": the process runs as {user}, and the file belongs to user {owner}, who alone is allowed to read it"
    because = f'The text says "{absent[0].strip()}".' if absent else None
    causes = [TOKEN_FILE_UNREADABLE.cause("reported", because, text=text)]
    if not denied:
        unmounted = "The manifest sets the variable itself, so EKS mounts no token. Or the service account has no role, or got it after the pod was created."
        causes.append(findings.PODS_NOT_RECREATED.cause(text=unmounted))
    if changed is None and not absent:
        owner_only = "Only the file's owner and the pod's fsGroup can read it."
        causes.append(TOKEN_FILE_OF_ROOT.cause(because=owner_only))
    kind, variable = "web identity", "AWS_WEB_IDENTITY_TOKEN_FILE"
    if "/pods.eks." in message:
        kind, variable = "EKS Pod Identity", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
    remedies: list[Remedy] = []
    if not denied:
        # https://github.com/aws/amazon-eks-pod-identity-webhook/blob/master/pkg/handler/handler.go
        by_hand = f"Remove {variable} from the manifest, chart or image: EKS sets it and mounts the token in new pods, but skips containers that have it already."
        role = pod_roles.irsa_remedy(case)
        steps = role.steps
        if pod_roles.annotated_role(case.failure.text) is None:
            without_role = "If the service account has no role, annotate it (IRSA) or create a Pod Identity association. Then re-create the pods."
            steps = (without_role,)
        # The variables are not those of a role.
        lines = tuple(line for line in role.commands if ".env[*]" not in line)
        title = "Let EKS mount the token into new pods"
        remedies.append(attrs.evolve(role, title=title, steps=(by_hand, *steps), commands=lines))
    if changed is not None:
        remedies.append(_keep_user_remedy(case, *changed))
    elif not absent:
        remedies.append(_set_group_remedy(case, "65534" if process is None else process["group"]))
    return case.explain(
        f"The pod's {kind} token could not be read{outcome}.",
        *causes,
        remedies=tuple(remedies),
        notes=credential_remedies.NO_CALL_MADE,
    )


def _find_changed_user(text: str) -> tuple[str, str] | None:
    """Return the user to whom a token belongs, and the other one whose process cannot read it."""
    owner, process = _TOKEN_OWNER.search(text), _PROCESS_OF_USER.search(text)
    if owner is None or process is None or owner["owner"] in {process["user"], "root", "0"}:
        return None
    return owner["owner"], process["user"]


def _keep_user_remedy(case: Case[MissingCredentials], owner: str, user: str) -> Remedy:
    """Return how a process that changed its user becomes able to read the token of the pod's user."""
    patch = '{"spec":{"template":{"spec":{"securityContext":{"fsGroup":GROUP_ID}}}}}'
    restart = clusters.restart_command(case)
    run = restart.replace("rollout restart", "exec")
    return cluster_remedy(
        f"Run the process as the pod's user {owner}, or give its group the token",
        f"The pod runs as user {owner} (runAsUser), so Kubernetes gives that user the token, and the entrypoint then changes to {user} (su, gosu or the program itself). Let it keep the user {owner}, or set runAsUser to the ID of {user}.",
        f"Or set fsGroup to the group of {user}, which the first command prints. Another group does not work: a process that changes its user loses the groups that Kubernetes added.",
        "The pods are re-created. Set it in the manifest or Helm values, too: the next deployment overwrites the patch.",
        commands=(
            f"{run} -- id {user}",
            Labelled(
                "For fsGroup, with the number after gid:",
                restart.replace("rollout restart", "patch") + f" --patch '{patch}'",
            ),
        ),
    )


_BEFORE_READABLE_TOKENS = lazy_pattern(
    r"(?a)\b(?:EKS|Kubernetes|[Ss]erver [Vv]ersion)\b[^\n]{0,12}?\b1\.1[0-8]\b"
)


def _set_group_remedy(case: Case[MissingCredentials], group: str) -> Remedy:
    """Return how the process in a pod becomes able to read the token.

    https://kubernetes.io/docs/tasks/configure-pod-container/security-context/ has the fields.
    """
    patch = f'{{"spec":{{"template":{{"spec":{{"securityContext":{{"fsGroup":{group}}}}}}}}}}}'
    return cluster_remedy(
        "Let the process read the token",
        "The patch sets the group of the mounted files and re-creates the pods. Any group ID works, because Kubernetes adds it to the process. Do not run the container as root instead.",
        "Set it in the manifest or Helm values, too (spec.template.spec.securityContext.fsGroup, in charts often podSecurityContext): the next deployment overwrites the patch.",
        # https://github.com/aws/amazon-eks-pod-identity-webhook/issues/8
        f"From Kubernetes 1.19 on, fsGroup is not necessary for this{f'; this cluster has {version}' if (version := case.facts.kubernetes_version) else ''}."
        if _BEFORE_READABLE_TOKENS.search(f"{case.text}\nKubernetes {case.facts.kubernetes_version}")
        else None,
        commands=clusters.restart_command(case).replace("rollout restart", "patch") + f" --patch '{patch}'",
    )
