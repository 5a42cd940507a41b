"""The page on transparency in German: sentence by sentence, and its components by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

LENGTH: Final = re.compile(r"([\d.]+) (days|hours|minutes)")
UNITS: Final = {"days": "Tage", "hours": "Stunden", "minutes": "Minuten"}
ABOUT: Final[Mapping[str, str]] = {
    "InNetwork": "Neue Beiträge der Menschen, denen jemand folgt.",
    "Graph": "Beiträge, mit denen sich Gefolgte kürzlich beschäftigten.",
    "OutOfNetwork": "Beiträge Fremder: als Quelle, was nah am Geschmack ist; als Faktor, was ihre "
    "Wertung senkt.",
    "ItemItem": "Beiträge, die zu dem passen, womit sich jemand beschäftigte.",
    "Communities": "Beiträge aus den Gemeinschaften, zu denen jemand gehört.",
    "FollowRecs": "Beiträge von Menschen, denen jemand folgen könnte.",
    "Popular": "Beiträge, mit denen sich gerade viele beschäftigen.",
    "MostPopular": "Beiträge, mit denen sich die meisten beschäftigen, je und in letzter Zeit.",
    "Explore": "Beiträge zu einem Thema, das jemandem neuerdings gefallen könnte.",
    "HeavyRanker": "Das Modell: wie wahrscheinlich jede Handlung ist, und was alle wert sind.",
    "ListwiseStage": "Der Wert eines Beitrags nach allen Indizien.",
    "Heuristic": "Eine Formel, wo kein Modell trainiert ist.",
    "Safety": "Senkt Beiträge, die wahrscheinlich nicht jugendfrei oder beleidigend sind.",
    "Recency": "Halbiert die Wertung mit jeder Halbwertszeit des Alters.",
    "FeedbackFatigue": "Senkt für eine Weile Autoren, von denen jemand weniger sehen wollte.",
    "Steering": "Senkt, wovon weniger, und alles andere, wo von etwas mehr gewünscht ist.",
    "OwnTweets": "Lässt eigene Beiträge weg.",
    "TooOld": "Lässt weg, was älter ist als das Fenster; ohne Datum ist nichts zu alt.",
    "AlreadySeen": "Lässt weg, was schon gezeigt wurde oder womit sich jemand beschäftigte.",
    "SocialGraph": "Lässt blockierte und stummgeschaltete Autoren weg, und wer einen blockiert.",
    "SeeFewer": "Verbirgt für zwei Wochen Autoren, von denen jemand weniger sehen will.",
    "Deleted": "Lässt gelöschte Beiträge weg.",
    "Audience": "Lässt weg, was sein Autor nicht für diese Person bestimmt hat.",
    "HiddenParent": "Lässt Antworten auf Verborgenes weg.",
    "Unsafe": "Lässt weg, was wohl nicht jugendfrei oder beleidigend ist.",
    "Muted": "Lässt Beiträge mit stummgeschalteten Wörtern oder Adressen weg.",
    "Unwanted": "Lässt weg, wovon jemand nichts sehen will, und alles andere, wo er nur eines "
    "sehen will.",
    "OnePerThread": "Lässt von jeder Unterhaltung nur den besten Beitrag.",
    "Budgeted": "Die besten zuerst; Regeln bringen andere zu einem Preis, in einem Budget.",
    "user": "Wie viel jemand tut, und seit wann.",
    "interaction": "Was jemand früher mit diesem Autor und diesem Thema tat.",
    "embedding": "Wie nah der Beitrag am Geschmack ist.",
    "tweet": "Wie der Beitrag ist, und wie er anderen gefiel.",
    "temporal": "Wie alt der Beitrag ist, und wie spät es ist.",
}
SENTENCES: Final[Mapping[str, str]] = {
    "How this feed is made": "Wie dieser Feed entsteht",
    "Models": "Modelle",
    "settings": "Einstellungen",
    "To the feed": "Zum Feed",
    "The main parameters": "Die Hauptparameter",
    "Those that matter most come first. The number says how much worse the first ten tweets are "
    "without it, with its 95 % interval, as measured for these models.": "Was am meisten zählt, "
    "steht oben. Die Zahl sagt, wie viel schlechter die ersten zehn Beiträge ohne es sind, mit dem "
    "95-%-Intervall, gemessen für diese Modelle.",
    "How much each of them matters was not measured for these models; they are in the order in "
    "which they run.": "Wie viel jeder von ihnen zählt, wurde für diese Modelle nicht gemessen; "
    "sie stehen in der Reihenfolge, in der sie wirken.",
    "What": "Was",
    "What it does": "Was es tut",
    "Effect": "Wirkung",
    "not measured": "nicht gemessen",
    "to": "bis",
    "How to change what you see": "Wie Sie ändern, was Sie sehen",
    "Which feed answers": "Welcher Feed antwortet",
    "no profiling": "ohne Profil",
    "What is kept of you, and for how long": "Was von Ihnen aufbewahrt wird, und wie lange",
    "Your data": "Ihre Daten",
    "source": "Quelle",
    "ranker": "Bewertung",
    "rescorer": "Faktor",
    "eligibility": "Filter",
    "visibility": "strenger Filter",
    "slate": "Auswahl",
    "selector": "Reihenfolge",
    "features": "Merkmale",
    "Say it in a sentence": "Sagen Sie es in einem Satz",
    "POST /steering/{user_id}, such as 'less politics for 3 days, no spoilers': it holds until it "
    "expires or is revoked, and every explanation names its factor.": "POST /steering/{user_id}, "
    "etwa „3 Tage weniger Politik, keine Spoiler“: Es gilt, bis es abläuft oder widerrufen wird, "
    "und jede Erklärung nennt seinen Faktor.",
    "Follow, mute or block somebody, or mute a word": "Jemandem folgen, jemanden stummschalten "
    "oder blockieren, ein Wort stummschalten",
    "POST /events: a block or a mute holds everywhere; whom you follow is proposed first.": "POST "
    "/events: Blockieren und Stummschalten gelten überall; wem Sie folgen, wird zuerst "
    "vorgeschlagen.",
    "Say that a tweet does not interest you": "Sagen, dass Sie ein Beitrag nicht interessiert",
    "POST /events with not_interested: its author is not shown for a while, then lower.": "POST "
    "/events mit not_interested: Sein Autor wird eine Weile nicht gezeigt, dann weiter unten.",
    "Choose another feed": "Einen anderen Feed wählen",
    "PUT /transparency/{user_id}: it answers from then on, until you choose again.": "PUT "
    "/transparency/{user_id}: Er antwortet von da an, bis Sie wieder wählen.",
    "Ask why, and try other settings": "Fragen, warum, und andere Einstellungen versuchen",
    "GET /timeline/{user_id}/why/{tweet_id} and POST /timeline/{user_id}/preview: nothing is kept "
    "of either.": "GET /timeline/{user_id}/why/{tweet_id} und POST /timeline/{user_id}/preview: "
    "Von beiden wird nichts aufbewahrt.",
    "The tweets that you most likely want to see, by what you did before.": "Die Beiträge, die Sie "
    "am wahrscheinlichsten sehen wollen, nach dem, was Sie früher taten.",
    "Everything by the people you follow, newest first.": "Alles von denen, denen Sie folgen, das "
    "Neueste zuerst.",
    "What the people you follow wrote and what many read, newest first. Everybody with the same "
    "follows, blocks and seen tweets gets the same feed.": "Was die schrieben, denen Sie folgen, "
    "und was viele lesen, das Neueste zuerst. Wer denselben folgt, dieselben blockiert und "
    "dieselben Beiträge sah, bekommt denselben Feed.",
    "Take your data with you": "Ihre Daten mitnehmen",
    "GET /users/{user_id}/data: all that is kept of you, as JSON.": "GET /users/{user_id}/data: "
    "alles, was von Ihnen aufbewahrt wird, als JSON.",
    "Be erased": "Gelöscht werden",
    "DELETE /users/{user_id}: profile, tweets, actions, preferences and answers are removed, from "
    "memory at once, from the files with the next snapshot.": "DELETE /users/{user_id}: Profil, "
    "Beiträge, Handlungen, Wünsche und Antworten werden entfernt, aus dem Speicher sofort, aus den "
    "Dateien mit dem nächsten Abbild.",
    "See an answer again": "Eine Antwort noch einmal sehen",
    "GET /replay/{request_id}: a timeline as you were served it, while it is kept.": "GET "
    "/replay/{request_id}: ein Feed, wie Sie ihn bekamen, solange er aufbewahrt wird.",
    "Your profile and your tweets": "Ihr Profil und Ihre Beiträge",
    "until you change or erase them": "bis Sie sie ändern oder löschen",
    "What you did: likes, replies, follows, mutes, blocks": "Was Sie taten: gefallen, geantwortet, "
    "gefolgt, stummgeschaltet, blockiert",
    "in memory for {}; in the log until you are erased": "im Speicher {}; im Protokoll, bis Sie "
    "gelöscht werden",
    "What you were shown": "Was Ihnen gezeigt wurde",
    "not shown again for {}; in memory for {}; in the log until you are erased": "{} nicht wieder "
    "gezeigt; im Speicher {}; im Protokoll, bis Sie gelöscht werden",
    "Whole answers": "Ganze Antworten",
    "{}": "{}",
    "not kept": "nicht aufbewahrt",
    "What you asked of your feed": "Was Sie sich von Ihrem Feed wünschten",
    "until it expires, is revoked, or you are erased": "bis es abläuft, widerrufen wird oder Sie "
    "gelöscht werden",
    "Your tastes, as numbers": "Ihr Geschmack, als Zahlen",
    "computed anew from the above; never stored by themselves": "aus dem Obigen neu berechnet; nie "
    "für sich gespeichert",
}


def german(sentence: str) -> str:
    """A sentence of the page in German; as it is where there is none, such as of a component that
    somebody added."""
    lengths = [f"{number} {UNITS[unit]}" for number, unit in LENGTH.findall(sentence)]
    if (found := SENTENCES.get(sentence)) is not None:
        return found
    of_any_length = SENTENCES.get(LENGTH.sub("{}", sentence))
    return sentence if of_any_length is None else of_any_length.format(*lengths)
