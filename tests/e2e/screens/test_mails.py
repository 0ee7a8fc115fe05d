"""Convoked, changed, cancelled: the mails that really arrive, with the real services, read as a client reads them.

R24, R40, R43–R46, R57, K.b, D28: PDF by poppler, calendar by vobject, the link in a browser.
"""

import re
from types import SimpleNamespace

import httpx2
import pytest
import vobject

from acces.acteur import Role
from imagin_ops.services import CONVOCATION
from testkit.eventually import eventually

BOUNCE = """\
Return-Path: <>
From: MAILER-DAEMON@relay.invalid
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.invalid

Final-Recipient: rfc822; x@y.invalid
Action: failed
Status: 5.1.1

--b--
"""


class Teacher:
    """Somebody of a lycée, and the mails that have come for him."""

    def __init__(self, product, lycee, discipline="1000"):
        self._product = product
        self.numero = product.numero(lycee, discipline)
        people = product.people.by_academie["10"]
        self.courriel = next(one.courriel for one in people if one.numero == self.numero)

    def mailed(self):
        return [one for one in self._product.smtp.mailed if one.recipients == (self.courriel,)]

    def moves(self, courriel):
        """The directory gives another address from now on."""
        self.courriel = courriel

    async def mail(self, number):
        """His mail of that number, once it is there."""

        async def arrived():
            return len(self.mailed()) >= number

        await eventually(arrived, timeout=30, because=f"mail {number} has come")
        assert len(self.mailed()) == number
        return Read(self.mailed()[-1])


class Read:
    """A mail as its reader sees it."""

    def __init__(self, mailed):
        self.message = mailed.message
        self.sender = mailed.sender
        self.subject = self.message["Subject"]
        self.text = self.message.get_body(("plain",)).get_content()
        self.html = self.message.get_body(("html",)).get_content()
        links = re.findall(r"https?://\S+/lien/\S+", self.text)
        self.link = links[0] if links else None

    def attached(self, kind):
        return [part for part in self.message.iter_attachments() if part.get_content_type() == kind]

    def documents(self):
        return [part.get_content() for part in self.attached("application/pdf")]

    def events(self):
        """METHOD as the part and as the calendar say it, and the one event, by a second library."""
        found = []
        for part in self.attached("text/calendar"):
            calendar = vobject.readOne(part.get_payload(decode=True).decode())
            assert len(calendar.vevent_list) == 1
            assert calendar.method.value == part.get_param("method")
            found.append((calendar.method.value, calendar.vevent))
        return found


@pytest.fixture
async def school(product, acteur_of):
    """A lycée with its chef at the API."""
    lycee = product.etablissement()
    async with httpx2.AsyncClient(base_url=product.url, timeout=30, trust_env=False) as http:
        token = product.stack.token(acteur_of(Role.CHEF, lycee))
        yield SimpleNamespace(
            lycee=lycee, http=http, headers={"Authorization": f"Bearer {token}"}, teacher=Teacher(product, lycee)
        )


async def convoke(school, code, numero, day, observation=""):
    path = f"/api{school.lycee.mission(code)}/convocations"
    body = {"intervenants": [numero], "dates": [day], "observation": observation}
    headers = school.headers | {"Idempotency-Key": f"{school.lycee.uai}-{code}-{numero}"}
    answer = (await school.http.post(path, json=body, headers=headers)).raise_for_status()
    return answer.json()["convocations"][0]["convocation_id"]


async def document(school, convocation):
    answer = await school.http.get(f"/convocations/{convocation}/convocation.pdf", headers=school.headers)
    return answer.raise_for_status().content


async def change(school, convocation, version, **body):
    headers = school.headers | {"If-Match": f'"{version}"'}
    (await school.http.put(f"/api/convocations/{convocation}", json=body, headers=headers)).raise_for_status()


async def cancel(school, convocation, version, motif):
    headers = school.headers | {"If-Match": f'"{version}"'}
    path = f"/api/convocations/{convocation}/annulation"
    (await school.http.post(path, json={"motif": motif}, headers=headers)).raise_for_status()


async def test_r43_r44_r45_and_kb_convoked_changed_and_cancelled_the_mails_say_so_with_document_and_calendar(
    product, school, pdf_text, tmp_path
):
    teacher = school.teacher
    convocation = await convoke(school, "HG", teacher.numero, product.soon, "Apporter un stylo rouge")
    first = await teacher.mail(1)
    assert first.subject.startswith("Convocation : Histoire-géographie")
    assert "à la mission suivante" in first.text
    assert "Observation\u00a0: Apporter un stylo rouge" in first.text
    assert first.documents() == [await document(school, convocation)]
    (tmp_path / "convocation.pdf").write_bytes(first.documents()[0])
    assert "Apporter un stylo rouge" in await pdf_text(tmp_path / "convocation.pdf")
    [(method, event)] = first.events()
    uid = event.uid.value
    assert (method, event.sequence.value, event.status.value) == ("REQUEST", "0", "CONFIRMED")
    assert event.dtstart.value.isoformat() == product.soon
    assert event.attendee.value == f"mailto:{teacher.courriel}"
    assert event.organizer.value.startswith("mailto:")

    later = product.soon[:8] + ("27" if not product.soon.endswith("27") else "26")
    await change(school, convocation, 1, dates=[later], observation="Apporter un stylo vert")
    second = await teacher.mail(2)
    assert second.subject.startswith("Convocation modifiée")
    assert "annule et remplace la précédente" in second.text
    assert "est remplacée par le" in second.text
    assert "L’observation a changé" in second.text
    assert second.documents() == [await document(school, convocation)]
    [(method, event)] = second.events()
    assert (method, event.uid.value, event.sequence.value) == ("REQUEST", uid, "1")
    assert event.dtstart.value.isoformat() == later

    await cancel(school, convocation, 2, "Mission regroupée")
    third = await teacher.mail(3)
    assert third.subject.startswith("Annulation de votre convocation")
    assert "Mission regroupée" in third.text
    assert (bool(second.link), third.link, "lien" in third.html) == (True, None, False), "nothing is left to open"
    assert "accès à SANTORIN pour cette mission est retiré" in third.text
    [(method, event)] = third.events()
    assert (method, event.uid.value, event.sequence.value, event.status.value) == ("CANCEL", uid, "2", "CANCELLED")
    assert event.organizer.value.startswith("mailto:")
    assert len({one.message["Message-ID"] for one in (first, second, third)}) == 3


async def test_convoked_on_several_missions_at_once_one_mail_lists_them_with_all_documents(product, school):
    teacher = school.teacher
    convocations = [await convoke(school, code, teacher.numero, product.soon) for code in ("HG", "HLP", "NUMERISATION")]
    mail = await teacher.mail(1)
    assert mail.subject.startswith("3 convocations")
    assert sorted(mail.documents()) == sorted([await document(school, one) for one in convocations])
    assert sorted(event.uid.value.partition("@")[0] for _, event in mail.events()) == sorted(convocations)
    assert mail.html.count("<h2") >= 3


async def test_the_link_of_the_mail_opens_mes_missions_and_leaks_nowhere(product, school, person, no_violation):
    convocation = await convoke(school, "HG", school.teacher.numero, product.soon)
    mail = await school.teacher.mail(1)
    token = mail.link.rpartition("/")[2]
    page = await person(None)
    asked = []
    page.on("request", lambda request: asked.append((request.url, request.headers.get("referer", ""))))
    await page.goto(mail.link)
    await no_violation(page)
    await page.get_by_role("button", name="Ouvrir mes convocations").click()
    await page.wait_for_url(f"{product.url}/mes-missions")
    await no_violation(page)
    await page.get_by_role("button", name=re.compile("pris connaissance")).click()
    await page.get_by_text("Prise de connaissance enregistrée").wait_for()
    assert [url for url, _ in asked if token in url] == [mail.link] * 2, "looked at, then opened"
    assert [referer for _, referer in asked if token in referer] == []
    answer = await school.http.get(f"/api/convocations/{convocation}", headers=school.headers)
    assert answer.json()["lue_le"]
    for log in product.stack.folder.glob("*.log"):
        assert token not in log.read_text(encoding="utf-8"), log.name
    metrics = await school.http.get(f"{product.stack.ops_url(CONVOCATION)}/metrics")
    assert metrics.status_code == 200
    assert token not in metrics.text


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
async def test_who_lost_the_mail_gets_another_whose_link_opens_and_the_first_opens_nothing_more(
    product, school, person, no_violation, script
):
    convocation = await convoke(school, "HG", school.teacher.numero, product.soon)
    first = await school.teacher.mail(1)
    page = await person(None, script=script)
    await page.goto("/lien-perdu")
    await page.get_by_role("button", name="J’ai perdu ce mail").click()
    await page.get_by_role("link", name="Indiquez votre adresse").wait_for()
    await page.get_by_label("Votre adresse électronique").fill(school.teacher.courriel)
    await page.get_by_role("button", name="J’ai perdu ce mail").click()
    await page.get_by_text("Demande enregistrée").wait_for()
    await no_violation(page)
    again = await school.teacher.mail(2)
    assert again.message["Message-ID"] != first.message["Message-ID"], "or a mailbox would drop it"
    assert (again.subject, again.documents()) == (first.subject, [await document(school, convocation)])
    await page.goto(first.link)
    await page.get_by_role("heading", name="Ce lien n’est plus valable").wait_for()
    await no_violation(page)
    await page.goto(again.link)
    await page.get_by_role("button", name="Ouvrir mes convocations").click()
    await page.wait_for_url(f"{product.url}/mes-missions")


async def test_a_mail_that_comes_back_is_seen_and_the_convocation_handed_over(product, school, person):
    await convoke(school, "HG", school.teacher.numero, product.soon)
    mail = await school.teacher.mail(1)
    (product.bounces / "retour.eml").write_text(BOUNCE.format(to=mail.sender), encoding="utf-8")
    page = await person(Role.CHEF, school.lycee)

    async def seen():
        await page.goto(school.lycee.mission("HG"))
        return await page.get_by_text("Mail revenu").count()

    await eventually(seen, timeout=20, because="what came back is told")
    assert await page.get_by_text("Adresse inconnue (5.1.1)").count()
    await page.get_by_role("link", name=re.compile("Visualiser")).click()
    await page.get_by_role("button", name=re.compile("remise en main propre")).click()
    await page.get_by_text(re.compile("Remise? en main propre")).first.wait_for()


async def test_a_mail_that_came_back_is_sent_again_to_the_address_that_the_rectorat_has_corrected(
    product, school, person, no_violation
):
    convocation = await convoke(school, "HG", school.teacher.numero, product.soon)
    mail = await school.teacher.mail(1)
    (product.bounces / "revenu.eml").write_text(BOUNCE.format(to=mail.sender), encoding="utf-8")
    page = await person(Role.GESTIONNAIRE)

    async def seen():
        await page.goto(f"/convocations/{convocation}")
        return await page.get_by_role("button", name="Renvoyer le mail").count()

    await eventually(seen, because="what came back is told")
    await no_violation(page)
    await page.get_by_role("main").get_by_role("link", name="l’annuaire").click()
    await page.get_by_label("Courriel").fill(f"corrigee-{school.teacher.numero}@ac-exemple.invalid")
    await page.get_by_role("button", name="Enregistrer la modification").click()
    await page.get_by_text("Succès : Personne modifiée").wait_for()
    school.teacher.moves(f"corrigee-{school.teacher.numero}@ac-exemple.invalid")
    await page.goto(f"/convocations/{convocation}")
    await page.get_by_role("button", name="Renvoyer le mail").click()
    await page.get_by_text("Renvoi demandé").wait_for()
    again = await school.teacher.mail(1)
    assert again.subject == mail.subject
    assert again.documents() == mail.documents()

    async def sent():
        await page.goto(f"/convocations/{convocation}")
        return await page.get_by_text("Mail envoyé").count()

    await eventually(sent, because="the établissement and the rectorat read that it was sent")


async def test_r57_who_reported_an_empechement_is_answered_by_mail(product, school, person):
    convocation = await convoke(school, "HG", school.teacher.numero, product.soon)
    await school.teacher.mail(1)
    page = await person(Role.INTERVENANT, sub=school.teacher.numero)
    await page.goto(f"/convocations/{convocation}/empechement")
    await page.get_by_role("textbox", name="Motif de l’empêchement").fill("Conseil de classe ce jour-là")
    await page.get_by_role("button", name="Signaler l’empêchement").click()
    await page.get_by_text("Succès : Empêchement signalé").wait_for()
    chef = await person(Role.CHEF, school.lycee)
    await chef.goto(f"/convocations/{convocation}/empechement/traiter")
    await chef.get_by_role("textbox", name="Réponse à la personne").fill("Le conseil est déplacé.")
    await chef.get_by_role("button", name="Maintenir la convocation").click()
    await chef.get_by_text("reçoit votre réponse par mail").wait_for()
    answer = await school.teacher.mail(2)
    assert answer.subject.startswith("Réponse à votre empêchement : Histoire-géographie")
    assert "Réponse de l’établissement\u00a0: Le conseil est déplacé." in answer.text
    assert answer.documents() == [await document(school, convocation)]
