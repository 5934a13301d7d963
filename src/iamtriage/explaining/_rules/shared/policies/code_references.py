"""Write the Resource of a statement in code, with references to the resources that the code defines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from iamtriage.policies._readers.unknown_values import is_of_terraform


def write_resource(references: Sequence[str], text: str) -> tuple[Literal["yaml", "hcl", "text"], str]:
    """Return the language of the references in the code of a text, and the Resource of a statement in it.

    >>> write_resource(["${aws_s3_bucket.in.arn}"], "jsonencode({")
    ('hcl', 'Resource = aws_s3_bucket.in.arn')
    >>> write_resource(["${Orders.Arn}", "${Orders.Arn}/index/*"], "Resource: !GetAtt Orders.Arn")[1].splitlines()
    ['Resource:', '  - !GetAtt Orders.Arn', '  - !Sub "${Orders.Arn}/index/*"']
    """
    # A reference that is the whole value, or the value with a reference in it.
    pairs = [(each[2:-1] if each.endswith("}") else "", each) for each in references]
    is_single = len(references) == 1
    if is_of_terraform(references[0]):
        values = [name or f'"{each}"' for name, each in pairs]
        is_data = "aws_iam_policy_document" in text
        listed = values[0] if is_single and not is_data else f"[{', '.join(values)}]"
        return "hcl", f"{'resources' if is_data else 'Resource'} = {listed}"
    inner = references[0].partition("}")[0]
    if not inner.endswith((".Arn", ".StreamArn")):
        # Pulumi's attributes, or those of the CDK.
        key = "Resource" if inner.endswith((".arn", ".streamArn")) else "resources"
        return "text", f"{key}: [{', '.join(name or f'`{each}`' for name, each in pairs)}]"
    if '"Fn::GetAtt"' in text or '"Ref"' in text:
        members = [{"Fn::GetAtt": name.split(".")} if name else {"Fn::Sub": each} for name, each in pairs]
        return "text", f'"Resource": {json.dumps(members[0] if is_single else members)}'
    values = [f"!GetAtt {name}" if name else f'!Sub "{each}"' for name, each in pairs]
    if is_single:
        return "yaml", f"Resource: {values[0]}"
    return "yaml", "\n".join(("Resource:", *(f"  - {each}" for each in values)))
