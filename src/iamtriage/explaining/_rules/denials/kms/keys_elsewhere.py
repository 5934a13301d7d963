"""Explain that a decryption calls KMS in another Region than that of the key in the text.

Only the key that encrypted a ciphertext decrypts it, or a multi-Region key related to it:
https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html. A single-Region key cannot become
one: https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-create.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import Denial, Explanation, Labelled
from iamtriage.explaining._rules.denials import policy_causes
from iamtriage.explaining._rules.denials.conditions import encrypted_data
from iamtriage.explaining._rules.denials.conditions.denied_regions import region_setting
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.remedies import your_remedy

_PAGE = "https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html"
# What shows the key of a ciphertext: the output of KMS, and sentences.
_KEY_OF_CIPHERTEXT = lazy_pattern(
    r"(?i:\bKeyId[\"']?\s?[:=]\s?[\"']?|\bencrypted (?:(?:there|once|originally|last year|in [\w-]{2,20}) )?(?:with|by|using|under) (?:(?:the |our |a )?(?:KMS )?key )?[\"'`]?)\Z"
)
_CHARS_BEFORE = 100


def explain_key_elsewhere(denial: Denial) -> Explanation | None:
    """Explain that a call of Decrypt goes to another Region than that of the only key in the text, if it does."""
    if denial.operation != "Decrypt" or encrypted_data.KEY_OF_SOPS.search(denial.failure.text):
        # Other services and SOPS call the Region of the key.
        return None
    of_key, called = encrypted_data.with_key_of_text(denial), denial.facts.region
    arn = of_key.resource_arn
    if arn is None or not called or arn.region in {"", called} or commands.region(called) != called:
        return None
    if not arn.resource.startswith("key/") or arn.resource.startswith("key/mrk-"):
        # A multi-Region key can have a replica in the called Region, with its own key policy.
        return None
    region, text = commands.region(arn.region), denial.failure.text
    before = (
        text[max(each.start() - _CHARS_BEFORE, 0) : each.start()]
        for each in re.finditer(re.escape(str(arn)), text)
    )
    is_shown = any(_KEY_OF_CIPHERTEXT.search(each) for each in before)
    start = "The" if is_shown else "Most likely, the"
    encrypted = f"{start} ciphertext is encrypted with a key of {region}, and KMS was called in {called}{region_setting(denial, called)}"
    both = "and" if of_key.crosses_accounts else "or"
    allow = allow_remedy(of_key, title=f"If {region} denies it, too, allow kms:Decrypt for {denial.caller}")
    again = commands.repeat_command(denial.context.command, "kms", "decrypt", changes={"region": region})
    return denial.explain(
        f"{encrypted}, where this key does not exist.",
        policy_causes.KMS_WRONG_REGION.cause(
            "derived" if is_shown else "possible",
            text=f"The text has the key {arn}. KMS finds the key of a ciphertext only in its own Region, and names a missing key and a denied one in the same message.",
        ),
        topic=policy_causes.KMS_WRONG_REGION.code,
        remedies=(
            your_remedy(
                f"Decrypt in {region}",
                None if again else f"Set the Region of the KMS client to {region}.",
                f"No policy and no alias in {called} helps. Only if {region} denies the call, too, the key policy {both} a policy of {denial.caller} must allow kms:Decrypt on {arn}.",
                f"The key is single-Region (its ID does not begin with mrk-): it cannot be replicated or converted. To decrypt in {called}, such as if {region} fails, encrypt the data again, while {region} works: with a new multi-Region key that has a replica in {called}, or a second copy with a key of {called}.",
                commands=(
                    again,
                    Labelled(
                        "For a multi-Region key, as the administrator of keys:",
                        f'key="$(aws kms create-key --multi-region --region {region} --query KeyMetadata.KeyId --output text)"',
                    ),
                    f'aws kms replicate-key --key-id "$key" --region {region} --replica-region {called}',
                ),
                url=_PAGE,
            ),
            allow,
        ),
    )
