"""Read, correct and describe the ARNs and principals that messages name.

- Read: ``principal_words``, also a caller that a text names in words or masks.
- Correct: ``arn_diagnosis``, also the punctuation.
"""
