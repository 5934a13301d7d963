"""Of several Regions in a text, the one that belongs to the failed call is in the commands."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "An error occurred (AccessDeniedException) when calling the CreateEndpoint operation: Access denied"
_ELSEWHERE = "We also have endpoints in another one, region: us-east-1."


@check_rows(
    ("text", "region"),
    [
        (f"Error in eu-west-1: {_DENIED}\n{_ELSEWHERE}", "eu-west-1"),
        (f"{_DENIED} (endpoint https://api.sagemaker.eu-west-1.amazonaws.com)\n{_ELSEWHERE}", "eu-west-1"),
        (f"{_ELSEWHERE}\n{_DENIED} (endpoint https://api.sagemaker.eu-west-1.amazonaws.com)", "eu-west-1"),
        (f"region = eu-west-1\n{_DENIED}\n{_ELSEWHERE}", "eu-west-1"),
        (f"$ aws sagemaker create-endpoint --region eu-west-1\n{_DENIED}\n{_ELSEWHERE}", "eu-west-1"),
        (f"{_DENIED}\n{_ELSEWHERE}", "us-east-1"),
    ],
)
def test_region_of_the_failed_call(text: str, region: str) -> None:
    full = explain(text).to_text(detail="full")
    others = {"eu-west-1", "us-east-1"} - {region}
    assert f"--region {region}" in full
    assert not any(f"--region {each}" in full for each in others)
