"""The OpenAI-compatible server: `seodang serve`."""
