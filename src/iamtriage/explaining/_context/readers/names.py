"""Find the names and IDs in the text around a failure.

A name is used only if the text states exactly one value. If it states several, it is uncertain which one applies.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

from iamtriage._patterns import KUBERNETES_NAME, POD_UID, REGION, lazy_pattern, may_name_region, search_last
from iamtriage.explaining._context.readers import kubectl_clusters
from iamtriage.explaining._context.readers.callers import find_caller
from iamtriage.explaining._context.readers.coded_clusters import find_coded_clusters
from iamtriage.explaining._context.readers.region_names import find_region_constant
from iamtriage.explaining._context.readers.terraform_code import find_address
from iamtriage.explaining._context.readers.unique_values import find_said_name, find_said_role, unique_value
from iamtriage.explaining._context.values import CommandLine, Stated, quote_match

_ROLE_ARN = r"arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512}"
# Between a name and its value: names in HCL and in the output of tools are padded.
_IS = r"[\"']?[ \t]{0,20}(?:=>|[=:])\s?[ \t]{0,20}[\"']?"
_REGIONS = lazy_pattern(
    rf"(?a)\bAWS_(?:DEFAULT_)?REGION[=:]\s?[\"']?({REGION})\b|(?<![\w-])-Region [\"']?({REGION})\b"
    # The Region of the console, in a URL, is not that of the call.
    rf"|(?<![\w?&-])(?:aws[-_]?)?[Rr]egion(?:_name)?{_IS}({REGION})\b"
    rf"|[Rr]egion(?:\.of|Name)?\(\s?[\"']({REGION})[\"']"
    # The second argument of boto3.
    rf"|\b(?:client|resource)\([\"'][a-z0-9-]{{2,40}}[\"'],\s?[\"']({REGION})[\"']"
    rf"|\bip-\d{{1,3}}-\d{{1,3}}-\d{{1,3}}-\d{{1,3}}\.({REGION})\.compute\.internal\b"
    rf"|\.({REGION})\.eks\.amazonaws\.com\b|\boidc\.eks\.({REGION})\.amazonaws\.com\b"
    rf"|:eks:({REGION}):[0-9]{{12}}:cluster/|- [\"']?--region[\"']?\s{{1,80}}- [\"']?({REGION})\b"
    # The output of `aws configure get region` and `aws configure list`.
    rf"|\bconfigure get (?:profile\.[\w.-]{{1,64}}\.)?region\b[^\n]{{0,80}}\n({REGION})\b|(?m:^) {{0,20}}region[ :]{{2,30}}({REGION})\b"
    rf"|\b[Rr]egion:? ({REGION})\b|\.({REGION})\.eksctl\.io\b|\bcom\.amazonaws\.({REGION})\.[a-z]"
)
_US_EAST_HOST = lazy_pattern(r"(?a)\bip-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}\.ec2\.internal\b")
_PROFILES = lazy_pattern(
    r"(?a)\bAWS_(?:DEFAULT_)?PROFILE[=:]\s?[\"']?([\w.@:+/-]{1,64})(?<![.:])"
    # PowerShell, Python, Node.js, fish and csh.
    r"|(?:\$env:|\benviron\[[\"']|\bprocess\.env\.)AWS_PROFILE(?:[\"']\])? ?= ?[\"']([\w.@:+/-]{1,64})"
    r"|\b(?:set -[a-zA-Z]{1,4}|setenv) AWS_PROFILE [\"']?([\w.@:+/-]{1,64})"
    r"|\bupdate-kubeconfig [^\n|;&]{0,200}?--profile[= ][\"']?([\w.@:+/-]{1,64})"
)
_LISTED_PROFILE = lazy_pattern(r"(?am)^ {0,20}profile[ :]{2,40}([\w.@+/-]{1,64})[ :]{2,40}env\b")
KUBECONFIG_PROFILE = lazy_pattern(
    r"(?a)- (?:\{ ?)?name: AWS_PROFILE(?:,|\s)\s{0,80}value: [\"']?([\w.@:+/-]{1,64})"
    r"|\"name\"\s?:\s?\"AWS_PROFILE\"\s?,\s{0,80}\"value\"\s?:\s?\"([\w.@:+/-]{1,64})\""
)
_CLUSTER_NAME = r"[0-9A-Za-z][\w-]{0,99}"
_CLUSTERS = lazy_pattern(
    r"(?am)\barn:aws[a-z-]{0,12}:eks:[a-z0-9-]{1,30}:[0-9]{12}:cluster/([0-9A-Za-z][\w-]{0,99})"
    r"|\bEKS (?:Cluster|Add-On|Addon|Node Group|Fargate Profile|Access Entry|Pod Identity Association|Identity Provider Config)s? \(([0-9A-Za-z][\w-]{0,99})[:)]"
    r"|^\s{0,40}- [\"']?--?(?:cluster-name|cluster-id|i)[\"']?\s{1,80}- [\"']?([0-9A-Za-z][\w-]{0,99})"
    rf"|\bcluster[_-]?[nN]ame{_IS}([0-9A-Za-z][\w-]{{0,99}})"
    rf"|\b(?:(?:EKS_)?CLUSTER_NAME|EKS_CLUSTER|eks_cluster){_IS}([0-9A-Za-z][\w-]{{0,99}})|^(?:export )?CLUSTER=[\"']?([0-9A-Za-z][\w-]{{0,99}})[\"']?$"
    r"|\bupdate-kubeconfig [^\n|;&]{0,200}?--name[= ][\"']?([0-9A-Za-z][\w-]{0,99})|\bEKS [Cc]luster(?: name)?: [\"'`]?([0-9A-Za-z][\w-]{0,99})"
    # In code, PowerShell, arguments, the console, the user data of a node, a tag, and a log group.
    r"|\b[Dd]escribe_?[Cc]luster(?:Command)?\(\{? ?name[=:] ?[\"']([0-9A-Za-z][\w-]{0,99})|-EKS[A-Z]\w{3,30} (?:-Region \S{1,20} )?-(?:Cluster)?Name [\"']?([0-9A-Za-z][\w-]{0,99})"
    r"|\"--cluster-name\",\s{1,40}\"([0-9A-Za-z][\w-]{0,99})|/eks/(?:home\?region=[a-z0-9-]{6,30}#/)?clusters/([0-9A-Za-z][\w-]{0,99})|/eks/bootstrap\.sh [\"']?([0-9A-Za-z][\w-]{0,99})"
    r"|\bkubernetes\.io/cluster/([0-9A-Za-z][\w-]{0,99})|/aws/containerinsights/([0-9A-Za-z][\w-]{0,99})/|\bParameterKey\W{1,6}ClusterName\W{1,40}ParameterValue\W{1,6}([0-9A-Za-z][\w-]{0,99})"
    # eksctl writes to a kubeconfig: the cluster NAME.REGION.eksctl.io and the context USER@NAME.REGION.eksctl.io.
    rf"|(?<![\w.-])([0-9A-Za-z][\w-]{{0,99}})\.{REGION}\.eksctl\.io\b"
    # eksctl calls its stacks eksctl-NAME-cluster, eksctl-NAME-nodegroup-GROUP and so on.
    r"|\bstacks? [\"']eksctl-([0-9A-Za-z][\w-]{0,99}?)-(?:cluster[\"']|(?:accessentry|addon|fargate|nodegroup|podidentityrole)\b)"
    r"|\beksctl-managed CloudFormation stacks found for \"([0-9A-Za-z][\w-]{0,99})\""
    r"|\baws_eks_cluster\.[\w.\[\]\"-]{1,80}: [A-Z][^\n\[]{3,60}\[id=([0-9A-Za-z][\w-]{0,99})\]"
    # GitHub masks the account in the ARN, and what is before it.
    r"|\b(?:Added new|Updated) context [*:]{3,200}(?:cluster)?/([0-9A-Za-z][\w-]{0,99}) (?:to|in) "
    r"|/aws/eks/([0-9A-Za-z][\w-]{0,99})/cluster\b"  # the log group of the control plane
    r"|^kind: ClusterConfig\s{1,8}metadata:\s{1,8}(?:region: \S{1,40}\s{1,8})?name: [\"']?([0-9A-Za-z][\w-]{0,99})"
)
# Other commands for a cluster.
_CLUSTERS_OF_COMMANDS = lazy_pattern(
    r"(?a)\b(?:aws eks [a-z][^\n|;&]{0,200}? --(?:cluster-)?name|eksctl (?:[a-z]{3,10} cluster\b(?:[^\n|;&]|\\\n){0,200}?\s--name|[a-z][^\n|;&]{0,200}? --cluster)"
    r"|(?:aws-iam|heptio)-authenticator(?:-aws)? token [^\n|;&`]{0,200}?(?<= )(?:-i|--cluster-id))[= ][\"']?([0-9A-Za-z][\w-]{0,99})"
)
_SUBJECT = lazy_pattern(
    rf"(?a)\bsystem:serviceaccount:({KUBERNETES_NAME}):({KUBERNETES_NAME}(?:\.{KUBERNETES_NAME}){{0,3}})(?![\w-])"
)
# The subject that the condition of a trust policy requires, which the token need not have.
_EXPECTED = lazy_pattern(
    r":sub\\{0,3}[\"']?\s{0,20}(?:[:=]\s{0,20}|\s{0,40}values\s{0,20}=\s{0,20}|(?<=\s))(?:\[[^\[\]]{0,2000})?\\{0,3}[\"']?"
)
_CHARS_BEFORE_SUBJECT = 2_100
_NAMESPACES = lazy_pattern(
    # Not in the template of a subject: system:serviceaccount:namespace:name.
    rf"(?a)(?<![\w-])(?<!serviceaccount:)(?:kubernetes_)?namespace(?:_name)?{_IS}({KUBERNETES_NAME})(?![\w-])"
    rf"|(?m:^)Namespace:[ ]{{1,20}}({KUBERNETES_NAME})(?=\s|\Z)|\b(?:POD_|K8S_|KUBE_|KUBERNETES_)?NAMESPACE{_IS}({KUBERNETES_NAME})(?![\w-])|\bkubens ({KUBERNETES_NAME})(?=\s|\Z)"
    rf"|\bin (?:the )?namespace:? [\"']?({KUBERNETES_NAME})[\"']?(?![\w-])"
    rf"|\b[Nn]amespace [\"'](?P<quoted>{KUBERNETES_NAME})[\"']|\b(?:(?<!kubelet/)pods?[/ ](?!{POD_UID}/)|Successfully assigned )({KUBERNETES_NAME})/{KUBERNETES_NAME}"
    rf"|\bkubectl (?:--(?:context|cluster|kubeconfig)[ =][^\s|;]{{1,200}} ){{0,2}}(?:(?:exec|logs|describe) |(?:logs|get pods?) [a-z][\w./-]{{1,200}} )?(?:-n |--namespace[ =])({KUBERNETES_NAME})(?![\w-])"
)
_OWN_NAMESPACE = lazy_pattern(
    rf"\b(?:runs?|is) (?:in|under) (?:the )?namespace [`\"']?({KUBERNETES_NAME})(?![\w-])"
)
# Controllers log the namespace of the object that they process, which is not their own.
_CONTROLLER = lazy_pattern(r"[Rr]econcil|\bcontroller\b|\"kind\":")
_SERVICE_ACCOUNTS = lazy_pattern(
    rf"(?a)(?<!system:)\bservice[_ ]?[aA]ccount(?:Name|_name)?{_IS}({KUBERNETES_NAME})(?![\w-]|:\s(?:true\b|false\b|\s))"
    rf"|(?m:^)Service Account:[ ]{{1,20}}({KUBERNETES_NAME})(?=\s|\Z)|\bserviceAccountRef:\s{{1,40}}name: [\"']?({KUBERNETES_NAME})(?![\w-])"
    rf"|\bspec\.serviceAccountName\}}?[\"']{{0,2}}[ \t]{{0,4}}\n({KUBERNETES_NAME})(?=\s|\Z)|\b[Ss]ervice ?[Aa]ccount [\"'](?:{KUBERNETES_NAME}/)?({KUBERNETES_NAME})[\"']|\bservice account ({KUBERNETES_NAME}) \(namespace: "
    rf"|\b(?:kubectl|k) (?:[^\n|;&]{{0,100}} )?(?:get|describe|annotate) (?:sa|serviceaccounts?)(?: (?:-n|--namespace)[ =]\S{{1,63}})?[ /]({KUBERNETES_NAME})(?![\w-])"
    rf"|(?<![\w/:.-])((?=[a-z0-9]{{1,62}}-){KUBERNETES_NAME}) (?:sa|SA|[Ss]ervice ?[Aa]ccount) (?:has|is|was)\b"
)
_SERVICE_ACCOUNT = lazy_pattern(r"\bkind: (ServiceAccount)\b")
_WORKLOAD = lazy_pattern(r"\bkind: (Deployment|DaemonSet|StatefulSet)\b")
_MEMBER = r"(?:\n  |\nmetadata: ?\{(?:[^{}\n]{0,200}?, ?)?)"
_OBJECT_NAME = lazy_pattern(rf"(?a){_MEMBER}name: [\"']?({KUBERNETES_NAME})(?![\w-])")
_OBJECT_NAMESPACE = lazy_pattern(rf"(?a){_MEMBER}namespace: [\"']?({KUBERNETES_NAME})(?![\w-])")
_MAX_OBJECTS, _CHARS_OF_OBJECT = 8, 2_000
_PODS = lazy_pattern(
    # In Go, an error says what was done: open, dial.
    rf"(?a)\bpod(?:_name|Name)?{_IS}(?!(?:open|l?stat|read|dial)\s|{POD_UID}\b)({KUBERNETES_NAME})(?![\w/-])|\b[Pp]od [\"'](?:{KUBERNETES_NAME}/)?({KUBERNETES_NAME})[\"']"
    r"|\bhostname\\?\"\s?:\s?\\?\"([a-z0-9][a-z0-9-]{0,50}-[bcdf-hj-np-tv-z2456789]{4,10}-[bcdf-hj-np-tv-z2456789]{5})\\?\""
    r"|\bpods? ([a-z0-9][a-z0-9-]{0,50}-[bcdf-hj-np-tv-z2456789]{4,10}-[bcdf-hj-np-tv-z2456789]{5})(?![\w-])"
    r"|\bkubectl [^\n|;&]{0,120}? ([a-z0-9][a-z0-9-]{0,50}-[bcdf-hj-np-tv-z2456789]{4,10}-[bcdf-hj-np-tv-z2456789]{5})(?![\w-])"
    rf"|\b(?:(?<!kubelet/)pods?/(?!{POD_UID}\b)|Successfully assigned )(?:{KUBERNETES_NAME}/)?({KUBERNETES_NAME})(?![\w/-])|\bpod {KUBERNETES_NAME}/({KUBERNETES_NAME})(?![\w/-])|\bHOSTNAME=({KUBERNETES_NAME}-[a-z0-9]{{5}})\b"
    rf"|\bkubectl (?:[^\n|;&]{{0,100}} )?(?:describe|get) pods?[ /]({KUBERNETES_NAME})(?![\w/-])|(?m:^)Name:[ ]{{2,20}}({KUBERNETES_NAME})\nNamespace:|\bPOD_NAME=({KUBERNETES_NAME})(?![\w-])"
)
# A pod of a deployment: the name, the hash of the template and five random characters, without vowels.
_POD_OF_DEPLOYMENT = lazy_pattern(
    r"([a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?)-[bcdf-hj-np-tv-z2456789]{4,10}-[bcdf-hj-np-tv-z2456789]{5}"
)
# The kinds that "kubectl rollout restart" accepts, with their short names.
_WORKLOAD_KINDS = {
    "deploy": "deployment", "deployment": "deployment", "deployments": "deployment",
    "ds": "daemonset", "daemonset": "daemonset", "daemonsets": "daemonset",
    "sts": "statefulset", "statefulset": "statefulset", "statefulsets": "statefulset",
}  # fmt: skip
_DEPLOYMENTS = lazy_pattern(rf"(?a)\bdeployments?(?:\.apps)?(?:/| [\"'])({KUBERNETES_NAME})(?![\w-])")
_WORKLOADS_OF_COMMANDS = lazy_pattern(
    # After a space, the next word can be one of a sentence. An option can have the name of a kind as its value.
    rf"(?am)\bkubectl [^\n|;&]{{0,200}}?(?<!-n)(?<!-namespace)(?<!-context) ({'|'.join(_WORKLOAD_KINDS)})(?:\.apps)?(?:/| (?=[\"']?{KUBERNETES_NAME}[\"']?(?:\s*$|[`)]|\s+(?:[|;&<>\\#]|-))))[\"']?({KUBERNETES_NAME})(?![\w-])"
)
_ROLES = lazy_pattern(
    rf"(?a)\b(?:TFC_(?=AWS_))?AWS_(?:(?:RUN|PLAN|APPLY)_)?ROLE_ARN(?:{_IS}|[\"']?,?\s{{1,40}}[\"']?value[\"']?: ?[\"']?)({_ROLE_ARN})|\beks\.amazonaws\.com/role-arn{_IS}({_ROLE_ARN})"
    # The role of an ECS task in its definition, or in what the AWS CLI prints of it.
    rf"|\b(?:taskRoleArn|task_role_arn|TaskRoleArn)\"?\s?[=:]\s?[\"']?({_ROLE_ARN})"
    rf"|\brole[-_]to[-_]assume{_IS}({_ROLE_ARN})|\b(?:role[-_]arn|role-?Arn){_IS}({_ROLE_ARN})"
    rf"|\b[Aa]ssum(?:e|ing) (?:the )?(?:IAM )?(?:[Rr]ole:? )?[\"'(]?({_ROLE_ARN})|\b[Aa]ssume IAM Role \(({_ROLE_ARN})\)"
    rf"|(?:\b(?:OIDC|as|under|us(?:e|es|ing)|with) |\()(?:the )?(?:IAM )?[Rr]ole:? [\"'(]?({_ROLE_ARN})"
    rf"|--role(?:-arn)?[\"']?(?:,|\s{{1,40}}-)\s{{1,40}}[\"']?({_ROLE_ARN})|\b[Rr]ole[\"']?\s?[=:]\s{{0,4}}[\"']?({_ROLE_ARN})|\bRoleArn{_IS}({_ROLE_ARN})|\b(?:iam_role|IAM_ROLE)\s{{1,4}}'?({_ROLE_ARN})(?=['\s]|\Z)|\bIAM Role \(({_ROLE_ARN})\)"
    rf"|(?<!ode )(?<!odes )(?<!orker )(?<!nstance )\b[Rr]ole(?: ARN| arn)?(?: is|:)? [\"'`(]?({_ROLE_ARN})"
)
_ACCOUNTS = lazy_pattern(
    r"(?a)\"Account\"\s?:\s?\"([0-9]{12})\"|\b[Aa]ccount(?: ?ID| ?Id| id)?[=: ]{1,2}([0-9]{12})\b|(?<![\w-])(?:aws[_-]|AWS_)?(?:account[_-]?[iI]d|ACCOUNT(?:_ID)?)[\"']?\s{0,20}[=:]\s{0,4}[\"']?([0-9]{12})\b|\baws://([0-9]{12})/|\b(?:[Mm]y|[Oo]ur|[Tt]h(?:e|is)) (?:AWS )?[Aa]ccount(?: ID)? is ([0-9]{12})\b"
    # What Terraform says about its caller, but not a comparison with an account.
    r"|\bdata\.aws_caller_identity\.[\w\"\[\].-]{1,60}?(?:\.account_id(?: ?=(?!=) ?|: | is |\n)[\"']?|: Read complete after \w{1,8} \[id=)([0-9]{12})\b"
)
_INSTANCES = lazy_pattern(r"(?a)(?<![\w-])(i-(?:[0-9a-f]{17}|[0-9a-f]{8}))(?![\w-])")
_FILE_SYSTEMS = lazy_pattern(r"(?a)(?<![\w-])(fs-(?:[0-9a-f]{17}|[0-9a-f]{8}))(?![\w-])")
# A CloudTrail record in a document can have an ID that was made up.
_ENDPOINTS = lazy_pattern(
    r"(?a)(?<![\w])(vpce-(?:[0-9a-f]{17}|[0-9a-f]{8}|(?<=\"vpcEndpointId\": \"vpce-)[0-9A-Za-z]{8,20}))(?![0-9a-zA-Z])"
)
_APIS = lazy_pattern(r"(?a)\b([a-z0-9]{10})(?:-vpce-[0-9a-f]{8,17})?\.execute-api\.")
_FUNCTIONS = lazy_pattern(
    r"(?a)/aws/lambda/([\w-]{1,64})|\bAWS_LAMBDA_FUNCTION_NAME[=:]\s?[\"']?([\w-]{1,64})|:lambda:[a-z0-9-]{1,30}:[0-9]{12}:function:([\w-]{1,64})|\bLambda [Ff]unction \(([\w-]{1,64})\)"
    # A word with a hyphen is a name.
    r"|\b(?:invocations? of|[Ff]unction) [`'\"]?([A-Za-z]\w{0,60}-[\w-]{1,62})(?![\w(])"
    r"|\b[Ii]nvok(?:e|ed|es|ing) (?:[Ll]ambda )?[`'\"]?(?!(?:all|cross|multi|non|re|self|user|wait)-)([A-Za-z]\w{0,60}-[\w-]{1,62})[`'\"]?(?=[:;,.]?\s{0,8}(?:\n|\Z)|: | -> | \(| (?:after|error|failed|fails|got|returned|threw|timed|was)\b)"
    r"|(?<![\w./:@$-])(?<![Rr]ole )(?<![Uu]ser )[`'\"]?([A-Za-z][\w-]{1,58}-fn)(?![\w./:@(-])"
)
# The name is that of what writes logs, and can be any path.
_LOG_GROUPS = lazy_pattern(
    r"(?a)\b[Ll]og[_ -]?[Gg]roup(?:[_ -]?[Nn]ame)?(?: name)?[\"']?(?:\s?[=:]\s?|\s)[\"']?(/[\w./#-]{1,510}[\w/#-])(?![\w:])"
)
_RESERVED = frozenset({"kube-system", "kube-public", "kube-node-lease"})


def _last(pattern: re.Pattern[str], text: str) -> Stated | None:
    """Return the last value that a pattern finds, because later settings replace earlier ones."""
    found = search_last(pattern, text)
    return None if found is None else Stated(next(filter(None, found.groups())), quote_match(found))


def find_region(text: str, command: CommandLine | None) -> Stated | None:
    """Return the region of the command, the environment, a configuration or an instance's host name."""
    if command is not None and (stated := command.option("region")):
        return stated if re.fullmatch(REGION, stated.value) else None
    if may_name_region(text) and (stated := _last(_REGIONS, text)):
        return stated
    if "Region" in text and (stated := find_region_constant(text)):
        return stated
    if ".ec2.internal" in text and (found := _US_EAST_HOST.search(text)):
        return Stated("us-east-1", found[0])
    return None


def find_profile(text: str, command: CommandLine | None) -> Stated | None:
    """Return the profile of the command, the environment or a kubeconfig."""
    if command is not None and (stated := command.option("profile")):
        # A sign-in is not the call that failed, which can be of a kubeconfig with another profile.
        signs_in = command.words[:1] == ("login",) or command.words[:2] == ("sso", "login")
        return (find_kubeconfig_profile(text) if signs_in else None) or stated
    if "PROFILE" not in text and "update-kubeconfig" not in text:
        return None
    return _last(_PROFILES, text) or find_kubeconfig_profile(text) or _last(_LISTED_PROFILE, text)


def find_kubeconfig_profile(text: str) -> Stated | None:
    """Return the last profile that a kubeconfig sets in the environment of its plugin."""
    return _last(KUBECONFIG_PROFILE, text)


def find_cluster(text: str, command: CommandLine | None) -> Stated | None:
    """Return the EKS cluster of the command, or else the only one that the text names."""
    if command is not None:
        is_eks = command.words[:1] == ("eks",)
        # Other services have clusters, too.
        is_other = command.program == "docker" or (command.program == "aws" and not is_eks)
        stated = None if is_other else command.option("cluster-name", "cluster")
        if stated is None and is_eks:
            stated = command.option("name")
        if stated is None and (context := command.option("context", "kube-context")):
            found = _CLUSTERS.search(context.value)
            stated = Stated(next(filter(None, found.groups())), context.words) if found else None
        if stated is not None and re.fullmatch(_CLUSTER_NAME, stated.value, re.ASCII):
            return stated
    return (
        unique_value(_CLUSTERS, text, find_coded_clusters(text))
        or _find_context_cluster(text, command)
        or unique_value(_CLUSTERS_OF_COMMANDS, text)
        or find_said_name("cluster", text)
    )


def _find_context_cluster(text: str, command: CommandLine | None) -> Stated | None:
    """Return the cluster of kubectl's current context, which other commands don't call."""
    is_called = "context" in text and (command is None or command.program in {"kubectl", "helm"})
    current = kubectl_clusters.find_current_cluster(text) if is_called else None
    return None if current is None else Stated(current[0], current[0])


def find_service_account(text: str) -> tuple[Stated, Stated] | None:
    """Return the namespace and the name of the only service account whose user name the text states."""
    found = _SUBJECT.finditer(text) if "system:serviceaccount:" in text else ()
    subjects = {each.groups(): each[0] for each in found if not _is_expected(text, each.start())}
    if len(subjects) != 1:
        return None
    ((namespace, name), words) = next(iter(subjects.items()))
    return Stated(namespace, words), Stated(name, words)


def _is_expected(text: str, at: int) -> bool:
    """Return whether a subject is the value of a condition on the token's subject."""
    key = text.rfind(":sub", max(at - _CHARS_BEFORE_SUBJECT, 0), at)
    return key != -1 and _EXPECTED.fullmatch(text, key, at) is not None


def find_namespace(text: str, command: CommandLine | None) -> Stated | None:
    """Return the namespace of the command or a service account, or else the only one that the text names."""
    if (
        command is not None
        and command.program in {"kubectl", "helm", "eksctl"}
        and "aws-auth" not in command.words  # its namespace does not show the caller's
        and not kubectl_clusters.shows_reconciled(text)
        and (stated := command.option("namespace"))
    ):
        return stated
    subject = find_service_account(text)
    if subject is not None:
        return subject[0]
    if "kind: " in text:
        for kinds in (_SERVICE_ACCOUNT, _WORKLOAD):
            if (found := _only_object(kinds, text)) is not None and found[0]:
                return found[0]
    if (of_account := kubectl_clusters.find_namespace_of_account(text)) is not None:
        return of_account
    if _CONTROLLER.search(text) or kubectl_clusters.shows_reconciled(text):
        return unique_value(_OWN_NAMESPACE, text)
    return unique_value(_NAMESPACES, text, excluded=_RESERVED) or find_said_name("namespace", text, _RESERVED)


def find_service_account_name(text: str, command: CommandLine | None) -> Stated | None:
    """Return the service account that the text names."""
    if command is not None and (stated := command.option("service-account", "serviceaccount")):
        return stated
    subject = find_service_account(text)
    if subject is not None:
        return subject[1]
    found = _only_object(_SERVICE_ACCOUNT, text) if "kind: " in text else None
    if found is None:
        return unique_value(_SERVICE_ACCOUNTS, text) or find_said_name("service account", text)
    return found[1]._replace(value=found[1].value.partition("/")[2])


def _only_object(kinds: re.Pattern[str], text: str) -> tuple[Stated | None, Stated] | None:
    """Return the namespace and the name, with its kind, of the only object of some kinds in a text."""
    names: dict[str, tuple[Stated | None, Stated]] = {}
    for kind in islice(kinds.finditer(text), _MAX_OBJECTS):
        document = text[kind.start() : kind.start() + _CHARS_OF_OBJECT].partition("\n---")[0]
        if (found := _OBJECT_NAME.search(document)) is not None:
            name = f"{kind[1].lower()}/{found[1]}"
            space = _OBJECT_NAMESPACE.search(document)
            names[name] = (
                None if space is None else Stated(space[1], quote_match(space)),
                Stated(name, f"{kind[0]}, {quote_match(found)}"),
            )
    return next(iter(names.values())) if len(names) == 1 else None


def find_pod(text: str, command: CommandLine | None) -> Stated | None:
    """Return the pod of the command, or else the only one that the text names."""
    if (
        command is not None
        and command.program == "kubectl"
        and len(command.words) > 1
        and command.words[0] in {"exec", "logs", "attach", "port-forward"}
    ):
        name = command.words[1].removeprefix("pod/").removeprefix("pods/")
        if "/" not in name and re.fullmatch(KUBERNETES_NAME, name):
            return Stated(name, command.text)
    return unique_value(_PODS, text)


def find_workload(text: str, command: CommandLine | None) -> Stated | None:
    """Return the workload that the text names, or the deployment of the pod."""
    if command is not None and command.program == "kubectl":
        for word in command.words:
            kind, _, name = word.partition("/")
            kind = _WORKLOAD_KINDS.get(kind.removesuffix(".apps"), "")
            if kind and name:
                return Stated(f"{kind}/{name}", command.text)
    pod = find_pod(text, command)
    if pod is not None and (found := _POD_OF_DEPLOYMENT.fullmatch(pod.value)):
        return Stated(f"deployment/{found[1]}", pod.words)
    if "kind: " in text and (stated := _only_object(_WORKLOAD, text)) is not None:
        return stated[1]
    if "kubectl " in text:
        commands = {
            f"{_WORKLOAD_KINDS[each[1]]}/{each[2]}": each for each in _WORKLOADS_OF_COMMANDS.finditer(text)
        }
        if len(commands) == 1:
            [(workload, found)] = commands.items()
            return Stated(workload, quote_match(found))
    named = "eploy" in text and (unique_value(_DEPLOYMENTS, text) or find_said_name("deployment", text))
    return Stated(f"deployment/{named.value}", named.words) if named else None


def find_role(text: str, command: CommandLine | None) -> Stated | None:
    """Return the role of the command, the environment or a configuration, if it is the only one."""
    if command is not None and (stated := command.option("role-arn", "role")):
        return stated if re.fullmatch(_ROLE_ARN, stated.value) else None
    return unique_value(_ROLES, text) if ":role/" in text else find_said_role(text)


def find_instance(text: str, command: CommandLine | None) -> Stated | None:
    """Return the only EC2 instance that the text names."""
    stated = command.option("instance-id", "instance-ids", "target") if command else None
    if stated and _INSTANCES.fullmatch(stated.value):
        return stated
    return unique_value(_INSTANCES, text) if "i-" in text else None


def find_function(text: str, command: CommandLine | None) -> Stated | None:
    """Return the only Lambda function that the text names."""
    stated = command.option("function-name") if command else None
    if stated and re.fullmatch(r"[\w-]{1,64}", stated.value):
        return stated
    return unique_value(_FUNCTIONS, text) if "lambda" in text.lower() else None


def _unique(pattern: re.Pattern[str], *signs: str) -> Callable[[str, CommandLine | None], Stated | None]:
    """Return a reader of the only value that a pattern finds in texts with one of the signs."""
    return lambda text, _command: unique_value(pattern, text) if any(map(text.__contains__, signs)) else None


# What describe-cluster, a template or a sentence says. An option with an equals sign asks for a change.
_MODE = "(API_AND_CONFIG_MAP|API|CONFIG_MAP)\\b"
_MODES = lazy_pattern(
    rf"(?m)\"?\bauthentication_?[mM]ode\"?(?:: | {{0,20}}= (?=\")|[ \t|]{{1,40}})[\"']?{_MODE}|\b[Aa]uth(?:entication)? mode (?:is|of [\w-]{{1,99}} is|=|:) ?[\"'`]?{_MODE}"
    rf"|\bauthenticationMode\b[\"']?(?:[^\n]|\\\n){{0,200}}\n[ \t]{{0,8}}\"?{_MODE}\"?[ \t]{{0,8}}$"
)


NAME_READERS: dict[str, Callable[[str, CommandLine | None], Stated | None]] = {
    "region": find_region,
    "profile": find_profile,
    "cluster": find_cluster,
    "authentication_mode": _unique(_MODES, "uth"),
    "namespace": find_namespace,
    "service_account": find_service_account_name,
    "pod": find_pod,
    "workload": find_workload,
    "role_arn": find_role,
    "caller": find_caller,
    "account": _unique(_ACCOUNTS, "ccount", "ACCOUNT", "aws://", "aws_caller_identity"),
    "instance": find_instance,
    "file_system": _unique(_FILE_SYSTEMS, "fs-"),
    "vpc_endpoint": _unique(_ENDPOINTS, "vpce-"),
    "api": _unique(_APIS, ".execute-api."),
    "function": find_function,
    "log_group": _unique(_LOG_GROUPS, "roup"),
    "terraform": find_address,
}
"""The functions that find the values of a context, by name."""
