"""What is said of one thing that is heard, in many wordings; see patterns.py for how they are written.

Numbers, keys, metres, styles, moods and instruments keep one spelling ("120 BPM", "Eb major",
"3/4"), so that answers can be compared; everything around them varies.
"""

UNCLEAR = (
    "{What} is not clear [to me|from this clip|here|].",
    "I can't tell {what} [for sure|with any certainty|from this].",
    "It is hard to tell {what} [here|from this|].",
    "I am not sure [about|of] {what} [here|].",
    "[Sorry, |I'm afraid ]I cannot tell {what} [here|from what I hear|].",
    "[As far as I can hear|To my ears], {what} is not clear [enough to say|].",
)
"""That something cannot be made out."""

TEMPO = (
    "{It} [runs|goes|moves along|is played] at [about|around|roughly] {bpm} BPM.",
    "The tempo is [about|around|roughly] {bpm} BPM[|, which is {speed}|, so it is {speed}].",
    "[I'd say|I would say|I count|My estimate is] [about|around] {bpm} BPM.",
    "[I'd put|I would put] the tempo at [about|around|roughly] {bpm} BPM.",
    "[There are|You can count] [about|around|roughly] {bpm} beats per minute, so {bpm} BPM.",
    "A metronome [set to|at] {bpm} BPM would [fit|match] {it}.",
    "{It} is {speed}, at [about|around|roughly] {bpm} BPM.",
    "It [is|comes to] [about|around|roughly] {bpm} BPM[|, and that is {speed}].",
)
PACE = (
    "{It} is {speed}[|, at about {bpm} BPM|, with about {bpm} BPM].",
    "The pace is {pace}[|: about {bpm} BPM|, around {bpm} BPM].",
    "[I would call|I'd call] {it} {speed}[|, as it runs at about {bpm} BPM].",
    "With [about|around|roughly] {bpm} BPM, {it} is {speed}.",
    "It has a {pace} tempo[| of about {bpm} BPM].",
    "The tempo is {pace}[|, about {bpm} BPM].",
    "{Pace}, I would say[|: it runs at about {bpm} BPM].",
)
METRE = (
    "The [time signature|metre] is {metre}[|, so you count {count}].",
    "{It} is in {metre}[|, so you count {count}|: count {count}].",
    "[I hear|I count] {metre}[|, that is, {count}].",
    "[You can|You should] count {count}, as it is in {metre}.",
    "It [is counted|goes] in {metre}.",
    "[I'd write|I would write] it in {metre}.",
    "It has {beats} in each bar: {metre}.",
)
KEY = (
    "The key is {key}.",
    "{It} is in {key}.",
    "It [sounds like|seems to be in|is written in|is played in] {key}.",
    "[I hear|I'd say it is in|I would say it is in] {key}.",
    "The [home key|tonality] is {key}.",
    (
        "[The tonic is {tonic} and the mode is {mode}|The root is {tonic} and the mode is {mode}], "
        "so the key is {key}."
    ),
    "[You can play along|Play along|To play along, take your notes] in {key}.",
)
MODE = (
    "{It} is in {mode}, [in {key}|namely {key}].",
    "[It is {mode}|The mode is {mode}|It is in a {mode} key]: {key}.",
    "[I hear {mode}|It sounds {mode} to me]; the key is {key}.",
    "{Mode}, I would say: the key is {key}.",
    "It is in a {mode} key[|, {key}|, namely {key}].",
    "The key is {key}, so it is in {mode}.",
)
INSTRUMENTS = (
    "I [can |]hear {list}.",
    "[The instruments are|There are|You can hear|It is made of] {instruments}.",
    "{It} is played [on|by] {articled}.",
    "{It} [features|uses|has] {list}.",
    "[What I hear is|What plays is] {list}.",
    "The [line-up|instrumentation|band] [consists of|is made up of] {list}.",
    "[In the mix I hear|Listening closely, I hear|To my ears there is] {list}.",
)
SOLO = (
    "I [can |]hear {one} [alone|on its own|and nothing else].",
    "There is [only|just] {one}.",
    "{It} is played [on|by] {one} [alone|on its own].",
    "[Only|Just] {one} [is playing|can be heard].",
    "It is {one} [alone|on its own|and nothing more].",
)
NUMBER = (
    "I [hear|count] {number}: {list}.",
    "There are {number}: {list}.",
    "{Number} [play|are playing|can be heard]: {list}.",
    "It is a {size} of {number}[|: {list}|, with {list}].",
    "[I make out|I can tell apart] {number}, namely {list}.",
)
YES_THERE = (
    "Yes, there {be} {thing}.",
    "Yes, I [can |clearly |]hear {thing}.",
    "Yes, {the} {be} [there|playing|part of it|in the mix].",
    "Yes, {it} [has|features|includes|uses] {thing}.",
    "Yes, {thing} can be heard[| in {it}].",
    "Yes, {thing} {verb} [here|along|].",
    "Yes, {it} [has|features] {thing}[|; in all I hear {list}].",
)
NOT_THERE = (
    "No, there {be} no {bare}.",
    "No, I [hear|can hear] no {bare}.",
    "No, I [don't|do not|can't] hear {thing}[|; I hear {list}].",
    "No, there {be} no {bare} in [it|the mix|the band].",
    "No, {it} [has|uses|contains] no {bare}[|; it is played by {articled}].",
    "No, there {be} no {bare}; [what I hear is|the instruments are|I hear] {list}.",
)
DRUMS_PLAIN = {
    True: ("There are drums in it.", "It has drums.", "I hear drums.", "Drums are playing."),
    False: (
        "There are no drums in it.",
        "It has no drums.",
        "I hear no drums.",
        "It is without drums.",
    ),
}
NO_VOICE = (
    "[I hear no|There is no] [singing|singer|voice]; {it} is [purely |]instrumental.",
    "{It} is [purely |]instrumental[|, without any singing|: I hear no voice].",
    "[Nobody|No one] [sings|is singing][|, I hear instruments only].",
    "There are no vocals[|, only {list}| in it].",
    "I [hear|can hear] no vocals, only {list}.",
)
A_CHOIR = (
    "[I hear a choir|There is a choir|A choir can be heard], but no single singer.",
    "The only voices [I hear|in it] are those of a choir.",
    "The voices [that I hear|in it] are a choir.",
)
VOICES = (
    "[I hear|There is|You can hear] {singers}[|; {it} is not instrumental].",
    "{It} has {singers}[|, so it is a song|; it is sung].",
    "{It} is sung: I hear {singers}.",
    "[Somebody sings|There is singing|There are vocals]: {singers}.",
    "The [vocals are|singing is] by {singers}.",
    "[What I hear is|The voice is that of] {singers}.",
)
LEAD_SUNG = (
    "The [melody|tune] is sung by {lead}.",
    "{Lead} [sings|has|carries] the [melody|tune].",
    "[It is {lead} that sings|You can hear {lead} sing] the melody.",
)
LEAD = (
    "The [melody|lead|tune] is played by {lead}.",
    "[It is {lead} that|{Lead}] [plays|has|carries] the [melody|tune|lead].",
    "The lead instrument is {lead}.",
    "{Lead} [leads|is in front|takes the lead|stands out], with the [melody|tune].",
    "[Listen to|Follow] {lead}, [which|as it] plays the melody.",
    "You can hear the melody on {lead}.",
)
STYLE = (
    "It is {called}.",
    "The [style|genre] is {style}.",
    "[I would call it|I'd call it|This sounds like|It sounds like] {called}.",
    "{It} [is a|sounds like a] {noun}.",
    "[I'd file it under|I would put it under|It belongs to|It falls under] {style}.",
    "By the sound of it, [the genre is {style}|this is {called}].",
    "What I hear is {called}.",
)
MOOD = (
    "The mood is {mood}.",
    "{It} [sounds|feels] {mood}[| and {near}|, even {near}].",
    "It has a {mood}[|, {near}] [feel|mood|character|air].",
    "{It} is {mood}; it [makes you|may make you] {effect}.",
    "It [brings out|calls up|conveys|stirs up] {feeling}; the mood is {mood}.",
    "[I would call it|I'd call it|To me it is] {mood}[| and {near}].",
    "The [feeling|atmosphere|tone] is {mood}[|, and you may {effect}].",
)
NO_BASS = (
    "I hear no bass [instrument|line][|; what plays is {list}].",
    "There is no bass instrument in it[|; the instruments are {list}].",
)
UNPLUGGED = (
    "{It} [sounds|is] acoustic[|: I hear {list}|, with {list}].",
    "I hear no electric instruments[|, only {list}].",
    "It is acoustic, with {list}.",
    "[Acoustic, I would say|It sounds unplugged]: the instruments are {list}.",
)
PLUGGED = (
    "{It} is electric[|: I hear {plugged}].",
    "It is made with [electric|electric or electronic] instruments, namely {plugged}.",
    "[Electric, I would say|It needs electricity]: there is {plugged}.",
)
MIXED = (
    "It is a mixture of both: {plugged} on the electric side, {others} on the acoustic side.",
    "[Not only electric|Electric in part], I would say: I hear {plugged}, and also {others}.",
    "[Partly electric|Both, I would say]: there is {plugged}, but also {others}.",
    "It mixes [electric and acoustic|plugged and unplugged] sounds: {plugged} with {others}.",
)
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
COUNTS = {
    "3/4": ("one, two, three", "three beats"),
    "4/4": ("one, two, three, four", "four beats"),
    "6/8": ("one to six, in two groups of three", "two beats of three eighths"),
}
