"""French, as buyers in Belgium write it.

A verb is denied from both sides, and only the second word counts here: ``pas`` stands before what
it denies, or behind the subject and near a verb of allowing; ``aucun`` and ``sans`` reach forward
to a noun. ``De`` joins a noun to its complement and is no preposition of a place. The perfect is
told by ``été``: ``est organisé`` is the present.
"""

from __future__ import annotations

import re

from pipeline.corpus.languages import Clauses, Language, Naming, Negation, Past, word_set

# What falls out before a vowel, with either apostrophe.
ELIDED = word_set("l' l’")
PLACES = word_set("dans lors pendant durant après depuis sous chez hors avant dès")
DEMONSTRATIVES = word_set("ce cet cette ces présent présente présents présentes ladite ledit")

CLAUSES = Clauses(
    borders=word_set("; mais cependant toutefois néanmoins tandis quoique or car sauf"),
    conjunctions=word_set(
        "et ou qui que dont où lorsque si puis donc comme quand afin ainsi puisque laquelle lequel"
    ),
    joining=word_set("et ou"),
    relatives=word_set("qui dont lequel laquelle lesquels lesquelles où"),
    # "ne sont pas, conformément à la loi, autorisées"
    asides=word_set("conformément vu eu notamment selon en dans pour sous à au hormis"),
    finite=word_set(
        "est sont a ont sera seront serait peut peuvent pourra pourront doit doivent devra devront "
        "était étaient fut furent avait avaient aura auront va vont vise visent concerne "
        "concernent prévoit prévoient souhaite souhaitent permet permettent constitue constituent "
        "cherche comprend comprennent existe veut organise lance recourt autorise admet accepte"
    ),
    demonstratives=DEMONSTRATIVES,
    definite=DEMONSTRATIVES | ELIDED | word_set("le la les notre nos"),
    indefinite=word_set("un une des aucun aucune"),
    places=PLACES,
    prepositions=PLACES
    | word_set("à au aux pour avec sur entre vers contre via selon concernant par"),
    allowing=re.compile(
        r"(autoris\w+|admis\w*|admet\w*|accept\w+|permis\w*|permet\w*|possibles?|prévu\w*|prévoi\w+|"
        r"envisag\w+|requis\w*|exig\w+|demand\w+|souhait\w+|organis\w+|lanc\w+|retenu\w*|utilis\w+|"
        r"appliqu\w+|recour\w*|présenté\w*|présenter|introdui\w+|dépos\w+|propos\w+|pris\w*|"
        r"considér\w+|lieu|question|objet|agit|choisi\w*|opté\w*|suivi\w*|attribué\w*|passée?s?|"
        r"conclue?s?|tenue?s?|menée?s?|réalis\w+|comprise?s?|incluse?s?|reprise?s?|couvert\w*|nécessaires?|effectué\w*|constitu\w+|relèv\w+|concern\w+|"
        r"vis(?:e|ent|é\w*)|cherch\w+|engag\w+|faite?s?|ouvert\w*|usage|partie)$"
    ),
)

NEGATION = Negation(
    prefixes=("non-",),
    words=word_set("pas non jamais nullement aucun aucune sans ni nul nulle"),
    adverbs=word_set("pas non jamais nullement"),
    always=word_set(""),
    determiners=word_set("aucun aucune sans"),
    # "aucune possibilité de variante" denies variants; "aucune indemnité" does not.
    denied_places=word_set(
        "usage recours possibilité question place besoin intention objet option nécessité "
        "demande phase forme procédure raison partie lieu projet"
    ),
    parts=word_set("partie"),
    # "pas seulement", "sans préjudice", "non contraignante": no denial at all.
    no_denial={
        "pas": word_set(
            "seulement uniquement exclu exclue exclus exclues interdit interdite interdits "
            "interdites encore moins que retenus sélectionnés invités admis"
        ),
        "non": word_set(
            "seulement exclu exclue exclus exclues limitatif limitative limitatives exhaustif "
            "exhaustive contraignant contraignante contraignants contraignantes discriminatoire "
            "discriminatoires rémunéré rémunérée engageant engageante"
        ),
        "sans": word_set(
            "que préjudice réserve exception restriction restrictions doute limite limitation"
        ),
        "aucun": word_set("autre obstacle doute frein"),
        "aucune": word_set("autre restriction limite limitation exception objection différence"),
    },
    excluding=word_set(
        "exclu exclue exclus exclues exclut excluent interdit interdite interdits interdites "
        "refusé refusée refusés refusées supprimé supprimée supprimées annulé annulée annulés "
        "abandonné abandonnée néant nihil écarté écartée écartées rejeté rejetée prohibé "
        "prohibée prohibées retiré retirée proscrites"
    ),
    undoing=word_set("pas nullement non"),
    elsewhere=re.compile(
        r"(est|a été|ont été|sont) renoncé|y renonc\w+|renonce à (celui|celle)|"
        r"(fera|feront|fait|font) l['’] objet d['’] (un|une) (autre|marché|procédure) ?"
        r"(marché|procédure|séparée?|distincte?|ultérieure?)?|"
        r"(en )?dehors (du|de la|de l['’]|de ce|de cette) ?(présent |présente )?"
        r"(marché|périmètre|cadre|procédure|accord|cahier|lot)|"
        r"(est|sont|reste|restent) hors (du )?(marché|périmètre|cadre|champ)|"
        r"(organis|attribu|lanc|men)\w+ (séparément|ailleurs|par un tiers|par une autre)|"
        r"n['’] a pas eu lieu|rien à voir|ne jou\w+ aucun rôle|"
        r"n['’] est pas (correct|exact)|par erreur"
    ),
    away=re.compile(
        r"(?<!pas )(?:interdit|exclu)\w* d|à l['’] (?:instar|image) d|"
        r"au lieu d|plutôt qu|à l['’] (exception|exclusion) d|renonc\w+ (à|au|aux)\b|hormis|"
        r"(autre|différent\w*) (qu|d)"
    ),
    # "En aucun cas des variantes ne seront acceptées": all of the clause is denied.
    throughout=re.compile(r"\b(en|dans|pour|sur|à|sous) aucune? \w+\b"),
)

HELD = r"(?:organis|men|réalis|effectu|ten|lanc|clôtur|achev|publi|conduit)(?:é|u)?e?s?"

PAST = Past(
    tense=word_set("était étaient fut furent avait avaient eut eurent"),
    perfect=word_set("été eu"),
    participle=re.compile(r"\w+(?:é|i|u|is)e?s?$"),
    done=re.compile(
        r"(organisé|mené|réalisé|effectué|achevé|terminé|clôturé|exécuté|lancé|publié|évalué|"
        r"attribué|conclu|conduit|testé|tenu|déroulé|développé|finalisé|remporté|gagné|"
        r"abandonné|abouti|démontré|lieu)e?s?$"
    ),
    # "une consultation organisée par voie électronique" tells no past.
    done_at_once=False,
    future=word_set(
        "sera seront aura auront va vont peut peuvent pourra pourront doit doivent devra devront "
        "souhaite veut fera feront"
    ),
    announcing=word_set("sera seront aura auront fera feront"),
    # "n'a pas encore été lancée", "dès que le projet pilote a été évalué"
    not_yet=word_set("pas jamais dès lorsque si quand avant"),
    long_ago=word_set("jadis autrefois initialement naguère"),
    earlier=re.compile(r"(précédent|antérieur|ancien|anciennement|dernièr)(?:n?e)?s?$"),
    beforehand=word_set("préalablement antérieurement précédemment auparavant"),
    said_after=re.compile(
        r"(?:précédente?|antérieure?|écoulée?)s?\b|"
        r"(?:\w+ )?d[eu] (?:l['’] )?(?:année|an|mois) (?:dernière?|passée?|précédente?)|"
        r"(?:, )?(?:qui )?s['’] (?:est|étai\w+) (?:tenu|déroulé|clôturé|achevé)"
    ),
    of_year=re.compile(
        rf"(?:, )?(?:{HELD} (?:\w+ ){{0,3}}?|(?:en|de|du|d['’]) (?:\w+ ){{0,2}}?)((?:19|20)\d\d)\b"
    ),
    out_of=word_set(""),
    told=word_set(""),
    following=re.compile(
        r"(?:ressort\w*|résult(?:e|ent|ant|é)|(?<!l['’] )issue?s?|découl\w+|(?:fais\w+ )?suite|"
        r"enseignements|résultats?|conclusions?|lauréate?s?|gagnante?s?|vainqueurs?|inspirée?s?|"
        r"née?s?|fruit|prolongement|base|tirée?s?|développée?s? (?:dans le cadre|lors|au cours)) "
        r"(?:de|d['’]|du|des|à|au|aux)(?: (?:la|le|les|l['’]|une?|cette))?(?: \w+){0,2}$"
    ),
    after=re.compile(
        r"\b(?:après|à l['’] issue d\S*|au terme d\S*|à la fin d\S*)(?: (?!après\b)\S+){0,3}$"
    ),
    deciding=word_set(
        "peut peuvent pourra pourront sera seront décide décidera évalue évaluera option "
        "éventuel éventuelle éventuellement prolongé prolongée choisit choisira attribué"
    ),
)

NAMING = Naming(
    named=word_set(
        "service équipe fondation association asbl bâtiment salle campus direction cluster unité "
        "école revue magazine congrès symposium salon foire restaurant parc rue marque bureau "
        "faculté centre société entreprise firme pavillon maison hall bateau livre film "
        "exposition café hôtel"
    ),
    programmes=word_set("programme projet thème"),
    heads=re.compile(
        r"(projet|procédure|phase|appel|marché|programme|concours|dialogue|contrat|étude|"
        r"partenariat|solution)"
    ),
    company=word_set("sa s.a. srl s.r.l. sprl asbl scrl sc nv bv group groupe holding campus"),
    titles=word_set("intitulé intitulée titre marché objet avis procédure dénommé dénommée nom"),
    at=word_set("à chez au du par"),
    fillers=r"(?:(?:de|du|des|pour|et|la|en|à) |[dl]['’])",
)

# spaCy's, in short: articles, pronouns, prepositions, conjunctions and auxiliaries.
FUNCTION_WORDS = ELIDED | word_set(
    "le la les un une des du de d' d’ au aux et ou mais donc or car que qui quoi dont où ce cet "
    "cette ces il elle ils elles on nous vous se s' s’ son sa ses leur leurs notre nos votre vos "
    "à dans par pour en vers avec sous sur entre chez lors depuis pendant durant après avant "
    "comme si lorsque quand ainsi aussi afin être est sont était étaient sera seront été avoir a "
    "ont avait avaient aura auront y n' n’ ne c' c’ qu' qu’ tout tous toute toutes même mêmes"
)

LANGUAGE = Language(
    code="fr",
    in_dutch="Frans",
    near=word_set("oc wa"),
    function_words=FUNCTION_WORDS,
    sentence_ends=(".", "!", "?", "…", "\n"),
    cue_negations=word_set("pas non aucun aucune sans ni jamais"),
    cue_borders=word_set("; mais cependant toutefois"),
    clauses=CLAUSES,
    negation=NEGATION,
    past=PAST,
    naming=NAMING,
)
