"""Words before a command say when to run it: every format shows them, and they stay at their command."""

from __future__ import annotations

import copy
import pickle

import attrs
import pytest

from iamtriage._rendering.labels import Labelled
from iamtriage.explaining import Explanation
from iamtriage.explaining._explanations.remedies import change_commands
from iamtriage.explaining._rules.shared.remedies import your_remedy
from tests.explaining.golden.cases import CASES, UNPARSED, explained

_LABELLED = your_remedy("Log in", commands=("aws configure sso", Labelled("Or, as root:", "aws login")))


def test_all_formats_show_a_label_before_its_command() -> None:
    assert _LABELLED.commands == ("aws configure sso", "aws login")
    assert _LABELLED.to_dict()["commands"] == ["aws configure sso", "aws login"]
    explanation = Explanation(None, "login", "You are not logged in.", remedies=(_LABELLED,))
    for shown in (
        explanation.to_text(),
        explanation.to_text(detail="full"),
        explanation.to_markdown(),
        explanation.to_markdown(detail="full"),
        explanation.to_html(),
        explanation._repr_html_(),
        _LABELLED._repr_html_(),
    ):
        assert 0 < shown.index("aws configure sso") < shown.index("Or, as root:") < shown.index("aws login")


def test_a_label_stays_at_its_command() -> None:
    for same in (copy.deepcopy(_LABELLED), pickle.loads(pickle.dumps(_LABELLED)), attrs.evolve(_LABELLED)):
        assert same == _LABELLED
        assert hash(same) == hash(_LABELLED)
        assert "Or, as root:" in same._repr_html_()
    assert attrs.evolve(_LABELLED, commands=tuple(map(str, _LABELLED.commands))) != _LABELLED
    alone = attrs.evolve(_LABELLED, commands=("aws login",))
    assert "root" not in Explanation(None, "login", "You are not logged in.", remedies=(alone,)).to_text()
    changed = change_commands(_LABELLED, ("aws configure sso", "aws login --profile dev"))
    assert changed == attrs.evolve(
        _LABELLED, commands=("aws configure sso", Labelled("Or, as root:", "aws login --profile dev"))
    )
    assert changed != _LABELLED


@pytest.mark.unmeasured
def test_labels_introduce_commands() -> None:
    labels = 0
    for name, *_ in (*CASES, *UNPARSED):
        for remedy in explained(name).remedies:
            labelled = [each for each in remedy.commands if isinstance(each, Labelled)]
            labels += len(labelled)
            assert all(each.label.endswith(":") for each in labelled), (name, remedy.title)
    assert labels
