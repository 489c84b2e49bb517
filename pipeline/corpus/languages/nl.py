"""Dutch.

The order in which negation looks is that of Dutch: ``geen`` reaches forward to a noun; ``niet``
stands before what it denies, or after the subject and near a verb of allowing or taking place.
"""

from __future__ import annotations

import re

from pipeline.corpus.languages import Clauses, Language, Naming, Negation, Past, word_set

PLACES = word_set("bij in tijdens na aan uit onder binnen sinds vanaf door")
DEMONSTRATIVES = word_set("deze dit onderhavige")

CLAUSES = Clauses(
    borders=word_set("; maar doch echter terwijl tenzij hoewel ofschoon daarentegen want"),
    conjunctions=word_set(
        "en of omdat waarbij waarin waarmee waarvoor zodat die dat wie wat als indien wel "
        "doordat nu dus waarna wanneer zolang"
    ),
    joining=word_set("en of"),
    relatives=word_set("die welke waarin waarmee waaraan waarbij waardoor zodat"),
    # "is, gelet op de eisen, niet toegestaan"
    asides=word_set(
        "gelet gezien anders mede wegens vanwege zoals conform overeenkomstig op bij dus "
        "derhalve in behoudens"
    ),
    finite=word_set(
        "is zijn wordt worden was waren werd werden kan kunnen mag mogen moet moeten heeft "
        "hebben zal zullen dient dienen vindt vinden geldt gelden komt komen gaat gaan wil "
        "willen staat staan maakt maken bestaat biedt vraagt zoekt"
    ),
    demonstratives=DEMONSTRATIVES,
    definite=DEMONSTRATIVES | word_set("de het die dat onze"),
    indefinite=word_set("een geen"),
    places=PLACES,
    prepositions=PLACES | word_set("voor van met op tot over tussen omtrent rond via om"),
    allowing=re.compile(
        r"(toegestaan|toegelaten|mogelijk|toelaatbaar|geoorloofd|orde|toepassing|voorzien|gewenst|"
        r"gevraagd|verlangd|gehouden|georganiseerd|gebruikt|toegepast|ingezet|gekozen|kiezen|"
        r"kiest|overwogen|nodig|noodzakelijk|beoogd|bedoel\w*|plaats\w*|aangeboden|aanvaard|"
        r"geaccepteerd|accepte\w+|ingediend|indienen|door|doorgaan|doorgang|gepland|aanmerking|"
        r"overgegaan|behandeld|toe|toestaan|voorziet|voorzag|uitgeschreven|opgenomen|gewerkt|"
        r"gevolgd|gehanteerd|vereist|uitgevoerd|gegeven|geopteerd|beschouwd|gestart|bedraagt|"
        r"betreft|sprake|werken|opgezet|overgenomen|ingegaan|doorgegaan|zoek|verwacht|sluit|"
        r"sluiten|neemt|nemen|deel|meegedaan|meedoen)$"
    ),
)

NEGATION = Negation(
    prefixes=("niet-", "non-"),
    words=word_set("niet geen géén zonder noch evenmin nooit"),
    adverbs=word_set("niet"),
    always=word_set("evenmin"),
    determiners=word_set("geen"),
    # "geen ruimte voor varianten" denies variants; "geen vergoeding voor varianten" does not.
    denied_places=word_set(
        "gebruik sprake ruimte plaats behoefte mogelijkheid mogelijkheden gelegenheid "
        "aanleiding reden voornemen plan plannen optie onderdeel deel noodzaak vorm verzoek "
        "interesse"
    ),
    parts=word_set("onderdeel deel"),
    # "geen bezwaar tegen", "zonder meer", "niet alleen": no denial at all.
    no_denial={
        "geen": word_set(
            "bezwaar beperking beperkingen belemmering uitzondering probleem ander andere anders "
            "twijfel verschil"
        ),
        "zonder": word_set("meer twijfel uitzondering beperking voorbehoud dat"),
        "niet": word_set(
            "alleen enkel slechts uitsluitend louter eerder uitgesloten verboden zozeer minder meer"
        ),
    },
    excluding=word_set(
        "uitgesloten uitsluiten uitgezonderd verboden geschrapt nee neen nvt afgestapt "
        "ingetrokken geweerd terzijde vervalt vervallen afgewezen doorgehaald afgevallen "
        "afgelast geannuleerd"
    ),
    undoing=word_set("niet geenszins"),
    elsewhere=re.compile(
        r"(daarvan|hiervan|ervan|waarvan)( \w+){0,3} (afgezien|afgestapt)|van beide is afgezien|"
        r"(staa\w+|val\w+|buiten)( \w+){0,4} buiten (de |deze |het |dit )?(\w+ )?"
        r"(opdracht|scope|raamovereenkomst|overeenkomst|aanbesteding|perceel|bestek|levering)|"
        r"geen van beide|niet doorgegaan|"
        r"door (een )?(ander|derde)\w*( \w+){0,2} (verzorgd|uitgevoerd|georganiseerd|aanbesteed)|"
        r"en die (is|zijn|wordt|worden)( \w+){0,3} niet|loopt elders|"
        r"(apart|afzonderlijk|elders) (georganiseerd|aanbesteed|uitgevoerd)|"
        r"(speelt|spelen) (hier )?geen rol|(los|niets te maken|niets van doen) (hiervan|hiermee)|"
        r"niets (te maken|van doen)|(staat|staan) hierbuiten|doet hieraan niet mee|niet juist|"
        r"ter zijde"
    ),
    away=re.compile(
        r"in plaats van|i\.p\.v\.|ipv|af van|afgezien van|afzien van|af te zien van|eerder dan|"
        r"anders dan|met uitzondering van"
    ),
    # "Op geen van de percelen zijn varianten toegestaan", "in geen geval wordt ...": all of the
    # clause is denied, its verb included.
    throughout=re.compile(
        r"\b(op|in|onder|voor|bij|met|aan|tegen|volgens) geen (van|der|enkele?|geval|beding)\b"
    ),
)

PAST = Past(
    tense=word_set(
        "was waren werd werden vond vonden had hadden bleek bleken volgde leverde kwam kwamen "
        "ontstond ontstonden dacht stond stonden trad traden begon startte hield hielden deed "
        "liep liepen koos organiseerde testte schreef won wonnen"
    ),
    perfect=word_set("is zijn heeft hebben"),
    participle=re.compile(r"(?:ge|be|ver|ont|her|af|uit|op|door|voor|plaats)\w+(?:d|t|en)$"),
    done=re.compile(
        r"(gehouden|georganiseerd|uitgevoerd|afgerond|doorlopen|plaatsgevonden|plaatsgehad|"
        r"gedraaid|verricht|voltooid|beëindigd|geëvalueerd|afgesloten|uitgeschreven|gelopen|"
        r"voorafgegaan|opgeleverd|gewonnen|uitgeprobeerd|geslaagd|gestopt|deelgenomen|geleid|"
        r"beproefd|opgezet|ontwikkeld|gebleken|gepubliceerd|gedaan|gevoerd|getest|bewezen|"
        r"aangetoond)$"
    ),
    done_at_once=True,
    future=word_set(
        "zal zullen gaat gaan wordt worden kan kunnen moet moeten dient dienen mag mogen wil "
        "willen komt"
    ),
    announcing=word_set("zal zullen"),
    # "nog niet uitgevoerd", "zodra de pilot is afgerond"
    not_yet=word_set("niet nooit zodra wanneer indien"),
    long_ago=word_set(
        "indertijd destijds aanvankelijk oorspronkelijk voorheen toentertijd geleden"
    ),
    earlier=re.compile(
        r"(eerder|eerdere|vorige|vorig|voorgaande|voorafgaande?|afgeronde|gehouden|uitgevoerde|"
        r"doorlopen|succesvolle|succesvol|geslaagde|beëindigde|gelopen|toenmalige|destijds|"
        r"georganiseerde|afgelopen|voormalige|oude|afgesloten|mislukte|voltooide)$"
    ),
    beforehand=word_set("voorafgaand vooraf"),
    said_after=re.compile(r"(?:\w+ )?(?:van|uit|in) (?:vorig|afgelopen|voorgaand)"),
    of_year=re.compile(r"(?:van|uit) ((?:19|20)\d\d)\b"),
    # "uit de marktconsultatie is gebleken"
    out_of=word_set("uit"),
    told=word_set("is zijn bleek blijkt bleken kwam volgde werd"),
    following=re.compile(
        r"(voort(?:vloeiende?|komende?|bouwende?)? (?:uit|op)|vervolg op|opvolging van|"
        r"lessen (?:uit|van)|"
        r"(?:uitkomst|resultat|bevinding|ervaring|conclusie|inzicht|opbrengst)\w* "
        r"(?:van|uit|met|in|bij|opgedaan in)|winna\w+ van|winnende ontwerp (?:van|uit)|"
        r"naar aanleiding van|ontstaan (?:uit|in)|gebleken uit|getest in|"
        r"ontwikkeld (?:in|tijdens)|"
        r"(?:tot stand|ontsta\w+|ontstond|voortgekomen|voortgevloeid|bedacht|gebouwd|ontworpen|"
        r"gekomen|gerealiseerd|gestart|begonnen|geboren|bewezen) (?:\w+ ){0,2}?"
        r"(?:uit|in|via|met|tijdens|binnen|op|als)|"
        r"ontwikkelde? (?:in|tijdens|binnen)|afkomstig uit|volgt uit|gevolg van|aansluitend op|"
        r"blijkens|sinds)((?: \w+){0,3})$"
    ),
    after=re.compile(r"\bna(?: afloop van| afronding van)?(?: (?!na\b)\w+){0,3}$"),
    deciding=word_set(
        "kan kunnen zal zullen beslist besluit bepaalt evalueert evalueren beoordeelt optie "
        "mogelijk vindt volgt eventueel eventuele verlengd opgeschaald verlenging optioneel "
        "beslissen gegund kiest"
    ),
)

NAMING = Naming(
    named=word_set(
        "afdeling team stichting vereniging gebouw zaal vergaderzaal campus directie cluster "
        "unit school tijdschrift congres symposium beurs restaurant park straat merk bureau "
        "lectoraat faculteit coöperatie clubhuis centrum bedrijf firma magazine paviljoen "
        "huis kenniscentrum sporthal boot schip boek film tentoonstelling onderzoeksgroep "
        "café hotel"
    ),
    programmes=word_set("programma project uitvoeringsprogramma beleidsprogramma thema"),
    # "SBIR-traject" is the form, "SBIR-panden" and "fieldlab-gebouw" are named after something.
    heads=re.compile(
        r"(traject|oproep|procedure|fase|project|aanpak|competitie|opdracht|aanbesteding|programma|"
        r"ronde|uitvraag|proces|deelne|winna|dialoog|haalbaar|oplossing|call|document|vorm|"
        r"methodiek|methode|partner|overeenkomst|contract|opgave|team|jury|periode|opstelling|"
        r"locatie|wijk|gebied|rol|\w*fase$|aankoop|inkoop|procurement|gids|vra|gesprek|leidraad|"
        r"verslag|clausule|budget)"
    ),
    company=word_set("bv b.v. nv n.v. vzw cvba groep group holding campus b.v nv. bv."),
    titles=word_set("titel opdracht aanbesteding oproep aankondiging procedure noemer naam"),
    at=word_set("bij van aan op door"),
    fillers=r"(?:van|voor|de|en|in) ",
)

# spaCy's, but for "niet", "geen" and "nog": what is "not yet" there matters.
FUNCTION_WORDS = word_set(
    "aan aangaande aangezien achter achterna af afgelopen al aldus alhoewel alle allebei "
    "alleen allen alles als altijd ander andere anderen anders anderzijds behalve beide "
    "beiden ben beneden bent bepaald beter betere betreffende bij bijna bijvoorbeeld binnen "
    "binnenin boven bovenal bovendien bovenstaand buiten daar daarheen daarin daarna daarnet "
    "daarom daarop dan dat de den der des deze dezelfde dezen die dien dikwijls dit doch doen "
    "doet door doorgaand doorgaans dus echter een eens eerder eerst eerste eersten effe eigen "
    "elk elke en enige enkel enkele enz er erdoor etc even eveneens evenwel ff gauw ge "
    "gedurende gegeven gehad geheel gekund geleden gelijk gemogen geven geweest gewoon "
    "gewoonweg geworden gij haar had hadden hare heb hebben hebt heeft hele hem hen het hier "
    "hierbeneden hierboven hierin hij hoe hoewel hun idd ieder iemand iets ik ikke ikzelf in "
    "indien inmiddels inz inzake is ja je jezelf jij jijzelf jou jouw jouwe juist jullie kan "
    "klaar kon konden krachtens kunnen kunt lang later liet liever maar mag me mede meer "
    "meesten men met mezelf mij mijn mijzelf min minder misschien mocht mochten moest moesten "
    "moet moeten mogelijk mogen na naar nabij nadat net niets nogal nooit nr nu of om omdat "
    "omhoog omlaag omstreeks omtrent omver onder ondertussen ongeveer ons onszelf onze ooit "
    "ook op opdat opnieuw opzij over overigens pas pp precies prof publ reeds rond rondom "
    "sedert sinds sindsdien slechts sommige spoedig steeds 't ‘t tamelijk te tegen ten tenzij "
    "ter terwijl thans tijdens toch toe toen tot totdat tussen u uit uitgezonderd uw uwe uwen "
    "vaak van vanaf vandaan vanuit vanwege veel veeleer verder verre vervolgens vgl volgens "
    "voor vooraf vooral vooralsnog voorbij voordat voordien voorheen voorop voort voorts "
    "vooruit vrij vroeg waar waarom wanneer want waren was wat we weer weg wegens weinig "
    "weinige wel weldra welk welke welken werd werden wezen wie wiens wier wij wil wilde "
    "worden wordt zal ze zeer zei zeker zekere zelf zelfde zelfs zich zichzelf zij zijn "
    "zijnde zijne zo zoals zodra zonder zou zouden zoveel zowat zo’n zulk zulke zulks zullen "
    "zult"
)

LANGUAGE = Language(
    code="nl",
    in_dutch="Nederlands",
    near=word_set("af fy lb li nds vls zea"),
    function_words=FUNCTION_WORDS,
    # Cleaning leaves single line breaks; in notices they end a sentence more surely than a stop.
    sentence_ends=(".", "!", "?", "…", "\n"),
    cue_negations=word_set("niet geen zonder nergens niets niemand noch nooit"),
    cue_borders=word_set("; maar doch echter"),
    clauses=CLAUSES,
    negation=NEGATION,
    past=PAST,
    naming=NAMING,
)
