"""Wiring of convocation: the one file that knows all its parts."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from fastapi import FastAPI

from acces import openapi, sceaux, securite
from acces.http import create_app
from chassis.periodic import periodically
from chassis.service import Runtime, Service, run
from convocation import screens
from convocation.affectation import api as affectation
from convocation.annuaire import api as annuaire
from convocation.annuaire import commands as directory
from convocation.annuaire.imports import api as imports
from convocation.annuaire.imports import commands as import_annuaire
from convocation.annuaire.imports import export as export_annuaire
from convocation.avancement import api as avancement
from convocation.avancement.commands import counting
from convocation.avis.commands import give_up_letters, note_deadlines
from convocation.commun import idempotence, refusals
from convocation.commun.application import Debits, Sceaux
from convocation.comptes import api as comptes
from convocation.comptes.commands import forget_unused
from convocation.connexion import api as connexion
from convocation.connexion import commands as entrees
from convocation.connexion.pages import to_sign_in
from convocation.conservation.commands import CONSERVATION
from convocation.convocations import api as convocations
from convocation.couverture import api as couverture
from convocation.delegations import api as delegations
from convocation.demandes import api as demandes
from convocation.documents.imprimeur import Imprimeur
from convocation.documents.rendering import COMPILERS, Documents
from convocation.doublons import api as doublons
from convocation.doublons.commands import look_for_pairs
from convocation.echanges import api as echanges
from convocation.echanges.commands import forget_adresses
from convocation.entrees.commands import Entrees
from convocation.exigences import api as exigences
from convocation.exports import api as exports
from convocation.identite.fournisseur import Fournisseur
from convocation.interventions.commands import close_overdue
from convocation.journal import api as journal
from convocation.listes import api as listes
from convocation.listes.commands import keep_states
from convocation.mes_missions import api as mes_missions
from convocation.mesures import commands as mesures
from convocation.missions.reader import RecordMissionsOnMissionEvents
from convocation.nomenclature import api as nomenclature
from convocation.ouvertures import api as ouvertures
from convocation.papiers.application import Application
from convocation.papiers.emargement import Feuilles
from convocation.rappels import api as rappels
from convocation.sessions import api as sessions
from convocation.settings import Settings
from convocation.signatures import api as signatures
from convocation.suivi.reader import RecordAccesOnAccesChanged, RecordNotificationOnNotificationEvents
from event_schemas.catalogue import EVENT_TYPES
from pages import Pages, saisie

_APIS = (
    listes,
    couverture,
    avancement,
    rappels,
    nomenclature,
    affectation,
    convocations,
    mes_missions,
    ouvertures,
    sessions,
    signatures,
    annuaire,
    imports,
    doublons,
    exports,
    exigences,
    demandes,
    delegations,
    comptes,
    journal,
    echanges,
    connexion,
)
_HOUR_SECONDS = 3_600.0
_IMPORTS_SECONDS = 1.0
_STATES_SECONDS = 1.0
_DOUBLONS_SECONDS = 1.0
_GAUGES_SECONDS = 30.0
_DEADLINES_SECONDS = 60.0
_KEYS_KEPT = timedelta(days=7)


def build(runtime: Runtime) -> Service:
    settings = runtime.settings
    assert isinstance(settings, Settings)
    app, pages = routes(settings)
    state = app.state.application = application(runtime, settings, pages)

    return Service(
        package="convocation",
        app=app,
        readers={
            "convocation.mission": RecordMissionsOnMissionEvents(),
            "convocation.acces": RecordAccesOnAccesChanged(_clock),
            "convocation.notification": RecordNotificationOnNotificationEvents(_clock),
        },
        loops=_periodic(runtime, state),
        models={ce_type: event.model for ce_type, event in EVENT_TYPES.items()},
    )


def routes(settings: Settings) -> tuple[FastAPI, Pages]:
    """All that can be asked; what answers it is `app.state.application`, which the caller sets."""
    app = create_app(title="IMAG'IN — convocation")
    for api in _APIS:
        app.include_router(api.router)
    app.include_router(annuaire.import_router)
    app.include_router(export_annuaire.api_router)
    refusals.add_to(app)
    saisie.add_to(app)
    openapi.publish(app, "convocation", settings.documentation_url)
    return app, screens.add_to(app, settings)


def _periodic(runtime: Runtime, state: Application) -> list[Callable[[], Awaitable[None]]]:
    """What is over is forgotten, files of the directory are read, deadlines noted, metrics counted, days sealed."""

    async def forget_what_is_over() -> None:
        async with runtime.pool.acquire() as connection:
            await idempotence.forget(connection, state.clock() - _KEYS_KEPT)
            await entrees.forget(connection, state.clock())
            await import_annuaire.forget_imports(connection, state.clock())
            await forget_unused(connection, state.clock())
            await forget_adresses(connection, state.clock())
            await give_up_letters(connection, state.clock())

    async def work_at_the_directory() -> None:
        while await import_annuaire.work_at_import(runtime.pool, state.clock):
            pass
        while await directory.make_words_again(runtime.pool):
            pass

    async def note_what_comes_near() -> None:
        ahead = timedelta(days=state.settings.avis_deadline_days)
        async with runtime.pool.acquire() as connection:
            await note_deadlines(connection, state.clock(), ahead)
            await close_overdue(connection, state.clock())

    async def measure() -> None:
        async with runtime.pool.acquire() as connection:
            await mesures.measure(connection, state.clock())

    return [
        partial(periodically, _STATES_SECONDS, "states", partial(keep_states, runtime.pool, state.settings.lot_copies)),
        partial(periodically, _HOUR_SECONDS, "forget", forget_what_is_over),
        partial(periodically, _IMPORTS_SECONDS, "imports", work_at_the_directory),
        partial(periodically, _DOUBLONS_SECONDS, "doublons", partial(look_for_pairs, runtime.pool)),
        partial(periodically, _DEADLINES_SECONDS, "deadlines", note_what_comes_near),
        partial(periodically, _GAUGES_SECONDS, "gauges", measure),
        sceaux.sealing(runtime.pool, state.clock),
        CONSERVATION.purging(runtime.pool, state.settings, state.clock),
        counting(runtime.pool, state.clock),
    ]


def application(runtime: Runtime, settings: Settings, pages: Pages) -> Application:
    securite.configure(settings.service_name, settings.security_log_file)
    sceaux = Sceaux.of(settings)
    return Application(
        pool=runtime.pool,
        clock=_clock,
        sessions=Entrees(
            runtime.pool,
            _clock,
            idle=timedelta(minutes=settings.session_idle_minutes),
            hours=timedelta(hours=settings.session_hours),
            secure=settings.public_url.startswith("https:"),
        ),
        fournisseurs={
            genre: Fournisseur(one, redirect_uri=f"{settings.public_url}/connexion/{genre}/retour", clock=_clock)
            for genre, one in settings.fournisseurs.items()
        },
        wake_relay=runtime.relay.wake,
        documentation_url=settings.documentation_url,
        issuers=settings.believed(),
        pages=pages,
        sign_in=to_sign_in,
        settings=settings,
        debits=Debits.of(settings),
        sceaux=sceaux,
        public_url=settings.public_url,
        imprimeur=Imprimeur(
            Documents(COMPILERS), Documents(), public_url=settings.public_url, cles=sceaux.verifications
        ),
        feuilles=Feuilles(),
    )


def _clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # the clock's one place


def main() -> None:
    run(Settings, build)
