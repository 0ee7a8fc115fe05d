"""What an integrator does with the generated clients: a token, a check, a list with pages, refusals as problems."""

import sys
from urllib.parse import urlsplit
from uuid import UUID

import imagin_convocation
import imagin_droits

droits, convocation, client, secret, jeton, numero = sys.argv[1:]


def tell(refused):
    told = refused.data
    print(told.status, told.code, urlsplit(told.type).fragment, told.title)


basic = imagin_droits.Configuration(host=droits, username=client, password=secret)
token = imagin_droits.JetonsApi(imagin_droits.ApiClient(basic)).demander_jeton("client_credentials").access_token
bearer = imagin_droits.Configuration(host=droits, access_token=token)
rights = imagin_droits.HabilitationsApi(imagin_droits.ApiClient(bearer))
acces = rights.verifier_acces(numero)
every = rights.lister_habilitations_de_personne(numero).habilitations
print("acces", len(acces.habilitations), len(every), acces.habilitations[0].mission.session)
print("inconnu", str(rights.verifier_acces("INCONNU1").autorise).lower())

bureau = imagin_convocation.Configuration(host=convocation, access_token=jeton)
missions = imagin_convocation.MissionsApi(imagin_convocation.ApiClient(bureau))
seen, page, total = set(), 0, 1
while page * 5 < total:
    page += 1
    answer = missions.lister_missions(page=page, taille=5)
    seen |= {one.mission_id for one in answer.missions}
    total = answer.total
print("missions", len(seen), total, page)

nobody = imagin_droits.HabilitationsApi(imagin_droits.ApiClient(imagin_droits.Configuration(host=droits)))
try:
    nobody.verifier_acces(numero)
except imagin_droits.ApiException as refused:
    tell(refused)
try:
    missions.lire_mission(UUID(int=7))
except imagin_convocation.ApiException as refused:
    tell(refused)
