"""Read the context in the text around a failure: names, command lines, documents, and the caller.

Only explanations use the context. The record of a failure does not depend on it.
"""
