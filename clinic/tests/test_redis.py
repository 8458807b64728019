"""Redis may die, freeze and come back empty: what it counts stays counted, what it holds is not missed."""

import json
import pickle
import time
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache, caches
from django.core.management import call_command
from huey import crontab
from redis import Redis

from clinic import redis_settings
from core import clock, crypto, jobs, throttle
from core import redis as link
from core.errors import TooMany
from core.models import KeptJob
from scripts.services import Redis as RedisServer
from scripts.services import free_port

pytestmark = [
    pytest.mark.needs("redis-server"),
    pytest.mark.not_on("postgresql", reason="Redis fails beside any database; two of them are enough"),
]


@pytest.fixture
def server(tmp_path, settings, monkeypatch):
    """A redis-server that keeps nothing over a restart, and Django's settings with its address."""
    monkeypatch.setattr(link, "LINK", rested := link.Link(seconds=0.0))
    monkeypatch.setattr(jobs, "LINK", rested)
    link._client.cache_clear()
    with RedisServer(tmp_path / "redis", free_port(), durable=False) as running:
        settings.REDIS_URL = running.uri()
        settings.CACHES = redis_settings.caches(running.uri())
        yield running
        for name in ("default", "throttle"):
            caches[name].client.do_close_clients()
    link._client.cache_clear()


@pytest.fixture
def raw(server):
    with Redis.from_url(server.uri()) as client:
        yield client


def die(server):
    server.kill()


def freeze(server):
    server.freeze()


def lose_everything(server):
    server.kill()
    server.start()


def say_full(server):
    """Redis refuses what would need memory."""
    with Redis.from_url(server.uri()) as client:
        client.config_set("maxmemory", "1")


def take_another_password(server):
    with Redis.from_url(server.uri()) as client:
        client.config_set("requirepass", "another")
    caches["throttle"].client.do_close_clients()


broken = pytest.mark.parametrize("fault", [die, freeze, say_full, take_another_password])


class TestLink:
    def test_rests_after_a_failure_and_lets_one_try(self, monkeypatch):
        now = [100.0]
        monkeypatch.setattr(time, "monotonic", lambda: now[0])
        checked = link.Link(seconds=5)
        checked.ask()
        checked.gave_up(TimeoutError())
        with pytest.raises(link.Resting):
            checked.ask()
        now[0] += 5
        checked.ask()
        with pytest.raises(link.Resting):
            checked.ask()
        checked.worked()
        checked.ask()
        checked.ask()

    @pytest.mark.slow
    def test_a_frozen_server_is_asked_once(self, server, monkeypatch):
        monkeypatch.setattr(link, "LINK", link.Link(seconds=3600))
        server.freeze()
        assert cache.get("a") is None
        with pytest.raises(link.Resting):
            caches["throttle"].get("a")


@pytest.mark.slow
class TestCache:
    @broken
    def test_a_page_never_notices(self, server, fault):
        cache.set("words", ["a"])
        fault(server)
        cache.get("words")
        cache.set("words", ["b"])
        cache.add("more", 1)
        cache.delete("words")
        assert cache.get("none", "instead") == "instead"
        assert cache.get_or_set("computed", lambda: ["c"], 60) == ["c"]

    def test_it_is_used_again_when_redis_is_back(self, server):
        server.freeze()
        cache.get("a")
        server.thaw()
        cache.set("a", [1])
        assert cache.get("a") == [1]

    def test_what_lies_there_is_json_not_code(self, server, raw):
        cache.set("a", ["é", 1], 60)
        (key,) = raw.keys("clinic.cache*")
        assert json.loads(raw.get(key)) == ["é", 1]
        raw.set(key, pickle.dumps([1]))
        with pytest.raises(ValueError):
            cache.get("a")

    def test_emptying_it_leaves_jobs_and_counters(self, server, raw):
        cache.set("a", 1)
        caches["throttle"].set("b", 1)
        raw.lpush("huey.redis.clinic", "job")
        cache.clear()
        assert cache.get("a") is None
        assert caches["throttle"].get("b") == 1
        assert raw.llen("huey.redis.clinic") == 1


@pytest.mark.slow
@pytest.mark.django_db
class TestThrottle:
    def use_up(self, most):
        """How many calls are let through before the first refusal."""
        for used in range(most):
            try:
                throttle.hit_in_cache("api", "somebody", limit=3)
            except TooMany as refusal:
                assert refusal.code == "too_many_requests"
                return used
        return most

    def test_redis_counts(self, server, raw):
        assert self.use_up(10) == 3
        assert raw.keys("clinic.throttle*")

    @broken
    def test_the_database_counts_when_redis_does_not(self, server, fault):
        fault(server)
        with time_machine.travel("2026-03-02T10:00:20Z", tick=False):
            assert self.use_up(10) == 3
            assert self.use_up(10) == 0

    def test_never_more_than_once_in_each(self, server):
        with time_machine.travel(clock.now(), tick=False):
            allowed = self.use_up(2)
            server.freeze()
            allowed += self.use_up(10)
            server.thaw()
            allowed += self.use_up(10)
            server.freeze()
            allowed += self.use_up(10)
        assert allowed == 6

    def test_emptied_it_begins_again_and_still_ends(self, server):
        assert self.use_up(10) == 3
        lose_everything(server)
        assert self.use_up(10) == 3

    @broken
    def test_callers_of_the_api_are_refused(self, server, fault, client, rita, settings):
        settings.API_CALLS_PER_MINUTE = 3
        fault(server)
        token = client.post(
            "/api/auth/login",
            {"email": rita.email, "password": "correct horse battery staple"},
            content_type="application/json",
        ).json()["token"]
        with time_machine.travel(clock.now(), tick=False):
            said = [client.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"}) for _ in range(5)]
        assert [answer.status_code for answer in said] == [200, 200, 200, 429, 429]


@pytest.mark.slow
@pytest.mark.django_db
class TestJobs:
    @pytest.fixture
    def queue(self, server, monkeypatch):
        monkeypatch.setattr(jobs, "close_old_connections", lambda: None)  # the test's own would be closed with them
        queue = jobs.RedisQueue("clinic", url=server.uri())
        yield queue
        queue.storage.pool.disconnect()
        queue.storage._waiting.close()

    @pytest.fixture
    def done(self):
        return []

    @pytest.fixture
    def greet(self, queue, done):
        @queue.task(retries=1, retry_delay=60)
        def greet(name):
            done.append(name)
            if name == "trouble" and done.count(name) == 1:
                raise RuntimeError(name)

        return greet

    def work(self, queue, now=None):
        """What a worker does in one turn; whether there was a job."""
        task = queue.dequeue()
        if task is not None:
            queue.execute(task, now)
        return task is not None

    def test_through_redis(self, queue, greet, done):
        greet("pia")
        assert not KeptJob.objects.exists()
        assert self.work(queue)
        assert done == ["pia"]

    def test_who_reads_redis_learns_nothing(self, queue, greet, raw):
        greet("pia@test.example")
        (message,) = raw.lrange("huey.redis.clinic", 0, -1)
        assert message.startswith(b"v1:")
        assert b"greet" not in message

    def test_who_writes_to_redis_makes_nobody_run_anything(self, queue, raw):
        raw.lpush("huey.redis.clinic", pickle.dumps("anything"))
        with pytest.raises((crypto.Undecipherable, UnicodeDecodeError)):
            queue.dequeue()

    @broken
    def test_kept_and_done_while_redis_is_broken(self, server, queue, greet, done, fault):
        greet("before")
        self.work(queue)
        fault(server)
        queue.storage.pool.disconnect()
        greet("pia")
        assert "greet" not in KeptJob.objects.get().message
        assert self.work(queue)
        assert not self.work(queue)
        assert done == ["before", "pia"]
        assert not KeptJob.objects.exists()

    def test_through_redis_again_when_it_is_back(self, server, queue, greet, done):
        server.kill()
        assert not self.work(queue)
        server.start()
        greet("pia")
        assert not KeptJob.objects.exists()
        assert self.work(queue)
        assert done == ["pia"]

    def test_a_second_try_is_kept_too(self, server, queue, greet, done):
        greet("trouble")
        task = queue.dequeue()
        server.freeze()
        queue.execute(task)
        assert not self.work(queue)
        server.thaw()
        later = clock.now() + timedelta(seconds=61)
        with time_machine.travel(later, tick=False):
            assert self.work(queue)
        assert done == ["trouble", "trouble"]

    def test_the_schedule_is_empty_while_redis_is_frozen(self, server, queue):
        server.freeze()
        assert queue.read_schedule() == []

    def test_work_of_the_night_is_kept_too(self, server, queue, done):
        nightly = queue.periodic_task(crontab())(lambda: done.append("night"))
        server.kill()
        queue.enqueue(nightly.s())
        assert self.work(queue)
        assert done == ["night"]

    def test_of_two_workers_one_takes_a_kept_job(self, queue, greet):
        KeptJob.objects.create(due_at=clock.now(), message="once")
        assert jobs._take() == b"once"
        assert jobs._take() is None


@pytest.mark.slow
@pytest.mark.django_db
class TestTold:
    def report(self, capsys):
        with pytest.raises(SystemExit):
            call_command("doctor")
        return capsys.readouterr().out

    def test_the_doctor_finds_it(self, server, capsys):
        call_command("doctor")
        told = capsys.readouterr().out
        assert f"Redis: 127.0.0.1:{server.port}," in told
        assert "Redis reachable: yes, Redis " in told
        assert server._password() not in told

    @pytest.mark.parametrize(
        ("fault", "why"),
        [
            (die, "no Redis server answers"),
            (freeze, "it does not answer in time"),
            (take_another_password, "it refuses the password"),
        ],
    )
    def test_the_doctor_and_the_start_say_why_in_one_line(self, server, capsys, fault, why):
        fault(server)
        told = self.report(capsys)
        assert f"Redis reachable: no, {why}. The clinic works without it, slower.\n" in told
        assert link.problem() == f"REDIS_URL: 127.0.0.1:{server.port} cannot be used: {why}."
        assert server._password() not in told

    def test_a_password_that_is_missing(self, server, settings):
        settings.REDIS_URL = f"redis://127.0.0.1:{server.port}/0"
        assert link.problem().endswith("cannot be used: it asks for a password.")

    def test_the_doctor_warns_of_a_server_that_throws_jobs_out(self, server, raw, capsys):
        raw.config_set("maxmemory-policy", "allkeys-lru")
        call_command("doctor")
        assert "Redis throws out jobs" in capsys.readouterr().out

    def test_ready_without_redis(self, server, client):
        assert client.get("/readyz").json() == {"database": "ok", "redis": "ok"}
        server.freeze()
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"database": "ok", "redis": "unavailable"})


@pytest.mark.django_db
def test_not_told_of_where_it_is_not_used(client):
    assert client.get("/readyz").json() == {"database": "ok"}
    assert link.problem() == ""
