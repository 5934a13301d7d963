"""Test that an expired login in an image pull secret is renewed in the secret, and other logins where they are used."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_REGISTRY = "444455556666.dkr.ecr.us-west-2.amazonaws.com"
_EXPIRED = "denied: Your authorization token has expired. Reauthenticate and try again."
_PULL = f'Warning  Failed  1m  kubelet  Failed to pull image "{_REGISTRY}/api:2": failed to authorize: {_EXPIRED}\n'
_LISTED = "NAME  TYPE  DATA  AGE\necr-pull   kubernetes.io/dockerconfigjson   1      {}\n"


@check_rows(
    ("text", "command", "age"),
    [
        (
            f"$ kubectl -n orders get pods\n{_PULL}{_LISTED.format('41d')}",
            "docker-registry ecr-pull --namespace orders ",
            "the secret is 41d old",
        ),
        (f"{_PULL}{_LISTED.format('9h')}", "docker-registry ecr-pull --namespace NAMESPACE ", None),
        (f"{_PULL}imagePullSecrets:\n  - name: ecr-pull\n", "docker-registry ecr-pull ", None),
        (
            f"$ kubectl create secret docker-registry ecr-pull --docker-username=AWS\n{_PULL}",
            "docker-registry ecr-pull ",
            None,
        ),
        # No secret, more than one, or no pull of a kubelet.
        (_PULL, None, None),
        (f"{_PULL}{_LISTED.format('41d')}imagePullSecrets:\n  - name: other\n", None, None),
        (
            f"$ docker push {_REGISTRY}/api:2\n{_EXPIRED}\nimagePullSecrets:\n  - name: ecr-pull\n",
            None,
            None,
        ),
    ],
)
def test_login_in_a_pull_secret(text: str, command: str | None, age: str | None) -> None:
    explanation = explain(text)
    shown = str(explanation.remedies[0].commands)
    if command is None:
        assert "create secret" not in shown
        assert "docker login" in shown
        return
    assert command in shown
    assert f"--docker-server={_REGISTRY}" in shown
    assert "get-login-password --region us-west-2" in shown
    assert "docker login" not in shown
    assert ("old" in explanation.summary) is (age is not None)
    assert (age or "") in explanation.summary
