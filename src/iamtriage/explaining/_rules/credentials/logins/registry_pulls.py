"""Explain clients that ask ECR without a login, or with one for another registry: Docker, a kubelet, Flux and others.

Docker and similar tools keep a login for each host: https://docs.docker.com/reference/cli/docker/login/. The host of a
private ECR registry has an account and a Region. Sources for programs of a cluster:
https://github.com/kubernetes/kubernetes/pull/116329 (the kubelet has no login to ECR from 1.27 on),
https://kubernetes.io/docs/tasks/administer-cluster/kubelet-credential-provider/,
https://docs.k3s.io/cli/agent (its paths), https://fluxcd.io/flux/components/image/imagerepositories/#provider and
https://argocd-image-updater.readthedocs.io/en/stable/configuration/registries/.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one, search_last
from iamtriage._text import as_sentence, clip_text, line_at
from iamtriage.explaining._context.readers.kubernetes.node_roles import find_listed_role
from iamtriage.explaining._context.readers.kubernetes.pod_evidence import read_pod_evidence
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.logins.registry_logins import COMMAND_NAMESPACE
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.requirements import tasks
from iamtriage.explaining._rules.shared.texts import text_signs
from iamtriage.failures._failures import Failure

OTHER_REGISTRY = CauseType(
    "other-registry",
    title="The docker login is for another registry",
    fix="Log in to the registry of the image.",
    recognised_by="The text shows a login to another registry of ECR, and none to the one of the image.",
    of="no-registry-login",
)
_LOGIN = lazy_pattern(
    r"(?a)(?:\b(?:docker|podman|nerdctl|finch|buildah|skopeo|oras)[ \t]{1,4}login|\bhelm registry login|\bcrane auth login|\bLogging into registry)\b"
    r"(?:(?!\.dkr)[^\n|;&]|\\\n){0,200}?(?<![\w.-])(?P<host>(?P<account>[0-9]{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]{6,30})\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|on\.aws))(?![.-]?[a-z0-9-])"
)
_PLACE = lazy_pattern(r"(?P<account>[0-9]{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]{6,30})\.")
_IMAGE = r"[a-z0-9][a-z0-9._/-]{0,200}(?::[\w.-]{1,128})?"


def other_login_cause(case: Case[Failure], registry: str) -> Cause:
    """Return the cause that Docker has a login, but not for this registry or user."""
    user = "The login belongs to another user of the machine, such as root (sudo)."
    if any(each["host"] == registry for each in _LOGIN.finditer(case.failure.text)):
        return OTHER_REGISTRY.cause(text=user)
    return OTHER_REGISTRY.cause(text=user.replace("The login", "The login is for another registry, or"))


_CALL = lazy_pattern(
    r"(?P<root>\bsudo (?:-\S{1,40} ){0,3})?(?<![\w./-])(?P<line>(?P<program>docker|podman|nerdctl)(?:-compose| compose)? (?:--?\S{1,80} ){0,4}(?P<verb>pull|push|build|run|up)\b[^\n]{0,300})"
)
_USER_LOGIN = lazy_pattern(r"(?<!sudo )(?<!sudo -E )\b(?:docker|podman|nerdctl) login\b|\bLogin Succeeded\b")
_ROOT_LOGIN = lazy_pattern(r"\bsudo (?:-\S{1,40} ){0,3}(?:docker|podman|nerdctl) login\b")


def explain_login_of_user(case: Case[Failure], registry: str, region: str) -> Explanation | None:
    """Explain that root pulls or pushes and another user signed in, or return ``None`` if the text does not show it."""
    text = case.failure.text
    # The last one before the failure, or what somebody says after it.
    before = [each for each in _CALL.finditer(text) if each.start() < case.failure.span[1]]
    call = before[-1] if before else next(find_said(text, _CALL), None)
    if (
        call is None
        or call["root"] is None
        or _USER_LOGIN.search(text) is None
        or _ROOT_LOGIN.search(text) is not None
    ):
        return None
    program, verb = call["program"], f"sudo {call['program']} {call['verb']}"
    login = f"aws ecr get-login-password --region {{}} | sudo {program} login --username AWS --password-stdin {{}}"
    return case.explain(
        f"{verb} has no login to the ECR registry {registry}: it runs as root, and {program} login stored the login for your user. No IAM policy was checked, and no permission is missing.",
        OTHER_REGISTRY.cause(
            "derived",
            f"The text shows {program} login without sudo, and {verb}.",
            text="The login is in ~/.docker/config.json of the user who signs in. Root reads /root/.docker/config.json, so the registry got no credentials.",
        ),
        remedies=(
            your_remedy(
                f"Run {call['program']} {call['verb']} without sudo, as the user who signed in",
                "Remove sudo from the script, too. The user must be in the group docker.",
                commands=commands.repeat_line(call["line"].strip()),
                url=pages.ECR_LOGIN,
            ),
            your_remedy(
                "Or sign in for root, too",
                "With sudo only on this side of the pipe, your own AWS credentials are used. A login lasts for 12 hours.",
                commands=commands.fill_command(login, region, registry),
                url=pages.ECR_LOGIN,
            ),
        ),
    )


def explain_other_registry(case: Case[Failure], registry: str, region: str) -> Explanation | None:
    """Explain that the login is for another registry, or return ``None`` if the text shows no such login."""
    text = case.failure.text
    logins = {each["host"]: each for each in _LOGIN.finditer(text)}
    called = _PLACE.match(registry)
    if called is not None and not logins:
        return _explain_login_of_action(case, registry, called)
    if called is None or len(logins) != 1:
        return None
    [(host, login)] = logins.items()
    place, other = called["region"], login["region"]
    if (called["account"], place) == (login["account"], other):
        return None
    if called["account"] != login["account"]:
        place, other = f"account {called['account']}", f"account {login['account']}"
        if called["region"] != login["region"]:
            place, other = f"{place} in {called['region']}", f"{other} in {login['region']}"
    pushes = tasks.is_of_push(text)
    verb = "push goes" if pushes else "pull is"
    remedy = credential_remedies.docker_login(registry, region)
    again = re.search(
        rf"\b(?:docker|podman|nerdctl|finch) (?:push|pull) {re.escape(registry)}/{_IMAGE}(?![\w/:@.-])", text
    )
    use = f"If the image belongs to the registry of the login, {'tag and push' if pushes else 'pull'} it with the host {host} instead."
    steps = (*remedy.steps[:1], use)
    remedy = attrs.evolve(remedy, steps=steps)
    if again is not None:
        remedy = attrs.evolve(remedy, commands=(*remedy.commands, Labelled("Then:", again[0])))
    return case.explain(
        f"The docker login is for the ECR registry of {other}, but the {verb} {'to' if pushes else 'from'} that of {place}. No IAM policy is the reason.",
        OTHER_REGISTRY.cause(
            "derived",
            text=f"Docker keeps a login for each host. It has one for {host} only, so it sent {registry} no credentials.",
        ),
        remedies=remedy,
    )


# The step that signs in, and the inputs of the one before it: https://github.com/aws-actions/amazon-ecr-login
_ACTION = lazy_pattern(r"\baws-actions/amazon-ecr-login@(?P<version>[\w.-]{1,40})")
_ACTION_INPUT = lazy_pattern(
    r"(?a)\b(?:aws-region: [\"']?(?P<region>[a-z]{2}(?:-[a-z]{2,10}){1,3}-\d)\b|role-to-assume: [\"']?arn:aws[a-z-]{0,12}:iam::(?P<account>\d{12}):)"
)


def _explain_login_of_action(case: Case[Failure], registry: str, called: re.Match[str]) -> Explanation | None:
    """Explain that the action in a workflow signs in to another registry, or return ``None`` if it shows none."""
    text = case.failure.text
    action = only_one(list(_ACTION.finditer(text)))
    inputs = [each.groupdict() for each in _ACTION_INPUT.finditer(text)]
    region, account = (only_one({each[name] for each in inputs} - {None}) for name in ("region", "account"))
    is_other_account = account not in {None, called["account"]}
    if action is None or region is None or "registries:" in text or "registry-type:" in text:
        return None
    if region == called["region"] and not is_other_account:
        return None
    place, lines = f"in {region}", f"- uses: aws-actions/amazon-ecr-login@{action['version']}\n"
    if is_other_account:
        place = f"of account {account} {place}"
        lines += f'  with:\n    registries: "{called["account"]}"\n'
    if region != called["region"]:
        lines += f"  env:\n    AWS_REGION: {called['region']}\n"
    return case.explain(
        f"The step amazon-ecr-login signs in to the ECR registry {place} only, and the image is in {registry}. No IAM policy is the reason.",
        OTHER_REGISTRY.cause(
            "derived", text="Docker keeps a login for each host, so it sent this one no credentials."
        ),
        remedies=your_remedy(
            "Sign in to the registry of the image, too, in a second step",
            "The role needs the permissions to pull there as well.",
            manifest=lines,
            manifest_language="yaml",
            url="https://github.com/aws-actions/amazon-ecr-login",
        ),
    )


_VERSION = lazy_pattern(r"(?a)(?<![\w.])v?1\.(?P<minor>2\d|3\d)(?:\.\d{1,2})?(?!\w|\.\d)")
# Clusters whose nodes EKS does not set up, and where their kubelet gets its options.
_DISTRIBUTIONS = text_signs.Signs(
    {
        r"\bRKE1?\b|-rancher\d|\brke_config\b": "RKE: services.kubelet.extra_args in cluster.yml, with both paths in extra_binds",
        r"\b(?:K3s|k3s|RKE2|rke2)\b|\+(?:k3s|rke2)": "the default paths of K3s and RKE2 are /var/lib/rancher/credentialprovider/config.yaml and bin: with both there, restarting the service is enough",
        r"\bkubeadm\b": "kubeadm: KUBELET_EXTRA_ARGS in /etc/default/kubelet, or nodeRegistration.kubeletExtraArgs",
        r"\b(?:[Kk]ubespray|[Tt]alos|[Gg]ardener|[Mm]icro[Kk]8s|cri-dockerd|self-managed (?:cluster|Kubernetes|control plane))\b": "",
    }
)
_ARGUMENTS = lazy_pattern(
    r"--(?:pod-infra-container-image|hostname-override|node-ip|container-runtime-endpoint|cloud-provider|bootstrap-kubeconfig)\b"
)
PULL_POLICY = lazy_pattern(r"AmazonEC2ContainerRegistry(?:PullOnly|ReadOnly|PowerUser|FullAccess)")
"""The AWS managed policies with which a node can pull."""
_OPTION = "--image-credential-provider-config"
KUBELET_WITHOUT_PROVIDER = CauseType(
    "kubelet-without-credential-provider",
    title="The kubelet has no credential provider for ECR",
    text="The kubelet pulled from ECR without a login. Up to Kubernetes 1.26, the kubelet signs in to ECR itself. From 1.27 on, it needs the program ecr-credential-provider, which EKS sets up on its own nodes only.",
    recognised_by="The text shows a cluster that EKS does not manage, or options of the kubelet without --image-credential-provider-config.",
    fix="Install ecr-credential-provider on the nodes, and name it in the options of the kubelet.",
    sources=("https://kubernetes.io/docs/tasks/administer-cluster/kubelet-credential-provider/",),
)
_FLUX_PAGES = {
    "HelmRepository": "https://fluxcd.io/flux/components/source/helmrepositories/#provider",
    "OCIRepository": "https://fluxcd.io/flux/components/source/ocirepositories/#provider",
    "ImageRepository": "https://fluxcd.io/flux/components/image/imagerepositories/#provider",
}
PROGRAM_WITHOUT_REGISTRY_LOGIN = CauseType(
    "program-without-registry-login",
    title="A program in the cluster asks ECR without a login",
    text="The registry answers 401 to a request without a valid login, before it checks permissions: a role without a permission gets 403.",
    recognised_by="Flux or Argo CD Image Updater gets the status 401 from ECR.",
    fix="Let the program sign in to ECR, such as by provider: aws in the object of Flux.",
    sources=tuple(_FLUX_PAGES.values()),
)
_FLUX_OBJECT = lazy_pattern(
    r"\b(?P<kind>ImageRepository|OCIRepository|HelmRepository)\b(?![^\n]{0,60}\bsecretRef)"
)
# Flux creates it for a HelmRelease whose chart is in a HelmRepository.
_HELM_CHART = lazy_pattern(r"[Kk]ind\"?: ?\"?(?P<kind>HelmChart)\b(?![\s\S]{0,600}\bsecretRef)")
# kubectl and Flux's own command name the types in other ways.
_FLUX_COMMAND = lazy_pattern(
    r"\b(?:kubectl|flux) [^\n|;]{0,120}?\b(?:get|describe|reconcile) (?:sources? )?(?:(?P<HelmRepository>helmrepositor(?:y|ies)|helm)|(?P<OCIRepository>ocirepositor(?:y|ies)|oci)|(?P<ImageRepository>imagerepositor(?:y|ies)|images? repositor(?:y|ies)))(?![\w-])(?:[ /](?P<name>[a-z0-9][a-z0-9.-]{0,80}))?[^\n]{0,200}"
)
_COMMAND = lazy_pattern(r"(?m)^[^\n$#%>]{0,60}[$#%>] (?P<words>[^\n]{1,400})")
_OF_CLUSTER = lazy_pattern(r"\b(?:kubectl|flux|k9s|stern)\b")
_FLUX_ROW = lazy_pattern(
    r"[ \t]{0,4}(?P<name>[a-z0-9][a-z0-9.-]{0,80})[ \t]{2,}(?:[^\n]{0,200}[ \t])?False[ \t]"
)
_FLUX_NAME = r'"{kind}": ?\{{"name": ?"(?P<name>[a-z0-9.-]{{1,80}})", ?"namespace": ?"(?P<space>[a-z0-9-]{{1,63}})"|kind: {kind}\s+metadata:\s+name: (?P<named>[a-z0-9.-]{{1,80}})(?:\s+namespace: (?P<place>[a-z0-9-]{{1,63}}))?'
_SPEC = lazy_pattern(r"\bspec[\"']?:")
_PROVIDER = lazy_pattern(r"(?m)(?:^[ \t]*provider: ?|\bprovider (?:is )?set to )[\"'`]?(?P<name>\w{1,20})")
_ARGO = lazy_pattern(r"\bargocd-image-updater\b|\bArgo CD Image Updater\b")


def explain_pull_of_cluster(case: Case[Failure], message: str) -> Explanation | None:
    """Explain a pull without a login by a kubelet or another program, or return ``None`` if the text decides neither."""
    text, (registry, region) = case.failure.text, clues.find_registry(case)
    if text_signs.PULLED_BY_KUBELET.search(case.text):
        is_plugin = "image-credential-provider" in text or "ecr-credential-provider" in message
        return None if is_plugin else _explain_kubelet(case, registry, region)
    if (found := _find_flux_object(case)) is not None:
        return _explain_flux(case, registry, *found)
    if _ARGO.search(text) is None:
        return None
    return case.explain(
        f"Argo CD Image Updater asked the ECR registry {registry} without a valid login: it needs a script for that.",
        PROGRAM_WITHOUT_REGISTRY_LOGIN.cause("derived"),
        topic="no-registry-login",
        remedies=cluster_remedy(
            "Let Argo CD Image Updater sign in to ECR",
            "In registries.conf (ConfigMap argocd-image-updater-config), give the registry credentials: ext:/scripts/ecr-login.sh and credsexpire: 10h. The script prints AWS:PASSWORD, with the password of aws ecr get-login-password, which uses the role of the pod.",
            url="https://argocd-image-updater.readthedocs.io/en/stable/configuration/registries/",
        ),
    )


def _find_flux_object(case: Case[Failure]) -> tuple[str, str, str] | None:
    """Return the kind, the name and the namespace of the object of Flux that a text is about."""
    text = case.failure.text
    is_of_flux = "toolkit.fluxcd.io" in text or "fluxcd/" in text or "source-controller" in text
    found = _FLUX_OBJECT.search(text) or _HELM_CHART.search(text) if is_of_flux else None
    if found is not None:
        kind = found["kind"]
        named = re.search(_FLUX_NAME.format(kind=kind), text)
        name = "NAME" if named is None else named["name"] or named["named"]
        space = (named and (named["space"] or named["place"])) or "NAMESPACE"
        # A chart is in the namespace of its repository.
        return ("HelmRepository", "NAME", space) if kind == "HelmChart" else (kind, name, space)
    asked = [] if "secretRef" in text else list(_FLUX_COMMAND.finditer(text))
    kind = only_one({key for each in asked for key in _FLUX_PAGES if each[key]})
    last = search_last(_COMMAND, text, 0, case.failure.span[0])
    if kind is None or (last is not None and _OF_CLUSTER.search(last["words"]) is None):
        return None  # or the call of another program, such as docker
    row = _FLUX_ROW.match(line_at(text, case.failure.span[0]))
    name = only_one({each["name"] for each in asked if each["name"]}) or (row and row["name"])
    space = only_one({each["name"] for one in asked for each in COMMAND_NAMESPACE.finditer(one[0])})
    return kind, name or "NAME", space or "NAMESPACE"


def _explain_flux(case: Case[Failure], registry: str, kind: str, name: str, space: str) -> Explanation:
    """Explain that an object of Flux names no cloud provider, so that Flux does not sign in to ECR."""
    text = case.failure.text
    provider = _PROVIDER.search(text)
    controller = "image-reflector-controller" if kind == "ImageRepository" else "source-controller"
    is_set = provider is not None and provider["name"] == "aws"
    given, owner = read_pod_evidence(text).given, "the role of its service account, or else with the node's"
    if given is not None and given.role and given.account in {None, controller}:
        owner = f"the role {clip_text(given.role.rpartition('/')[2])} of its service account"
    patch = f'kubectl patch {kind.lower()} {name} --namespace {space} --type merge --patch \'{{"spec": {{"provider": "aws"}}}}\''
    reconcile = {"ImageRepository": "image repository", "OCIRepository": "source oci"}.get(
        kind, "source helm"
    )
    state = f", and spec.provider is {provider['name']}" if provider else ""
    if provider is None and _SPEC.search(text):
        state = ", and it has no spec.provider (generic)"
    title = f"Set provider: aws in the {kind} {name}"
    lines = (patch, f"flux reconcile {reconcile} {name} --namespace {space}")
    summary = f"without a login: the {kind} {name} must have provider: aws{state}"
    if is_set:
        summary = f"without a login that it accepts, although the text shows provider: aws for the {kind}"
        title = f"Check the {kind} in the cluster, and the role of its controller, which needs ecr:GetAuthorizationToken"
        lines = (
            f"kubectl get {kind.lower()} --all-namespaces --output custom-columns=name:.metadata.name,provider:.spec.provider",
            f"kubectl get serviceaccount {controller} --namespace flux-system --output yaml",
        )
    return case.explain(
        f"Flux asked the ECR registry {registry} {summary}.",
        PROGRAM_WITHOUT_REGISTRY_LOGIN.cause(
            "possible" if is_set else "derived",
            text=f"{f'Another {kind}, or the object in the cluster, has the provider generic. ' if is_set else ''}With the provider generic, Flux uses only the login in spec.secretRef, if there is one, and no AWS role. The registry answers 401 to that; a role without permissions (AmazonEC2ContainerRegistryReadOnly) gets 403.",
        ),
        topic="no-registry-login",
        remedies=cluster_remedy(
            title,
            None
            if is_set
            else f"The controller {controller} then signs in with {owner}. Change the manifest in Git, too: Flux overwrites the patch.",
            "An old Flux whose objects have no such field has the option --aws-autologin-for-ecr of the controller instead."
            if kind == "ImageRepository"
            else "Only a HelmRepository with type: oci has this field."
            if kind == "HelmRepository" and "type: oci" not in text
            else None,
            commands=lines,
            url=_FLUX_PAGES[kind],
        ),
    )


def _explain_kubelet(case: Case[Failure], registry: str, region: str) -> Explanation | None:
    """Explain that a kubelet of 1.27 or later has no credential provider, if the text shows such a node."""
    text = case.failure.text
    minors = [int(each["minor"]) for each in _VERSION.finditer(f"{case.facts.kubernetes_version} {text}")]
    where = _DISTRIBUTIONS.find(text)
    arguments = _ARGUMENTS.search(text) if "kubelet" in text else None
    if (where is None and arguments is None) or (minors and max(minors) < 27):
        return None
    role, policy = find_listed_role(text), PULL_POLICY.search(text)
    owner = f"the role {role}" if role else "the role of the instance"
    permission = f"The program signs in with {owner}, whose permissions for ECR stay as they are{f' ({policy[0]} is enough)' if policy else ''}."
    likely = "" if arguments else "most likely, "
    return case.explain(
        f"No permission is missing: the kubelet sent no login to the ECR registry {registry}. {as_sentence(f'{likely}it runs without a credential provider')}",
        KUBELET_WITHOUT_PROVIDER.cause(
            "possible" if likely else "derived",
            (f"The kubelet's options in the text lack {_OPTION}." if arguments else None, permission),
        ),
        topic="no-registry-login",
        remedies=(
            cluster_remedy(
                "Install ecr-credential-provider on the nodes, and configure the kubelet",
                "On each node, put the program (from kubernetes/cloud-provider-aws) into a directory, and this configuration into a file. The kubelet must be able to read both.",
                f"Start the kubelet with {_OPTION}=FILE and --image-credential-provider-bin-dir=DIRECTORY{f' ({where})' if where else ''}.",
                manifest=_CONFIG.format(china=".cn" if registry.endswith(".cn") else ""),
                manifest_language="yaml",
            ),
            pull_secret_remedy(registry, region),
        ),
    )


def pull_secret_remedy(registry: str, region: str) -> Remedy:
    """Return the remedy that gives the pods of a namespace a login of 12 hours."""
    login = commands.fill_command("$(aws ecr get-login-password --region {})", region)
    return cluster_remedy(
        "Or give the pods an image pull secret, which is valid for 12 hours",
        "Delete an older secret first. Pods that are created afterwards use the new one.",
        commands=(
            f'kubectl create secret docker-registry ecr-login --namespace NAMESPACE --docker-server={registry} --docker-username=AWS --docker-password="{login}"',
            'kubectl patch serviceaccount default --namespace NAMESPACE --patch \'{"imagePullSecrets": [{"name": "ecr-login"}]}\'',
        ),
        url=pages.ECR_LOGIN,
    )


_CONFIG = """apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: ecr-credential-provider
    matchImages: ["*.dkr.ecr.*.amazonaws.com{china}"]
    defaultCacheDuration: 12h
    apiVersion: credentialprovider.kubelet.k8s.io/v1
"""
