"""How people ask after one thing that can be heard: patterns by topic.

{it} names the music, {thing} what is asked after. It knows no answers.
"""

NAMES = (
    "it", "this", "this song", "the song", "this piece", "the piece", "this track", "the track",
    "this music", "the music", "the recording", "this clip", "this audio clip", "this tune",
)  # fmt: skip
_TELL = (
    "[Tell me|Please tell me|Can you tell me|Could you tell me|Do you know|I'd like to know"
    "|I want to know|I wonder]"
)
_GIVE = "[Give me|Tell me|Name|Please give me|Can you give me|Just|I need]"

FACT_QUESTIONS: dict[str, tuple[str, ...]] = {
    "tempo": (
        "What [is|'s] the tempo [|of {it}|here]?",
        "What [is|would be] the [BPM|beats per minute|exact tempo|speed] of {it}?",
        (
            f"{_TELL} [the tempo of {{it}}|what tempo {{it}} has|how many BPM {{it}} has|at what "
            f"tempo {{it}} runs]."
        ),
        (
            "How many [BPM|beats per minute|beats a minute] [does {it} have|are there|is that|is "
            "{it}|do you count]?"
        ),
        "[At what|At which|What|Which] [tempo|speed|BPM] [is {it} played|does {it} run|does {it} go] at?",
        f"{_GIVE} [the tempo|the BPM|the tempo in BPM|a tempo estimate].",
        "[Tempo|BPM|The tempo|The BPM], [please|roughly|more or less]?",
        "[What|Which] [metronome mark|metronome setting] [fits|matches|goes with] {it}?",
        "[Estimate|Guess|Measure|Work out] the [tempo|BPM] [of {it}|for me|].",
        "How [many beats|many pulses] [are there|do you count] in [a|one] minute [of {it}|]?",
        "What [does|would] a metronome [show|say] for {it}?",
    ),
    "pace": (
        "Is {it} [fast|slow|quick|up-tempo|a fast one|a slow one]?",
        "Is {it} [rather fast or slow|slow or fast|quick or slow|more fast or more slow]?",
        "Would you say that {it} is [rather fast or slow|slow or fast|quick or slow]?",
        "How [quick|slow|speedy] is {it}?",
        "How [quickly|fast] [does {it} go|is {it} played|is {it} going|does {it} move]?",
        "[Would you call|Do you call] {it} [fast|slow|quick]?",
        "Does {it} [go|move|run] [fast|slowly|at a quick pace|at a slow pace]?",
        "What[ is|'s] the [pace|speed] [like|of {it}|of {it} like]?",
        "[Slow, moderate or fast|Slow, medium or fast|Fast, medium or slow]?",
        f"{_TELL} [how fast {{it}} is|whether {{it}} is fast|whether {{it}} is slow].",
        "Is the [tempo|beat|pace] [slow|fast|moderate|high|low]?",
        "Is {it} a [slow|fast|quick] [piece|number|tune]?",
    ),
    "dance": (
        "[Can|Could] [I|you|one|people] [dance|really dance|move] to {it}?",
        "Is {it} [danceable|good to dance to|good for dancing|dance music|made for dancing]?",
        "How [would you|should I|do people|could one] dance to {it}?",
        "Does {it} make [you|people] want to dance?",
        "[What|Which] dance [goes with|fits|would suit] {it}?",
        "How danceable is {it}?",
        "Would [it|this] [fill|empty] a dance floor?",
    ),
    "metre": (
        "What[ is|'s] the [time signature|metre|meter] [|of {it}|here]?",
        "[What|Which] [time signature|metre|meter|time] is {it} [in|written in|played in]?",
        (
            "How many beats [are there in|does {it} have in|are in|do you count in|make up] [a bar|"
            "each bar|one bar|a measure|every measure]?"
        ),
        "[How should I|How would you|How does one] count [{it}|the beats|the bars]?",
        (
            f"{_TELL} [the time signature|the metre of {{it}}|what time signature {{it}} is in|how "
            f"{{it}} is counted]."
        ),
        "Is {it} in [3/4 or 4/4|4/4 or 6/8|3/4, 4/4 or 6/8|three or four|triple or duple time]?",
        f"{_GIVE} the [time signature|metre|meter].",
        "[Time signature|Metre|Meter], please?",
        "Do the beats come in [twos, threes or fours|groups of three or four]?",
        "How many beats [to|per] the [bar|measure]?",
    ),
    "key": (
        "What[ is|'s] the [key|musical key|tonality] [|of {it}|here]?",
        "[What|Which] key [is {it}|are we|is that|is the piece] in?",
        "[In what|In which] key [is {it}|is {it} written|is {it} played|do they play]?",
        f"{_TELL} [the key of {{it}}|what key {{it}} is in|which key that is|the key].",
        f"{_GIVE} [the key|the key of {{it}}|its key].",
        "[What|Which] [scale|tonic] [does {it} use|is {it} based on|is {it} built on]?",
        "What[ is|'s] the [tonic|home key|root note] [of {it}|here]?",
        "[Key|The key|Its key], please?",
        "[I play guitar|I play the keyboard|I want to play along]: [what key|which key] [is it|is that]?",
        "Can you [make out|identify|name|find] the key [of {it}|]?",
        "In which key should I [improvise|play along|join in]?",
    ),
    "mode": (
        "Is {it} [major or minor|in major or in minor|in major or minor|in a major or a minor key]?",
        "[Major or minor|Minor or major]?",
        "Is {it} in [minor|major|a minor key|a major key]?",
        "Does {it} [sound|seem] [major or minor|minor|major] [to you|]?",
        "What [mode|tonal mode] is {it} in, major or minor?",
        f"{_TELL} whether {{it}} is [major or minor|in major|in minor].",
        "Is the key [a happy or a sad one|major or minor|a minor one|a major one]?",
    ),
    "instruments": (
        (
            "[What|Which] instruments [are there|are used|do you hear|can you hear|are playing|play|"
            "are played] [|in {it}|here]?"
        ),
        "[What|Which] instruments [can be heard|are to be heard|are used|play|are playing] in {it}?",
        (
            "[List|Name|Identify|Give me|Tell me|Write down] [the|all the|all] instruments [|in {it}|"
            "you hear|that play|that you can hear]."
        ),
        "Who [plays|is playing|is on it|can be heard] [|here|in {it}]?",
        "What[ is|'s] [playing|being played|the instrumentation|the line-up] [|in {it}|here]?",
        (
            f"{_TELL} [which instruments play|what instruments are used in {{it}}|what is playing|who "
            f"is playing which instrument]."
        ),
        "[Which|What] players [are|do you hear] in the band?",
        "What [is|was] {it} played on?",
        "What[ is|'s] {it} made of, [as to instruments|instrument by instrument]?",
        "[Instruments|The instruments], please?",
        "[What|Which] sounds [do you hear|are there|can be heard] in {it}?",
        "What [would|do] I need [in a band|on stage] to play {it}?",
    ),
    "number": (
        (
            "How many [instruments|different instruments|players|parts] [are there|do you hear|play|"
            "can you hear|can be heard] [|in {it}|here]?"
        ),
        "Is {it} [a solo|a duo|a solo or a band|one instrument or several|for one instrument]?",
        "How [big|large] is the [band|group|ensemble]?",
        f"{_TELL} how many instruments [play|there are|you hear].",
        "Count the instruments [|in {it}|for me].",
        "[Is it|Is this] a [whole band|big band|small group] or [a single player|one player]?",
    ),
    "presence": (
        "Is there {thing} [|here|playing|to be heard|in the mix|in this one|in that piece]?",
        "[Can|Do|Could] you hear {thing} [|in {it}|here]?",
        "Does {it} [have|feature|include|contain|use] {thing}?",
        "[Is|Was] {bare} [used|played|part of it|among the instruments] [|in {it}]?",
        "[I'd like to know|Tell me|Please tell me|Can you tell me] [whether|if] there is {thing} [|in {it}].",
        "[Any|Is there any|Some] {bare} [|in {it}|here]?",
        "[Is that|Could that be|Do I hear|Am I hearing] {thing} [|in {it}|in the background]?",
        "[I think|I believe|It seems to me that] I hear {thing}. [Is that right|Am I right|Do I]?",
        "Does anyone play {thing} [|in {it}|here]?",
        "{Bare}, yes or no?",
        "Is {thing} [involved|in the mix|in the band]?",
    ),
    "drums": (
        (
            "[Are there|Are there any|Do you hear|Can you hear|Do you hear any|Can you hear any] "
            "drums [|in {it}|here]?"
        ),
        "Does {it} [have|include|use|contain|feature] [drums|any drums|a drum kit|drums or not|a drummer]?",
        "Is there a [drummer|drum kit|drum beat|drum part] [|in {it}|here]?",
        "Is [anyone|anybody|somebody|someone] [playing the drums|drumming|playing drums] [|in {it}|here]?",
        "[Drums or no drums|With or without drums|With drums or without|Any drums|Drums, yes or no]?",
        f"{_TELL} [whether|if] [there are drums|it has drums|a drummer plays|drums are playing].",
        "Are [the drums|drums] [playing|part of it|part of the mix|to be heard]?",
        "[Is it|Is this|Is the piece] [without drums|free of drums|with drums]?",
    ),
    "vocals": (
        (
            "[Is there|Do you hear|Can you hear|Is there any] [singing|a singer|a voice|vocals|a "
            "vocal part] [|in {it}|here]?"
        ),
        "[Are there|Do you hear any|Does it have|Are there any] [vocals|voices|singers] [|in {it}]?",
        "Does {it} have [vocals|singing|a singer|a vocalist|voices]?",
        "Is {it} [purely instrumental|an instrumental|sung|vocal or instrumental|with or without singing]?",
        "Does [anyone|anybody|somebody] sing [|in {it}|here]?",
        f"{_TELL} [whether|if] [anyone sings|there is singing|it is instrumental|there are vocals].",
        "[Instrumental or sung|Vocals or no vocals|With vocals or without]?",
        "[Are the vocals|Is the voice|Is the singer] [male or female|a man or a woman]?",
        "[Is it|Is that] [a man or a woman|a male or a female singer|a woman's or a man's voice] [|in {it}]?",
        "[Who sings|Who does the singing|What voices are there|Whose voice is that] [|here|in {it}]?",
    ),
    "lead": (
        (
            "[Which|What] instrument [plays|has|carries|takes] the [melody|lead|tune|main part|solo] "
            "[|in {it}|here]?"
        ),
        "[Who|What] [plays|has|takes|carries] the [melody|lead|tune|main tune] [|in {it}|here]?",
        "What[ is|'s] the [lead|main|leading|solo] instrument [|of {it}|in {it}|here]?",
        (
            "[Which|What] instrument [leads|is in front|stands out|is the soloist|is in the "
            "foreground] [|in {it}|here]?"
        ),
        (
            f"{_TELL} [who plays the melody|what the lead instrument is|which instrument leads|what "
            f"the melody is played on]."
        ),
        f"{_GIVE} the lead instrument.",
        "On [what|which] instrument is the melody [played|]?",
        "[Which|What] instrument should I listen to for the [melody|tune]?",
    ),
    "style": (
        "What[ is|'s] the [style|genre|musical style|main genre|musical genre] [|of {it}|here]?",
        "[What|Which] [style|genre|kind of music|sort of music|type of music] is [{it}|that]?",
        "[What|Which] [genre|style] [does {it} belong to|would you say {it} is|is {it} in|fits {it}]?",
        (
            f"{_TELL} [the genre|the style of {{it}}|what genre {{it}} is|which style that is|what "
            f"kind of music {{it}} is]."
        ),
        f"{_GIVE} the [genre|style].",
        "[How|As what] would you [classify|label|categorise|categorize] {it}?",
        "What [would|do] you call {it}, [style-wise|as to style|in terms of genre]?",
        "[Genre|Style|The genre|The style], please?",
        (
            "[In|Under] [what|which] [category|section|genre] [would I find|would you put|would you "
            "look for] {it}?"
        ),
        "What [kind|sort|type] of [piece|tune|track|song] is [it|this]?",
    ),
    "mood": (
        "What[ is|'s] the [mood|overall mood|feeling|atmosphere|emotional tone] [|of {it}|here]?",
        "What[ is|'s] the vibe of {it}?",
        (
            "[What|Which] [mood|feeling|emotion|atmosphere] does {it} [have|convey|create|express|"
            "bring out|call up]?"
        ),
        (
            "[What|Which] [feelings|emotions] [does {it} bring up|does {it} stir|does {it} call up|"
            "does {it} convey|do you hear in {it}]?"
        ),
        "How does {it} [feel|make you feel|make people feel|make a listener feel|come across]?",
        "[Describe|Name|Tell me|Give me|Put into words] the [mood|feeling|atmosphere|vibe] [|of {it}|for me].",
        f"{_TELL} [what mood {{it}} is in|how {{it}} feels|what mood that is|what feelings {{it}} brings up].",
        "[Is|Would you say that] {it} [happy or sad|cheerful or gloomy|calm or energetic|sad|happy|cheerful]?",
        "[Mood|Vibe|The mood|The vibe], please?",
        "What [does|would] {it} do to [one's mood|my mood|a listener]?",
        "What [kind|sort] of [mood|feeling|atmosphere] [is it|is this|does it have]?",
        "[What|Which] emotional [tone|character|quality] does {it} have?",
    ),
    "rhythm section": (
        (
            "[Who|What] [plays the bass|makes up the rhythm section|is in the rhythm section|plays "
            "the low part] [|in {it}|here]?"
        ),
        "[Is there|Do you hear|Can you hear] a [rhythm section|bass|bass line] [|in {it}|here]?",
        "[What|Which] instrument [plays|has] the bass [line|part] [|in {it}|here]?",
        "[Bass and drums, yes or no|What about bass and drums|Is there bass and drums]?",
        f"{_TELL} [who plays the bass|what the rhythm section is|whether there is a bass].",
        "What keeps the rhythm [going|] [|in {it}|here]?",
    ),
    "acoustic": (
        "Is {it} [acoustic or electric|electric or acoustic|acoustic|electric|unplugged|electronic]?",
        "[Are|Were] the instruments [acoustic or electric|acoustic|electric|electronic]?",
        "[Does it use|Are there|Do you hear] [any|] [electric|electronic|amplified] instruments?",
        "[Could|Can] {it} be played [unplugged|without electricity|around a campfire without plugs]?",
        "[Acoustic or electric|Electric or acoustic|Plugged or unplugged]?",
        f"{_TELL} whether {{it}} is [acoustic|electric|acoustic or electric].",
        "[Is it|Is this] [made with|played on] synthesizers [or real instruments|]?",
    ),
}
"""Topic -> patterns."""

CHECK_QUESTIONS: dict[str, tuple[str, ...]] = {
    "pace": (
        "Is {it} [a|rather a|really a] {thing} [piece|tune|track|one]?",
        "[Would|Do] you call {it} {thing}?",
        "[Is the|Is its] [tempo|pace] {thing}?",
        "[I'd say|I think|To me] the [tempo|pace] is {thing}. [Right|Do you agree|Am I right]?",
    ),
    "style": (
        "Is {it} [really|] {thing}?",
        "[Is that|Is this|Would you call it|Does it count as|Would you say this is] {thing}?",
        "[Is the|Is its] [style|genre] {thing}?",
        "Does {it} sound like {thing} [to you|]?",
        "[I think|I guess|I would say] {it} is {thing}. [Right|Am I right|Is that correct|Do you agree]?",
    ),
    "mood": (
        "Is the [mood|feeling] [of {it}|] {thing}?",
        "Does {it} [sound|feel|come across as|seem] {thing} [to you|]?",
        "[Would|Could] you [call it|describe it as|say it is] {thing}?",
        "[Is it|Is this|Is the piece] [a|rather a|really a] {thing} [piece|one|tune]?",
        "[I find|I'd say|To me] {it} [is|sounds] {thing}. [Do you agree|Right|Am I wrong]?",
    ),
    "metre": (
        "Is {it} in {thing} [time|]?",
        "[Is the|Is its] [time signature|metre|meter] {thing}?",
        "[I count|I hear|I'd say it is in] {thing}. [Is that right|Correct|Do you agree]?",
        "[Can|Could|Should] I count {it} in {thing}?",
        "{thing}, [right|correct|yes or no]?",
    ),
    "key": (
        "Is {it} in {thing}?",
        "[Is the|Is its] key {thing}?",
        "[I'd say|I think|My guess is that] {it} is in {thing}. [Right|Correct|Do you agree]?",
        "Could {it} be in {thing}?",
    ),
}
"""What is claimed -> patterns; {thing} is the claim."""
