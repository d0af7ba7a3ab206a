"""The web demo behind `mullama demo`: a page on which music is dropped and asked about.

    demo_options.py    what a demo is told, as flags (imports nothing heavy)
    visit.py           what one browser tab has heard and been told, as plain values
    talk.py            a visit and an engine: hears, asks, gives up
    option_fields.py   the fields of `Sampling` -> fields of the page
    texts.py           visits -> the page's HTML and chat messages
    page.py            the components, and what happens when they are used
    doors.py           how often passwords are tried, how much visitors' files take
    launch.py          the page on a port of its own, or mounted in another application

gradio is used here only.
"""
