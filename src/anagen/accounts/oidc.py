"""OpenID Connect, by Authlib: the authorization code flow with PKCE (S256), state and nonce.

Authlib takes 9 MB in each worker; import this file where a provider is asked.
"""

import hmac
from typing import Any

import httpx2
from authlib.integrations.base_client import BaseApp, FrameworkIntegration, OAuthError
from authlib.integrations.base_client.sync_app import OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.httpx_client import OAuth2Client
from joserfc.errors import JoseError

from anagen.accounts.provider import Provider
from anagen.reading import BadInput

_SECONDS = 10.0
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]  # signatures; never "none" or a MAC


class _Client(OAuth2Mixin, OpenIDMixin, BaseApp):
    client_cls = OAuth2Client


def send_away(provider: Provider, back: str) -> tuple[str, dict[str, str]]:
    """Where to send the browser, and what must be remembered until it comes ``back``.

    Raises `BadInput` when the provider cannot be reached.
    """
    try:
        agreed = _client(provider).create_authorization_url(back)
    except (httpx2.HTTPError, OAuthError, ValueError, RuntimeError):
        raise _unreachable(provider) from None
    url = str(agreed.pop("url"))
    return url, {key: str(value) for key, value in agreed.items()}


def come_back(
    provider: Provider, back: str, remembered: dict[str, Any], state: str, code: str
) -> dict[str, Any]:
    """The claims of a checked ID token. Raises `BadInput`."""
    expected = str(remembered.get("state", ""))
    if not expected or not hmac.compare_digest(expected.encode(), state.encode()):
        raise BadInput("Sign-in: the answer belongs to another sign-in; begin again.")
    try:
        client = _client(provider)
        token = client.fetch_access_token(
            back, code=code, code_verifier=remembered["code_verifier"]
        )
        if "id_token" not in token:
            raise BadInput(f"Sign-in: {provider.name} sent no ID token.")
        claims = client.parse_id_token(
            token,
            nonce=remembered["nonce"],
            claims_options={"iss": {"essential": True, "value": provider.issuer}},
        )
    except httpx2.HTTPError:
        raise _unreachable(provider) from None
    except (OAuthError, JoseError, KeyError, ValueError, TypeError) as fault:
        if isinstance(fault, BadInput):
            raise
        raise BadInput(f"Sign-in: {provider.name} did not vouch for you; begin again.") from None
    return dict(claims or {})


def _client(provider: Provider) -> _Client:
    asked: dict[str, Any] = {
        "scope": "openid email",
        "code_challenge_method": "S256",
        "timeout": _SECONDS,
    }
    if provider.transport is not None:
        asked["transport"] = provider.transport
    client = _Client(
        FrameworkIntegration("provider"),
        "provider",
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs=asked,
    )
    metadata = client.load_server_metadata()
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [
        each for each in offered if each in _ALGORITHMS
    ]
    return client


def _unreachable(provider: Provider) -> BadInput:
    return BadInput(f"Sign-in: {provider.name} does not answer now; use your password or wait.")
