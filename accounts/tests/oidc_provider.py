"""A small OpenID Connect provider in a process of its own, which can also lie: `python -m ... PORT`.

What it says is set by POST /control with a JSON object (see State); everything a client sends is checked as a provider
would: client, secret, return address, PKCE. It asks nobody for consent.
"""

import base64
import hashlib
import json
import secrets
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from scripts.processes import free_port, spawn, stop

CLIENT_ID, CLIENT_SECRET = "clinic-web", "a secret of the tests only"


class State:
    """What the provider says; each name can be set from outside."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.person: dict[str, Any] = {"sub": "nobody"}
        self.id_token: dict[str, Any] = {}  # claims that replace the true ones; None leaves one out
        self.userinfo: dict[str, Any] | None = None  # instead of the person
        self.discovery: dict[str, Any] = {}  # replaces entries; None leaves one out
        self.answers: dict[str, list[Any]] = {}  # path: [status, content type, body] instead of the true answer
        self.denies = ""
        self.signs_with = "now"  # or "stranger"
        self.algorithm = "RS256"
        self.codes: dict[str, dict[str, str]] = {}
        self.counts: dict[str, int] = {}
        self.asked: dict[str, str] = {}
        self.stranger = _Key()
        self.rotate()

    def rotate(self) -> None:
        """New keys; the old ones are not published any more."""
        self.key, self.curve = _Key(), _Key(curve=True)

    def sign(self, claims: dict[str, Any], algorithm: str, with_key: str = "now", **header: Any) -> str:
        key = self.stranger if with_key == "stranger" else self.curve if algorithm == "ES256" else self.key
        secret: Any = b"x" * 32 if algorithm == "HS256" else None if algorithm == "none" else key.private
        # A stranger pretends to use the published key.
        shown = self.key.id if with_key == "stranger" else key.id
        return jwt.encode(claims, secret, algorithm, headers={"kid": shown} | header)


class _Key:
    def __init__(self, *, curve: bool = False) -> None:
        self.id = secrets.token_hex(4)
        self.private: Any = (
            ec.generate_private_key(ec.SECP256R1()) if curve else rsa.generate_private_key(65537, key_size=2048)
        )
        algorithm = jwt.get_algorithm_by_name("ES256" if curve else "RS256")
        self.public = json.loads(algorithm.to_jwk(self.private.public_key())) | {"kid": self.id, "use": "sig"}


class Answers(BaseHTTPRequestHandler):
    """The provider's addresses, and /control."""

    state: State

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer(
            {
                "/.well-known/openid-configuration": self._discovery,
                "/keys": self._keys,
                "/authorize": self._authorize,
                "/userinfo": self._userinfo,
                "/control": lambda: self._json({"counts": self.state.counts, "asked": self.state.asked}),
            }
        )

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.body = self.rfile.read(length).decode()
        self._answer({"/token": self._token, "/control": self._control, "/sign": self._sign})

    def _answer(self, known: dict[str, Any]) -> None:
        path = urlsplit(self.path).path
        self.state.counts[path] = self.state.counts.get(path, 0) + 1
        if lie := self.state.answers.get(path):
            self._send(lie[0], lie[1], lie[2].encode())
        elif path in known:
            known[path]()
        else:
            self._json({"error": "not_found"}, 404)

    def _discovery(self) -> None:
        base = self.state.issuer
        true = {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "userinfo_endpoint": f"{base}/userinfo",
            "jwks_uri": f"{base}/keys",
            "scopes_supported": ["openid", "profile", "email", "groups"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }
        self._json(_without_none(true | self.state.discovery))

    def _keys(self) -> None:
        self._json({"keys": [self.state.key.public, self.state.curve.public]})

    def _authorize(self) -> None:
        asked = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.state.asked = asked
        answer = {"state": asked.get("state", "")}
        if self.state.denies:
            answer["error"] = self.state.denies
        else:
            answer["code"] = secrets.token_urlsafe(16)
            self.state.codes[answer["code"]] = asked
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(answer)}")
        self.end_headers()

    def _token(self) -> None:
        sent = {name: values[-1] for name, values in parse_qs(self.body).items()}
        asked = self.state.codes.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        proofs = asked and [
            sent.get("client_id") == asked["client_id"] == CLIENT_ID,
            sent.get("client_secret") == CLIENT_SECRET,
            sent.get("redirect_uri") == asked["redirect_uri"],
            asked.get("code_challenge_method") == "S256" and asked.get("code_challenge") == challenge,
        ]
        if not asked or not all(proofs or []):
            self._json({"error": "invalid_grant"}, 400)
            return
        claims = self._claims(asked)
        token = self.state.sign(claims, self.state.algorithm, self.state.signs_with)
        self._json({"access_token": "opaque-access", "token_type": "Bearer", "expires_in": 300, "id_token": token})

    def _claims(self, asked: dict[str, str]) -> dict[str, Any]:
        now = int(time.time())
        true = {
            "iss": self.state.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked.get("nonce"),
            **self.state.person,
        }
        return _without_none(true | self.state.id_token)

    def _userinfo(self) -> None:
        known = self.headers.get("Authorization") == "Bearer opaque-access"
        said = self.state.person if self.state.userinfo is None else self.state.userinfo
        self._json(said if known else {"error": "invalid_token"}, 200 if known else 401)

    def _control(self) -> None:
        for name, value in json.loads(self.body).items():
            if name == "rotate":
                self.state.rotate()
            else:
                setattr(self.state, name, value)
        self._json({})

    def _sign(self) -> None:
        wanted = json.loads(self.body)
        token = self.state.sign(wanted["claims"], wanted["algorithm"], wanted["with_key"], **wanted["header"])
        self._json({"token": token})

    def _json(self, value: Any, status: int = 200) -> None:
        self._send(status, "application/json", json.dumps(value).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


class TestProvider:
    """The process, for tests: `with TestProvider() as provider`."""

    __test__ = False

    def __init__(self) -> None:
        self.issuer = f"http://127.0.0.1:{free_port()}"

    def __enter__(self) -> "TestProvider":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        stop([self.process])

    def start(self) -> None:
        """Begin, or begin again, at the same address with nothing remembered."""
        port = self.issuer.rpartition(":")[2]
        self.process = spawn([sys.executable, "-m", __name__, port], subprocess.DEVNULL)
        _wait_for(f"{self.issuer}/control")

    def set(self, **values: Any) -> None:
        """What it says from now on."""
        requests.post(f"{self.issuer}/control", json=values, timeout=5).raise_for_status()

    def is_about(self, subject: str, *groups: str, **claims: Any) -> None:
        """Whom it signs in: by default somebody with a verified e-mail."""
        person = {"sub": subject, "email": f"{subject}@test.example", "email_verified": True, "name": subject.title()}
        self.set(person=person | {"groups": list(groups)} | claims)

    def sign(self, claims: dict[str, Any], algorithm: str = "RS256", with_key: str = "now", **header: Any) -> str:
        """A token with these claims."""
        wanted = {"claims": claims, "algorithm": algorithm, "with_key": with_key, "header": header}
        answer = requests.post(f"{self.issuer}/sign", json=wanted, timeout=5)
        answer.raise_for_status()
        return str(answer.json()["token"])

    def told(self) -> dict[str, Any]:
        """`counts` of requests by path and what the last authorization `asked`."""
        answer: dict[str, Any] = requests.get(f"{self.issuer}/control", timeout=5).json()
        return answer


def _wait_for(address: str) -> None:
    for _try in range(200):
        try:
            requests.get(address, timeout=1)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(address)


def main() -> None:
    """Serve until ended."""
    port = int(sys.argv[1])
    Answers.state = State(f"http://127.0.0.1:{port}")
    ThreadingHTTPServer(("127.0.0.1", port), Answers).serve_forever()


if __name__ == "__main__":
    main()
