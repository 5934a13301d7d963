"""Test which parts of an explanation a short text shows."""

from __future__ import annotations

import json
import re

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import explain, parse
from iamtriage._rendering.explanations.parts import CauseParts, cause_rows
from iamtriage._rendering.explanations.replacements import replace_note
from iamtriage._rendering.labels import LISTS_CAUSES
from iamtriage.explaining import Cause, Explanation, Remedy
from tests.explaining.golden.cases import CASES, explained
from tests.tables import check_rows

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


@check_rows(
    ("step", "command", "is_shown"),
    [
        ("For calls without a signature, add this statement to the policy.", "aws sqs get-queue-attributes", True),
        ("Replace the policy with the one below.", "aws sqs get-queue-attributes", True),
        # It is about another document, or the command says what the document is.
        ("Omit this statement if nobody reads the keys.", "aws sqs get-queue-attributes", False),
        ("Then add the statement to the copy.", "aws iam put-role-policy --policy-document file://policy.json", False),
    ],
)  # fmt: skip
def test_document_has_the_step_that_introduces_it(step: str, command: str, *, is_shown: bool) -> None:
    fillers = tuple(f"Step {number} of the others, {'which is long, ' * 30}too." for number in range(9))
    remedy = Remedy(
        "Read the policy, then change it",
        "you",
        (*fillers, step),
        (command,),
        statement={"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage"},
    )
    explanation = Explanation(None, "x", "The call was denied.", (), (remedy,), ())
    assert (step.rstrip(".") in " ".join(explanation.to_text().split())) is is_shown


@given(_explanations)
def test_omitted_parts_are_counted(explanation: Explanation) -> None:
    """The last line says how many causes and remedies are not shown in full."""
    shown = " ".join(explanation.to_text().split())
    others = len(explanation.remedies) - 1 - (" Next: " in shown)
    if others > 0:
        assert f"{others} {'remedies' if others > 1 else 'remedy'}" in shown
    assert ("explain --full, or .to_text" in shown) == (shown.rpartition(" More ")[1] != "")


def test_a_brief_second_remedy_is_shown_with_its_command() -> None:
    """The second remedy is shown with its command if it is brief and there is room."""
    first = Remedy("Use another key", "you", commands=("aws configure list",))
    second = Remedy(
        "Or enable the key",
        "account administrator",
        commands=("aws iam update-access-key --access-key-id ACCESS_KEY_ID --status Active",),
    )
    title = f"\n\n{second.title} [{second.who}]\n"
    for steps, is_shown in (((), True), (("Ask first.",), True), (("Ask first.", "Wait."), False)):
        shown = str(
            Explanation(None, "x", "The key is inactive.", (), (first, attrs.evolve(second, steps=steps)))
        )
        assert (title in shown) is is_shown, steps
        assert (second.commands[0] in " ".join(shown.split())) is is_shown, steps
        assert ("Replace ACCESS_KEY_ID." in shown) is is_shown, steps
        assert ("1 remedy" in shown) is not is_shown, steps


@check_rows("count", range(15, 30))
def test_the_last_command_is_not_omitted_alone(count: int) -> None:
    """A remedy with its last change missing is half a remedy."""
    commands = tuple(f"aws iam delete-group --group-name g{number}" for number in range(count))
    shown = str(Explanation(None, "x", "It failed.", (), (Remedy("Delete them", "you", commands=commands),)))
    assert "More      1 command:" not in shown


def test_the_command_of_a_check_is_shown_without_its_steps() -> None:
    first = Remedy("Allow it", "you", commands=("aws configure list",))
    check = Remedy(
        "Check that the role trusts ec2.amazonaws.com",
        "account administrator",
        ("It must.", "If not, add it."),
        ("aws iam get-role --role-name web",),
    )
    shown = str(Explanation(None, "x", "It failed.", (), (first, check)))
    assert shown.splitlines()[-4:-2] == [f"Next: {check.title} [{check.who}]", f"    {check.commands[0]}"]
    assert "1 remedy" in shown
    change = attrs.evolve(check, title="Or trust ec2.amazonaws.com")
    assert check.commands[0] not in str(Explanation(None, "x", "It failed.", (), (first, change)))


def test_titles_say_what_the_steps_do_not() -> None:
    """A step is not repeated, people of a kind are named once, and no row ends with new credentials."""
    titles = (
        ("Allow the caller in the bucket policy", "resource owner"),
        ("Find the Deny, if the call is still denied", "account administrator"),
        ("Update the SDK", "you"),
        ("Remove the old credentials", "you"),
        ("Create a new access key", "you"),
    )
    first = Remedy("Look", "you", ("The bucket policy must allow the call, too.",))
    remedies = (first, *(Remedy(title, who) for title, who in titles))  # type: ignore[arg-type]
    (row, *_) = (
        str(Explanation(None, "x", "It failed.", (), remedies)).partition("Next      ")[2].split("More")
    )
    assert " ".join(row.split()) == (
        "Update the SDK; remove the old credentials (you); "
        "find the Deny, if the call is still denied (account administrator)."
    )


@pytest.mark.unmeasured
@check_rows("name", [case[0] for case in CASES])
def test_every_short_explanation_has_the_essentials(name: str) -> None:
    """The verdict is first; evidence, the first remedy and who can do it follow."""
    explanation = explained(name)
    shown = str(explanation)
    words = " ".join(shown.split())
    assert shown.count("\n") < 32, name
    assert words.startswith(" ".join(explanation.summary.split())[:20])
    marks = {"derived", *(each.evidence for each in explanation.causes)}
    # The verdict can be what the message says.
    is_said = {each.evidence for each in explanation.causes} <= {"reported", "derived"}
    is_said |= LISTS_CAUSES in explanation.summary
    assert is_said or any(f"\n{mark.capitalize()} " in shown for mark in marks), name
    first = explanation.remedies[0]
    assert f"Do this first: {' '.join(first.title.split())} [{first.who}]" in words


def test_reason_that_the_verdict_states_is_said_once() -> None:
    """The verdict has the evidence of a cause that says nothing else."""
    shown = " ".join(explain(_DENIAL).to_text().split())
    assert "no identity-based policy allows it. Do this first:" in shown
    assert shown.count("no identity-based policy") == 1
    assert "no identity-based policy allows the" in explain(_DENIAL).to_text(detail="full").replace("\n", " ")


def test_policy_that_the_message_names_is_shown_without_its_type_again() -> None:
    arn = "arn:aws:organizations::111122223333:policy/o-abc123def4/service_control_policy/p-0a1b2c3d"
    denied = _DENIAL.partition(" because ")[0]
    shown = " ".join(
        str(explain(f"{denied} with an explicit deny in a service control policy: {arn}")).split()
    )
    assert "the service control policy p-0a1b2c3d explicitly denies it." in shown
    assert arn not in shown
    assert shown.count("explicit deny") == 0


_MESSAGE = 'Login failed: "not mapped" (Unauthorized)'


@check_rows(
    ("causes", "rows"),
    [
        pytest.param(
            [("reported", "The authenticator found no entry.", 'The text says "not mapped".')],
            [("Reported", '"not mapped": the authenticator found no entry.')],
            id="words-of-the-message-before-their-meaning",
        ),
        pytest.param(
            [("reported", "EKS found no entry.", "The account is new.", 'The text says "not mapped".')],
            [("Reported", "EKS found no entry. The account is new.")],
            id="words-of-the-message-beside-another-reason",
        ),
        pytest.param(
            [("reported", "The role was rejected.", "The error code is E, the HTTP status 400.")],
            [("Reported", "")],
            id="only-the-code",
        ),
        pytest.param(
            [("derived", "The path is missing.", 'The text says "not mapped".', 'The text says "a/old.yaml".')],
            [("Derived", 'The path is missing. The text says "a/old.yaml".')],
            id="only-other-words-show-a-derived-cause",
        ),
        pytest.param(
            [("reported", "The role was rejected. Its path does not count.", 'The text says "not mapped".')],
            [("Reported", 'Its path does not count. The text says "not mapped".')],
            id="sentence-that-repeats-the-summary",
        ),
        pytest.param(
            [("reported", "The role was rejected.", 'The text says "not mapped".'), ("derived", "A path.", "x: y.")],
            [("Derived", "A path. x: y.")],
            id="row-that-only-quotes-beside-another-one",
        ),
        pytest.param(
            [("derived", "A path.", "x: y."), ("reported", "The role was rejected.", 'The text says "not mapped".')],
            [("Derived", "A path. x: y.")],
            id="later-row-that-only-quotes",
        ),
        pytest.param(
            [("reported", "The role was rejected.", 'The text says "not mapped".'), ("possible", "A path.")],
            [("Possible", "A path.")],
            id="only-words-of-the-message",
        ),
        pytest.param(
            [("reported", "The role was rejected.", 'The text says "old.yaml".', 'The text says "a.yaml".')],
            [("Reported", 'The text says "old.yaml" and "a.yaml".')],
            id="only-other-words",
        ),
        pytest.param(
            [("reported", "The signature is valid.")], [("Derived", "The signature is valid.")], id="conclusion"
        ),
        pytest.param(
            [("reported", "The login did not succeed.")], [("Reported", "The login did not succeed.")],
            id="words-of-the-message",
        ),
        pytest.param(
            [(each, "The cluster rejected the role.") for each in ("possible", "reported")], [("Possible", "")],
            id="summary-twice",
        ),
    ],
)  # fmt: skip
def test_rows_say_each_thing_once(causes: list[tuple[str, ...]], rows: list[tuple[str, str]]) -> None:
    """A row quotes the message for what it reports, unless something else shows the cause."""
    parts = [CauseParts(evidence, text, tuple(because)) for evidence, text, *because in causes]
    assert cause_rows("The cluster rejected the role.", parts, _MESSAGE) == rows


def test_no_row_repeats_the_verdict() -> None:
    denial = parse("An error occurred (AccessDenied) when calling the GetObject operation: Access Denied")
    cause = Cause("x", "S3 denied it.", "reported")
    assert str(Explanation(denial, "x", "S3 denied it.", (cause,))) == "S3 denied it."


def test_note_about_a_question_follows_the_verdict() -> None:
    """It is shown even if no other note fits."""
    notes = ("It takes a minute.", "The network is not the cause.")
    cause = Cause("x", "A Deny matches.", "derived")
    for question, first in (("Is it the network?", notes[1]), ("Is it my fault?", None)):
        failure = parse(
            f"An error occurred (AccessDenied) when calling the GetObject operation: Access Denied\n{question}"
        )
        shown = str(Explanation(failure, "x", "S3 denied it.", (cause,), (), notes)).split("\n\n")
        assert ("Note" in shown[1]) is (first is not None)
        assert "\n\n".join(shown).count(notes[1]) == 1
        assert first is None or shown[1].startswith(f"Note      {first}\nDerived")


_REPLACED = "Replace CLUSTER (aws eks list-clusters), REGION and ACCOUNT_ID."


def test_remedy_lists_its_placeholders_once() -> None:
    remedy = Remedy(
        "Look", "you",
        commands=("aws eks describe-cluster --name CLUSTER", "aws eks list-nodegroups --cluster-name CLUSTER --region REGION"),
        policy={"Resource": "arn:aws:iam::ACCOUNT_ID:role/app"},
    )  # fmt: skip
    explanation = Explanation(None, "x", "It failed.", remedies=(remedy,))
    assert remedy.placeholders == ("CLUSTER", "REGION", "ACCOUNT_ID")
    for detail in ("short", "full"):
        assert explanation.to_text(detail=detail).count(_REPLACED) == 1


@check_rows(
    ("code", "steps", "note"),
    [
        ("aws s3 ls", (), None),
        ("aws s3 ls s3://BUCKET", (), "Replace BUCKET."),
        ("aws iam put-role-policy --role-name ROLE_NAME", (), "Replace ROLE_NAME (aws sts get-caller-identity, as the failing caller)."),
        ("aws iam get-open-id-connect-provider --open-id-connect-provider-arn PROVIDER_ARN", (), "Replace PROVIDER_ARN (aws iam list-open-id-connect-providers)."),
        ("aws iam get-open-id-connect-provider --open-id-connect-provider-arn arn:aws:iam::ACCOUNT_ID:oidc-provider/gitlab.com", (), "Replace ACCOUNT_ID (aws iam list-open-id-connect-providers)."),
        ("aws iam get-saml-provider --saml-provider-arn arn:aws:iam::ACCOUNT_ID:saml-provider/okta", (), "Replace ACCOUNT_ID."),
        # Another role, the role of a service, and a command that a step names.
        ("aws iam get-role --role-name ROLE_NAME", (), "Replace ROLE_NAME."),
        (
            "aws iam put-role-policy --role-name ROLE_NAME",
            ("Attach the policy to the role that glue.amazonaws.com uses.",),
            "Replace ROLE_NAME.",
        ),
        ("aws sso login --profile PROFILE", ("Run aws configure list-profiles.",), "Replace PROFILE."),
        # In a step, only what is part of a document, an ARN or a command.
        ("aws s3 ls", ('Add "Resource": "arn:aws:s3:::BUCKET".', "The role has the ROLE_ARN."), "Replace BUCKET."),
        ("aws s3 ls", ("The URL is https://HOST/PATH.",), None),
        # No room.
        (
            "aws eks x --name CLUSTER --profile PROFILE --serial-number SERIAL_NUMBER --region REGION", (),
            "Replace CLUSTER, PROFILE, SERIAL_NUMBER and REGION.",
        ),
    ],
)  # fmt: skip
def test_note_about_placeholders(code: str, steps: tuple[str, ...], note: str | None) -> None:
    assert replace_note(code, steps) == note


@pytest.mark.parametrize(
    ("said", "note"),
    [
        ("With the key that it prints as KEY_ID:", None),
        ("Then, as the owner:", "Replace KEY_ID."),
        ("With MY_KEY_ID:", "Replace KEY_ID."),
    ],
)
def test_label_that_names_a_placeholder_replaces_the_note(said: str, note: str | None) -> None:
    assert replace_note("aws kms get-key-policy --key-id KEY_ID", said=said) == note


def test_what_to_do_afterwards_follows_the_commands() -> None:
    steps = (
        "Add the role. Then restart the pods: they keep it.",
        "If it has none, create one. Then retry it.",
    )
    remedy = Remedy("Add it", "you", (*steps, "Then run cdk deploy again."), ("kubectl get pods",))
    explanation = Explanation(None, "x", "It failed.", remedies=(remedy,))
    for detail in ("short", "full"):
        shown = " ".join(explanation.to_text(detail=detail).split())
        before, _, after = shown.partition(" kubectl get pods ")
        # Beside commands, steps have no numbers: they need not be in order.
        assert before.endswith("- Add the role. - If it has none, create one. Then retry it."), detail
        assert after.startswith("Then restart the pods: they keep it. Then run cdk deploy again."), detail
    # Without commands, the steps are in order.
    alone = str(attrs.evolve(explanation, remedies=(attrs.evolve(remedy, commands=()),)))
    assert "3. Then run cdk deploy again." in alone


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


_ASSUMING = (
    "Error: Cannot assume IAM Role\n\nIAM Role (arn:aws:iam::444455556666:role/deploy) cannot be assumed.\n\n"
    "There are a number of possible causes of this - the most common are:\n"
    "  * The credentials used in order to assume the role are invalid\n\n"
    "Error: operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: 0c6e, api error "
    "AccessDenied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on "
    "resource: arn:aws:iam::444455556666:role/deploy"
)


def _in_box(text: str) -> str:
    return "\u2577\n" + "".join(f"\u2502 {line}\n" for line in text.splitlines()) + "\u2575\n"


_REJECTED_TOKEN = (
    "Failed to assume role: System AWS credentials are required\n$ kubectl logs ds/eks-pod-identity-agent\n"
    '{"level":"error","msg":"Error fetching credentials: Service account token cannot be parsed: token is malformed","time":"2026-11-23T14:16:38Z"}'
)
_DENIED_KEY = "operation error KMS: CreateKey, https response error StatusCode: 400, RequestID: 1c2d3e4f-aaaa-4bbb-8ccc-ddddeeeeffff, api error AccessDeniedException: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: kms:CreateKey on resource: * with an explicit deny in a service control policy"
_TAKEN = "operation error S3: CreateBucket, https response error StatusCode: 409, RequestID: 4QEXAMPLE, HostID: abc=, BucketAlreadyExists: "


@check_rows(
    ("text", "kinds"),
    [
        (_ASSUMING, []),
        (_in_box(_ASSUMING), []),
        (_in_box(_ASSUMING) + _in_box("Error: error: You must be logged in to the server (Unauthorized)"), ["kubernetes_unauthorized"]),
        (
            "aws_iam_role.worker: Creating...\n" + _in_box(_ASSUMING) + _in_box(f"Error: {_DENIED_KEY}") + _in_box(f"Error: {_TAKEN}"),
            ["access_denied", "aws_error"],
        ),
        (
            "GET https://s3.eu-west-1.amazonaws.com/exports/r.csv\n403\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
            [],
        ),
        (
            'time=2026-11-25T06:31:08Z level=INFO msg="runner: starting" phase=plan\n' + _ASSUMING.replace("sts:AssumeRole", "sts:TagSession"),
            [],
        ),
        (
            _REJECTED_TOKEN,
            [],
        ),
        (
            f"time=2026-11-25T06:31:08Z level=INFO msg=start\nError: Cannot assume IAM Role\n\nError: {_DENIED_KEY}",
            ["access_denied"],
        ),
    ],
    ids=["Terraform", "box", "two boxes", "boxes after a line", "XML with its status", "entries", "consequence", "other call"],
)  # fmt: skip
def test_parts_of_one_message_are_not_other_failures(text: str, kinds: list[str]) -> None:
    """A count of failures that do not exist sends the reader on a search."""
    assert [failure.kind for failure in explain(text).other_failures] == kinds


def test_other_failure_with_expired_credentials_needs_no_permission() -> None:
    text = f"10:00 ERROR {_DENIAL}\n10:01 ERROR An error occurred (ExpiredToken) when calling the ListObjectsV2 operation: The provided token has expired.\n"
    shown = " ".join(str(explain(text)).split())
    assert (
        "Expired credentials (ExpiredToken, ListObjectsV2): no permission is missing, get new credentials"
        in shown
    )


def _explain_remedy(*commands: str, steps: tuple[str, ...]) -> str:
    """Return the short text of one remedy."""
    remedy = Remedy("Fix it", "you", steps, commands)
    return Explanation(None, "x", "The call was denied.", (), (remedy,)).to_text()


def test_command_comes_with_the_step_that_saves_its_file() -> None:
    words = " ".join(f"word{number}" for number in range(300))
    save = "Save the policy as policy.json."
    shown = _explain_remedy("aws x put-y --policy file://policy.json", steps=(words, words, save))
    assert save in shown
    assert words[:40] not in shown


@pytest.mark.parametrize(
    ("step", "count"),
    [
        ("Compare both commands.", 2),
        ("Use what date prints there.", 4),
        ("Then describe-things names it.", 3),
    ],
)
def test_step_comes_with_the_commands_that_it_names(step: str, count: int) -> None:
    commands = ("aws x get-thing", "kubectl get pods", "aws x describe-things", "date")
    shown = _explain_remedy(*commands, steps=(step,))
    assert step in shown
    assert all(command in shown for command in commands[:count])
    long = tuple(f"{command} {'--argument value ' * 60}" for command in commands)
    assert step not in _explain_remedy(*long, steps=(step,))


def test_command_that_sets_a_variable_comes_with_the_one_that_uses_it() -> None:
    shown = _explain_remedy("date", "TOKEN=$(cat token)", f'curl {"--x y " * 600} "$TOKEN"', steps=())
    assert "TOKEN" not in shown


def test_statement_to_add_is_no_document_to_save() -> None:
    text = (
        "User: arn:aws:sts::111122223333:assumed-role/app/x is not authorized to perform: sts:TagSession on resource: "
        "arn:aws:iam::444455556666:role/target"
    )
    explanation = explain(text)
    assert explanation.remedies[0].policy is not None
    assert explanation.remedies[0].documents == tuple(explanation.remedies[0].policy["Statement"])
    assert '{"Version": ' not in explanation.to_text()
    assert 'echo \'{"Effect": "Allow", "Principal": {' in explanation.to_text()
    assert (
        "jq '.Statement |= ([., input] | flatten)' old-trust.json statement.json > trust.json"
        in explanation.to_text()
    )
    assert explanation.remedies[0].commands[0].endswith(" --output json > old-trust.json")


def test_denials_of_one_principal_share_a_policy() -> None:
    other = _DENIAL.replace("SendMessage", "ReceiveMessage")
    denied = _DENIAL.replace("SendMessage", "DeleteMessage").replace(
        "because no identity-based policy allows the sqs:DeleteMessage action",
        "with an explicit deny in a service control policy",
    )
    shown = explain(f"{_DENIAL}\n{other}\n{denied}").to_text()
    assert '["sqs:ReceiveMessage", "sqs:SendMessage"]' in shown
    assert '"sqs:DeleteMessage"' not in shown
    assert "Allow sqs:ReceiveMessage" in shown


def test_denials_of_other_principals_keep_their_policies() -> None:
    other = _DENIAL.replace("user/ana", "user/bob").replace("SendMessage", "ReceiveMessage")
    explanation = explain(f"{_DENIAL}\n{other}")
    assert "sqs:ReceiveMessage" not in str(explanation.remedies)
    assert "aws iam put-user-policy --user-name bob " in explanation.to_text()


def test_other_denials_say_which_policy_denied() -> None:
    text = "\n".join(
        f"User: arn:aws:iam::111122223333:user/bob is not authorized to perform: {action} on resource: arn:aws:s3:::orders/1 {why}"
        for action, why in (
            ("s3:GetObject", "with an explicit deny in a resource-based policy"),
            ("s3:PutObject", "because no session policy allows the s3:PutObject action"),
            ("s3:DeleteObject", "with an explicit deny in a service control policy"),
        )
    )
    shown = " ".join(explain(f"{_DENIAL}\n{text}").to_text().split())
    assert (
        "Also The user bob was denied s3:GetObject on arn:aws:s3:::orders/1: explicit deny in the bucket policy, which an Allow does not override: if it is not intended, the owner of the resource has to change it (aws s3api get-bucket-policy --bucket orders)."
        in shown
    )
    assert (
        "s3:PutObject on arn:aws:s3:::orders/1: no session policy allows it, so the session has to be opened with it."
        in shown
    )
    assert (
        "explicit deny in a service control policy, which only an administrator of the organization can change: send them this denial."
        in shown
    )


@pytest.mark.parametrize("others", [1, 2, 5])
def test_long_policy_is_shown_or_referred_to(others: int) -> None:
    """A command never reads a file that nothing writes and no sentence mentions."""
    provider = "oidc.eks.eu-west-1.amazonaws.com/id/B1C2D3E4F5A60718293A4B5C6D7E8F90"
    condition = {f"{provider}:sub": "system:serviceaccount:shop:cart", f"{provider}:aud": "sts.amazonaws.com"}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{provider}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": condition},
    }
    text = "(AccessDeniedException): Unauthorized Exception! EKS does not have permissions to assume the associated role., fault: client"
    facts = {
        "namespace": "shop",
        "service_account": "cart",
        "trust_policy": {"Statement": [statement] * others},
    }
    shown = str(explain(text, facts=facts))
    assert "--policy-document file://trust.json" in shown
    assert shown.count("\n") < 32
    if others > 2:
        assert "The policy is in the full explanation: iamtriage explain --full" in shown
        return
    policy = json.loads(shown.partition("echo '")[2].partition("' > trust.json")[0])
    assert policy["Statement"][-1]["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert policy["Statement"][:-1] == [statement] * others


def test_one_permission_is_not_named_after_a_whole_policy() -> None:
    """The policy has the permission, and the next call needs others of it."""
    text = "User: arn:aws:sts::111122223333:assumed-role/web/i-0a1b2c3d4e5f60718 is not authorized to perform: ssm:UpdateInstanceInformation on resource: arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718 because no identity-based policy allows the ssm:UpdateInstanceInformation action"
    explanation = explain(f"amazon-ssm-agent: AccessDeniedException: {text}")
    titles = [each.title for each in explanation.remedies]
    assert titles[0].startswith("Attach the AWS managed policy AmazonSSMManagedInstanceCore")
    assert any(each.startswith("Or allow ssm:UpdateInstanceInformation") for each in titles)
    assert not {"Next", "Or"} & {line.partition(" ")[0] for line in str(explanation).splitlines()}


def test_card_shows_what_each_denial_needs() -> None:
    """The policy for another principal is not one of the other remedies, which are in a fold."""
    other = _DENIAL.replace("user/ana", "user/ben").replace("s3:GetObject", "s3:PutObject")
    explanation = explain(f"{_DENIAL}\n\n{other}")
    card = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", explanation.to_html().partition("<details")[0]))
    whole = " ".join(explanation.to_text(detail="full").split())
    for shown in (card, whole):
        assert "The text has 2 denials of 2 principals (ana and ben)." in shown
        assert "for the user ben" in shown
        assert shown.index("for the user ana") < shown.index("for the user ben")
