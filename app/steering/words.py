"""The words of the grammar, English and German, folded as texts are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ml.preferences import LESS, MORE, NO, ONLY, USE

Phrase = tuple[str, ...]  # of words


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


def _phrases(names: str) -> frozenset[Phrase]:
    return frozenset(tuple(name.split()) for name in names.split("|"))


VERBS: Final[Mapping[Phrase, str]] = {
    phrase: verb
    for verb, names in {
        MORE: "more|much more|a lot more|a bit more|even more|mehr|viel mehr|etwas mehr|noch mehr",
        LESS: "less|fewer|much less|far fewer|a bit less|a little less|not so much|not so many|"
        "not as much|not as many|reduce|weniger|viel weniger|etwas weniger|nicht so viel|"
        "nicht so viele|nicht ganz so viel|nicht ganz so viele",
        NO: "no|no more|never|never again|without|hide|mute|stop|stop showing|nothing|nothing more|"
        "do not show|do not want|do not want any|do not want any more|do not show any|"
        "do not show me any|do not want to see|do not want to see any|not any more|"
        "kein|keine|keinen|keinerlei|ohne|nichts|nichts mehr|nie|niemals|nie wieder|nie mehr|"
        "verstecke|verbirg|bitte nicht",
        ONLY: "only|solely|exclusively|nothing but|nothing except|nur|nur noch|ausschliesslich|"
        "lediglich|nichts als|nichts ausser",
        USE: "use|use the preset|nimm|benutze|verwende|preset",
    }.items()
    for phrase in _phrases(names)
}
LONGEST_VERB: Final = max(map(len, VERBS))
SOFT_ONLY: Final = "just"  # which is `only`, unless another verb follows
FILLERS: Final = _words(
    "please bitte i we want would like to see read get have show give me us can could you let ich "
    "wir will moechte möchte haette hätte gern gerne zeig zeige mir uns gib gebt sehen lesen haben "
    "'d also auch mal doch lieber rather now jetzt in my mein meinem feed timeline"
)
NEGATIONS: Final = _words("not nicht do never nie no kein keine keinen")
POLITE: Final = _words(
    "please bitte thanks danke anymore again wieder anzeigen zeigen sehen lesen haben now jetzt"
)
"""Words with which a wish may end, and that say nothing."""
THANKS: Final = _words("please bitte thanks danke")
ARTICLES: Final = _words(
    "the a an any all some der die das den dem des ein eine einen alle irgendwelche"
)
ABOUT: Final = _words("of about on regarding concerning over über ueber zu zum zur")
FROM: Final = _words("from by von vom")
WITH: Final = _words("with containing mit")
HEADS: Final = _words(
    "posts post tweets tweet stuff content things thing messages beiträge beitraege beiträgen "
    "beitrag sachen inhalte inhalten meldungen zeug kram topic topics thema themen"
)
THE_WORD: Final = _words("word words wort wörter wörtern phrase")
SOFT: Final = _words("and und & plus sowie or oder")
HARD: Final = _words(", ; . ! ? but aber sondern then dann")
VAGUE: Final = _words(  # of which no object is made, unless it is quoted
    "than als if wenn when because weil unless everything anything something alles etwas it that "
    "this these those them him her you your dich dir es was what which who not nicht for für until "
    "bis except ausser since seit from von by with without about to in at im am is are bin bist "
    "good bad better interesting best gute gutes bessere schlechte random thing day days"
)

SOURCES: Final[Mapping[Phrase, str]] = {
    phrase: source
    for source, names in {
        "InNetwork": "people i follow|accounts i follow|those i follow|my network|my follows|"
        "people that i follow|whom i follow|leuten denen ich folge|leute denen ich folge|"
        "menschen denen ich folge|denen ich folge|meinem netzwerk|accounts denen ich folge",
        "Strangers": "strangers|people i do not follow|accounts i do not follow|unknown people|"
        "out of network|fremden|fremde|unbekannten|unbekannte|leuten denen ich nicht folge|"
        "leute denen ich nicht folge",
        "Graph": "what my friends like|what people i follow like|what my follows like|"
        "liked by friends|liked by people i follow|was meine freunde mögen|was freunde mögen",
        "ItemItem": "similar to what i liked|like what i liked|ähnliches",
        "FollowRecs": "people i might follow|suggested accounts|suggested people|suggestions|"
        "vorgeschlagene leute|vorschläge|vorgeschlagenen leuten",
        "Popular": "popular|popular ones|trending|trends|viral|viral ones|beliebtes|beliebte|"
        "virales|virale",
        "Explore": "surprises|new topics|something new|discoveries|überraschungen|neue themen|"
        "neues",
    }.items()
    for phrase in _phrases(names)
}
FORMS: Final[Mapping[Phrase, str]] = {
    phrase: form
    for form, names in {
        "replies": "replies|reply|answers|antworten",
        "media": "media|pictures|images|photos and videos|medien|bilder|bildern",
        "links": "links|link",
    }.items()
    for phrase in _phrases(names)
}
ABSENT: Final[Mapping[Phrase, str]] = {
    phrase: missing
    for missing, names in {
        "videos and pictures are one thing here; say media": "video|videos|photos|fotos|gifs",
        "there are no advertisements here": "ads|advertising|advertisements|ad|werbung|anzeigen",
        "retweets are not shown as such here": "retweets|reposts|retweet",
        "adult content is a setting of the profile: sensitive_ok": "nsfw|adult|sensitive|porn|"
        "adult content|sensitive content|nacktheit|pornos",
        "whom you follow says it: follow somebody, or mute or block them": "blocked people|"
        "muted people|blocked|friends",
        "languages are not known here": "english|german|french|spanish|deutsch|englisch",
    }.items()
    for phrase in _phrases(names)
}
SETTINGS: Final[Mapping[tuple[str, Phrase], str]] = {
    (verb, phrase): setting
    for verb, setting, names in (
        (MORE, "rules:varied", "variety|diversity|varied|vielfalt|abwechslung"),
        (LESS, "rules:best", "variety|diversity|vielfalt|abwechslung"),
        (NO, "rules:best", "rules|regeln"),
    )
    for phrase in _phrases(names)
}
SYNONYMS: Final = tuple(
    frozenset(names.split("|"))
    for names in (
        "politics|politik|political",
        "sports|sport",
        "football|soccer|fussball",
        "cycling|radfahren|radsport|bikes|fahrrad",
        "running|laufen|jogging",
        "cooking|kochen|rezepte|recipes",
        "baking|backen",
        "coffee|kaffee",
        "travel|reisen|travelling|traveling|reise",
        "photography|fotografie|photographie",
        "cinema|kino|film|filme|movies|films|movie",
        "television|tv|fernsehen|serien|series",
        "music|musik",
        "books|bücher|literatur|literature|reading",
        "poetry|lyrik|gedichte|poems",
        "history|geschichte",
        "science|wissenschaft|forschung",
        "space|weltraum|raumfahrt|weltall",
        "climate|klima|klimawandel|climate change",
        "economics|wirtschaft|economy|ökonomie",
        "fashion|mode",
        "gardening|garten|gärtnern|gardens",
        "chess|schach",
        "gaming|games|spiele|videospiele|video games",
        "technology|technik|tech|technologie",
        "programming|programmieren|coding",
        "startups|startup|gründer",
        "health|gesundheit|fitness",
        "nature|natur",
        "art|kunst",
        "animals|tiere|pets|haustiere",
    )
)
