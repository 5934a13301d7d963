"""Explain calls that got no answer from a local endpoint, such as LocalStack, as they are not sent to AWS.

Names of services resolve only in the containers of their network:
https://docs.localstack.cloud/aws/capabilities/networking/accessing-endpoint-url/ and, on containers of GitHub,
https://docs.github.com/en/actions/tutorials/use-containerized-services/use-docker-service-containers.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Case, Cause, Explanation
from iamtriage.explaining._rules.calls.network.set_endpoints import find_set_endpoint
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import find_pod_wording
from iamtriage.failures._failures import AwsError

# Where an SDK says with what no connection was possible.
_CALLED = lazy_pattern(
    r"(?:endpoint URL: \"|\b(?:Get|Head|Post|Put|Patch|Delete) \"|\bConnect to |\bECONNREFUSED |\b(?:ENOTFOUND|EAI_AGAIN) )"
    r"(?P<scheme>https?://)?(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,98}[A-Za-z0-9])?)(?::(?P<port>[0-9]{2,5}))?(?=[/\"\s]|\Z)"
)
_LOOPBACK = ("localhost", "127.0.0.1", "0.0.0.0", "host.docker.internal")  # noqa: S104 (a name in a text)
# Other ports of this computer can be those of a proxy, or of a program that supplies credentials.
_PORTS = {"4566": "LocalStack", "4572": "LocalStack", "9000": "MinIO", "8000": "DynamoDB Local"}
_PRODUCTS = {"localstack": "LocalStack", "minio": "MinIO", "dynamodb": "DynamoDB Local"}


class _Local(NamedTuple):
    host: str
    url: str
    product: str | None
    is_loopback: bool


def explain_local_endpoint(case: Case[AwsError], message: str, cause: Cause, note: str) -> Explanation | None:
    """Explain that a call for a local endpoint got no answer, or return ``None`` if it was for another."""
    found = _find_local(case.failure.text, message)
    if found is None:
        return None
    name = found.host.partition(":")[0]
    # The name of a loopback address is not in each message.
    names = (name, *_LOOPBACK) if found.is_loopback else (name,)
    setting = next(filter(None, (find_set_endpoint(case.failure.text, each) for each in names)), None)
    product = found.product or "the program"
    by = "a setting or the code sends" if setting is None else f"{setting.name} sends"
    variable = "AWS_ENDPOINT_URL" if setting is None or not setting.name.startswith("AWS_") else setting.name
    if find_pod_wording(case.failure.text) is not None:
        use = "use the name of a Service with its namespace, such as NAME.NAMESPACE.svc."
        is_pod = (
            "localhost is the pod itself"
            if found.is_loopback
            else f"{name} is found only in the namespace of the pod"
        )
        where = f"{is_pod}: {use}"
    elif found.is_loopback:
        where = "In a container, localhost is the container itself: use the name of its service in Compose, or host.docker.internal for the computer."
    else:
        where = f"The name {name} resolves only in the containers of its network, as in Compose. A job of GitHub Actions without container: runs outside of it. There, use localhost with the published port."
    return case.explain(
        f"The call got no response from {found.host}, {f'an address of {found.product}' if found.product else 'which is no host of AWS'}: {by} it there, not to AWS.",
        cause,
        topic="no-answer",
        remedies=(
            your_remedy(
                f"Start {product}, and use an address that reaches it",
                f"Run the command where the call runs. Any response shows that {product} is reachable.",
                where,
                commands=f"curl --silent --show-error --max-time 10 {found.url}",
            ),
            your_remedy(
                f"Remove {variable} if the call is for AWS",
                "It can be in the environment, in the profile (endpoint_url), or in the code. Then start the program again.",
                commands="env | grep AWS_ENDPOINT_URL",
                url="https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html",
            ),
        ),
        notes=note,
    )


def _find_local(text: str, message: str) -> _Local | None:
    for found in _CALLED.finditer(message):
        host, port = found["host"], found["port"]
        is_loopback = host in _LOOPBACK
        product = next((name for part, name in _PRODUCTS.items() if part in host.lower().split(".")[0]), None)
        if is_loopback:
            product = _PORTS.get(port)
            is_local = product is not None or find_set_endpoint(text, host) is not None
        else:
            is_local = "." not in host and (product is not None or found["scheme"] is not None)
        if is_local:
            stated = f"{host}:{port}" if port else host
            return _Local(stated, f"{found['scheme'] or 'http://'}{stated}", product, is_loopback)
    return None
