"""Searches are skipped only for texts in which they would find nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage.explaining._rules.denials.identities import callers, node_roles
from iamtriage.explaining._rules.shared.texts import deployment_tools, text_signs
from iamtriage.explaining._rules.shared.texts.text_fragments import (
    is_session_of_service,
    may_be_about_pods,
    may_name_node_role,
    may_name_user,
)
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN = "User: arn:aws:sts::111122223333:assumed-role/orders/i-0a1b2c3d4e5f60718 is not authorized to perform: s3:GetObject"


@pytest.mark.unmeasured
@check_rows(
    ("pattern", "may_match"),
    [
        (text_signs._POD_WORDING, may_be_about_pods),
        (node_roles._NODE_ROLE_NAME, may_name_node_role),
        *((pattern, may_name_user) for _, pattern, _ in callers._USES),
        (deployment_tools._ROLLBACK, may_name_user),
    ],
)
def test_each_match_contains_a_fragment(pattern: re.Pattern[str], may_match: Callable[[str], bool]) -> None:
    assert not may_match(PLAIN)

    @settings(max_examples=40)
    @given(st.from_regex(re.compile(pattern.pattern, pattern.flags), alphabet=st.characters(codec="ascii")))
    def check(text: str) -> None:
        assert may_match(text)

    check()


def test_each_event_of_cloudformation_contains_a_fragment() -> None:
    """The stack and the resource are only named in a text that also has one of these."""
    fragments = (
        "CREATE_FAILED",
        "Resource handler returned message: ",
        "AWS::CloudFormation::Stack",
        "DELETE_FAILED",
    )
    assert all(map(may_name_user, fragments))


def test_sessions_of_services() -> None:
    assert is_session_of_service("AWSCodeBuild-0a1b2c3d")
    assert not is_session_of_service("i-0a1b2c3d4e5f60718")
