"""Strip boxes, wraps, escapes and prefixes, keeping the offsets."""
