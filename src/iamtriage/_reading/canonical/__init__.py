"""Parse unmodified output of SDKs, tools and services with one pattern each."""
