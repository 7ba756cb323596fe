"""What a model said, sentence by sentence, compared with the passages it was given."""
