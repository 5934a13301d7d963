"""Test the contrasts between a failure of a pod and what else the text shows about the pod's role."""

from __future__ import annotations

import pytest

from iamtriage import explain
from iamtriage.explaining._context.readers.kubernetes.pod_evidence import AccountWithRole, read_pod_evidence
from tests.tables import check_rows

_ROLE = "arn:aws:iam::111122223333:role/octo/OctoUploads"
_AS_NODE = "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the PutObject operation: User: arn:aws:sts::111122223333:assumed-role/octo-NodeInstanceRole-1A2B/i-0123456789abcdef0 is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::octo-in/a because no identity-based policy allows the s3:PutObject action\n\n"
_NONE = "the pod says\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials\n\n"
_VOLUME = 'failed to provision volume: rpc error: code = Internal desc = Could not create volume "pvc-1": could not create volume in EC2: operation error EC2: CreateVolume, https response error StatusCode: 403, RequestID: 1, api error UnauthorizedOperation: You are not authorized to perform this operation.\n\n'
_MOUNT = 'MountVolume.SetUp failed for volume "s" : rpc error: code = Unknown desc = failed to mount secrets store objects for pod octo/up-6d5b7c9f4b-tw8xk, err: rpc error: code = Unknown desc = eu-west-1: An IAM role must be associated with service account {} (namespace: octo)\n\n'


def _account(name: str = "up", namespace: str = "octo", role: str | None = _ROLE) -> str:
    annotation = f"  annotations:\n    eks.amazonaws.com/role-arn: {role}\n" if role else ""
    return f"$ kubectl get sa {name} -n {namespace} -o yaml\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n{annotation}  name: {name}\n  namespace: {namespace}\n\n"


def _association(name: str = "up", namespace: str = "octo") -> str:
    return f'$ aws eks list-pod-identity-associations --cluster-name tide\n{{"associations": [{{"clusterName": "tide", "namespace": "{namespace}", "serviceAccount": "{name}", "associationId": "a-0123456789abcdefg"}}]}}\n\n'


def _pods(age: str) -> str:
    return f"$ kubectl -n octo get pods\nNAME READY STATUS RESTARTS AGE\nup-6d5b7c9f4b-tw8xk   1/1   Running   0   {age}\n\n"


def _spec(account: str | None) -> str:
    named = f"      serviceAccountName: {account}\n" if account else ""
    return f"kind: Deployment\nspec:\n  template:\n    spec:\n{named}      containers:\n      - name: up\n        image: up:3\n\n"


def _accounts(*rows: tuple[str, str], options: str = "-n octo", columns: str = "NAME:.metadata.name") -> str:
    lines = "".join(f"{name:<32}{role}\n" for name, role in (("NAME", "ROLE"), *rows))
    return f"$ kubectl {options} get sa -o custom-columns='{columns},ROLE:.metadata.annotations.eks\\.amazonaws\\.com/role-arn'\n{lines}\n"


_COUNT = "$ kubectl -n octo get pod up-6d5b7c9f4b-tw8xk -o yaml | grep -c {}\n{}\n\n"
_NO_VARIABLE = _COUNT.format("AWS_WEB_IDENTITY_TOKEN_FILE", 0)
_VARIABLES = f"$ kubectl -n octo exec deploy/up -- env | grep AWS\nAWS_ROLE_ARN={_ROLE}\nAWS_WEB_IDENTITY_TOKEN_FILE=/var/run/secrets/eks.amazonaws.com/serviceaccount/token\n\n"
_CREATED = '$ aws eks describe-pod-identity-association --cluster-name tide --association-id a-0123456789abcdefg --query association.createdAt\n"{}T10:00:00+00:00"\n\n'
_STARTED = "$ kubectl get pods -n octo -o custom-columns=NAME:.metadata.name,START:.status.startTime\nNAME   START\nup-6d5b7c9f4b-tw8xk   {}T08:00:00Z\n\n"
_TODAY = "Today I annotated the account.\n"


@check_rows(
    ("text", "given"),
    [
        (_account(), AccountWithRole(_ROLE, "octo", "up")),
        (f'{{"kind": "ServiceAccount", "metadata": {{"annotations": {{"eks.amazonaws.com/role-arn": "{_ROLE}"}},\n"name": "up", "namespace": "octo"}}}}', AccountWithRole(_ROLE, "octo", "up")),
        (f"Name:                up\nNamespace:           octo\nLabels:              <none>\nAnnotations:         eks.amazonaws.com/role-arn: {_ROLE}\n", AccountWithRole(_ROLE, "octo", "up")),
        (f"kubectl -n octo annotate sa up eks.amazonaws.com/role-arn={_ROLE}", AccountWithRole(_ROLE, "octo", "up")),
        (f"serviceAccount:\n  create: true\n  name: up\n  annotations:\n    eks.amazonaws.com/role-arn: {_ROLE}\n", AccountWithRole(_ROLE, None, "up")),
        (f'helm upgrade up octo/up --set serviceAccount.annotations."eks\\.amazonaws\\.com/role-arn"={_ROLE}', AccountWithRole(_ROLE, None, None)),
        (_association(), AccountWithRole(None, "octo", "up", is_association=True)),
        (f'resource "aws_eks_pod_identity_association" "up" {{\n  cluster_name = "tide"\n  namespace = "octo"\n  service_account = "up"\n  role_arn = "{_ROLE}"\n}}', AccountWithRole(_ROLE, "octo", "up", is_association=True)),
        ("$ aws eks list-pod-identity-associations --cluster-name tide --output yaml\nassociations:\n- associationArn: arn:aws:eks:eu-west-1:111122223333:podidentityassociation/tide/a-0123456789abcdefg\n  associationId: a-0123456789abcdefg\n  clusterName: tide\n  namespace: octo\n  serviceAccount: up\n", AccountWithRole(None, "octo", "up", is_association=True)),
        ("ASSOCIATIONS\tarn:aws:eks:eu-west-1:111122223333:podidentityassociation/tide/a-0123456789abcdefg\ta-0123456789abcdefg\ttide\tocto\tup\n", AccountWithRole(None, "octo", "up", is_association=True)),
        (f"ASSOCIATION ARN  NAMESPACE  SERVICE ACCOUNT NAME  IAM ROLE ARN\narn:aws:eks:eu-west-1:111122223333:podidentityassociation/tide/a-0123456789abcdefg  octo  up  {_ROLE}\n", AccountWithRole(_ROLE, "octo", "up", is_association=True)),
        (_association() + f"$ aws eks describe-pod-identity-association --cluster-name tide --association-id a-0123456789abcdefg --query association.roleArn --output text\n{_ROLE}\n", AccountWithRole(_ROLE, "octo", "up", is_association=True)),
        (_account() + _account("down", role=_ROLE.replace("Uploads", "Downloads")), None),
        (_account(role=None), None),
        (_accounts(("default", "<none>"), ("up", _ROLE)), AccountWithRole(_ROLE, "octo", "up")),
        (_accounts(("octo   up", _ROLE), ("octo   web", "<none>"), options="--all-namespaces", columns="NS:.metadata.namespace,NAME:.metadata.name"), AccountWithRole(_ROLE, "octo", "up")),
        (_accounts(("up", _ROLE), ("web", _ROLE.replace("Uploads", "Web"))), None),
        (_accounts(("up", _ROLE)).replace("get sa", "get pods"), None),
        (_accounts(("aws-load-balancer-controller", "<none>"), ("ebs-csi-controller-sa", _ROLE)), None),
    ],
    ids=["YAML", "JSON", "describe", "annotate", "values", "set", "association", "Terraform", "association as YAML", "as text", "of eksctl", "described", "two", "none", "list", "list of all namespaces", "list of two", "list of pods", "list of controllers"],
)  # fmt: skip
def test_account_with_role(text: str, given: AccountWithRole | None) -> None:
    assert read_pod_evidence(text).given == given


@check_rows(
    ("text", "has_variables", "missing"),
    [
        (_VARIABLES, True, ""),
        (_NO_VARIABLE, False, "AWS_WEB_IDENTITY_TOKEN_FILE"),
        (_COUNT.format("AWS_ROLE_ARN", 1), None, ""),
        (_COUNT.format("OCTO_ROLE", 0), None, ""),
        ("$ kubectl -n octo exec deploy/up -- env | grep AWS\nAWS_REGION=eu-west-1\n\n", False, "AWS_ROLE_ARN"),
        ("$ kubectl -n octo exec deploy/up -- printenv AWS_ROLE_ARN\n\n", False, "AWS_ROLE_ARN"),
        (f"$ kubectl -n octo exec deploy/up -- printenv AWS_ROLE_ARN\n{_ROLE}\n", None, ""),
        ("there is no AWS_ROLE_ARN in the pod", False, "AWS_ROLE_ARN"),
    ],
)  # fmt: skip
def test_variables(text: str, missing: str, *, has_variables: bool | None) -> None:
    found = read_pod_evidence(text)
    assert (found.has_variables, found.missing) == (has_variables, missing)


@pytest.mark.parametrize("failure", [_AS_NODE, _NONE], ids=["denied as the node", "no credentials"])
@check_rows(
    ("shown", "verdict", "first", "command"),
    [
        pytest.param(
            _account() + _NO_VARIABLE,
            "the pod does not have the role OctoUploads of its service account (AWS_WEB_IDENTITY_TOKEN_FILE is not set in it), most likely because it is older than the annotation",
            "Re-create the pods, so that they get the role OctoUploads",
            "kubectl rollout restart deployment/up --namespace octo",
            id="the variables are missing",
        ),
        pytest.param(
            _account() + _pods("19d") + _TODAY,
            "the pod did not use the role OctoUploads of its service account, because it is older (19d) than the annotation",
            "Re-create the pods",
            "kubectl rollout restart",
            id="the pod is older",
        ),
        pytest.param(
            _account() + _NO_VARIABLE + "I restarted the pods.",
            "(AWS_WEB_IDENTITY_TOKEN_FILE is not set in it), although the pods were restarted",
            "Check which service account the new pods use",
            "kubectl get pods --namespace octo",
            id="the pods were restarted",
        ),
        pytest.param(
            _account() + _spec(None),
            "runs as the service account default (its template names no serviceAccountName) instead of up, which has the role OctoUploads",
            "Run the pod as the service account up",
            "kubectl set serviceaccount ",
            id="no account in the template",
        ),
        pytest.param(
            _account() + _spec("worker"),
            "runs as the service account worker instead of up, which has the role OctoUploads",
            "Run the pod as the service account up",
            " up --namespace octo",
            id="another account in the template",
        ),
        pytest.param(
            _spec(None) + "The service account up has the annotation.\n",
            "runs as the service account default (its template names no serviceAccountName) instead of up, which has the annotation with the role",
            "Run the pod as the service account up",
            "kubectl set serviceaccount ",
            id="no account in the template, and one that people name",
        ),
        pytest.param(
            _association(),
            "the pod did not use the association of EKS Pod Identity: it is older than the association, or the agent is not on its node",
            "Re-create the pods, so that they get the role of the association",
            "kubectl rollout restart",
            id="an association",
        ),
        pytest.param(
            _association() + _CREATED.format("2026-05-04") + _STARTED.format("2026-04-20"),
            "the pod did not use the association of EKS Pod Identity of its service account, because it started on 2026-04-20, before the association of 2026-05-04",
            "Re-create the pods, so that they get the role of the association",
            "kubectl rollout restart",
            id="a pod that was started before",
        ),
        pytest.param(
            _association() + _CREATED.format("2026-05-04") + _STARTED.format("2026-05-06"),
            "the pod did not use the association of EKS Pod Identity: the agent is not on its node, or its SDK is too old",
            "Re-create the pods, so that they get the role of the association",
            "kubectl rollout restart",
            id="a pod that was started afterwards",
        ),
        pytest.param(
            _association() + _CREATED.format("2026-05-04") + _STARTED.format("2026-05-06") + _NO_VARIABLE,
            "(AWS_CONTAINER_CREDENTIALS_FULL_URI is not set in it), although it is newer than the association",
            "Check which service account the new pods use",
            "kubectl get pods --namespace octo",
            id="a newer pod without the variables",
        ),
        pytest.param(
            _association("upload") + _spec("up"),
            "runs as the service account up instead of upload, which has the association of EKS Pod Identity",
            "Create an association for the service account octo/up",
            "association_id=$(aws eks list-pod-identity-associations --cluster-name tide",
            id="an association for another account",
        ),
        pytest.param(
            _spec(None).replace("spec:\n  template", "spec:\n  serviceAccountName: up\n  template"),
            "default (the Deployment has spec.serviceAccountName, where the API server drops it, instead of spec.template.spec.serviceAccountName)",
            "Set serviceAccountName in spec.template.spec, beside the containers",
            "kubectl apply -f FILE",
            id="the account at the wrong level",
        ),
        pytest.param(
            _account() + _spec("up").replace("AccountName", "accountName"),
            "the manifest has spec.template.spec.serviceaccountName instead of spec.template.spec.serviceAccountName",
            "Set serviceAccountName in spec.template.spec",
            "jsonpath='{.spec.template.spec.serviceAccountName}'",
            id="a misspelled field",
        ),
        pytest.param(
            '$ helm upgrade up ./chart\nW1 warnings.go:70] unknown field "spec.jobTemplate.spec.serviceAccountName"\n',
            "the CronJob has spec.jobTemplate.spec.serviceAccountName, where the API server drops it, as its warning says",
            "Set serviceAccountName in spec.jobTemplate.spec.template.spec",
            "helm upgrade up ./chart",
            id="the warning of the API server",
        ),
        pytest.param(
            'Warning: unknown field "spec.template.serviceAccountName"\nstatefulset.apps/up configured\n',
            "the StatefulSet has spec.template.serviceAccountName",
            "Set serviceAccountName in spec.template.spec",
            "kubectl get statefulset up ",
            id="the warning about a StatefulSet",
        ),
        pytest.param(
            'error validating data: ValidationError(CronJob.spec.jobTemplate): unknown field "serviceAccountName" in io.k8s.api.batch.v1.JobTemplateSpec\n',
            "the CronJob has spec.jobTemplate.serviceAccountName",
            "Set serviceAccountName in spec.jobTemplate.spec.template.spec",
            "kubectl get cronjob NAME ",
            id="the error of an older kubectl",
        ),
        pytest.param(
            _account() + _spec("worker") + "kind: Workflow\nspec:\n  serviceAccountName: worker\n",
            "runs as the service account worker instead of up",
            "Run the pod as the service account up",
            "kubectl set serviceaccount ",
            id="the account of another kind",
        ),
    ],
)  # fmt: skip
def test_reason_of_the_text(failure: str, shown: str, verdict: str, first: str, command: str) -> None:
    explanation = explain(failure + shown)
    assert verdict in explanation.summary
    assert explanation.remedies[0].title.startswith(first)
    assert command in "\n".join(explanation.remedies[0].commands)


@pytest.mark.parametrize("failure", [_AS_NODE, _NONE], ids=["denied as the node", "no credentials"])
def test_pod_with_the_variables_is_not_re_created(failure: str) -> None:
    explanation = explain(failure + _account() + _VARIABLES)
    assert explanation.remedies[0].title == "Update the SDK, and let it choose its provider"
    assert not any("Re-create" in each.title for each in explanation.remedies)


_OF_KUBECTL = "$ kubectl -n octo get ds up -o yaml\n...\n  template:\n    spec:\n{}      containers:\n      - name: up\n        image: up:3\n"
_QUERY = "$ kubectl -n octo get sts up -o jsonpath='{.spec.template.spec.serviceAccountName}'\n"
_TERRAFORM = 'resource "kubernetes_deployment_v1" "up" {{\n  spec {{\n    template {{\n      spec {{\n{}        container {{\n          name = "up"\n        }}\n      }}\n    }}\n  }}\n}}\n'


@check_rows(
    ("shown", "account", "workload"),
    [
        (_OF_KUBECTL.format(""), "default", "daemonset/up"),
        (_OF_KUBECTL.format("") + "\nHow come?", "default", "daemonset/up"),
        (_OF_KUBECTL.format("      ...\n"), None, ""),
        (_OF_KUBECTL.format("") + "...\n", None, ""),
        (_OF_KUBECTL.format("      serviceAccountName: up\n"), None, ""),
        (_OF_KUBECTL.format("      serviceAccountName: worker\n"), "worker", "daemonset/up"),
        (_QUERY + "$ date\n", "default", "statefulset/up"),
        (_QUERY + "up\n$ date\n", None, ""),
        (f"I can check it with {_QUERY[2:]}\nShall I?\n", None, ""),
        ('$ kubectl -n octo get deploy up -o json\n{"spec": {"template": {"spec": {"containers": [{"name": "up"}]}}}}\n', "default", "deployment/up"),
        ('{"spec": {"template": {"spec": {"containers": [{"name": "up"}], ...}}}}\n', None, ""),
        (_TERRAFORM.format(""), "default", "deployment/NAME"),
        (_TERRAFORM.format('        service_account_name = "worker"\n'), "worker", "deployment/NAME"),
    ],
    ids=["cut before the template", "a question after it", "cut in the template", "cut after it", "the account", "another", "query", "query prints it", "query in a sentence", "JSON", "cut JSON", "Terraform", "Terraform with another"],
)  # fmt: skip
def test_what_is_shown_of_the_pod_goes_before_the_account_of_the_facts(
    shown: str, account: str | None, workload: str
) -> None:
    facts = {"namespace": "octo", "service_account": "up"}
    explanation = explain(_AS_NODE + _account() + shown, facts=facts)
    first = explanation.remedies[0].commands
    if account is None:
        assert "runs as the service account" not in explanation.summary
        assert "kubectl rollout restart" in "\n".join(first)
    else:
        assert f"runs as the service account {account}" in explanation.summary
        assert first[:2] == (
            f"kubectl set serviceaccount {workload} up --namespace octo",
            f"kubectl rollout status {workload} --namespace octo",
        )


def test_namespace_of_the_facts_is_that_of_the_pod() -> None:
    facts = {"namespace": "octo", "service_account": "up", "cluster": "tide", "region": "eu-west-1"}
    explanation = explain(_AS_NODE + _association(namespace="default"), facts=facts)
    assert "of default/up does not apply in another namespace" in explanation.summary
    assert "--namespace octo --service-account up" in "\n".join(explanation.remedies[0].commands)
    same = explain(_AS_NODE + _association(), facts=facts)
    assert "instead of" not in same.summary


@check_rows(
    ("shown", "verdict", "first"),
    [
        (_account("ebs-csi-controller-sa", "kube-system") + _NO_VARIABLE, "The EBS CSI driver was denied ec2:CreateVolume: the pod does not have the role OctoUploads", "Re-create the pods"),
        (_account("ebs-csi-controller-sa", "kube-system") + "$ aws iam list-attached-role-policies --role-name OctoUploads\nAmazonEBSCSIDriverPolicy\n", "most likely, the pod did not use the role OctoUploads of its service account, which has the policy AmazonEBSCSIDriverPolicy", "Re-create the pods"),
        (_account("ebs-csi-controller-sa", "kube-system", None), "its service account kube-system/ebs-csi-controller-sa has no annotation with a role", "Give the pod's service account a role"),
        (_account("ebs-csi-controller-sa", "kube-system"), "The role OctoUploads was denied ec2:CreateVolume", "Allow ec2:CreateVolume for the role OctoUploads"),
        (_account("ebs-csi-controller-sa", "kube-system") + _VARIABLES, "The role OctoUploads was denied ec2:CreateVolume", "Allow ec2:CreateVolume for the role OctoUploads"),
    ],
    ids=["no variable", "the role has the policy", "no annotation", "open", "the pod has its role"],
)  # fmt: skip
def test_message_without_a_caller(shown: str, verdict: str, first: str) -> None:
    explanation = explain(_VOLUME + shown)
    assert verdict in explanation.summary
    assert explanation.remedies[0].title.startswith(first)
    assert "node" not in " ".join(each.title for each in explanation.remedies)


@pytest.mark.parametrize(
    ("account", "shown", "commands"),
    [
        ("default", _account("driver", "kube-system") + _spec(None), ("kubectl create serviceaccount up --namespace octo", "kubectl annotate serviceaccount up --namespace octo", "kubectl set serviceaccount deployment/up up --namespace octo")),
        ("up", _account("driver", "kube-system"), ("kubectl annotate serviceaccount up --namespace octo", "kubectl rollout restart deployment/up --namespace octo")),
    ],
)  # fmt: skip
def test_role_of_the_driver_is_not_that_of_the_pod(
    account: str, shown: str, commands: tuple[str, ...]
) -> None:
    explanation = explain(_MOUNT.format(account) + shown)
    assert f"octo/{account}" in explanation.summary
    assert (
        "the role OctoUploads of kube-system/driver does not apply in another namespace"
        in explanation.summary
    )
    [remedy] = explanation.remedies
    assert all(each.startswith(start) for each, start in zip(remedy.commands, commands, strict=False))
    assert "system:serviceaccount:octo:up" in remedy.steps[0]


def test_commands_contain_no_text_of_facts_unquoted() -> None:
    facts = {"namespace": "octo", "service_account": "up; rm -rf ~", "cluster": "tide"}
    for shown in (_account(), _association(namespace="default"), _account("driver", "kube-system")):
        for each in explain(_AS_NODE + shown, facts=facts).remedies:
            assert not any("rm -rf" in line for line in each.commands)


_UNREADABLE = "PermissionError: [Errno 13] Permission denied: '/var/run/secrets/eks.amazonaws.com/serviceaccount/token'\n\n"
_LISTED = "$ kubectl -n octo exec up-6d5b7c9f4b-tw8xk -- sh -c 'ps -o user,pid,args; ls -lLn /var/run/secrets/eks.amazonaws.com/serviceaccount/token'\n{}     19 python3 /app/up.py\n-rw-------    1 {}     0             1149 Nov 20 09:58 /var/run/secrets/eks.amazonaws.com/serviceaccount/token\n"


@check_rows(
    ("shown", "verdict", "first"),
    [
        (_LISTED.format("octopus", "1000"), "the process runs as octopus, and the file belongs to user 1000", "Run the process as the pod's user 1000"),
        (_LISTED.format("octopus", "0"), "the process is not allowed to read the file", "Let the process read the token"),
        (_LISTED.format("1000", "1000"), "the process is not allowed to read the file", "Let the process read the token"),
        ("", "the process is not allowed to read the file", "Let the process read the token"),
    ],
    ids=["another user", "root", "the same user", "unknown"],
)  # fmt: skip
def test_owner_of_the_token(shown: str, verdict: str, first: str) -> None:
    explanation = explain(_UNREADABLE + shown)
    assert verdict in explanation.summary
    assert explanation.remedies[0].title.startswith(first)
    if "1000'" in first:
        assert explanation.remedies[0].commands[0].startswith("kubectl exec deployment/up --namespace octo")


@pytest.mark.parametrize(("role", "is_own"), [("OctoUploads", True), ("OctoReads", False)])
def test_pod_with_its_role_needs_no_other_check(role: str, *, is_own: bool) -> None:
    denied = _AS_NODE.replace("octo-NodeInstanceRole-1A2B/i-0123456789abcdef0", f"{role}/botocore-session-1")
    explanation = explain(denied + _account(role=_ROLE.replace("octo/", "")))
    assert any("neither the annotation nor the trust policy" in each for each in explanation.notes) is is_own


@check_rows(
    ("said", "is_allowed"),
    [
        ("OctoUploads has PutObject on octo-in/*.\n", True),
        ("OctoUploads has s3:PutObject on octo-in/*.\n", True),
        ("OctoUploads has s3:PutObjectAcl on octo-in/*.\n", False),
        ("Another role has PutObject.\n", False),
    ],
)
def test_pod_older_than_the_annotation(said: str, *, is_allowed: bool) -> None:
    explanation = explain(_AS_NODE + _account() + _NO_VARIABLE + _TODAY + _spec("up") + said)
    assert explanation.remedies[0].title == "Re-create the pods, so that they get the role OctoUploads"
    assert "pod-identity-webhook" in explanation.remedies[0].steps[1]
    assert (
        any("denied then, allow s3:PutObject" in each.title for each in explanation.remedies)
        is not is_allowed
    )
    assert explanation.notes[0].startswith("Do not allow it for the role of the node instead")


_DESCRIBED = "$ kubectl -n octo describe pod up-6d5b7c9f4b-tw8xk\nName:  up-6d5b7c9f4b-tw8xk\nService Account:  up\nStart Time:  Mon, 02 Mar 2026 08:00:00 +0000\nContainers:\n  up:\n    Environment:    {}\n    Mounts:\n      /var/run/secrets/kubernetes.io/serviceaccount from kube-api-access-1 (ro)\n\n"
_COMMIT = "$ git log -1 --format='%ad %s' -- sa.yaml\n{} {}\n\n"
_LONG_COMMIT = (
    "$ git log -1 sa.yaml\ncommit 1234567890abcdef\nAuthor: Ana <ana@example.com>\nDate:   {}\n\n    {}\n\n"
)


@pytest.mark.parametrize(
    ("shown", "order"),
    [
        (_COMMIT.format("Wed Mar 4 10:00:00 2026 +0100", "up: add role-arn annotation"), "2026-03-04"),
        (_COMMIT.format("2026-03-04 10:00:00 +0100", "Use IRSA for uploads"), "2026-03-04"),
        (_LONG_COMMIT.format("Wed Mar 4 10:00:00 2026 +0100", "Annotate the service account"), "2026-03-04"),
        # Another change, one that ends the use of the annotation, and one before the pod was started.
        (_COMMIT.format("Wed Mar 4 10:00:00 2026 +0100", "up: add labels"), None),
        (_COMMIT.format("Wed Mar 4 10:00:00 2026 +0100", "Remove the annotation of the other account"), None),
        (_COMMIT.format("Sun Mar 1 10:00:00 2026 +0100", "up: add role-arn annotation"), None),
        # The times of a log are no commits.
        ("2026-03-04 10:00:00 +0100 INFO annotation found\n", None),
    ],
)
def test_pod_older_than_the_committed_annotation(shown: str, order: str | None) -> None:
    explanation = explain(_AS_NODE + _account() + shown + _DESCRIBED.format("<none>"))
    assert "(AWS_ROLE_ARN is not set in it)" in explanation.summary
    end = f"because it started on 2026-03-02, before the annotation of {order}."
    assert explanation.summary.endswith(
        end if order else "most likely because it is older than the annotation."
    )


def test_pod_older_than_its_service_account() -> None:
    created = '  creationTimestamp: "2026-03-04T08:00:00Z"\n  name: up\n'
    account = _account().replace("  name: up\n", created, 1)
    explanation = explain(_AS_NODE + account + _DESCRIBED.format("<none>"))
    assert explanation.summary.endswith("before the annotation of 2026-03-04.")


@pytest.mark.parametrize(
    ("described", "is_missing"),
    [
        (_DESCRIBED.format("<none>"), True),
        (_DESCRIBED.format("\n      AWS_REGION:  eu-west-1"), False),
        # Templates never have the variables.
        (_DESCRIBED.replace("Containers:", "Pod Template:\n  Containers:").format("<none>"), False),
        (_DESCRIBED.replace("Start Time:", "CreationTimestamp:").format("<none>"), False),
    ],
)
def test_described_pod_without_variables(described: str, *, is_missing: bool) -> None:
    assert read_pod_evidence(_account() + described).missing == ("AWS_ROLE_ARN" if is_missing else "")


_ARGO = 'level=fatal msg="api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/octo-ng/i-0123456789abcdef0 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/ship" app=argocd-application-controller\n\n'
_CONTROLLER = "argocd-application-controller"


@pytest.mark.parametrize(
    ("shown", "words", "first", "command"),
    [
        (_accounts((_CONTROLLER, "<none>"), ("argocd-server", _ROLE)), f"its service account {_CONTROLLER} has no role (in the text, only argocd/argocd-server has one, OctoUploads)", f"Give the service account {_CONTROLLER}", f"annotate serviceaccount {_CONTROLLER} --namespace argocd --overwrite eks.amazonaws.com/role-arn={_ROLE}"),
        (_accounts((_CONTROLLER, _ROLE), ("argocd-server", "<none>")), "the pod did not use the role OctoUploads of its service account", "Re-create the pods", f"rollout restart statefulset/{_CONTROLLER}"),
        (_accounts((_CONTROLLER, "<none>"), ("argocd-server", "<none>")), "called with the node's role", "Give the pod's service account its own role", "list-pod-identity-associations"),
    ],
    ids=["another account", "its own account", "no account"],
)  # fmt: skip
def test_accounts_in_a_list(shown: str, words: str, first: str, command: str) -> None:
    explanation = explain(_ARGO + shown.replace("-n octo", "-n argocd"), facts={"namespace": "argocd"})
    assert words in explanation.summary
    assert explanation.remedies[0].title.startswith(first)
    assert command in explanation.remedies[0].commands[0]
    # Whoever is to assume the role, it is not the node.
    assert not any("octo-ng" in line for each in explanation.remedies for line in each.commands)


def test_role_of_the_pod_assumes_the_other_role() -> None:
    explanation = explain(_ARGO + _accounts((_CONTROLLER, "<none>"), ("argocd-server", _ROLE)))
    allow = explanation.remedies[1]
    assert (
        allow.title == "If it is denied then, allow the role OctoUploads to assume the role, in both accounts"
    )
    assert any("--role-name OctoUploads" in line for line in allow.commands)
