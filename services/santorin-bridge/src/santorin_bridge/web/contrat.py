"""What the OpenAPI document says beside FastAPI's routes: how a token is asked for, and what a right is (0052)."""

from copy import deepcopy
from typing import Any

from acces.jetons import PATH as KEYS
from event_schemas.catalogue import HABILITATION, TOPICS
from event_schemas.json_schemas import body_schema
from santorin_bridge.policy import PORTEES
from santorin_bridge.web.jetons import PATH

_SCHEMES = {
    "oauth": {
        "type": "oauth2",
        "description": "L’identifiant et le secret que l’exploitant remet donnent un jeton, des portées demandées.",
        "flows": {"clientCredentials": {"tokenUrl": PATH, "scopes": {**PORTEES}}},
    },
    "client": {"type": "http", "scheme": "basic", "description": "L’identifiant et le secret du client."},
}
_TOKEN = {
    "type": "object",
    "description": "Un jeton (RFC 6749, 5.1).",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {
        "access_token": {"type": "string", "description": "À renvoyer dans `Authorization: Bearer`."},
        "token_type": {"type": "string", "enum": ["Bearer"]},
        "expires_in": {"type": "integer", "minimum": 1, "description": "Secondes."},
        "scope": {"type": "string", "description": "Ses portées, séparées par une espace."},
    },
}
_GIVEN = {"access_token": "eyJ…", "token_type": "Bearer", "expires_in": 3600, "scope": "acces.verifier"}
_ERROR = {
    "type": "object",
    "description": "Un refus d’OAuth 2.0 (RFC 6749, 5.2).",
    "required": ["error"],
    "properties": {
        "error": {"type": "string", "description": "`invalid_client`, `invalid_request`, `unsupported_grant_type`…"},
        "error_description": {"type": "string"},
    },
}
_KEYS = {
    "type": "object",
    "description": "Un jeu de clés publiques (RFC 7517).",
    "required": ["keys"],
    "properties": {
        "keys": {
            "type": "array",
            "description": "Celle qui signe, et celles dont des jetons valent encore.",
            "items": {
                "type": "object",
                "required": ["kty", "kid"],
                "properties": {
                    "kty": {"type": "string", "description": "`EC`."},
                    "kid": {"type": "string", "description": "Son nom : l’en-tête d’un jeton le porte."},
                    "use": {"type": "string", "description": "`sig`."},
                    "alg": {"type": "string", "description": "`ES256`."},
                    "crv": {"type": "string", "description": "`P-256`."},
                    "x": {"type": "string", "description": "Une coordonnée du point."},
                    "y": {"type": "string", "description": "L’autre."},
                },
            },
        }
    },
}
_KEY = {"kty": "EC", "kid": "bX3…", "use": "sig", "alg": "ES256", "crv": "P-256", "x": "Ex3…", "y": "pV0…"}
_REQUEST = {
    "type": "object",
    "description": "Une demande de jeton (RFC 6749, 4.4.2).",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"type": "string", "enum": ["client_credentials"]},
        "client_id": {"type": "string", "description": "Sans HTTP Basic seulement."},
        "client_secret": {"type": "string", "format": "password", "description": "Sans HTTP Basic seulement."},
        "scope": {"type": "string", "description": "Les portées voulues, séparées par une espace ; sinon toutes."},
    },
}


def more() -> dict[str, Any]:
    """Paths, schemas and schemes, for acces.openapi.publish."""
    return {"paths": {PATH: {"post": _post()}, KEYS: {"get": _keys()}}, "schemas": _schemas(), "schemes": _SCHEMES}


def _post() -> dict[str, Any]:
    return {
        "security": [{"client": []}, {}],
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/DemandeDeJeton"}}
            },
        },
        "responses": {
            "200": _answer("Le jeton.", "Jeton", _GIVEN),
            "400": _answer("La demande n’est pas celle de la RFC.", "RefusDeJeton", {"error": "invalid_request"}),
            "401": _answer("Client inconnu, ou mauvais secret.", "RefusDeJeton", {"error": "invalid_client"}),
            **{str(status): {"$ref": f"#/components/responses/Refus{status}"} for status in (429, 431, 500, 503)},
        },
    }


def _keys() -> dict[str, Any]:
    answer = _answer("Les clés.", "ClesPubliques", {"keys": [_KEY]})
    refusals = {str(status): {"$ref": f"#/components/responses/Refus{status}"} for status in (429, 431, 500, 503)}
    return {"security": [], "responses": {"200": answer, **refusals}}


def _answer(description: str, schema: str, example: dict[str, Any]) -> dict[str, Any]:
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": example}
    return {"description": description, "content": {"application/json": content}}


def _schemas() -> dict[str, Any]:
    """The bodies of tokens, and a right as it stands on its topic."""
    right = body_schema(TOPICS[HABILITATION], ref_template="#/components/schemas/{model}")
    parts = right.pop("$defs", {})
    opens = {"type": "boolean", "description": "S’il ouvre ce jour-là."}
    checked = {  # not by allOf: a generator of Python clients loses there that a field may be null
        **deepcopy(right),
        "description": "Un droit, et s’il ouvre ce jour-là.",
        "properties": {**deepcopy(right["properties"]), "autorise": opens},
        "required": [*right["required"], "autorise"],
    }
    return {
        **parts,
        "Habilitation": right,
        "DroitVerifie": checked,
        "Jeton": _TOKEN,
        "RefusDeJeton": _ERROR,
        "DemandeDeJeton": _REQUEST,
        "ClesPubliques": _KEYS,
    }
