"""Irregular English verb and noun forms, each with the form that it is compared as."""

from __future__ import annotations

_FORMS = """
become became|begin began begun|bring brought|build built|buy bought|catch caught|choose chose chosen|come came
cut cut|deal dealt|die died dying|draw drew drawn|drink drank drunk|drive drove driven|eat ate eaten|fall fell fallen
feel felt|fight fought|find found|fly flew flown|forbid forbade forbidden|forget forgot forgotten|freeze froze frozen
get got gotten|give gave given|go went gone|grow grew grown|hang hung|hear heard|hide hid hidden|hold held|keep kept
know knew known|lay laid|lead led|leave left|lend lent|lose lost|make made|mean meant|meet met|pay paid|ride rode ridden
ring rang rung|rise rose risen|run ran|say said|see saw seen|seek sought|sell sold|send sent|shake shook shaken
shoot shot|show shown|sing sang sung|sink sank sunk|sit sat|sleep slept|speak spoke spoken|spend spent|spread spread
stand stood|steal stole stolen|stick stuck|strike struck stricken|swim swam swum|take took taken|teach taught|tear tore
torn|tell told|think thought|throw threw thrown|understand understood|wake woke woken|wear wore worn|win won|write wrote
written|arise arose arisen|awake awoke|bear bore borne|beat beaten|bend bent|bind bound|bite bit bitten|blow blew blown
break broke broken|breed bred|creep crept|dig dug|feed fed|flee fled|forgive forgave forgiven|grind ground|overcome
overcame|shine shone|shrink shrank shrunk|slide slid|spin spun|split split|spring sprang sprung|swear swore sworn|sweep
swept|undergo underwent undergone|withdraw withdrew withdrawn|withstand withstood|man men|woman women|child children
person people|foot feet|tooth teeth|mouse mice|goose geese|life lives|wife wives|half halves|leaf leaves
"""
BASE = {
    form: words[0]
    for words in (group.split() for group in " ".join(_FORMS.split("\n")).replace("| ", "|").split("|"))
    for form in words[1:]
}
