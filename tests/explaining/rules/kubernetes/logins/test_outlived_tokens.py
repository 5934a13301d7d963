"""Tokens that a run of Terraform read more than 15 minutes before the API server rejected them."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_READ = "data.aws_eks_cluster_auth.live: Read complete after 0s [id=live]\n"
_WORKED = "kubernetes_namespace_v1.shop: Creation complete after 1s [id=shop]\n"
_NODES = "module.nodes.aws_eks_node_group.large: Still creating... [{} elapsed]\n"
_ERROR = 'Error: Unauthorized\n\n  with kubernetes_deployment_v1.cart,\n  on shop.tf line 12, in resource "kubernetes_deployment_v1" "cart":\n'  # fmt: skip
_STAMPED = "2026-04-01 11:50:07 {}2026-04-01 {} kubernetes_deployment_v1.cart: Creating...\n2026-04-01 {} {}"


@check_rows(
    ("text", "says"),
    [
        (_STAMPED.format(_READ, "12:09:08", "12:09:09", _ERROR), "read it at 11:50:07, 19 minutes before"),
        (f"11:50:07.1 {_READ}12:40:00.3 {_ERROR}", "read it at 11:50:07, 49 minutes before"),
        (f"[23:50:07] {_READ}[00:10:08] {_ERROR}", "read it at 23:50:07, 20 minutes before"),
        (f"{_READ}{_NODES.format('20m10s')}{_ERROR}", "before aws_eks_node_group.large, which took 20 minutes"),
        (f"{_READ}{_NODES.format('1h2m10s')}{_ERROR}", "which took 62 minutes"),
    ],
)  # fmt: skip
def test_token_that_is_too_old(text: str, says: str) -> None:
    explanation = explain(text)
    assert says in explanation.summary
    assert [(each.code, each.evidence) for each in explanation.causes][-1] == ("token-expired", "derived")
    assert explanation.remedies[0].title == "Add an exec block to Terraform's provider"
    assert (explanation.remedies[0].manifest or "").startswith("exec {")


@check_rows(
    "text",
    [
        # A few minutes, a resource that began before the token was read, a provider that gets tokens itself, and no token.
        _STAMPED.format(_READ, "12:04:08", "12:04:09", _ERROR),
        f"{_READ}{_NODES.format('9m10s')}{_ERROR}",
        f"{_NODES.format('20m10s')}{_READ}{_ERROR}",
        f'{_READ}{_NODES.format("20m10s")}{_ERROR}provider "kubernetes" {{\n  exec {{\n    args = ["eks", "get-token"]\n',
        f"{_NODES.format('20m10s')}{_ERROR}",
        f"{_NODES.format('19m50s')}{_READ}{_NODES.format('20m10s')}{_ERROR}",
        # The clock of another program.
        f"10:00:00 {_READ}09:59:58 {_ERROR}",
        # An apply in a few minutes, without the plan, and with another plan.
        f"(started 09:02:11) terraform plan -out=p.bin\n{_READ}(started 09:05:30) terraform apply p.bin\n{_ERROR}",
        f"terraform plan -out=p.bin\n{_READ}terraform apply -auto-approve\n{_READ}{_ERROR}",
        f"terraform plan -out=p.bin\n{_READ}terraform apply q.bin\n{_ERROR}",
    ],
    ids=["minutes", "less", "before", "exec", "no token", "begun", "clock", "soon", "no plan", "other plan"],
)
def test_token_that_can_be_valid(text: str) -> None:
    assert "most likely had expired" not in explain(text).summary


_REFRESHED = "kubernetes_namespace_v1.shop: Refreshing state... [id=shop]\nPlan: 1 to add.\n"


@check_rows(
    ("text", "says", "because"),
    [
        (f"# plan (started 09:02:11) terraform plan -out=p.bin\n{_READ}{_REFRESHED}# apply (started 09:47:30) terraform apply p.bin\n{_ERROR}", "The cluster live rejected the token (401), which most likely had expired: data.aws_eks_cluster_auth.live read it at 09:02:11, 45 minutes before the call", "The plan read kubernetes_namespace_v1.shop with the token, so the caller has access"),
        (f"$ tofu plan -out p.bin\n{_READ}$ tofu apply p.bin\n{_ERROR}", "read it for the plan, which was applied later", "the caller may have access"),
        (f"10:00:01 atlantis plan\n10:00:05 {_READ}12:40:01 atlantis apply\n{_ERROR}", "The apply used the token in the saved plan.", "the caller may have access"),
    ],
    ids=["jobs", "no times", "wrapper"],
)  # fmt: skip
def test_token_of_a_saved_plan(text: str, says: str, because: str) -> None:
    explanation = explain(text)
    assert says in explanation.summary
    assert because in explanation.causes[-1].text
    assert "plan again" in explanation.remedies[0].steps[0]
    assert "aws-auth" not in str(explanation.remedies)


_CODE = 'provider "kubernetes" {\n  token = data.aws_eks_cluster_auth.live.token\n}\n'


@check_rows(
    ("said", "is_expired"),
    [
        ("If apply is clicked right away it works.", True),
        ("When we apply within 10 minutes of the plan, it works.", True),
        # A failure, a question, another place, another role, and a change.
        ("It fails even if we apply right away. kubectl works.", False),
        ("Does it work if I apply immediately?", False),
        ("Applying right away works in the other account.", False),
        ("Applying immediately with another role works.", False),
        ("With an access entry the apply works right away in staging.", False),
    ],
)
def test_apply_that_works_soon_after_the_plan(said: str, *, is_expired: bool) -> None:
    explanation = explain(f"{_ERROR}{_CODE}{said}\n")
    assert ("Terraform read it for the plan" in explanation.summary) is is_expired
    assert ("so the caller has access" in explanation.causes[-1].text) is is_expired
    assert any("plan again" in step for step in explanation.remedies[0].steps) is is_expired


def test_caller_with_access() -> None:
    text = f"{_READ}{_WORKED}{_NODES.format('20m10s')}{_ERROR}"
    explanation = explain(text)
    assert "kubernetes_namespace_v1.shop was made in the same run, so the caller has access" in str(
        explanation
    )
    assert len(explanation.remedies) == 1
    assert "was made in the same run" not in str(explain(text.replace(_WORKED, "")))
    # Of several clusters, the object can be in another one.
    assert "was made in the same run" not in str(explain(_READ.replace(".live", ".other") + text))


@check_rows(
    ("provider", "block", "form"),
    [
        ('provider "helm" {\n  kubernetes = {\n    token = local.token\n  }\n}\n', "exec = {", None),
        ('provider "helm" {\n  kubernetes {\n    token = local.token\n  }\n}\n', "exec {", None),
        ("", "exec {", "In version 3 of the provider helm, write exec = {…}"),
        ('provider "helm" {\n  kubernetes = {\n  }\n}\nprovider "kubernetes" {\n  token = local.token\n}\n', "exec {", "In the provider helm, write exec = {…}"),
    ],
    ids=["version 3", "version 2", "unknown version", "both providers"],
)  # fmt: skip
def test_syntax_of_the_version(provider: str, block: str, form: str | None) -> None:
    error = "Error: Kubernetes cluster unreachable: the server has asked for the client to provide credentials\n  with helm_release.cart,\n  on cart.tf line 3\n"
    remedy = explain(f"{_READ}{_NODES.format('20m10s')}{error}{provider}").remedies[0]
    assert (remedy.manifest or "").startswith(block)
    assert ("exec = {…}" in " ".join(remedy.steps)) is (form is not None)
    assert (form or "") in " ".join(remedy.steps)


@check_rows(
    ("provider", "name"),
    [
        ("  host = data.aws_eks_cluster.live.endpoint\n", "data.aws_eks_cluster.live.name"),
        ("  host = aws_eks_cluster.live[0].endpoint\n", "aws_eks_cluster.live[0].name"),
        ("  host = module.eks.cluster_endpoint\n", "module.eks.cluster_name"),
        ("  host = data.aws_eks_cluster.live.endpoint\n  host = data.aws_eks_cluster.old.endpoint\n", '"live"'),
        ("  host = var.endpoint\n", '"live"'),
        ("  host = data.aws_eks_cluster.live.endpoint\n# aws eks describe-cluster --name live\n", '"live"'),
    ],
    ids=["data source", "resource", "module", "two clusters", "variable", "known name"],
)  # fmt: skip
def test_cluster_of_the_provider(provider: str, name: str) -> None:
    text = f'{_READ}{_NODES.format("20m10s")}{_ERROR}provider "kubernetes" {{\n{provider}}}\n'
    explanation = explain(text)
    first, last = explanation.remedies
    assert f'"--cluster-name", {name}]' in (first.manifest or "")
    assert last.title.startswith("If a new run fails at once, find the rejected ARN")


_SCRIPT = """{began}+ TOKEN=$(aws eks get-token --cluster-name shop --query status.token --output text)
{began}+ kubectl --token="$TOKEN" apply -f a.yaml
{sent}{ended}+ kubectl --token="$TOKEN" apply -f b.yaml
{ended}error: You must be logged in to the server (Unauthorized)
"""


@check_rows(
    ("began", "ended", "sent", "verdict"),
    [
        ("08:00:10 ", "08:21:40 ", "deployment.apps/a configured\n", "has expired: the script read it 21 minutes before, at 08:00:10"),
        ("", "", "deployment.apps/a configured\n", "most likely has expired: the script read it only once"),
        # It was not old yet, or nothing shows that.
        ("08:00:10 ", "08:02:40 ", "deployment.apps/a configured\n", None),
        ("", "", "", None),
    ],
)  # fmt: skip
def test_token_of_a_script(began: str, ended: str, sent: str, verdict: str | None) -> None:
    explanation = explain(_SCRIPT.format(began=began, ended=ended, sent=sent))
    assert (verdict or "could not authenticate the caller") in explanation.summary
    is_let = explanation.remedies[0].title == "Let kubectl get its tokens, with a kubeconfig"
    assert is_let is (verdict is not None)
