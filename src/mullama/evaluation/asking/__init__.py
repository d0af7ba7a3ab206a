"""Items and systems -> answers: what is put to whom, under which control, and what came back."""
