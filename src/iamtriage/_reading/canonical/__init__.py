"""Read the exact prints of SDKs, one match each."""
