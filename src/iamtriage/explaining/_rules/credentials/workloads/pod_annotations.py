"""Find in a text why a service account does not have the role that is meant for it.

The annotation has another key, chart values have it where the chart does not read it, or eksctl skipped the account.
Sources: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html,
https://github.com/jtblin/kube2iam, https://external-secrets.io/latest/provider/aws-access/ and
https://docs.aws.amazon.com/eks/latest/eksctl/iamserviceaccounts.html.
"""

from __future__ import annotations

import re
import textwrap

from iamtriage._patterns import KUBERNETES_NAME, lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._context.readers.kubernetes.pod_templates import find_keys
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Cause, CauseType, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_partition
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import cluster_remedy
from iamtriage.explaining._rules.sts.trust.trust_documents import expected_subjects, find_provider

_KIAM = "iam.amazonaws.com/role"
KEY = "eks.amazonaws.com/role-arn"
# Keys of kiam, and misspelled ones. Keys that are less alike must have the ARN of a role.
_ANNOTATION = lazy_pattern(
    r"(?a)(?<![\w./-])(?P<key>(?:iam\.amazonaws\.com|eks\.amazonaws?\.com|eks\.aws\.com|amazonaws\.com|(?=[a-z.-]{0,40}(?:eks|aws|amazon))(?:[a-z0-9-]{1,40}\.){1,4}[a-z]{2,6}(?=/[\w-]{0,30}[\"'\\]{0,4}\s?[=:]\s?[\"'\\]{0,4}arn:))/[\w-]{0,20}role[\w-]{0,10})[\"'\\]{0,4}\s?[=:]\s?[\"'\\]{0,4}"
    r"(?:(?P<role>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/(?:[\w+=,.@-]{1,64}/){0,8})|arn:[^\s/\"']{1,60}:role/(?:[\w+=,.@-]{1,64}/){0,8})?(?P<name>[\w+=,.@-]{1,64})(?![\w/:])"
)
_OF_ACCOUNT = lazy_pattern(
    r"\bkind: ServiceAccount\b|\b(?:describe|get|annotate) (?:sa|serviceaccounts?)[ /]"
)
_EXTERNAL_SECRETS = lazy_pattern(r"(?i:\bsecretstore|external-?secrets?\b)")
ANNOTATION_WITH_OTHER_KEY = CauseType(
    "annotation-with-other-key",
    title="The annotation with the role has another key than EKS reads",
    meaning="EKS reads the role of a service account only from the annotation eks.amazonaws.com/role-arn. kiam and kube2iam read iam.amazonaws.com/role.",
    recognised_by="The text shows the service account with the annotation.",
    fix="Annotate the service account with eks.amazonaws.com/role-arn, and let the role trust the cluster's OIDC provider.",
    sources=(pages.EKS_IRSA_POD,),
)
# The manifest of a service account without the annotation, or what kubectl describe prints of one.
ACCOUNT_WITHOUT_ANNOTATION = (
    r"\bkind: ServiceAccount metadata: (?!(?:(?!\bkind: |--- ).){0,2000}eks\.amazonaws\.com/role-arn)(?=(?:(?!\bkind: |--- ).){0,2000}\bname: )"
    r"|\bdescribe (?:sa|serviceaccounts?)[ /].{0,200}? Annotations: <none>"
    # A query that prints nothing, before the next prompt.
    r"|\bget (?:sa|serviceaccounts?)[ /][^|$#]{0,120}\.annotations\b[^\s|]{0,60}(?=[^\s|]{0,20} (?:(?:\{|map\[)(?![^{}\]]{0,2000}role-arn)[^{}\]]{0,2000}[}\]]|null|[^\s$#%{]{0,40} ?[$#%❯] )|\Z)"
)
"""A pattern for a text with its whitespace folded."""
# What eksctl says of an account that it does not change. One that it created itself is "existing".
_SKIPPED = lazy_pattern(
    rf"(?s)iamserviceaccounts? \((?P<namespace>{KUBERNETES_NAME})/(?P<name>{KUBERNETES_NAME})\) was excluded\b(?=.{{0,600}}--override-existing-serviceaccounts)(?<!existing iamserviceaccount)"
)
_CREATE = lazy_pattern(
    r"\beksctl create iamserviceaccount(?: |\\\n)(?P<options>(?:[\w./:=@,+ -]|\\\n|(?<=\\\n)[ \t]){1,900})"
)
_OVERRIDE = "--override-existing-serviceaccounts"
# The annotation in the values of a chart: as an argument, or in YAML.
_ARGUMENT = lazy_pattern(
    r"(?P<path>[A-Za-z][\w-]{0,40}(?:\.[\w-]{1,40}){0,5})\.annotations\.[\"']{0,2}eks\\{1,2}\.amazonaws\\{1,2}\.com/role-arn[\"']{0,3}(?:[=,]|\s{1,40}value\s{0,20}=)"
)
_LINE = lazy_pattern(
    rf"(?m)^(?P<indent>[ \t]*)[\"']?{re.escape(KEY)}[\"']?:[ \t]*[\"']?(?P<role>arn:aws[a-z-]{{0,12}}:iam::\d{{12}}:role/[\w+=,.@/-]{{1,512}})"
)
_NOT_CREATED = lazy_pattern(
    r"\bserviceAccount:[^\n]{0,80}\n(?:[ \t]+[^\n]{0,200}\n){0,6}?[ \t]+create: ?[\"']?false\b|\bserviceAccount\.create=false\b"
)
# Keys at the top of the values of a chart, where the values of several charts have their names.
_PARTS_OF_CHARTS = frozenset({"controller", "global", "node", "operator", "rbac", "server"})
_ROLE_ARN = lazy_pattern(r"(?a)arn:aws[a-z-]{0,12}:iam::\d{12}:role/[\w+=,.@/-]{1,512}")
_CHARS_OF_ARN = 600


def allow_subject(case: clusters.AnyCase, role: str, subject: str) -> tuple[str | None, tuple[str, ...]]:
    """Return what the trust policy of a role must allow, with the commands that add it if the text shows that it does not."""
    policy, owners = case.facts.trust_policy, {each.owner for each in case.context.policies} - {None}
    expected = expected_subjects(policy)
    is_other = any(each is not None and each[1] != role for each in owners)
    if subject in expected:
        return None, ()
    show, change = commands.trust_policy_commands(role)
    if not expected or is_other or "*" in str(expected) or (provider := find_provider(policy)) is None:
        step = f"The trust policy of the role must allow the subject {subject} (the last command prints it)."
        return step, (show,)
    others = join_words([clip_text(each.rpartition(":")[2]) for each in expected], "and")
    label = f"Then add it to the trust policy, which by the text allows only {others}, as an account administrator:"
    key = f"{provider.partition(':oidc-provider/')[2]}:sub"
    add = "jq '(.. | objects | select(has($key))[$key]) |= ([., $sub] | flatten)' --arg key {} --arg sub {} old-trust.json > trust.json"
    return None, (
        Labelled.required(label, f"{show} --output json > old-trust.json"),
        commands.fill_command(add, key, subject),
        Labelled.required("Check trust.json, then replace the policy:", change),
    )


_WORKFLOW = lazy_pattern(r"(?m)^kind: (?P<kind>(?:Cron)?Workflow(?:Template)?)\b")


def name_in_workflow(text: str, account: str | None) -> Remedy | None:
    """Return the remedy that names the service account in a workflow of Argo that names none."""
    found = _WORKFLOW.search(text)
    if found is None or account is None or "serviceAccountName" in text:
        return None
    spec = "spec:\n  workflowSpec:\n    " if found["kind"] == "CronWorkflow" else "spec:\n  "
    return cluster_remedy(
        f"Name the service account {account} in the {found['kind']}",
        "Without serviceAccountName, its pods run as default. Then submit it again: running pods do not change.",
        manifest=f"{spec}serviceAccountName: {account}\n",
        manifest_language="yaml",
        url="https://argo-workflows.readthedocs.io/en/latest/service-accounts/",
    )


class PodProblem(NamedTuple):
    """Why a pod does not have a role.

    Attributes:
        text: The reason, as a sentence without a full stop.
        role: The name of the role, if the text shows it.
        remedy: What gives the pod the role.
        uses_other_account: Whether the pod uses another service account than the one with the role.
        is_unassigned: Whether no service account has the role yet.
    """

    text: str
    role: str | None
    remedy: Remedy
    uses_other_account: bool = False
    is_unassigned: bool = False


class OtherAnnotation(NamedTuple):
    """The annotation of a service account, with the ARN of the role if the text has it."""

    key: str
    role: str
    arn: str | None


def find_other_annotation(text: str) -> OtherAnnotation | None:
    """Return the annotation of a service account whose key EKS does not read, if it has no other one.

    >>> find_other_annotation("kind: ServiceAccount annotations: iam.amazonaws.com/role: cart").key
    'iam.amazonaws.com/role'
    """
    if KEY in text or not _OF_ACCOUNT.search(text):
        return None
    found = {each["key"]: each for each in _ANNOTATION.finditer(text)}
    if len(found) != 1:
        return None
    [each] = found.values()
    return OtherAnnotation(each["key"], each["name"], each["role"] and each["role"] + each["name"])


def uses_external_secrets(text: str) -> bool:
    """Return whether External Secrets Operator, which gets the token itself, reports a failure."""
    return _EXTERNAL_SECRETS.search(text) is not None


def describe_key(found: OtherAnnotation, text: str) -> str:
    """Return what is wrong with the key of an annotation, as the end of a sentence."""
    reader = "External Secrets" if uses_external_secrets(text) else "EKS"
    owner = ", the annotation of kiam and kube2iam" if found.key == _KIAM else ""
    return f"the annotation with the role has the key {found.key}{owner}, and {reader} reads {KEY}"


def other_key_cause(found: OtherAnnotation) -> Cause:
    """Return the cause that the role of a service account is in an annotation that nothing here reads."""
    text = f"The text shows the annotation {found.key} with the role {clip_text(found.role)}."
    return ANNOTATION_WITH_OTHER_KEY.cause("derived", text=text)


def correct_key_remedy(case: clusters.AnyCase, found: OtherAnnotation) -> Remedy:
    """Return the remedy that annotates the service account with the key that EKS reads."""
    facts, is_of_operator = case.facts, uses_external_secrets(case.text)
    account = f"{facts.namespace or 'NAMESPACE'}:{facts.service_account or 'SERVICE_ACCOUNT'}"
    role = commands.arn(found.arn, "ROLE_ARN")
    kiam = "; a role for kiam trusts another role instead" if found.key == _KIAM else ""
    again = None
    if is_of_operator:
        again = "The operator reads the annotation at its next attempt: no pod has to restart."
    return cluster_remedy(
        f"Annotate the service account with {KEY}",
        again,
        f"The role must trust the cluster's OIDC provider (sts:AssumeRoleWithWebIdentity) for {clip_text(f'system:serviceaccount:{account}')}{kiam}. The second command prints its trust policy.",
        commands=(
            f"kubectl annotate serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE --overwrite {KEY}={role}",
            commands.trust_policy_commands(found.role)[0],
            None if is_of_operator else Labelled("Then re-create the pods:", clusters.restart_command(case)),
        ),
        url=pages.EKS_IRSA_POD,
    )


def find_unassigned_role(case: clusters.AnyCase) -> PodProblem | None:
    """Return why a service account does not have the role that somebody meant to give it, if the text shows that."""
    text = case.failure.text
    if (other := find_other_annotation(text)) is not None:
        key = describe_key(other, text)
        return PodProblem(key, other.role, correct_key_remedy(case, other), is_unassigned=True)
    if "iamserviceaccount" in text and (skipped := _SKIPPED.search(text)) is not None:
        name = f"{skipped['namespace']}/{skipped['name']}"
        why = f"eksctl skipped its service account {name}, which existed already: it created no role and no annotation"
        return PodProblem(why, None, _override_remedy(case, skipped), is_unassigned=True)
    if (place := find_annotated_pod(text)) is not None:
        why = (
            f"the annotation with the role is on the pod ({place}), and EKS reads it from the service account"
        )
        return PodProblem(
            why,
            None,
            _annotate_remedy(
                case,
                "Annotate the service account of the pod instead",
                "In a chart, move the annotation from the pod to that of the service account, such as serviceAccount.annotations. The trust policy of the role must name the service account.",
                label="Then re-create the pods:",
            ),
            is_unassigned=True,
        )
    if (said := _find_said_role(case)) is not None:
        name = clip_text("/".join(filter(None, (case.facts.namespace, case.facts.service_account))))
        why = f"the pod's service account {name} lacks the annotation with the role {said}, which is meant for it"
        step = "The role and its trust policy stay as they are."
        title, label = f"Annotate the service account with the role {said}", "Then re-create the pods:"
        return PodProblem(
            why, said, _annotate_remedy(case, title, step, label=label, role=said), is_unassigned=True
        )
    if find_values_path(text) is None:
        return None
    controller = find_controller(text)
    read = "" if controller is None else controller.values_key
    path = find_values_path(text, read) or read
    if path.endswith(f".{read}") and path.partition(".")[0] not in _PARTS_OF_CHARTS:
        # The chart is a dependency of another one.
        path = read
    # The chart of a known controller ignores other keys, so the account needs not be shown. Those of the parts of a chart
    # are for other pods.
    is_of_part = read.startswith("controller.") and path.endswith(".serviceAccount")
    is_ignored = read not in {"", path} and not is_of_part and not _OF_ACCOUNT.search(text)
    if not is_ignored and not re.search(ACCOUNT_WITHOUT_ANNOTATION, case.text):
        return None
    name = "/".join(filter(None, (case.facts.namespace, case.facts.service_account)))
    account = f"the pod's service account{f' {clip_text(name)}' if name else ''}"
    why = f"{account} does not have the annotation that the values of the chart have"
    if _NOT_CREATED.search(text):
        why += f": with create: false under {path}, the chart neither creates nor annotates it"
        return PodProblem(
            why,
            None,
            _annotate_remedy(
                case,
                "Annotate the service account itself, which the chart does not manage",
                f"Or set {path}.create to true, if nothing else creates the account. Pods get the role only when they are created.",
            ),
            is_unassigned=True,
        )
    if controller is not None and read != path:
        why += f" under {path}: the chart of {controller.name} reads it from {read}"
    elif controller is not None:
        why += f", although {path} is the right place: the release was not upgraded with them"
    else:
        why += f" under {path}: most likely, the chart reads it from another key"
    return PodProblem(why, None, _values_remedy(case, read if read != path else ""), is_unassigned=True)


def find_values_path(text: str, preferred: str = "") -> str | None:
    r"""Return the key of chart values under which they have the annotations of a service account, or ``None``.

    It is the first one, unless they have the annotations under the preferred key, too.

    >>> find_values_path(
    ...     "controller:\n  serviceAccount:\n    annotations:\n"
    ...     "      eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/app"
    ... )
    'controller.serviceAccount'
    """
    paths = [each["path"] for each in _ARGUMENT.finditer(text)]
    for found in _LINE.finditer(text):
        keys = find_keys(text, found)
        # The metadata of the object itself is not chart values.
        if keys[-1:] == ["annotations"] and "serviceaccount" in "".join(keys).lower():
            paths.append(".".join(keys[:-1]))
    return preferred if preferred in paths else next(iter(paths), None)


def find_annotated_pod(text: str) -> str | None:
    r"""Return where a text has the annotation with the role of a pod, if no service account has it.

    >>> find_annotated_pod("podAnnotations:\n  eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/app")
    'podAnnotations'
    """
    found = _LINE.search(text)
    if found is None or text.count(KEY) > 1 or _OF_ACCOUNT.search(text):
        return None
    keys = find_keys(text, found)
    is_of_pod = keys[-1:] == ["podAnnotations"] or keys[-3:] == ["template", "metadata", "annotations"]
    return ".".join(keys) if is_of_pod else None


def _override_remedy(case: clusters.AnyCase, skipped: re.Match[str]) -> Remedy:
    """Return the remedy that lets eksctl annotate a service account that exists."""
    namespace, name = skipped["namespace"], skipped["name"]
    found = _CREATE.search(case.failure.text)
    options = "" if found is None else " ".join(found["options"].replace("\\\n", " ").split())
    if f"--name {name}" not in options:
        options = f"--cluster CLUSTER --namespace {namespace} --name {name} --attach-policy-arn POLICY_ARN"
    for each in (_OVERRIDE, "--approve"):
        options += "" if each in options else f" {each}"
    return cluster_remedy(
        f"Run eksctl again with {_OVERRIDE}",
        "Pods get the role only when they are created. If Helm created the account, set the annotation in the values of its chart, too.",
        commands=(
            f"eksctl create iamserviceaccount {options}",
            Labelled("Then re-create the pods:", clusters.restart_command(case)),
        ),
        url="https://docs.aws.amazon.com/eks/latest/eksctl/iamserviceaccounts.html",
    )


# "I created the role web-uploader with IRSA trust", "the role cart trusts system:serviceaccount:web:cart".
_ROLE_NAME = r"[Rr]ole [`\"']?(?P<{}>(?=[\w+=,.@-]{{0,60}}[-_0-9])[A-Za-z][\w+=,.@-]{{0,62}}\w)[`\"']?"
_SAID_ROLE = lazy_pattern(
    rf"(?a)\b(?i:irsa) {_ROLE_NAME.format('of_irsa')}|\b{_ROLE_NAME.format('name')}[^.\n]{{0,60}}?(?:\bIRSA\b|\bsystem:serviceaccount:)"
)


def _find_said_role(case: clusters.AnyCase) -> str | None:
    """Return the role that a sentence says is for a service account that the text shows without the annotation."""
    text = case.failure.text
    if (
        KEY in text
        or case.facts.service_account is None
        or not re.search(ACCOUNT_WITHOUT_ANNOTATION, case.text)
    ):
        return None
    return only_one({each["name"] or each["of_irsa"] for each in find_said(text, _SAID_ROLE)})


def _annotate_remedy(
    case: clusters.AnyCase, title: str, step: str, *, label: str | None = None, role: str | None = None
) -> Remedy:
    """Return the remedy that annotates the service account itself."""
    restart, account = clusters.restart_command(case), case.failure.account
    arn = f"arn:{find_partition(case)}:iam::{account or 'ACCOUNT_ID'}:role/{role}" if role else None
    return cluster_remedy(
        title,
        step,
        commands=(
            f"kubectl annotate serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE --overwrite {KEY}={arn or _stated_role(case.failure.text)}",
            Labelled(label, restart) if label else restart,
        ),
        url=pages.EKS_IRSA_POD,
    )


def _stated_role(text: str) -> str:
    """Return the role of the annotation."""
    found = _LINE.search(text)
    argument = _ARGUMENT.search(text) if found is None else None
    role = argument and _ROLE_ARN.search(text, argument.end(), argument.end() + _CHARS_OF_ARN)
    return found["role"] if found is not None else role[0] if role else "ROLE_ARN"


def _values_remedy(case: clusters.AnyCase, key: str) -> Remedy:
    """Return the remedy that sets the annotation in chart values where the chart reads it."""
    role = _stated_role(case.failure.text)
    keys = key.split(".")
    manifest = "".join(f"{'  ' * depth}{each}:\n" for depth, each in enumerate(keys))
    manifest += textwrap.indent(
        _copy_values(case.failure.text) or f"annotations:\n  {KEY}: {role}\n", "  " * len(keys)
    )
    show = "helm show values CHART | grep -n -i -A6 serviceaccount"
    title = "Set the annotation where the chart reads it" if key else "Upgrade the release with the values"
    return cluster_remedy(
        f"{title}, and upgrade the release" if key else title,
        "When the service account has the annotation, re-create the pods. Until then, the role and its trust policy play no part.",
        commands=(
            None if key else show,
            "kubectl get serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE --output yaml | grep role-arn",
            clusters.restart_command(case),
        ),
        manifest=manifest if key else None,
        url=pages.EKS_IRSA_POD,
    )


def _copy_values(text: str) -> str | None:
    """Return what chart values in YAML have beside the annotations of a service account, and these, or ``None``."""
    found, path = _LINE.search(text), find_values_path(text)
    if found is None or path is None:
        return None
    head = rf"^(?P<indent>[ \t]*){re.escape(path.rpartition('.')[2])}:[ \t]*\n(?P<body>(?:(?P=indent)[ \t]+\S[^\n]*(?:\n|\Z))+)"
    blocks = re.finditer(head, text, re.MULTILINE)
    body = next((each["body"] for each in blocks if each.start() < found.start() < each.end()), None)
    return None if body is None else textwrap.dedent(body).rstrip("\n") + "\n"
