"""What the product is for: rights that arrive, mails that leave, closings that apply. Panels of several dashboards."""

from imagin_dev.dashboards.panels import Panel, Query, curve, figure, rows

LATENCY = "imagin_convocation_to_santorin_seconds_bucket"


def santorin() -> list[list[Panel]]:
    """How fast rights arrive, what SANTORIN says of them, whether all sides are the same."""
    return [_rights(), _list(), _answers()]


def _rights() -> list[Panel]:
    p50, p99 = (
        Query(f"histogram_quantile({q}, sum by (le) (rate({LATENCY}[$__rate_interval])))", f"{q * 100:.0f} %")
        for q in (0.5, 0.99)
    )
    says = "De la convocation sur son topic à son droit sur celui de SANTORIN."
    answers = Query("sum by (portee) (rate(imagin_accuses_total[$__rate_interval]))", "{{portee}}")
    about = "Par seconde : au droit actuel, à un droit dépassé, à un droit inconnu."
    return [
        curve("Délai jusqu’au topic des droits", says, p50, p99, unit="s"),
        curve("Réponses de SANTORIN", about, answers, unit="cps"),
    ]


def _list() -> list[Panel]:
    refused = Query("max(imagin_habilitations_refusees)", "refusés")
    as_of = Query("max(imagin_habilitations_as_of_age_seconds)", "âge")
    compared = Query("time() - max(imagin_reconciliation_last_success_timestamp_seconds)", "depuis")
    late, never = "ImaginHabilitationsPerimees", "ImaginRapprochementAbsent"
    return [
        figure("Droits refusés", "Ces personnes ne peuvent pas entrer.", refused, alert="ImaginSantorinRefuse"),
        figure("Droits sans réponse", "SANTORIN peut les lire.", Query("max(imagin_accuses_attendus)", "attendus")),
        figure("Âge de la liste", "Au-delà du seuil la vérification répond 503.", as_of, unit="s", alert=late),
        figure("Dernier rapprochement", "Convocation, droits et topic comparés.", compared, unit="s", alert=never),
    ]


def _answers() -> list[Panel]:
    silent = Query("max(imagin_accuse_attendu_age_seconds)", "le plus ancien")
    differences = Query("max by (cause) (imagin_reconciliation_differences)", "{{cause}}")
    title, says = "SANTORIN n’a pas répondu depuis", "Âge du plus ancien droit sans réponse."
    return [
        curve(title, says, silent, unit="s", alert="ImaginSantorinMuet"),
        curve("Écarts", "Convocations qui diffèrent, par cause.", differences, alert="ImaginEcartsSantorin"),
    ]


def mails() -> list[list[Panel]]:
    """What leaves, what waits, whether both who are needed for it answer."""
    sent = Query("sum by (result) (rate(imagin_emails_total[$__rate_interval]))", "{{result}}")
    waiting = Query("sum by (host) (max by (host) (imagin_mails_waiting))", "{{host}}")
    oldest = Query("max by (host) (imagin_mails_oldest_age_seconds)", "{{host}}")
    smtp = Query("min(imagin_smtp_up)", "serveur de mail")
    told = Query("min(imagin_convocation_up)", "convocation")
    strange = Query("sum(imagin_bounces_unread_total)", "messages")
    says = "Par seconde. SENT : remis ; FAILED : refusé ; BOUNCED : revenu."
    return [
        [
            curve("Mails par résultat", says, sent, unit="cps"),
            curve("Mails qui attendent", "Par serveur de mail.", waiting),
            curve("Le plus ancien qui attend", "Par serveur de mail.", oldest, unit="s", alert="ImaginMailsEnRetard"),
        ],
        [
            figure("Le serveur de mail prend", "1 : oui ; 0 : plus rien.", smtp, alert="ImaginServeurDeMailAbsent"),
            figure("convocation dit quoi envoyer", "1 : oui ; 0 : plus rien.", told, alert="ImaginMailsSansAdresse"),
            figure("Retours qui ne sont pas de nous", "Depuis le démarrage, dans la boîte des retours.", strange),
        ],
    ]


def academies() -> list[list[Panel]]:
    """What each has open and has convoked."""
    convoked = Query("max by (academie, status) (imagin_convocations)", "")
    opened = Query("max by (academie, etat) (imagin_etablissements)", "")
    place = {"academie": "Académie"}
    return [
        [
            rows("Établissements", "ouvert : peut convoquer maintenant.", opened, place | {"etat": "État"}),
            rows("Convocations", "ACTIVE : vaut ; CANCELLED : annulée.", convoked, place | {"status": "État"}),
        ]
    ]


def documents() -> list[Panel]:
    """Those of mails, ten a call."""
    failed = Query("sum by (cause) (increase(imagin_rendering_failures_total[30m]))", "{{cause}}")
    says = "Appels de plusieurs documents, repris un à un, en une demi-heure ; par cause."
    return [curve("Documents rendus un à un", says, failed, alert="ImaginDocumentsUnParUn")]


def closings() -> list[list[Panel]]:
    """Those that are not applied."""
    found = Query("max by (academie, etat) (imagin_clotures)", "")
    oldest = Query("max(imagin_clotures_a_valider_oldest_age_seconds)", "la plus ancienne")
    says = "A_VALIDER : quelqu’un doit la relire ; REFUSEE. Vide quand il n’y en a pas."
    alert = "ImaginClotureEnAttente"
    return [
        [
            rows("Clôtures en attente ou refusées", says, found, {"academie": "Académie", "etat": "État"}),
            curve("Une clôture attend depuis", "0 : aucune n’attend d’être validée.", oldest, unit="s", alert=alert),
        ]
    ]
