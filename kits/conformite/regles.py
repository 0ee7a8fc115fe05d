"""Les règles que la suite juge : ce que chacune demande, et ce qui arrive à qui ne la tient pas."""

from typing import NamedTuple

CONTRAT = "docs/integrateurs/lire-les-droits.md"


class Regle(NamedTuple):
    """`page`, `ancre` : où le contrat la dit."""

    demande: str
    sinon: str
    ancre: str = "les-règles"

    @property
    def contrat(self):
        return f"{CONTRAT}#{self.ancre}"


REGLES = {
    "depuis-le-debut": Regle(
        "tout ce qui était sur le topic avant le premier démarrage est lu",
        "il manque des droits : des personnes convoquées n’entrent pas",
    ),
    "plus-haute-version": Regle(
        "pour chaque clé, la plus haute version compte ; une plus basse, ou la même à nouveau, ne change rien",
        "un droit retiré se rouvre quand un vieil enregistrement revient",
    ),
    "retrait": Regle(
        "REVOKED ferme ; un octroi à une version plus haute rouvre",
        "une personne dont la convocation est annulée entre encore",
    ),
    "role-inconnu": Regle(
        "un rôle inconnu n’ouvre rien, et n’arrête rien",
        "un rôle créé demain donne un accès que personne n’a voulu",
    ),
    "validite": Regle(
        "hors de valide_du … valide_au, jours compris, le droit n’ouvre pas ; le jour est celui de la demande",
        "une personne entre avant ou après sa mission, ou n’y entre jamais",
    ),
    "champs-inconnus": Regle(
        "un champ inconnu est ignoré",
        "le premier champ facultatif ajouté au contrat arrête tout",
    ),
    "type-inconnu": Regle(
        "un `ce_type` inconnu est ignoré, même si son corps ressemble à un droit",
        "un nouvel événement du topic est pris pour un octroi, ou arrête tout",
    ),
    "illisible": Regle(
        "un enregistrement illisible est mis de côté : les autres passent, et ce que l’on savait de sa clé reste",
        "un seul mauvais enregistrement prive tout le monde d’accès, ou en donne un",
    ),
    "suppression": Regle(
        "une valeur nulle efface la clé : plus aucun droit, et plus rien de gardé",
        "on garde une personne que la loi demande d’effacer, ou elle entre encore",
    ),
    "transaction-abandonnee": Regle(
        "ce qu’une transaction abandonnée a écrit n’est jamais lu (isolation.level=read_committed)",
        "des droits que personne n’a donnés s’ouvrent, et aucun retrait ne viendra",
    ),
    "transaction-ouverte": Regle(
        "ce qu’une transaction ouverte a écrit n’est lu qu’une fois validé ; les autres partitions n’attendent pas",
        "un droit s’ouvre avant d’être donné, ou tout attend une seule écriture",
    ),
    "arret-brutal": Regle(
        "tué par kill -9 à n’importe quel moment puis redémarré, il ne lui manque rien",
        "un droit lu et pas enregistré est perdu pour toujours, sans que rien ne le dise",
        "redémarrer",
    ),
    "reequilibrage": Regle(
        "des partitions perdues puis rendues au groupe sont reprises où elles en étaient",
        "ce qui est écrit pendant un rééquilibrage est perdu",
        "redémarrer",
    ),
    "compaction": Regle(
        "sur un topic compacté, aux offsets et aux versions troués, un état vide retrouve les mêmes droits",
        "après une longue absence ou une base perdue, les droits ne sont plus les bons",
        "compaction",
    ),
    "accuses": Regle(
        "chaque droit a sa réponse, vraie et lisible, dont la version monte, aussi après un arrêt",
        "l’établissement croit que SANTORIN n’a pas reçu le droit, ou la réponse est une lettre morte",
        "répondre",
    ),
}
