"""What people write about, and the words they have for it."""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    "football": """
        offside trap, penalty, goalkeeper, midfield, derby, corner kick, transfer window,
        striker, back line, cup final, referee, free kick
    """,
    "basketball": """
        fast break, jump shot, buzzer beater, point guard, rebound, zone defence, playoff
        run, draft pick, three pointer, bench unit, alley-oop, free throw
    """,
    "tennis": """
        backhand, tie-break, clay season, second serve, drop shot, baseline rally, grass
        court, wild card, match point, racket, centre court, doubles final
    """,
    "cycling": """
        peloton, time trial, mountain stage, gravel ride, derailleur, sprint finish,
        headwind, yellow jersey, climb, bike lane, breakaway, tubeless tyre
    """,
    "running": """
        marathon, long run, tempo session, carbon shoes, trail race, personal best, cadence,
        recovery jog, half marathon, pacer, hill repeats, start line
    """,
    "cooking": """
        cast iron pan, risotto, garlic, weeknight curry, knife skills, slow braise, pasta
        water, chilli oil, stockpot, miso glaze, roast chicken, herb salad
    """,
    "baking": """
        sourdough, crumb, proofing basket, croissant, butter lamination, rye loaf, oven
        spring, cinnamon roll, pie crust, choux pastry, starter, brioche
    """,
    "coffee": """
        espresso, grinder, pour over, flat white, light roast, portafilter, single origin,
        cold brew, latte art, tasting notes, aeropress, natural process
    """,
    "travel": """
        night train, border crossing, hostel, carry-on, ferry, old town, street market,
        layover, window seat, phrasebook, mountain hut, harbour
    """,
    "photography": """
        golden hour, prime lens, film roll, darkroom, shutter speed, street portrait, long
        exposure, contact sheet, wide angle, tripod, light meter, medium format
    """,
    "cinema": """
        director's cut, long take, film festival, third act, soundtrack, remake,
        cinematography, opening scene, matinee, screenplay, subtitle, closing credits
    """,
    "television": """
        season finale, pilot episode, showrunner, cliffhanger, writers' room, spin-off, cold
        open, reboot, sitcom, mini-series, plot twist, binge
    """,
    "music": """
        bassline, vinyl, chorus, tour dates, demo tape, synth, headliner, B-side, encore,
        drum machine, setlist, debut album
    """,
    "jazz": """
        upright bass, trumpet solo, bebop, swing, standard, quartet, brushes, big band,
        walking line, blue note, improvisation, saxophone
    """,
    "books": """
        first edition, paperback, plot, library card, novella, translator, book club,
        bookmark, unreliable narrator, second-hand shop, prologue, reading list
    """,
    "poetry": """
        sonnet, line break, haiku, metaphor, chapbook, stanza, open mic, slant rhyme, elegy,
        free verse, refrain, couplet
    """,
    "history": """
        archive, treaty, manuscript, empire, excavation, chronicle, silk road, siege,
        primary source, dynasty, trade route, medieval map
    """,
    "science": """
        peer review, microscope, hypothesis, lab notebook, protein, field study, preprint,
        control group, enzyme, replication, sample size, genome
    """,
    "space": """
        launch window, rover, exoplanet, booster landing, telescope, docking, orbit, lunar
        base, heat shield, solar panel, nebula, payload
    """,
    "climate": """
        heat pump, carbon budget, sea ice, wind farm, heatwave, reforestation, grid storage,
        methane, emissions target, flood plain, solar roof, coral reef
    """,
    "politics": """
        ballot, coalition, swing vote, manifesto, debate, committee, turnout, constituency,
        town hall, amendment, filibuster, exit poll
    """,
    "economics": """
        inflation, interest rate, labour market, supply shock, bond yield, productivity,
        tariff, housing supply, deficit, price index, wage growth, central bank
    """,
    "startups": """
        seed round, runway, pitch deck, churn, first customer, cap table, co-founder, pivot,
        product fit, burn rate, waitlist, demo day
    """,
    "programming": """
        type checker, stack trace, code review, refactor, unit test, compiler, merge
        conflict, legacy module, pull request, race condition, linter, memory leak
    """,
    "ai": """
        training run, benchmark, transformer, token budget, loss curve, embedding,
        fine-tune, open weights, context window, prompt, evaluation set, attention head
    """,
    "gaming": """
        speedrun, boss fight, patch notes, indie game, loot table, co-op night, controller,
        open world, pixel art, side quest, save file, leaderboard
    """,
    "chess": """
        endgame, gambit, fianchetto, rook lift, blunder, opening theory, pawn storm,
        zugzwang, rapid final, knight outpost, time trouble, draw offer
    """,
    "gardening": """
        compost, raised bed, seedling, tomato vine, mulch, pruning shears, greenhouse,
        allotment, wildflower, frost date, rose bush, watering can
    """,
    "fashion": """
        runway look, tailoring, denim, vintage coat, capsule wardrobe, linen shirt,
        lookbook, silhouette, knitwear, thrift find, loafers, atelier
    """,
    "health": """
        sleep debt, strength training, vaccine, blood pressure, stretching, protein intake,
        meditation, check-up, resting heart rate, hydration, physio, screen break
    """,
}
TOPICS: Final = tuple(WORDS)
NOUNS: Final = tuple(  # (topics, nouns)
    tuple(" ".join(noun.split()) for noun in words.split(",")) for words in WORDS.values()
)

OPENERS: Final = (
    "Still thinking about the",
    "Nobody talks enough about the",
    "A short thread on the",
    "Today I learned something about the",
    "Can we talk about the",
    "Spent the whole morning with the",
    "Unpopular opinion on the",
    "My favourite part is the",
    "Hot take about the",
    "Everything I know about the",
    "Good morning to the",
    "New notes on the",
    "Asking for a friend about the",
    "Ten years ago I ignored the",
    "Finally understood the",
    "Field report from the",
    "Small victory for the",
    "Nothing beats the",
    "Looking again at the",
    "Reminder to respect the",
)
JOINTS: Final = (
    "and the",
    "more than the",
    "without the",
    "next to the",
    "or rather the",
    "plus the",
)
CLOSERS: Final = (
    "what a day",
    "worth every minute",
    "and I regret nothing",
    "it never gets old",
    "tell me I am wrong",
    "more on this tomorrow",
    "no notes",
    "this made my week",
    "I said what I said",
    "slowly getting there",
    "as it should be",
    "we are so back",
    "thoughts",
    "who is with me",
    "your turn",
    "send help",
)
ASIDES: Final = (
    "The {} deserves better",
    "Next time more {}",
    "Somebody explain the {} to me",
    "I could write a book on the {}",
    "The {} was the real surprise",
    "Never trust the {}",
    "Also, the {} exists",
    "Thank you for the {}",
)
INSULTS: Final = (
    "Only an idiot would disagree",
    "You people are clowns",
    "What a pathetic excuse",
    "Shut up already",
    "This is garbage and so are you",
    "Stupid morons everywhere",
    "I hate every one of you",
    "Absolute scum",
    "You are a worthless liar",
    "Losers, all of you",
    "Dumb and ugly, as usual",
    "Crawl back under your rock",
    "Nobody asked you, coward",
    "Imagine being this ignorant",
    "Cry about it",
)
GRUMBLES: Final = (
    "I hate Mondays",
    "My old phone is trash",
    "I feel stupid for missing it",
    "That weather was disgusting",
    "A dumb mistake on my side",
)
TEASES: Final = (
    "Uncensored set in my bio",
    "Hot and explicit tonight",
    "New nudes for subscribers",
    "Naked truth, literally",
    "Sexy and steamy, adult only",
    "More on onlyfans",
    "Lewd pictures below",
    "nsfw, you were warned",
    "Erotic and unfiltered",
    "Spicy pictures after midnight",
    "Eighteen and over, please",
    "Come and see the rest of me",
    "Wearing less and less",
)
FLIRTS: Final = (
    "It is too hot in here",
    "Keep it hot",
    "Explicit content warning for the language",
    "An adult conversation, at last",
)
LURES: Final = ("nsfw", "afterdark", "spicy", "latenight", "18plus")
