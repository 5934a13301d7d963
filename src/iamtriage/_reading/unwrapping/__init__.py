"""Remove boxes, line wraps, escapes and prefixes, and keep the offsets."""
