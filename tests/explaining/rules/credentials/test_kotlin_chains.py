"""The SDK for Kotlin prints its whole chain on a phone, on a server and in a debug log."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain

_CHAIN = "aws.smithy.kotlin.runtime.identity.IdentityProviderException: No identity could be resolved from the chain: CredentialsProviderChain -> SystemPropertyCredentialsProvider -> EnvironmentCredentialsProvider -> ProfileCredentialsProvider -> StsWebIdentityProvider -> EcsCredentialsProvider -> ImdsCredentialsProvider"
_LOGGER = "aws.smithy.kotlin.runtime.identity.IdentityProviderChain"


@pytest.mark.parametrize(
    "text",
    [
        f"FATAL EXCEPTION: main\nProcess: com.example.orders, PID: 24157\n{_CHAIN}",
        f"{_CHAIN}\n\tat com.android.internal.os.ZygoteInit.main(ZygoteInit.java:1038)",
    ],
    ids=["log of the device", "frame"],
)
def test_chain_on_a_phone(text: str) -> None:
    full = explain(text).to_text(detail="full")
    assert "identity pool" in full
    assert "AWS_PROFILE" not in full
    assert "aws login" not in full


def test_chain_on_a_server() -> None:
    explanation = explain(f"17:24 WARN main i.a.CheckOperation(execute):46 {_CHAIN}")
    assert explanation.remedies[0].title == "Give the program credentials where it runs"


def test_step_of_a_chain_is_no_missing_profile() -> None:
    said = "unable to resolve identity from ProfileCredentialsProvider: could not find source profile default"
    explanation = explain(json.dumps({"logger": _LOGGER, "message": said}))
    assert "profile default" not in explanation.to_text(detail="full")
    of_profile = explain(
        "aws.sdk.kotlin.ProviderConfigurationException: could not find source profile default"
    )
    assert "profile default does not exist" in of_profile.summary


def test_suppressed_steps_of_a_chain_are_no_missing_profile() -> None:
    error = "Suppressed: aws.sdk.kotlin.runtime.auth.credentials.ProviderConfigurationException: "
    explanation = explain(
        f"    at com.android.internal.os.ZygoteInit.main(ZygoteInit.java:971)\n{error}Missing value for environment variable `AWS_ACCESS_KEY_ID`\n    ... 95 more\n{error}could not find source profile default"
    )
    assert "profile default" not in explanation.to_text(detail="full")
    assert "identity pool" in explanation.remedies[0].title


def test_app_without_a_session_of_amplify() -> None:
    explanation = explain("AuthError: Could not retreive AWS credentials, credential value is nil or empty.")
    assert [each.title for each in explanation.remedies] == [
        "Fetch the session of Amplify again, and let the user sign in if it has none"
    ]
