"""Documents or datasets -> an adapter."""
