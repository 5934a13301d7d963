"""Find the ARN that a call rejected, and say what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from iamtriage.explaining._rules.shared import arn_diagnosis, clues, clusters
from iamtriage.explaining._rules.shared.arn_diagnosis import ArnDiagnosis
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal
from iamtriage.sts._endpoints import find_endpoint

if TYPE_CHECKING:
    from iamtriage.arns._principals import Principal
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidArn
    from iamtriage.typing import RoleTarget


class RejectedArn(NamedTuple):
    """An ARN that a call rejected.

    Attributes:
        text: The ARN, or ``None`` if the text does not state it.
        diagnosis: What is wrong with it, or ``None`` if its form is correct.
    """

    text: str | None
    diagnosis: ArnDiagnosis | None

    @property
    def principal(self) -> Principal | None:
        """The principal, with a placeholder for an account that is masked."""
        if self.text is None:
            return None
        return try_parse_principal(self.text) or arn_diagnosis.parse_principal_of_masked_account(self.text)

    @property
    def is_of_other_partition(self) -> bool:
        """Whether the partition is not that of the Region of the call."""
        return self.diagnosis is not None and self.diagnosis.cause is arn_diagnosis.PARTITION_OF_ARN

    @property
    def correct_arn(self) -> str | None:
        """The ARN to use instead, if known."""
        return None if self.diagnosis is None else self.diagnosis.correct_arn

    @property
    def lookup_command(self) -> str:
        """The command that prints the correct ARN."""
        stated = None if self.diagnosis is None else self.diagnosis.lookup_command
        return stated or arn_diagnosis.lookup_command(self.principal)

    def describe(self, otherwise: str) -> str:
        """Return what is wrong with the ARN, as the end of a sentence, or other words if that is unknown."""
        if self.diagnosis is None:
            return otherwise
        reason = self.diagnosis.text.removeprefix("The ARN breaks a rule: ")
        return f"{reason[:1].lower()}{reason[1:]}"

    def causes(self, reported: Cause) -> list[Cause]:
        """Return the reported cause, and what is wrong with the ARN."""
        if self.diagnosis is None:
            return [reported]
        correct = () if self.correct_arn is None else (f"The correct ARN is {self.correct_arn}",)
        because = (*correct, f"The rejected ARN is {self.text}")
        return [reported, self.diagnosis.cause.cause("derived", because, text=self.diagnosis.text)]


def diagnose_arn(case: Case[InvalidArn], text: str | None, target: RoleTarget) -> RejectedArn:
    """Return an ARN with what is wrong with it, such as another partition than that of the Region of the call."""
    diagnosis = None if text is None else arn_diagnosis.diagnose_arn(text, target)
    if text is None or diagnosis is not None or target == "aws-auth":
        return RejectedArn(text, diagnosis)
    region, (prefix, partition, rest) = clues.find_region(case), text.split(":", 2)
    endpoint = None if region is None else find_endpoint(region)
    if endpoint is not None and endpoint.partition != partition:
        diagnosis = ArnDiagnosis(
            arn_diagnosis.PARTITION_OF_ARN,
            f"The partition of the ARN is {partition}, but {region} is in {endpoint.partition}.",
            f"{prefix}:{endpoint.partition}:{rest}",
        )
    return RejectedArn(text, diagnosis)


def find_rejected_arn(case: Case[InvalidArn], message: str, target: RoleTarget = "iam") -> RejectedArn:
    """Return the rejected ARN from the text, or else from the facts, but not the caller's."""
    known = " ".join(filter(None, (message, case.failure.resource, case.facts.resource)))
    arns = (arn for arn in clusters.find_iam_arns(known) if arn != case.failure.principal)
    return diagnose_arn(case, next(arns, None), target)
