"""Open questions as they come up in everyday life: further patterns beside those of `open_questions.py`.

They speak around a thing instead of naming it (a neighbour, a gym, a drawer), as people do who do not know
the word. It knows no answers.
"""

EVERYDAY_OPEN: dict[str, tuple[str, ...]] = {
    "energy": (
        (
            "[Is it|Will it be] [laid-back|wild|tame|powerful|gentle|restless|drowsy|loud and wild|"
            "soft and quiet]?"
        ),
        "[Does it|Will it] [rock|bounce|groove|explode|put me to sleep|get people going]?",
    ),
    "listeners": (
        (
            "[Who|What sort of person|What type of listener] [would listen|would dance|listens|comes "
            "dancing] to [that|this|such music|{it}]?"
        ),
        (
            "[Would|Will|Might|Could] [my mother|my uncle|my boss|a teenager|a toddler|my neighbours|"
            "an old man|my girlfriend|a student|a child] [like|love|stand|buy] {it}?"
        ),
        (
            "[Is it|Is this|Would it be] [something|a good gift|music|right] for [teenagers|children|"
            "my parents|rockers|jazz lovers|fans of folk|old people|dancers|hikers]?"
        ),
        "[Whose|Which people's] [taste|cup of tea] is {it}?",
        (
            "[What|Which] [fans|crowds|age group|generation|people] [would|does|will] {it} [please|"
            "attract|appeal to|speak to|reach]?"
        ),
        (
            "[My|Our] [cousin|colleague|flatmate|grandfather|aunt] [loves|likes] [loud|quiet|old|"
            "fast|gentle|modern] [music|things|stuff]. [Is it for them|Will they like it|A good "
            "present]?"
        ),
        (
            "[Shall|Should|Could] I [give|send|play|show] {it} to [my friends|my kids|a rock fan|a "
            "jazz lover|grandma|a pupil]?"
        ),
    ),
    "place": (
        (
            "[Would|Could|Might] {it} [be on|run|be heard|play] in [a shop|a lift|a bar|a church|a "
            "hotel|a barber's|a waiting room|a stadium]?"
        ),
        (
            "[What|Which] [spot|country|room|stage|kind of bar|town] [does {it}|would {it}] [call to "
            "mind|make you think of|belong in|take you to]?"
        ),
        (
            "[Is it|Would it be] [right|good|fine|okay] [in|for] [a restaurant|a library|a lounge|a "
            "garden|a club|a theatre|my shop]?"
        ),
        (
            "[Where|In what corner of the city|At which event] would [a busker|a band|they] [play "
            "{it}|perform {it}|get a gig with {it}]?"
        ),
    ),
    "film": (
        (
            "[Under|Over|Behind] [what|which] [scene|pictures|shots|images] [would|should|could] [I|"
            "one|a director] [lay|set|put|run] {it}?"
        ),
        (
            "[Chase|Love scene|Comedy|Horror|Western|Documentary], or [what|which scene] [is it for|"
            "does it suit|goes with it]?"
        ),
    ),
    "fit": (
        "[Would|Will|Could] {it} [do|work|go down well|be right|be welcome] for {occasion}?",
        (
            "For {occasion}, [should I take it|yes or no|is that a good pick|would that be wise|is "
            "it suitable]?"
        ),
        (
            "[I'm|We're|I am] [planning|thinking of] {occasion}. [Shall we play it|Is it right|Use "
            "this one|Would it work]?"
        ),
    ),
    "activity": (
        (
            "[Can|Could|Should|Would] [I|one|you|we] [sleep|study|work|read|cook|drive|clean|"
            "meditate|exercise|do yoga|iron|paint|garden|swim|train|relax] [to|with] {it}?"
        ),
        (
            "[Good|Any good|Useful|Right|Suitable] for [sleeping|working|reading|cooking|driving|"
            "cleaning|meditating|exercise|knitting|a workout|a nap|homework|a walk|housework]?"
        ),
        (
            "[Does it|Will it|Would it] [help me|let me|make me] [sleep|concentrate|wake up|relax|"
            "work out|focus|unwind|get up|calm down]?"
        ),
        (
            "[I'm|I am|We're] [running|tidying|studying|driving|cleaning|going to bed|exercising|"
            "reading|working late]. [Is it any good|Does it fit|The right thing|Should I play it]?"
        ),
        (
            "[What|Which thing] [do people|should one|would you] do [to|with] [music like this|such "
            "a piece|{it}]?"
        ),
        "[At what time|In which part|At which hour] of the day [does it work|should it run|is it best]?",
        "[Gym|Bed|Kitchen|Car|Desk] [music|material|stuff], [or not|yes or no|right]?",
    ),
    "compare": (
        "[Set|Hold] {it} [against|beside] {other}[: what differs|. What do you notice|].",
        (
            "[How far is it from|[How|In which way] is it different from|Where does it [stand apart "
            "from|part ways with]] {other}?"
        ),
        (
            "[Is it|Would it be] [closer to|nearer to|more like|less like|slower than|faster than|"
            "calmer than|louder than|wilder than|heavier than|lighter than] {other}?"
        ),
        (
            "[What|Which] [style|genre|kind of music] [is it closest to|comes closest|is its next of "
            "kin|is it related to|is most like it]?"
        ),
        "[Does|Would|Could] {it} [resemble|remind you of|pass for|stand beside] {other}?",
        (
            "[Next to|Compared with|As against] {other}, [what is it like|how is it|is it slow|is it "
            "heavy|what is special]?"
        ),
        "[Distinguish|Separate] {it} from {other}[|, please|, if you can].",
    ),
    "short": (
        "[What|So what] [have we|do we have|goes on] [here|in there]?",
        "[The gist|A summary|One sentence|The short version|An overview], [please|will do|is enough].",
        "[How does {it} sound|What does {it} sound like][|, then|, all in all]?",
        "[Say|Tell me] [what is going on|what this is|what's happening|what you hear] [|in there|in {it}].",
    ),
    "long": (
        "[Guide|Lead|Take] me through [{it}|what is playing].",
        (
            "[Write|Type] [as much as you can|all you know|a full report|a page|everything] [about "
            "{it}|on {it}]."
        ),
        "[The|A] [full|long|complete] [story|version|report|picture], please.",
        (
            "[I want|Give me|I'd like] [all the [details|facts]|every [detail|fact]] [of {it}|about "
            "{it}|you can hear]."
        ),
    ),
    "infer": (
        (
            "[What follows|What can be learnt|What can be guessed|Does anything follow|Can anything "
            "be learnt] from [the sound|listening|the notes] [alone|]?"
        ),
        "[Which|What] [features|traits|qualities|details] [catch the ear|do you notice|are telling]?",
        (
            "[What|How much] [would|could|can] [an expert|a musician|a good ear|somebody with "
            "training] [hear|read|find] [in {it}|there]?"
        ),
        "[Your|Any] [impressions|observations|thoughts|findings] [on {it}|about {it}|]?",
    ),
}
"""Kind of question -> patterns; {other} and {occasion} are blanks as in the plain tables."""

EVERYDAY_SUBJECTS: dict[str, tuple[str, ...]] = {
    "lyrics": (
        (
            "[What|Which words] [do they|does she|does he|does the singer] [sing|tell us|shout|"
            "whisper] [in the first line|in the bridge|there]?"
        ),
        (
            "[Print|Recite|Dictate|Read out|Type up|Write] the [text|words|lyrics|refrain|verses|"
            "song text] [|for me|, please]."
        ),
        (
            "[Is there|Do you hear] [bad language|a rhyme|a name|a dirty word] in the [text|words|"
            "lyrics|verse]?"
        ),
        "What is the [song text|poem|text] [about|like]?",
        (
            "[What|Which] [line|words|sentence] [come|stand|do they sing] [first|after the refrain|"
            "next|at the end] [in the text|of the song text]?"
        ),
        (
            "[Do the [words|verses|lyrics]|Does the refrain] [speak|tell|sing] of [peace|home|summer|"
            "a woman|war|God]?"
        ),
        "[The|Its] [text|words|song text|verses], please.",
    ),
    "artist": (
        "[Do I know|Who are|Have I heard of] [these people|this band|that group|those musicians]?",
        (
            "[Is it|Is this|Could that be] [Queen|Abba|Elvis|the Rolling Stones|Metallica|Daft Punk|"
            "Miles Davis|Madonna|U2]?"
        ),
        "[What|Which] [group|duo|celebrity|orchestra by name|famous musician] [is|stands] behind {it}?",
        (
            "[Tell me|Say|Guess] who [performs|recorded|made] [it|this|that]: [the name|a name|which "
            "band|which artist]?"
        ),
    ),
    "composer": (
        "[Who|Whose head|Which person] [thought this up|penned it|invented the tune|came up with {it}]?",
        "[Whose|Which composer's] [work|piece|music|creation] is [it|that|this]?",
    ),
    "title": (
        (
            "[Recognise|Identify|Look up|Detect|Find out] [the song|this track|the piece|this tune] "
            "[for me|, please|]."
        ),
        "[What|Which] [name|title|heading] [stands|is printed] on the [file|back|disc|score]?",
        "[I forgot|I can't remember|Remind me] [what it's called|how the song is called].",
        "[Do|Can] you [recognise|know|identify|place] [the song|this one|that song|it]?",
    ),
    "year": (
        "[From|Of] [what|which] [decade|century|era|age|time] is {it}?",
        "[Sixties or nineties|Old or new|Recent or ancient|Which era|Last century or this one]?",
        "What was the [date|day|year] of the [recording|release|premiere|first night]?",
        "[How long ago|How many years ago] [did they make it|was that|did it come out|was it made]?",
    ),
    "album": (
        "[Which|What] [CD|LP|disc|release|collection] [is {it} part of|has {it} on it|do I find {it} on]?",
        "Is it [a B-side|on a compilation|from a debut|on an LP]?",
    ),
    "label": (
        "[Which|What] [company|firm|publisher|music house] [sold|pressed|distributed|issued] {it}?",
        "[Who|Which firm] [paid for|financed|manufactured|marketed] {it}?",
    ),
    "sales": (
        "How many [people bought it|[records|units|downloads] [were sold|did they sell]]?",
        "[Was|Is] it a [big seller|commercial success|flop|gold record]?",
        "[How much|What] money did {it} [make|earn|bring]?",
    ),
    "place of recording": (
        "[From|In] [which|what] [land|part of the world|nation|city|continent] was it made?",
        "[Made|Recorded|Produced|Taped] [where|in which town|in America or in Europe|at whose place]?",
    ),
    "language": (
        "[Is the text|Are the words|Do they sing] in [Italian|Russian|Latin|Chinese]?",
        "[Which|What] [tongue|dialect|language] [is the text in|do I hear|is used in the words]?",
    ),
    "singer": (
        "[Whose|What man's or woman's] voice [is that|do I hear|is on it]?",
        "[The|Its] [vocalist|singer|front woman]: [what is the name|who|name, please]?",
    ),
    "rights": (
        "[Do I|Must I|Should we] [pay to use it|ask before I upload it|get a licence for {it}]?",
        "Under [what|which] [licence|terms] [is {it}|can I share {it}]?",
    ),
}
"""What sound does not tell -> patterns of questions after it."""
