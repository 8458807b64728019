"""The clinic behind a real web server while its Redis dies, freezes and comes back, empty or not."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.cookiejar import CookieJar
from itertools import chain
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from django.conf import settings
from django.db import connection

from appointments.models import Appointment
from appointments.tests.desk import check_claims, monday, wish
from appointments.tests.served import Server, furnish, own_clinic
from conftest import PASSWORD
from core import throttle
from core.models import ThrottleCounter
from scripts.services import Redis, free_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs("redis-server"),
    pytest.mark.not_on("postgresql", reason="Redis fails beside any database; two of them are enough"),
]
once = pytest.mark.once(reason="Redis fails beside any database; what a failing database does is tested on each")
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def static(tmp_path_factory):
    """Collected once: pages are not shown without."""
    folder = tmp_path_factory.mktemp("collected")
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(command, check=True, cwd=settings.BASE_DIR, env=os.environ | {"DATA_DIR": str(folder)})
    return folder / "static"


@pytest.fixture
def variables(tmp_path, static, django_db_setup, django_db_blocker):
    (tmp_path / "static").symlink_to(static)
    with own_clinic(tmp_path, django_db_blocker) as variables:
        yield variables


@pytest.fixture
def people(variables, settings):
    settings.PASSWORD_HASHERS = ["accounts.hashers.ClinicArgon2Hasher"]  # the server knows no other
    return furnish(patients=8)


@pytest.fixture
def redis(tmp_path):
    with Redis(tmp_path / "redis", free_port(), durable=False) as running:
        yield running


@pytest.fixture
def server(people, variables, redis):
    running = Server(variables | {"REDIS_URL": redis.uri()})
    yield running
    running.kill()


@pytest.fixture
def worker(people, variables, redis):
    left_out = {"DATABASE_URL", "MONGO_URI"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run_huey"],
        env=kept | variables | {"REDIS_URL": redis.uri()},
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    process.send_signal(signal.SIGINT)
    try:
        assert process.wait(PATIENCE_SECONDS) == 0
    finally:
        process.kill()


class Browser:
    """Pages, forms and cookies."""

    def __init__(self, server):
        self.address = f"http://127.0.0.1:{server.port}"
        self.cookies = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))

    def get(self, path):
        """Status, address after redirects, text."""
        return self._open(path, None)

    def post(self, path, **fields):
        """Fill in the form of a page."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(fields.pop("page", path))[2])[1]
        return self._open(path, urlencode(fields | {"csrfmiddlewaretoken": token}).encode())

    def _open(self, path, data):
        try:
            with self.opener.open(f"{self.address}{path}", data, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, answer.url.removeprefix(self.address), answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, path, error.read().decode()


def die(redis):
    redis.kill()


def freeze(redis):
    redis.freeze()


def restart_empty(redis):
    redis.kill()
    redis.start()


faults = pytest.mark.parametrize("fault", [die, freeze, restart_empty])


def heal(redis, server):
    """Redis is back, and the server's processes use it again."""
    redis.thaw()
    if redis.process.poll() is not None:
        redis.start()
    said, deadline = [], time.monotonic() + PATIENCE_SECONDS
    while said[-8:] != ["ok"] * 8:  # there are two processes, and each has found out for itself
        assert time.monotonic() < deadline
        said.append(server.call("GET", "/readyz")[1]["redis"])
        time.sleep(0.05)


@faults
@once
def test_the_sixth_wrong_password_is_refused(server, redis, people, fault):
    def tries(password):
        return server.call("POST", "/api/auth/login", {"email": people[0].email, "password": password})[0]

    said = [tries("wrong password") for _ in range(3)]
    fault(redis)
    said += [tries("wrong password") for _ in range(3)]
    assert said == [401] * 5 + [429]
    assert tries(PASSWORD) == 429
    heal(redis, server)
    assert [tries("wrong password"), tries(PASSWORD)] == [429, 429]


@faults
@once
def test_who_signed_out_stays_signed_out(server, redis, people, fault):
    rita = people[0]
    browser = Browser(server)
    pair = server.call("POST", "/api/auth/login", {"email": rita.email, "password": PASSWORD})[1]
    token = pair["token"]
    assert browser.post("/sign-in/", email=rita.email, password=PASSWORD)[0] == 200
    assert browser.get("/account/")[1] == "/account/"
    session = next(cookie for cookie in browser.cookies if cookie.name == "clinic_session")
    assert server.call("GET", "/api/auth/me", token=token)[0] == 200
    fault(redis)
    assert browser.post("/sign-out/", page="/account/")[0] == 200
    assert server.call("POST", "/api/auth/logout", {"refresh": pair["refresh"]}, token)[0] == 204
    heal(redis, server)
    browser.cookies.set_cookie(session)  # a copy that somebody kept
    assert browser.get("/account/")[1].startswith("/sign-in/")
    assert server.call("GET", "/api/auth/me", token=token)[0] == 401
    assert server.call("POST", "/api/auth/refresh", {"refresh": pair["refresh"]})[0] == 401


@faults
@once
def test_pages_and_sign_ins_go_on(server, redis, people, fault):
    fault(redis)
    browser = Browser(server)
    assert browser.post("/sign-in/", email=people[0].email, password=PASSWORD)[0] == 200
    assert [browser.get(path)[:2] for path in ("/account/", "/patients/")] == [(200, "/account/"), (200, "/patients/")]
    status, told = server.call("GET", "/readyz")
    assert (status, told["database"]) == (200, "ok")
    assert server.call("GET", "/healthz")[0] == 200


@once
def test_no_booking_is_lost_or_made_twice(server, redis, people):
    rita, doctors, patients = people
    tokens = [server.token(rita) for _ in range(8)]

    def books(n):
        # Each caller has a week, each visit a time of its own; every tenth is asked for twice.
        first, again = [], []
        for step in range(40):
            start = monday(8 + step % 8, weeks=1 + n) + timedelta(days=step // 8)
            body = wish(patients[n], doctors[n % 2], start)
            first.append(server.answer("POST", "/api/appointments", body, tokens[n]))
            if step % 10 == 9:
                again.append(server.answer("POST", "/api/appointments", body, tokens[n]))
        return first, again

    with ThreadPoolExecutor(8) as pool:
        callers = [pool.submit(books, n) for n in range(8)]
        # Here and not in a thread: a server ends with the thread that started it.
        while not all(caller.done() for caller in callers):
            for hurt in (redis.freeze, redis.thaw, redis.kill, redis.start):
                hurt()
                time.sleep(0.4)
    heal(redis, server)
    first, again = (list(chain(*each)) for each in zip(*(caller.result() for caller in callers), strict=True))
    assert [answer.json for answer in first if answer.status != 201] == []
    assert [answer.status for answer in again] == [409] * 32
    assert Appointment.objects.count() == 320
    check_claims()


def test_calls_at_the_same_instant_are_all_counted_in_the_database(people):
    def count(scope):
        gate.wait()
        try:
            throttle.count(scope, "somebody", window_seconds=60)
        finally:
            connection.close()

    for scope in map(str, range(20)):
        gate = threading.Barrier(8)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(count, [scope] * 8))
    assert set(ThrottleCounter.objects.values_list("count", flat=True)) == {8}


@once
@pytest.mark.parametrize("fault", [die, freeze])
def test_mails_go_out_while_redis_is_away_and_afterwards(server, worker, redis, people, variables, fault):
    mails = settings.BASE_DIR / variables["DATA_DIR"] / "mail"

    def gets_a_mail(person):
        assert Browser(server).post("/password/reset/", email=person.email)[0] == 200
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and person.email not in sent():
            time.sleep(0.1)
        return person.email in sent()

    def sent():
        return re.findall(r"^To: (\S+)", "\n".join(path.read_text() for path in mails.glob("*")), re.MULTILINE)

    rita, (dana, omar), _ = people
    assert gets_a_mail(rita)
    fault(redis)
    assert gets_a_mail(dana)
    heal(redis, server)
    assert gets_a_mail(omar)
    assert sent().count(rita.email) == sent().count(omar.email) == 1
    assert worker.poll() is None
