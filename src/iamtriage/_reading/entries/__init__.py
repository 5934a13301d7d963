"""Split a stream or text into log entries and documents."""
