"""STS reads an issuer's keys over the internet, which the text can say that the issuer is not on."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_NO_KEY = "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements\n"


@check_rows(
    ("said", "reason"),
    [
        ("gitlab.octo.example is behind our VPN", '"behind our VPN"'),
        ("Our gitlab-ce.octo.example is only reachable from the office network.", '"only reachable from the office network"'),
        ("gitlab.octo.example isn't reachable from the internet", '"isn\'t reachable from the internet"'),
        ("gitlab.octo.example is reachable from the internet", None),
        ("gitlab.com, but the runner is behind our VPN", None),
        ("The runner is behind our VPN.", None),
    ],
)  # fmt: skip
def test_issuer_that_is_said_to_be_private(said: str, reason: str | None) -> None:
    explanation = explain(_NO_KEY + said)
    assert ("and STS is on the internet" in explanation.summary) is (reason is not None)
    if reason is not None:
        assert reason in explanation.summary
        assert explanation.remedies[0].title == "Give the issuer a public HTTPS URL"


def test_host_of_a_gitlab_instance() -> None:
    shown = explain(f"{_NO_KEY}job of gitlab.octo.example:443, .gitlab-ci.yml").to_text(detail="full")
    assert "https://gitlab.octo.example/.well-known/openid-configuration" in shown
