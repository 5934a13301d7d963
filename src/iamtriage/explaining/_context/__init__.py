"""Read what the text around a failure states: names, command lines, documents, and who made the call.

Only explanations read it; the record of a failure does not depend on it.
"""
