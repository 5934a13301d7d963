"""Test which parts of an explanation a short text shows."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import explain
from iamtriage.explaining import Cause, Explanation, Remedy
from tests.explaining.golden.cases import CASES

_prose = st.lists(
    st.sampled_from(("role", "policy", "denied", "arn:aws:s3:::x", "the", "key")), min_size=1, max_size=60
).map(" ".join)
_remedies = st.builds(
    Remedy,
    title=_prose,
    who=st.just("you"),
    steps=st.lists(_prose, max_size=8).map(tuple),
    commands=st.lists(_prose, max_size=6).map(tuple),
    policy=st.none() | st.dictionaries(_prose, st.lists(_prose, max_size=3), max_size=3),
    manifest=st.none() | _prose,
    url=st.none() | st.just("https://docs.example.com/x"),
)
_causes = st.builds(
    Cause,
    st.just("x"),
    _prose,
    st.sampled_from(("reported", "possible")),
    st.lists(_prose, max_size=3).map(tuple),
)
_explanations = st.builds(
    Explanation,
    st.none(),
    st.just("x"),
    st.just("The call was denied."),
    st.lists(_causes, max_size=7).map(tuple),
    st.lists(_remedies, max_size=7).map(tuple),
    st.lists(_prose, max_size=4).map(tuple),
)  # fmt: skip
_DENIAL = (
    "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:SendMessage on resource: "
    "arn:aws:sqs:eu-west-1:111122223333:orders because no identity-based policy allows the sqs:SendMessage action"
)


@given(_explanations)
def test_omitted_parts_are_counted(explanation: Explanation) -> None:
    """The last line says how many causes and remedies are not shown in full."""
    shown = " ".join(explanation.to_text().split())
    others = len(explanation.remedies) - 1
    if others > 0:
        assert f"{others} more {'remedies' if others > 1 else 'remedy'}" in shown
    if explanation.causes or explanation.remedies:
        assert "iamtriage explain --full" in shown


@pytest.mark.parametrize(("name", "text", "facts"), CASES, ids=[case[0] for case in CASES])
def test_every_short_explanation_has_the_essentials(name: str, text: str, facts: dict[str, object]) -> None:
    """The verdict is first; evidence, the first remedy and who can do it follow."""
    explanation = explain(text, facts=facts)
    shown = str(explanation)
    words = " ".join(shown.split())
    assert shown.count("\n") < 32, name
    assert words.startswith(" ".join(explanation.summary.split())[:60])
    assert any(shown.count(f"\n{each.evidence.capitalize()} ") for each in explanation.causes)
    first = explanation.remedies[0]
    assert f"Do this first: {' '.join(first.title.split())} [{first.who}]" in words


def test_remedy_lists_its_placeholders_once() -> None:
    remedy = Remedy(
        "Look", "you",
        commands=("aws eks describe-cluster --name CLUSTER", "aws eks list-nodegroups --cluster-name CLUSTER --region REGION"),
        policy={"Resource": "arn:aws:iam::ACCOUNT_ID:role/app"},
    )  # fmt: skip
    explanation = Explanation(None, "x", "It failed.", remedies=(remedy,))
    assert remedy.placeholders == ("CLUSTER", "REGION", "ACCOUNT_ID")
    for detail in ("short", "full"):
        assert explanation.to_text(detail=detail).count("Replace CLUSTER, REGION and ACCOUNT_ID.") == 1


def test_long_policies_are_shown_in_full_only() -> None:
    statements = [
        {"Sid": f"S{n}", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"} for n in range(60)
    ]
    remedy = Remedy("Allow it", "you", policy={"Statement": statements}, commands=("aws iam x",))
    explanation = Explanation(None, "x", "It failed.", remedies=(remedy,))
    assert '"S59"' not in explanation.to_text()
    assert '"S59"' in explanation.to_text(detail="full")


def test_unknown_detail() -> None:
    explanation = explain(_DENIAL)
    for render in (explanation.to_text, explanation.to_markdown, explanation.to_html):
        with pytest.raises(ValueError, match="unknown detail 'long'; expected one of short, full"):
            render(detail="long")  # type: ignore[arg-type]


def test_card_folds_what_the_short_text_omits() -> None:
    explanation = explain("error: You must be logged in to the server (Unauthorized)")
    short, full = explanation.to_html(), explanation.to_html(detail="full")
    assert "<details" in short
    assert '<details class="iamtriage-folded" open>' not in short
    assert full.replace(" open>", ">") == short


def test_failures_of_a_parsed_failure_are_not_searched() -> None:
    text = f"10:00 ERROR {_DENIAL}\n\n10:01 ERROR error: You must be logged in to the server (Unauthorized)\n"
    explanation = explain(text)
    assert [failure.kind for failure in explanation.other_failures] == ["kubernetes_unauthorized"]
    assert explain(explanation.failure).other_failures == () if explanation.failure else False
    assert attrs.evolve(explanation, text=None) == explanation
