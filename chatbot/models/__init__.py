"""Language models: local ones through transformers, served ones through an OpenAI-compatible server."""
