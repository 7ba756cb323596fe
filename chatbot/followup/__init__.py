"""Follow-up questions rewritten to stand alone."""
