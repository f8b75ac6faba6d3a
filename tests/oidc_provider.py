"""A provider of OpenID Connect in one process: keys, codes and tokens, reached by a transport.

It checks what a provider must: the client's secret, the redirect address and the PKCE verifier.
``bend`` changes the claims of the next ID token; ``sign_with`` another key.
"""

import hashlib
import json
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey

ISSUER = "https://id.example"
CLIENT, SECRET = "anagen", "a secret of the two"


class FakeProvider:
    """Vouches for ``email`` whenever asked."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", parameters={"kid": "one", "alg": "ES256"})
        self.sign_with, self.algorithm = self.key, "ES256"
        self.email, self.subject, self.verified = "clinician@clinic.example", "sub-1", True
        self.bend: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.is_down = False
        self.codes: dict[str, dict[str, str]] = {}
        self.transport = httpx2.MockTransport(self._answer)

    def log_in(self, url: str) -> tuple[str, str]:
        """What a person's browser does there; gives the path and the query to come back with."""
        asked = {name: held[0] for name, held in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{ISSUER}/authorize?")
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        assert len(asked["state"]) >= 20
        assert len(asked["nonce"]) >= 20
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = urlsplit(asked["redirect_uri"])
        return back.path, f"code={code}&state={asked['state']}"

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        if self.is_down:
            raise httpx2.ConnectError("down")
        match request.url.path:
            case "/.well-known/openid-configuration":
                return httpx2.Response(200, json={
                    "issuer": ISSUER,
                    "authorization_endpoint": f"{ISSUER}/authorize",
                    "token_endpoint": f"{ISSUER}/token",
                    "jwks_uri": f"{ISSUER}/keys",
                    "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
                })  # fmt: skip
            case "/keys":
                return httpx2.Response(200, json={"keys": [self.key.as_dict(private=False)]})
            case "/token":
                return self._token(request)
        return httpx2.Response(404)

    def _token(self, request: httpx2.Request) -> httpx2.Response:
        sent = {name: held[0] for name, held in parse_qs(request.content.decode()).items()}
        basic = request.headers.get("authorization", "")
        who = b64decode(basic.removeprefix("Basic ")).decode().replace("+", " ")
        asked = self.codes.pop(sent.get("code", ""), None)
        challenge = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or who.replace("%20", " ") != f"{CLIENT}:{SECRET}"
            or sent.get("redirect_uri") != asked["redirect_uri"]
            or urlsafe_b64encode(challenge).decode().rstrip("=") != asked["code_challenge"]
        ):
            return httpx2.Response(400, json={"error": "invalid_grant"})
        now = int(time.time())
        claims = self.bend({
            "iss": ISSUER, "sub": self.subject, "aud": CLIENT, "exp": now + 300, "iat": now,
            "nonce": asked["nonce"], "email": self.email, "email_verified": self.verified,
        })  # fmt: skip
        header = {"alg": self.algorithm, "kid": "one"}
        token = jwt.encode(header, claims, self.sign_with, algorithms=[self.algorithm])
        body = {"access_token": "x", "token_type": "Bearer", "id_token": token}
        return httpx2.Response(200, content=json.dumps(body), headers={
            "content-type": "application/json"})  # fmt: skip
