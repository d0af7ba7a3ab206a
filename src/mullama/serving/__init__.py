"""One engine, many clients: the OpenAI-compatible HTTP service behind `mullama serve`; demo/ is the page.

    serve_options.py    what a server is told, as flags (imports nothing heavy)
    app.py         the routes; server.py runs them, from the first byte to SIGTERM
    gate.py        what every request must pass before it is read: key, rate, size, time
    chat_request.py, conversation.py    a request -> one question about one sound
    sounds.py, sound_store.py, fetch.py    a part of a request -> a file, held while it is asked about
    replies.py, ticket_stream.py        tickets of the engine -> a completion, whole or as events
    refusals.py    everything that can go wrong -> the API's error object

fastapi, uvicorn and prometheus_client are used here only.
"""
