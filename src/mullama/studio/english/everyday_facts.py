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
        "[Clock|Time|Count out] the [beats|pulse] [for me|please|of {it}].",
        "[My|Our] click [track|] [has to|should|must] match {it}[: what value|. Which number]?",
        (
            "[DJ here|I mix records]: [what|which] [BPM|tempo|pitch speed] [is {it}|am I dealing "
            "with|have we got]?"
        ),
        "[Any|A|Your] [guess|estimate|idea] [of|at|about] the [BPM|tempo|beats per minute]?",
        "[Where|How] does {it} [stand|come out] [tempo-wise|in BPM|in beats per minute|on the metronome]?",
        "[120|90|140|100], or [what|how many] [BPM|beats a minute]?",
        (
            "[How many|What number of] [heartbeats|steps|taps|claps] [per|a] minute [is that|would "
            "keep up with {it}]?"
        ),
    ),
    "pace": (
        "Does {it} [drag|crawl|rush|race|hurry|speed|plod|take its time]?",
        "[Do they|Does the band] [play|take] {it} [fast|slowly|at a gallop|at a walk|in a hurry]?",
        "[Is it|Is this|Are they] in a [hurry|rush]?",
        "[Leisurely|Unhurried|Brisk|Sluggish|Lively], or [what|rather quick|rather slow]?",
        (
            "[Is the|Would you say the] [tempo|pace|speed] is [too|very|really|quite] [high|low|slow|"
            "fast] for a [slow dance|march|song]?"
        ),
        "[How|Just how] [brisk|rapid|slow-moving|speedy|hurried] [is {it}|does that sound]?",
        "[Allegro, andante or adagio|Adagio or allegro|Presto or largo]?",
        "[Could|Can] [a walker|a runner|an old lady|a beginner] keep up with {it}?",
        "[Ballad speed|Slow|A crawl] or [dance speed|fast|a sprint]?",
    ),
    "metre": (
        "[Is it|Do I have|Are we] in [three|four|six|threes|fours] or [in four|in three|something else]?",
        "[Do they|Does one] count to [three|four|six] [here|in {it}|before it starts over]?",
        (
            "[Three beats or four|Four beats or three|Two, three, four or six beats] [in a bar|to "
            "the bar|a bar|in each group]?"
        ),
        (
            "[What|Which] [fraction|numbers|figures] [stand|stands|would stand|do I write] [after "
            "the clef|on the staff|in front of the notes|next to the clef]?"
        ),
        "[Where|After how many beats] does the [strong|heavy|first|accented] beat [come back|fall|return]?",
        "[Does it|Would it] [swing|sway|go|run] in [triple|duple|compound|quadruple] [time|metre]?",
        (
            "[One two three|One two three four|Oom-pah-pah or oom-pah]: [which is it|how does it go|"
            "which one]?"
        ),
        (
            "[Could|Can|Should] [one|I|couples] [waltz|march|jig|polka] [to|along to] {it}, "
            "[rhythmically|by the count|as to the beat]?"
        ),
        "[How|In what groups] [are|do] the [beats|pulses] [grouped|gather|fall together]?",
        (
            "[The|A] [conductor|drummer] asks [how many beats there are in a measure|which measure "
            "it is|what the meter is]."
        ),
        (
            "[Is that|Is it] [6/8|3/4|4/4|a three|a four|six-eight|three-four|four-four] [or not|or "
            "something else|I am hearing]?"
        ),
        "[Beats per bar|Beats in a measure|Meter|The count], [please|if you can|any idea]?",
    ),
    "key": (
        "[Where|On which note] [is|lies] the [tonal centre|tonic|root|keynote|home tone]?",
        (
            "[Which|What] [chord|note] [does it|do they] [come home to|end on|rest on|settle on|"
            "circle around]?"
        ),
        (
            "[How many|Which] [sharps|flats|sharps or flats] [are there|do I need|would I write|are "
            "in the signature]?"
        ),
        (
            "[What|Which] [scale|notes] [do I|should I|can I|could I] [use|play|practise|pick] [to "
            "jam|for a solo|over {it}|along with {it}]?"
        ),
        (
            "[I'm|I am] [transposing|transcribing|arranging|harmonising] {it}[: from what key|, so "
            "which key is it|. Which key]?"
        ),
        (
            "[The|Our|My] [guitarist|pianist|choir|trumpeter|bass player|fiddler] [asks|wants to "
            "know|needs to know] [the key|what key to play in|which key we are in]."
        ),
        "[Is the|Is its] [key|scale|tonality|harmony] [a sad one|a happy one|sad or happy|bright or dark]?",
        "[What|Which] [harp|whistle|capo position|tuning] [fits|suits|do I need for] the key [of {it}|]?",
        (
            "[Name|Find|Identify|Give me] the [tonic|root note|scale|key signature] [|and the mode|"
            "and tell me whether it is major]."
        ),
        "[C major|G minor|D major|A minor], or [what|which key|another key]?",
        (
            "[Sounds|Feels] like [a minor key|a major key|minor|major] to me, [or|or which key is it|"
            "or is it not]?"
        ),
    ),
    "mode": (
        "[Is the|Are the] [third|chord|chords|scale|harmonies] [major or minor|minor|major]?",
        "[Dur or moll|Moll or dur|Minor key|Major key]?",
        (
            "[Does it|Would you say it] [stand|is] in [a minor key|a major key|minor|major] [or not|"
            "or the other one]?"
        ),
    ),
    "instruments": (
        (
            "[What|Which] [all|things|kinds of instruments] [do they|does the band|did they] [play|"
            "use|bring|have on stage]?"
        ),
        (
            "[Who|Which musicians] [would|must|do] I [need|call|book|invite|ask] to [perform|cover|"
            "record] {it}?"
        ),
        (
            "[Name|Tell me|Point out] [everybody|everyone|each player|all players|the whole band] [|"
            "you hear|that plays]."
        ),
        "[What|Which] [gear|equipment|instruments] [is|are] on {it}?",
        "[Could|Can] you [tell apart|separate|make out|name] the [parts|players|voices|layers|sounds]?",
        "[What's|What is] [making|producing] [that|this|the] [noise|sound|music]?",
        (
            "[Let's hear|Go through|Run through] the [players|line-up|instrumentation|orchestration|"
            "ensemble|band members]."
        ),
        "[Which|What] [ones|instruments] [are|were] [mixed|recorded|layered] [together|] [here|in {it}]?",
        (
            "[The|Its] [orchestration|scoring|instrumentation|ensemble|arrangement]: [what is in it|"
            "who plays|what do you hear|name it]?"
        ),
        "[With|On] [what|which] [instruments|things] [do|did] they [make|perform|record] {it}?",
        "[What|Who] [else|all] is [playing|in there|on the record|in that band]?",
        (
            "[Strings, keys, winds|Guitars, keys, horns|Wood, brass, strings]: [what is there|what "
            "have we got|which ones]?"
        ),
        (
            "[I hear|There are] several [instruments|things at once]. [Which|Which ones are they|Can "
            "you name them]?"
        ),
        "[Start|Begin] [from the bottom|with the bass] and [name|list] [every|each] [part|sound|player].",
        (
            "[If I|When I] [wanted to|] [cover|rebuild|re-record] {it}, [which|what] [instruments|"
            "players] [would|must|should] I [take|hire|need]?"
        ),
    ),
    "drums": (
        (
            "[Is|Was] [somebody|anyone|someone|a person] [sitting at|behind|at] the [drums|drum set|"
            "kit|drum kit]?"
        ),
        (
            "[Do|Can] you [notice|catch|make out] [a snare|a kick drum|cymbals|a hi-hat|a drum beat|"
            "a beat on drums]?"
        ),
        "[Does|Is] [a|the] [percussionist|drummer] [take part|play along|involved|have a part]?",
        "[Percussion|Drum kit|Drum track|Snare and kick], [yes or no|is there any|or nothing of the kind]?",
        "[Do|Does] [they|it] [do without|have|use|come with] [a drummer|percussion|a drum kit|drums]?",
        "[Anything|Somebody] [hitting|beating|banging] [a skin|the skins|drums|on a kit]?",
        "[Is it|Is the rhythm] [driven|carried|kept] by [a drum kit|drums|percussion|a drummer]?",
    ),
    "lead": (
        (
            "[Who's|Who is|What's|What is] [in front|up front|in the spotlight|on top|the star|the "
            "main voice]?"
        ),
        "[Who|Which of them|Which player] [gets|has|is given] the [melody|main part|tune|theme|big part]?",
        (
            "[What|Which instrument] [carries|sings|delivers|presents] the [theme|air|main theme|"
            "hook|melody|tune]?"
        ),
        "[The|That] [melody|tune|main line|theme|hook]: [who plays it|on which instrument|who has it]?",
        (
            "[Which|What] [instrument|voice|part] [is|sounds] [most prominent|dominant|the most "
            "important|loudest|foremost]?"
        ),
        "[Whom|What] do the others [accompany|back|follow|support]?",
        "[Is there|Who is] a [soloist|lead player|front man|main instrument] [|and who is it|and on what]?",
        (
            "[If|Were] I [to hum|hummed|whistled] the [tune|melody], [whose part|which instrument] "
            "would [that be|I copy|I follow]?"
        ),
    ),
    "style": (
        (
            "[In|On|Under] [what|which] [rack|shelf|bin|drawer|folder|heading|tag] [does {it} go|"
            "would I file {it}|would a shop keep {it}|belongs {it}]?"
        ),
        (
            "[What|Which] [scene|school|tradition|corner of music|direction] [does {it} come|is {it}|"
            "do they come] from?"
        ),
        (
            "[Rock|Jazz|Blues|Funk|Folk|Techno] [or|or rather] [jazz|metal|classical|pop|baroque|"
            "reggae|something different]?"
        ),
        "[What|Which] [box|label|pigeonhole|category] [would you|do I|should I] put {it} [in|into|on]?",
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
        (
            "[What|Which] [sort of|kind of|] [emotions|feelings|mood|spirit|air|aura] [is in it|"
            "hangs over {it}|fills {it}|lies behind {it}]?"
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
            "[Emotionally|As for feeling|As to mood|Mood-wise], [what is it like|where are we|how "
            "would you put it|what comes through]?"
        ),
        (
            "[Is|Are] [the composer|the players|whoever plays this] [in a good mood|happy|sad|angry|"
            "in love|at peace]?"
        ),
        "[What|Which] [face|emoji|smile or frown] [goes with|suits|fits] {it}?",
        (
            "[How|What] [would|do|will] [people|guests|listeners|my friends] feel [when they hear "
            "{it}|after {it}|listening to that]?"
        ),
        (
            "[Is it|Is that] [more of|rather] a [smile|tear|sunny thing|rainy thing] or a [frown|"
            "laugh|stormy thing|tear]?"
        ),
        "[The|Its] [spirit|temper|character|emotion|feel], [please|how would you name it|in a word]?",
    ),
    "vocals": (
        (
            "[Is|Was] there [a human voice|somebody at the microphone|a rapper|a crooner|humming] [|"
            "in {it}|anywhere]?"
        ),
        "[Do|Does] [they|anybody|the band] [sing|rap|hum|shout|chant|use their voices]?",
        (
            "[Could|Can] [I|we] [sing over|use] {it} [as a backing track|without a voice in the way|"
            "for karaoke]?"
        ),
        "[Only|Just|Nothing but] instruments, or [a voice too|is somebody singing|do I hear a singer]?",
        "[Instrumentals|Songs] only, please: [does {it} have|is there] [a voice|singing|vocals]?",
    ),
}
"""Kind of question -> patterns."""
