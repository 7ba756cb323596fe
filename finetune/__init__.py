"""Documents or datasets -> an adapter. Empty until fine-tuning arrives."""
