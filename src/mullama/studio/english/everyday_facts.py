"""Questions after what can be heard, as they come up in everyday life: further patterns beside `questions.py`.

They speak around a thing instead of naming it (a foot that taps, a shelf in a shop), as people do who do not
know the word. It knows no answers.
"""

EVERYDAY_FACTS: dict[str, tuple[str, ...]] = {
    "tempo": (
        (
            "[Which|What] number [do I type into|goes into|belongs in] [my drum machine|the "
            "sequencer|the click track]?"
        ),
        "[At what rate|How often] does the [pulse|beat] [come|hit|tick] [per minute|in a minute]?",
        "[Clock|Time|Measure] the [beats|pulse] [for me|please|of {it}].",
        "[My|Our] click [track|] [has to|should|must] match {it}[: what value|. Which number]?",
        "[DJ here|I mix records]: [what|which] [BPM|tempo] [is {it}|am I dealing with|have we got]?",
        "[Any|A|Your] guess [at|about] the [BPM|tempo|beats per minute]?",
        "[Any|Your|A rough] [idea|estimate] of the [BPM|tempo|beats per minute]?",
        "How does {it} come out [in BPM|in beats per minute|on the metronome]?",
        "[120|90|140|100], or [what BPM|how many BPM|how many beats a minute]?",
        "[How many|What number of] [heartbeats|steps|taps|claps] [per|a] minute would keep up with {it}?",
    ),
    "pace": (
        "Does {it} [drag|crawl|rush|race|hurry|speed|plod|take its time]?",
        "[Do they|Does the band] [play|take] {it} [fast|slowly|at a gallop|at a walk|in a hurry]?",
        "[Is it|Is this|Are they] in a [hurry|rush]?",
        "[Leisurely|Unhurried|Sluggish], or [what|rather quick]?",
        "[Brisk|Lively|Hasty], or [what|rather slow]?",
        (
            "[Is the [tempo|pace|speed]|Would you say the [tempo|pace|speed] is] [really|rather|"
            "quite] [slow|high|low] for a [slow dance|march|song]?"
        ),
        "[How|Just how] [brisk|rapid|slow-moving|speedy|hurried] [is {it}|does that sound]?",
        "[Allegro, andante or adagio|Adagio or allegro|Presto or largo]?",
        "[Could|Can] [a walker|a runner|an old lady|a beginner] keep up with {it}?",
        "[Ballad speed|Slow|A crawl] or [dance speed|fast|a sprint]?",
    ),
    "metre": (
        (
            "[Is it|Are we] in [three or in four|four or in three|six or in four|threes or in fours|"
            "three or something else]?"
        ),
        "[Do they|Does one] count to [three|four|six] [here|in {it}|before it starts over]?",
        (
            "[Three beats or four|Four beats or three|Two, three, four or six beats] [in a bar|to "
            "the bar|a bar|in each group]?"
        ),
        "[What|Which] [fraction stands|numbers stand|figures would stand] [after|next to|behind] the clef?",
        "After how many beats does the [strong|heavy|first|accented] beat [come back|fall|return]?",
        "[Does it|Would it] [swing|sway|go|run] in [triple|duple|compound|quadruple] [time|metre]?",
        "[Oom-pah-pah or oom-pah|Oom-pah or oom-pah-pah]: [which is it|how does it go|which one]?",
        (
            "[Could|Can|Should] [one|I|couples] [waltz|step|polka] to {it}, [by the count|going by "
            "the beats in a bar]?"
        ),
        "[How are the [beats|pulses] grouped|In what groups do the [beats|pulses] [gather|fall together]]?",
        (
            "[The|A] [conductor|drummer] asks [how many beats there are in a measure|what measure it "
            "is in|what the meter is]."
        ),
        (
            "[Is that|Is it] [6/8|3/4|4/4|a three|a four|six-eight|three-four|four-four] [or not|or "
            "something else|that I am hearing]?"
        ),
        "[Beats per bar|Beats in a measure|Meter|The count], [please|if you can tell]?",
    ),
    "key": (
        "[Where|On which note] [is|lies] the [tonal centre|tonic|root|keynote|home tone]?",
        (
            "[Which|What] [chord|note] [does it|do they] [come home to|end on|rest on|settle on|"
            "circle around]?"
        ),
        "How many [sharps|flats|sharps or flats] [are there|do I need|would I write|are in the signature]?",
        (
            "[What|Which] [scale|notes] [should I|can I|could I] [use|play|practise|pick] [to jam|"
            "for a solo|over {it}|along with {it}]?"
        ),
        (
            "[I'm|I am] [transposing|transcribing|arranging|harmonising] {it}[: from what key|, so "
            "which key is it in|. Which key]?"
        ),
        (
            "[The|Our|My] [guitarist|pianist|choir|trumpeter|bass player|fiddler] [asks for|wants to "
            "know|needs] the key [of {it}|]."
        ),
        "[Is the|Is its] [scale|tonality|harmony] [sad or happy|bright or dark]?",
        "[What|Which] [harp|whistle|capo position|tuning] [fits|suits|do I need for] the key [of {it}|]?",
        (
            "[Name|Find|Identify|Give me] the [tonic|root note|scale|key signature] [|and the mode|"
            "and tell me whether it is major]."
        ),
        "[C major|G minor|D major|A minor], or [what|which key|another key]?",
        (
            "[Sounds|Feels] like [a minor key|a major key|minor|major] to me, [or which key is it|or "
            "is it not]?"
        ),
    ),
    "mode": (
        "[Is the [third|scale|tonic chord]|Are the [chords|harmonies]] [major or minor|minor|major]?",
        "[Dur or moll|Moll or dur|Minor key|Major key]?",
        (
            "[Does it stand|Would you say it is] in [a minor key|a major key|minor|major] [or not|or "
            "the other one]?"
        ),
    ),
    "instruments": (
        (
            "[What all do they|What does the band|What kinds of instruments did they] [play|use|"
            "bring|have on stage]?"
        ),
        (
            "[Who|Which musicians] [would|must|should] I [need|call|book|invite|ask] to [perform|"
            "cover|record] {it}?"
        ),
        (
            "[Name|Tell me|Point out] [everybody|everyone|each player|all players] [you hear|that "
            "plays|in the band]."
        ),
        "[What|Which] [gear is|equipment is|instruments are] on {it}?",
        "[Could|Can] you [tell apart|separate|make out|name] the [parts|players|voices|layers|sounds]?",
        "[What's|What is] [making|producing] [that|this|the] [noise|sound|music]?",
        (
            "[Let's hear|Go through|Run through] the [players|line-up|instrumentation|orchestration|"
            "ensemble|band members]."
        ),
        "[Which|What] instruments [are|were] [mixed|recorded|layered] [together|] [here|in {it}]?",
        (
            "[The|Its] [orchestration|scoring|instrumentation|ensemble|arrangement]: [what is in it|"
            "who plays|what do you hear|name it]?"
        ),
        "[With|On] [what|which] instruments [do|did] they [make|perform|record] {it}?",
        "[What|Who] [else|all] is [playing|in there|on the record|in that band]?",
        (
            "[Strings, keys, winds|Guitars, keys, horns|Wood, brass, strings]: [what is there|what "
            "have we got|which ones]?"
        ),
        "[I hear|There are] several instruments. [Which|Which ones are they|Can you name them]?",
        "[Start|Begin] [from the bottom|with the bass] and [name|list] [every|each] [part|sound|player].",
        (
            "[If|When] I [cover|rebuild|re-record] {it}, [which|what] [instruments|players] [must|"
            "should] I [take|hire|have]?"
        ),
    ),
    "drums": (
        "[Is|Was] [somebody|anyone|someone|a person] [sitting at|behind|at] the [drums|drum set|drum kit]?",
        (
            "[Do|Can] you [notice|catch|make out] [a snare|a kick drum|cymbals|a hi-hat|a drum beat|"
            "a beat on drums]?"
        ),
        "[Does [a|the] [percussionist|drummer] [take part|play along|have a part]|Is a drummer involved]?",
        "[Percussion|Drum kit|Drum track|Snare and kick], [yes or no|is there any|or nothing of the kind]?",
        "[Do they|Does it] [do without|have|use|come with] [a drummer|percussion|a drum kit|drums]?",
        "[Anybody|Somebody] [hitting|beating|banging] [the skins|drums|on a kit]?",
        "[Is it|Is the rhythm] [driven|carried|kept] by [a drum kit|drums|percussion|a drummer]?",
    ),
    "lead": (
        (
            "[Who's|Who is|What's|What is] [up front|in the spotlight|on top|the star|the main "
            "voice] [|musically|among the instruments]?"
        ),
        "[Who|Which of them|Which player] [has|is given] the [melody|main part|tune|theme|big part]?",
        (
            "[What|Which instrument] [sings|delivers|presents|intones] the [theme|air|main theme|"
            "hook|melody|tune]?"
        ),
        "[The|That] [melody|tune|main line|theme|hook]: [who plays it|on which instrument|who has it]?",
        (
            "[Which|What] [instrument|part] [is|sounds] [most prominent|dominant|the most important|"
            "loudest|foremost]?"
        ),
        "[Whom|What] do the others [accompany|back|follow|support]?",
        "Is there a [soloist|lead player|front man] [|and who is it|and on what]?",
        (
            "[Were I to hum|Were I to whistle|If I hummed|If I whistled] the [tune|melody], [whose "
            "part|which instrument] would I [copy|follow|imitate]?"
        ),
    ),
    "style": (
        (
            "[In|Under] [what|which] [rack|shelf|bin|drawer|folder|heading] [does {it} go|would I "
            "file {it}|would a shop keep {it}]?"
        ),
        (
            "[What|Which] [scene|school|tradition|corner of music|direction] [does {it} come|is {it}|"
            "do they come] from?"
        ),
        "[Rock|Jazz|Blues|Funk] [or|or rather] [metal|classical|pop|baroque|reggae|something different]?",
        "[What|Which] [box|pigeonhole|category] [would you|do I|should I] put {it} into?",
        (
            "[What|Which] [music|kind of stuff|sort of thing] [would you|do people|does one] call "
            "[that|this|{it}]?"
        ),
        (
            "[Stylistically|In terms of genre|As for genre|Genre], [what is it|what are we hearing|"
            "where does it belong|what do you say]?"
        ),
        (
            "[Is that|Is it|Would that be] [some kind of|a sort of|kind of] [rock|jazz|folk|"
            "electronic music|dance music|classical music], or [what|what is it]?"
        ),
        (
            "[Would|Could|Might] [a radio station|a streaming service|a record shop|an expert] [call "
            "it|list it as|sort it under] [jazz|techno|metal|blues|folk], or [what|what else]?"
        ),
        "[The|Its] [genre|style|category], in [a word|short|two words]?",
    ),
    "mood": (
        "[What|Which] [mood|spirit|air|aura] [is in it|hangs over {it}|fills {it}|lies behind {it}]?",
        (
            "[What|Which] [kind of|sort of|] [emotions|feelings] [are in it|lie behind {it}|fill "
            "{it}|does it hold]?"
        ),
        (
            "[Does it|Will it|Would it] [cheer me up|sadden me|comfort me|scare me|excite me|make me "
            "cry|make me smile]?"
        ),
        (
            "[Is it|Does it sound] [joyful|tense|peaceful|gloomy|melancholy|angry|serene|tender|"
            "sinister|merry|bleak] [or|or rather] [sad|calm|happy|relaxed|lively|dark|not]?"
        ),
        (
            "[Emotionally|As for feeling|As to mood|Mood-wise], [what is it like|how would you put "
            "it|what comes through]?"
        ),
        (
            "[Is the composer|Are the players|Is whoever plays this] [in a good mood|happy|sad|angry|"
            "in love|at peace]?"
        ),
        "[What|Which] [face|emoji|smile or frown] [goes with|suits|fits] {it}?",
        (
            "How [would|do|will] [people|guests|listeners|my friends] feel [when they hear {it}|"
            "after {it}|listening to that]?"
        ),
        (
            "[Is it|Is that] [more of|rather] [a smile or a tear|a laugh or a frown|a sunny thing or "
            "a stormy one]?"
        ),
        "[The|Its] [spirit|temper|character|emotion|feel], [please|how would you name it|in a word]?",
    ),
    "vocals": (
        (
            "[Is|Was] there [a human voice|somebody at the microphone|a rapper|a crooner|humming] [|"
            "in {it}|anywhere]?"
        ),
        "[Do they|Does anybody|Does the band] [sing|rap|hum|shout|chant|use a voice]?",
        "[Could|Can] [I|we] [sing over|use] {it} [as a backing track|without a voice in the way]?",
        "[Only|Just|Nothing but] instruments, or [a voice too|is somebody singing|do I hear a singer]?",
        "[Instrumentals|Songs] only, please: is there [a voice|singing|a vocal]?",
    ),
}
"""Kind of question -> patterns."""
