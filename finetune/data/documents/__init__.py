"""A library -> rows: questions, answers with quotes, rows without an answer, programs, text."""
