"""Names of the départements, by the first three digits of an UAI (domaine.md 5.4)."""

from collections.abc import Iterable

_METROPOLE = """
001 Ain|002 Aisne|003 Allier|004 Alpes-de-Haute-Provence|005 Hautes-Alpes|006 Alpes-Maritimes|007 Ardèche
008 Ardennes|009 Ariège|010 Aube|011 Aude|012 Aveyron|013 Bouches-du-Rhône|014 Calvados|015 Cantal|016 Charente
017 Charente-Maritime|018 Cher|019 Corrèze|021 Côte-d’Or|022 Côtes-d’Armor|023 Creuse|024 Dordogne|025 Doubs
026 Drôme|027 Eure|028 Eure-et-Loir|029 Finistère|030 Gard|031 Haute-Garonne|032 Gers|033 Gironde|034 Hérault
035 Ille-et-Vilaine|036 Indre|037 Indre-et-Loire|038 Isère|039 Jura|040 Landes|041 Loir-et-Cher|042 Loire
043 Haute-Loire|044 Loire-Atlantique|045 Loiret|046 Lot|047 Lot-et-Garonne|048 Lozère|049 Maine-et-Loire
050 Manche|051 Marne|052 Haute-Marne|053 Mayenne|054 Meurthe-et-Moselle|055 Meuse|056 Morbihan|057 Moselle
058 Nièvre|059 Nord|060 Oise|061 Orne|062 Pas-de-Calais|063 Puy-de-Dôme|064 Pyrénées-Atlantiques
065 Hautes-Pyrénées|066 Pyrénées-Orientales|067 Bas-Rhin|068 Haut-Rhin|069 Rhône|070 Haute-Saône
071 Saône-et-Loire|072 Sarthe|073 Savoie|074 Haute-Savoie|075 Paris|076 Seine-Maritime|077 Seine-et-Marne
078 Yvelines|079 Deux-Sèvres|080 Somme|081 Tarn|082 Tarn-et-Garonne|083 Var|084 Vaucluse|085 Vendée|086 Vienne
087 Haute-Vienne|088 Vosges|089 Yonne|090 Territoire de Belfort|091 Essonne|092 Hauts-de-Seine
093 Seine-Saint-Denis|094 Val-de-Marne|095 Val-d’Oise
"""
_AILLEURS = """
620 Corse-du-Sud|720 Haute-Corse|971 Guadeloupe|972 Martinique|973 Guyane|974 La Réunion
975 Saint-Pierre-et-Miquelon|976 Mayotte|977 Saint-Barthélemy|978 Saint-Martin|983 Nouvelle-Calédonie
984 Polynésie française|986 Wallis-et-Futuna|987 Polynésie française|988 Nouvelle-Calédonie
"""
NOMS = dict(one.split(" ", 1) for line in f"{_METROPOLE}{_AILLEURS}".split("\n") if line for one in line.split("|"))


def nom(departement: str) -> str:
    """« Rhône (069) »; the digits alone where they are no département's."""
    return f"{NOMS[departement]} ({departement})" if departement in NOMS else departement


def choix(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Digits and name of each, by name."""
    return sorted(((code, nom(code)) for code in codes), key=lambda one: one[1])
