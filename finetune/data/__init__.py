"""Datasets and documents -> training rows; see finetune/data/preparation.py."""
