"""Read the pieces of failures that SDKs, services and Kubernetes print.

Every reader keeps the same contract:

1. It gets a readable text: ``unwrapping`` has removed boxes, prefixes, escapes and line breaks inside words. Some
   readers also get ``flat``, the same text with spaces for newlines, to search it for literals.
2. It yields a ``Piece`` for each place that it recognizes, with the facts that are stated there, their positions in
   the text, and how reliable each of them is. The order is that of the text, unless the reader says otherwise.
3. It decides nothing: which pieces make up a failure, and whether AWS reported it, is the task of ``judging``.
4. It raises no exception, whatever the text.
5. It takes linear time: it searches for literals before patterns, and no pattern can backtrack without a bound.
"""
