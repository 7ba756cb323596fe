"""Programs over evidence: a sandbox, the language that programs may use, and answers that are computed in it."""
