"""Hear here, answer there: songs become adapters of a vLLM that serves what `mullama export` wrote.

address.py      an address that may be asked -> where connections go
client.py       the calls: models, adapters, completions; every reply is bounded and checked
completion.py   a row -> a request, and what comes back -> tokens
shelf.py        songs -> adapters in a folder and at the server, as many as there is room for
far.py          all of these on an event loop of their own: a row and its song -> tokens
listener.py     a MuLlama without a language model, which hears, and asks there
answering.py    tickets -> answers, in the place of the engine's own
"""
