"""What a model can do, measured on music that it was not trained on."""
