"""How people ask for descriptions, uses and comparisons, and what sound cannot tell: patterns by kind.

It knows no answers.
"""

OPEN_QUESTIONS: dict[str, tuple[str, ...]] = {
    "short": (
        (
            "[Describe|Please describe|Can you describe|Could you describe] {it} [briefly|in a "
            "sentence|in one sentence|in a few words|in short|]."
        ),
        "What [do you hear|can you hear|can be heard|is to be heard] [|in {it}|here]?",
        (
            "[Give me|Write|I need|Make] a [short|brief|one-line|quick] [description|caption|"
            "summary] [|of {it}|for {it}]."
        ),
        "What [is|does] {it} [like|sound like]?",
        "[Sum up|Summarise|Summarize|Caption] {it} [|in one sentence|briefly|for me].",
        "[Tell me|Say] something about {it}.",
        "What [kind of thing|sort of thing] is [it|this]?",
        "[In short|In a nutshell|Briefly|In one line], what is {it}?",
        "What am I listening to?",
        "What would you [say|write] about {it} in one [line|sentence]?",
    ),
    "long": (
        (
            "[Describe|Please describe|Can you describe] {it} [in detail|at length|in full|as "
            "precisely as you can|in several sentences]."
        ),
        (
            "[Give me|Write|I need|I'd like] a [detailed|long|full|complete|thorough] [description|"
            "account|caption|analysis] [|of {it}]."
        ),
        "[Tell me|Say|Write down] [everything|all] you [hear|can hear|know] [|in {it}|about {it}].",
        "[Analyse|Analyze|Explain] {it} [|in detail|for a musician|for me].",
        "What are [the|its|all the] [musical features|characteristics|main features|properties] [|of {it}]?",
        "[Could you|Can you|Please] go into detail about {it}?",
        "[Break|Take] {it} [down|apart] for me [musically|].",
    ),
    "caption": (
        (
            "[Write|Give me|Compose|Make] a caption [of several sentences|with instruments, mood and "
            "use|as a music journalist would|in the manner of a music data set] [|for {it}]."
        ),
        (
            "[Write|I need] a [paragraph|short paragraph|text of three or four sentences] about "
            "[{it}|the sound of {it}]."
        ),
        "[Review|Please review] {it} [briefly|in a short paragraph|].",
        "How would a [critic|musician|radio host] describe {it}?",
        "[Describe|Tell me about] the instruments, the mood and [the use|a fitting scene] [|of {it}].",
        "[Caption|Describe] {it} for a [data set|music library|catalogue|sound archive].",
    ),
    "friend": (
        (
            "[Describe|Explain] {it} [to|for] [somebody who cannot hear it|a deaf friend|someone who "
            "has never heard it|my deaf neighbour]."
        ),
        (
            "How would you [explain|describe] {it} to [a child|somebody on the phone|a friend|a "
            "person who knows nothing about music]?"
        ),
        "[Tell|Explain to] my [mother|friend|son|neighbour] what [{it} is like|is playing].",
        "[In plain words|In simple words|Without jargon], what [is {it} like|do you hear]?",
    ),
    "one word": (
        "[Describe|Sum up|Put] {it} in [one|a single] word.",
        "[One word|A single word] for {it}?",
        "[Which|What] [one word|single word|adjective] [fits|describes] {it} best?",
        "If you had [one word only|just one word], what would you say [|about {it}]?",
    ),
    "adjectives": (
        "[Describe|Characterise|Characterize] {it} [in|with] [three|a few|some|two or three] adjectives.",
        "[Which|What] [adjectives|words] [describe|fit|suit] {it} [best|]?",
        "[Give me|List|Name] [three|some|a few] [adjectives|words] [for {it}|that fit {it}].",
        "How would you characterise {it} in [a few words|three words]?",
    ),
    "tags": (
        "[Tag|Label] {it} [|for me|for a library|with keywords].",
        "[Give me|List|Write|Suggest] [tags|keywords|some tags|a comma list of tags|labels] [for {it}|].",
        "[What|Which] [tags|keywords|labels] [would you give {it}|fit {it}|describe {it}]?",
        "[Tags|Keywords], please?",
        "[I need|Please write] [search terms|tags|metadata tags] for {it}.",
    ),
    "playlist": (
        "[What|Which] playlist [does {it} belong in|would you put {it} on|would {it} fit|suits {it}]?",
        "[Suggest|Name|Think of|Find] a [fitting|good|] playlist for {it}.",
        "[On|In] [what|which] playlist [should I put {it}|would you put {it}|does {it} go]?",
        "I make playlists. Where [does {it} go|should {it} go|would you put {it}]?",
    ),
    "announce": (
        "[Write|Give me] a line about {it} for [a playlist|my playlist|a playlist description].",
        "[Describe|Present] {it} [for|on] a [playlist|radio show|mixtape].",
        "[Announce|Introduce] {it} [as a DJ would|on stage|to my listeners].",
        "How would [you|a DJ|a radio host] announce {it}?",
        "[Write|I need] a line for a radio host who plays {it}.",
    ),
    "title": (
        "[Suggest|Think of|Make up|Find|Propose] a [title|name] for {it}.",
        "[What|How] would you [call|name|title] {it} [if it had no name|if you could choose|]?",
        "[What|Which] title would [suit|fit|go with] {it}?",
        "I have to name [this file|this track|it]. [Any ideas|Do you have an idea|What do you suggest]?",
        "[Give|Can you give] {it} a [fitting|nice|good] title.",
    ),
    "infer": (
        "What can [be inferred|you infer|one infer|be concluded|be gathered|be learnt] from {it}?",
        "What [does|can] {it} tell [you|us|a listener]?",
        "What [conclusions|inferences] can [you draw|one draw|be drawn] from {it}?",
        "What [do you learn|can you learn|can I learn] [about it|] from [listening|the sound]?",
        "[Judging|Going] by [the sound|what you hear], what [can you say|is this|would you say]?",
        "[What|Which] [facts|things] can [you|one] [hear|make out] in {it}?",
        "What [stands out|is striking|is special|is most noticeable] [in|about] {it}?",
    ),
    "listeners": (
        "Who [might|could|will] [enjoy|like|love|listen to|appreciate] {it}?",
        "Who would [enjoy|love|listen to|appreciate] {it}?",
        "[What|Which] [kind of people|sort of listener|listeners|audience] [would|might] [enjoy|like] {it}?",
        "[Who|What audience] is {it} [for|aimed at|meant for|made for]?",
        "[For whom|To whom] would you [play|recommend] {it}?",
        "Who [should|shall] I [play|send|recommend] {it} to?",
        "What[ is|'s] the [target audience|intended audience|right audience] [of|for] {it}?",
        "[Name|Tell me] somebody who would [enjoy|like] {it}.",
    ),
    "place": (
        "Where would {it} [fit|be played|be heard|sound best|be at home]?",
        "Where [might|could|would] [I|one|you] hear {it}?",
        "[In what|In which] [kind of place|venue|setting|surroundings] would {it} [be played|work|fit]?",
        "[What|Which] [venue|room|place|location] [suits|fits|goes with] {it}?",
        "[On what occasion|At what event|At what sort of event] would you play {it}?",
        "Where should I play {it}?",
        "[What|Which] [place|surroundings] do you [imagine|see|picture] when you hear {it}?",
    ),
    "film": (
        (
            "[What|Which] [scene|kind of scene|film scene|movie scene] [would {it} fit|does {it} "
            "suit|goes with {it}|could use {it}]?"
        ),
        "[What|Which] [film|movie|kind of film|kind of movie] would [use {it}|{it} suit|{it} fit]?",
        "[Imagine|Picture] a scene [for|to go with] {it}.",
        "Where in a film would you [use|put|place] {it}?",
        "[Could|Can] {it} be [film music|used in a film]? [For what|In which scene|Where]?",
        "What [pictures|images] [come to mind|come up|do you see] when you hear {it}?",
        "[I'm making a film|I'm cutting a video|We are shooting a short film]. Where could [I|we] use {it}?",
    ),
    "activity": (
        "[What|Which] [activity|activities] [does {it} go with|would {it} suit|fit {it}|go well with {it}]?",
        "What could [I|one|you] do [while listening to {it}|to {it}|with {it} on]?",
        "When [would|should|could] [I|one|you] [play|listen to|put on] {it}?",
        "What [is|would] {it} [good for|useful for|best for]?",
        "[What|Which] [moment|situation|part of the day] [suits|fits|calls for] {it}?",
        "For what [would|could] you use {it}?",
        "What[ is|'s] the [purpose|use] of {it}?",
    ),
    "fit": (
        "[Would|Could] {it} [fit|suit|work for|be right for|be good for] {occasion}?",
        "Does {it} [suit|go with|work for|seem right for] {occasion}?",
        "Is {it} [good|suitable|fit|right|a good choice|any good] for {occasion}?",
        "[Can|Could|Should|Shall] I [use|play|take|put on] {it} for {occasion}?",
        "[I need|I am looking for|We need] music for {occasion}. [Would this do|Is this right|Is it any good]?",
        "[What do you think|What would you say]: is {it} right for {occasion}?",
        "{Occasion} with {it}, [good idea or not|yes or no|does that work]?",
        "Would you [play|recommend|choose] {it} for {occasion}?",
    ),
    "compare": (
        "How does {it} compare [to|with] {other}?",
        "[What|In what way] [is|would be] the difference between {it} and {other}?",
        "How is {it} different from {other}?",
        "[Is {it} anything like|Is {it} similar to|Is {it} close to|Does {it} sound like] {other}?",
        "[Compare|Contrast] {it} [with|to] {other}.",
        "What does {it} have in common with {other}?",
        "[Could|Would] [one|you|somebody] [take|mistake] {it} for {other}?",
        "Is {it} [calmer|faster|livelier|louder|sadder|heavier] than {other}?",
        "[Hold|Set] {it} [beside|against] {other}. [What do you notice|How do they differ|Well]?",
        "[Tell|Set] {it} apart from {other}.",
    ),
    "either": (
        (
            "[Is {it}|Would you call {it}|Would you say {it} is|Does {it} sound] [more like|nearer to] "
            "{one} or {two}?"
        ),
        "{One} or {two}?",
        "[Is {it}|Do I hear|Is that|Are they playing] {one} or {two}?",
        "[Rather|More] {one} or [rather |more |]{two}?",
        "[What|Which] is {it} closer to, {one} or {two}?",
        "My [friend|brother|teacher] says {one}, I say {two}. [Who is right|What do you think|Which is it]?",
    ),
    "why": (
        "[Why|How come] does {it} sound [this way|like this|like that|as it does]?",
        (
            "What [makes|is it that makes] {it} [sound this way|sound like that|feel like this|"
            "special|what it is]?"
        ),
        "[What|Which] [elements|things|qualities] give {it} its [character|mood|sound|feel]?",
        "Why does {it} [feel|sound] [{mood}|the way it does]?",
        "[Where|From where] does the [mood|feeling] [of {it}|] come from?",
        "How does {it} [create|get|reach] its [mood|atmosphere|effect]?",
    ),
    "energy": (
        "[How|Just how] [energetic|intense|lively|exciting] is {it}?",
        "What[ is|'s] the [energy|energy level|intensity] [|of {it}|like]?",
        "[Is it|Is this|Is the piece] [high or low in energy|full of energy|lively|exciting|soothing]?",
        "How much energy does {it} have?",
        "[Does it|Will it|Would it] [wake me up|calm me down|pump me up|soothe me]?",
    ),
}
"""Kind -> patterns."""

SUBJECTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "lyrics": (
        "the lyrics",
        "what the lyrics are",
        (
            "What are the [lyrics|words] [|of {it}]?",
            "[Write|Type] [down|out] the [lyrics|words] [|of {it}|for me].",
            "What [is sung|does the singer sing|do they sing] [|in {it}]?",
            "[Give me|Show me|Tell me|I'd like] the [lyrics|words of the song].",
            "[What|How] does the [verse|chorus|refrain] [go|say]?",
            "[Can|Could] you [transcribe|understand] the [lyrics|words]?",
            "[Are there|Do you hear] any [rude|bad|foreign|funny] words [|in {it}]?",
            "What happens in the [last|third|opening] verse?",
            "[Recite|Sing|Repeat] [a few words|the chorus|two lines] [|of {it}|for me].",
            "[Do|Does] the [lyrics|words|singer] [speak of|talk about|tell of] [death|summer|the sea|home]?",
            "[Is there a rhyme|Which words rhyme|How do the lines end] [|in {it}]?",
            "What[ is|'s] the [verse|song text|bridge] about?",
            "[Put|Turn] the [lyrics|words|verses] into [German|English|Italian].",
            "[What|Which] [line|word|name] [comes up|is repeated] [most|all the time] [|in the refrain]?",
        ),
    ),
    "singer": (
        "the singer",
        "who the singer is",
        (
            "Who is [the singer|the vocalist|that singing] [|here|in {it}]?",
            "What[ is|'s] the [singer's name|name of the singer]?",
            "[Do you know|Tell me|Name] [the singer|the singer by name].",
            "How old is the singer?",
        ),
    ),
    "artist": (
        "the artist",
        "who the artist is",
        (
            "[Who|Which artist|Which band|What band] [made|performs|performed|recorded|plays] {it}?",
            "[Who|What] [is|are] the [artist|band|performers|name of the band] [|of {it}]?",
            "[By whom|By which band] is {it}?",
            "[Name|Tell me|Do you know] the [artist|band|performer].",
            "Is {it} by somebody famous?",
            "[Who are|Name] the musicians [on {it}|behind {it}].",
        ),
    ),
    "composer": (
        "the composer",
        "who composed it",
        (
            "Who [composed|is the composer of|wrote the music of] {it}?",
            "[Which|What] composer [wrote|is behind] {it}?",
            "[Is it|Is this] by [Bach|Mozart|Chopin|Gershwin|Vivaldi|Strauss]?",
            "[Name|Tell me|Do you know] the composer.",
        ),
    ),
    "title": (
        "the title",
        "what the title is",
        (
            "What[ is|'s] the [title|name] of {it}?",
            "[What|How] is {it} called?",
            "[Do you know|Tell me|Can you tell me] [the title|what it is called|the name of the song].",
            "[Which|What] [song|piece] is [that|this]?",
            "[Title|Song title|The name], please?",
        ),
    ),
    "year": (
        "the year",
        "how old it is",
        (
            "[What|Which] [year|decade] is {it} from?",
            "When was {it} [recorded|made|written|released|composed]?",
            "[In what|In which] year [was {it} released|did {it} appear]?",
            "How old is {it}?",
            "What[ is|'s] the release [date|year]?",
        ),
    ),
    "album": (
        "the album",
        "which album it is on",
        (
            "[What|Which] album is {it} [from|on]?",
            "[On which|On what] [album|record] [is {it}|can I find {it}]?",
            "[Name|Tell me] the album.",
            "Is {it} [an album track|a single|from a soundtrack album]?",
        ),
    ),
    "language": (
        "the language",
        "which language they sing in",
        (
            "[What|Which] language [is {it} in|is that|is it sung in|do they sing in]?",
            "[In what|In which] language [do they sing|is {it}|is {it} sung]?",
            "[Is it|Are the words] in [English|French|Spanish|Portuguese]?",
        ),
    ),
    "meaning": (
        "the meaning",
        "what it means",
        (
            "What is {it} about?",
            "What[ is|'s] the [meaning|message|story|topic] of {it}?",
            "What does {it} mean?",
            "[Which|What] story does {it} tell?",
            "What did the composer want to say?",
        ),
    ),
    "place of recording": (
        "the place of recording",
        "where it was recorded",
        (
            "Where was {it} [recorded|made|taped]?",
            "[In which|In what] [studio|city|country|hall] was {it} [recorded|made]?",
            "[Which|What] country [is {it}|does {it} come] from?",
            "[Is it|Was this] recorded live or in a studio?",
        ),
    ),
    "price": (
        "the price",
        "what it costs",
        (
            "[How much|What] does {it} cost?",
            "What[ is|'s] the price of {it}?",
            "[Where|For how much] can I buy {it}?",
        ),
    ),
    "sales": (
        "the sales",
        "how many copies it sold",
        (
            "How [many copies did|well did] {it} sell?",
            "[How often|How many times] has {it} been [sold|streamed]?",
        ),
    ),
    "charts": (
        "the chart position",
        "whether it was in the charts",
        (
            "Was {it} a hit?",
            "[What|Which] [chart position|place in the charts] did {it} reach?",
            "Did {it} [get into|top] the charts?",
        ),
    ),
    "awards": (
        "the awards",
        "which awards it won",
        (
            "Did {it} win [a prize|an award|a Grammy]?",
            "[What|Which] [awards|prizes] did {it} [get|win]?",
        ),
    ),
    "label": (
        "the record label",
        "which label released it",
        (
            "[What|Which] [label|record label|record company] [released|published] {it}?",
            "Who [produced|published|released] {it}?",
        ),
    ),
    "rights": (
        "the rights",
        "who holds the rights",
        (
            "Who [owns|holds] the [rights|copyright] [to|of] {it}?",
            "Is {it} [royalty free|copyrighted|in the public domain|free to use]?",
            "[May|Can] I use {it} [on YouTube|in my video] without paying?",
        ),
    ),
}
"""What sound does not tell: its name, as a clause, and patterns of questions after it."""
