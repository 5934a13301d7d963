"""A text says which tag a Deny requires."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "User: arn:aws:sts::111122223333:assumed-role/crane/s is not authorized to perform: {} on resource: {} with an explicit deny in a service control policy\n"
_LAUNCH = _DENIED.format("ec2:RunInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*")
_QUEUE = _DENIED.format("sqs:CreateQueue", "arn:aws:sqs:eu-west-1:111122223333:quay")
_SEND = _DENIED.format("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:quay")


@check_rows(
    ("denial", "said", "key"),
    [
        (_LAUNCH, "The SCP denies RunInstances without the tag cost-center.", "cost-center"),
        (_LAUNCH, "All instances must have a `team` tag.", "team"),
        (_QUEUE, "Our platform requires the tag owner on queues", "owner"),
        (_LAUNCH, "The session must have the tag team, which the IdP sends.", None),
        # Only the sentence with the tag counts.
        (_LAUNCH, "What is wrong? Roles are fine. The SCP denies RunInstances without the tag cost-center. Any idea?", "cost-center"),
        (_LAUNCH, "It has a Deny. A user must have the tag team.", None),
        # No key is named, somebody only asks, and no resource is created.
        (_LAUNCH, "The SCP denies RunInstances without the required tag.", None),
        (_LAUNCH, "Does it need the tag team?", None),
        (_LAUNCH, "It fails without a tag on the volume.", None),
        (_SEND, "All queues must have a team tag.", None),
        # The request has it.
        (_LAUNCH, "$ aws ec2 run-instances --image-id ami-1 --tag-specifications 'ResourceType=instance,Tags=[{Key=team,Value=a}]'\n" + _LAUNCH + "Instances must have the tag team.", None),
    ],
)  # fmt: skip
def test_tag_that_the_text_names(denial: str, said: str, key: str | None) -> None:
    explanation = explain(f"{denial}{said}\n" if _LAUNCH not in said else said)
    named = f"by the text because the request lacks the tag {key}." in explanation.summary
    assert named is (key is not None)
    assert explanation.remedies[0].title.startswith(f"Set the tag {key}") is (key is not None)


def test_tag_in_terraform() -> None:
    said = "The SCP denies it without the tag cost-center.\n"
    shown = str(explain(f"{_LAUNCH}  with aws_instance.crane,\n  on main.tf line 3:\n{said}"))
    assert 'default_tags { tags = { cost-center = "VALUE" } }' in " ".join(shown.split())
