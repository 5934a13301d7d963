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
        (f'{_PULL}The namespace uses the secret "ecr-orders".', "docker-registry ecr-orders ", None),
        # No secret, more than one, that of another registry, or no pull of a kubelet.
        (_PULL, "docker-registry SECRET_NAME ", None),
        (f"{_PULL}{_LISTED.format('41d')}imagePullSecrets:\n  - name: other\n", "SECRET_NAME ", None),
        (f"{_PULL}imagePullSecrets:\n  - name: dockerhub-secret\n", "SECRET_NAME ", None),
        (f"$ docker pull {_REGISTRY}/api:2\n{_EXPIRED}\nIn Kubernetes, it was ImagePullBackOff.", None, None),
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


_STATUS = f'kubelet: Failed to pull image "{_REGISTRY}/api:2": unexpected status from HEAD request to https://{_REGISTRY}/v2/api/manifests/2: 403 Forbidden'


def test_answer_to_a_pull_that_has_no_message() -> None:
    """The registry answers 403 to a role without a permission and to a login that has expired."""
    explanation = explain(f"{_STATUS}\nimagePullSecrets:\n  - name: ecr-pull\n")
    assert explanation.causes[0].code == "expired-registry-login"
    assert explanation.remedies[0].title == "Renew the image pull secret ecr-pull"
    for other in ("", "imagePullSecrets:\n  - name: dockerhub-secret\n"):
        explanation = explain(f"{_STATUS}\n{other}")
        assert explanation.causes[0].code == "no-identity-allow"
        assert not any("secret" in remedy.title for remedy in explanation.remedies)
    explanation = explain(f"{_STATUS}: Your authorization token has expired. Reauthenticate and try again.")
    assert explanation.topic == "expired-registry-login"
    assert explanation.remedies[0].title == "Renew the image pull secret of the pod"
