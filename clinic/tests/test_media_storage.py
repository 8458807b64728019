"""Photos in an S3-compatible store: handed out by our view only, and a dead store harms nothing."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from clinic import media
from core.models import AuditEvent


class Store(ThreadingHTTPServer):
    """Knows PUT, GET, HEAD and DELETE of objects; `broken` answers 503 to everything."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects, self.signed, self.broken = {}, [], False
        self.url = f"s3://key:s%2Fcret@photos?endpoint=http://127.0.0.1:{self.server_address[1]}&prefix=clinic"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_object(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.signed.append(self.headers.get("Authorization", ""))
        objects, path = self.server.objects, urlsplit(self.path).path
        status, answer = 404, b""
        if self.server.broken:
            status = 503
        elif self.command == "PUT":
            objects[path], status = body, 200
        elif self.command == "DELETE":
            objects.pop(path, None)
            status = 204
        elif path in objects:
            status, answer = 200, objects[path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("ETag", '"mark"')
        self.send_header("Last-Modified", "Mon, 23 Nov 2026 08:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_PUT = do_GET = do_HEAD = do_DELETE = handle_object  # noqa: N815 - the server's names

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def store(settings):
    with Store() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        chosen = {"BACKEND": "clinic.media_store.MediaStore", "OPTIONS": media.parse(server.url)}
        settings.STORAGES = settings.STORAGES | {"default": chosen}
        yield server
        server.shutdown()
        thread.join()


def upload():
    drawn = BytesIO()
    Image.new("RGB", (40, 40), "teal").save(drawn, "PNG")
    return {"photo": SimpleUploadedFile("face.png", drawn.getvalue(), "image/png")}


def web(user=None):
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


@pytest.mark.django_db(transaction=True)
def test_a_photo_goes_to_the_store_and_comes_back_to_those_who_may_see_it(seeded, store, rita, pia, make_user):
    where = f"/patients/{pia.pk}/photo/"
    assert web(rita).post(f"{where}edit/", upload()).status_code == 302
    pia.refresh_from_db()
    assert list(store.objects) == [f"/photos/clinic/{pia.photo}"]
    assert all(mark.startswith("AWS4-HMAC-SHA256 Credential=key/") for mark in store.signed)
    answer = web(rita).get(where)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer.content in store.objects.values()
    assert web().get(where).status_code == 302
    stranger = make_user("Zoe", "patient")
    assert web(stranger).get(where).status_code in {403, 404}
    first = pia.photo
    web(rita).post(f"{where}edit/", upload())
    pia.refresh_from_db()
    assert list(store.objects) == [f"/photos/clinic/{pia.photo}"] != [f"/photos/clinic/{first}"]


@pytest.mark.django_db(transaction=True)
def test_a_dead_store_is_told_kindly_and_changes_nothing(seeded, store, rita, pia):
    where = f"/patients/{pia.pk}/photo/"
    web(rita).post(f"{where}edit/", upload())
    pia.refresh_from_db()
    before, events = pia.photo, AuditEvent.objects.filter(event="photo.changed").count()
    store.broken = True
    answer = web(rita).get(where)
    assert answer.status_code == 503
    assert "Photos cannot be reached" in answer.content.decode()
    answer = web(rita).post(f"{where}edit/", upload())
    assert answer.status_code in {422, 503}
    assert "Photos cannot be reached" in answer.content.decode()
    pia.refresh_from_db()
    assert pia.photo == before
    assert AuditEvent.objects.filter(event="photo.changed").count() == events
    # Taken out of the record; the file that stays behind is known to nobody.
    assert web(rita).post(f"{where}remove/").status_code == 302
    pia.refresh_from_db()
    assert pia.photo == ""


def test_nobody_gets_an_address_in_the_store(store):
    with pytest.raises(NotImplementedError):
        storages["default"].url("photos/one.jpg")


def test_one_variable_says_where(monkeypatch):
    monkeypatch.delenv("MEDIA_STORAGE", raising=False)
    assert media.storage() == {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    options = media.parse("s3://bucket?region=eu-central-1")
    assert (options["bucket_name"], options["region_name"]) == ("bucket", "eu-central-1")
    assert options["endpoint_url"] is options["access_key"] is None
    options = media.parse("s3://me:a%2Fb%40c@bucket?endpoint=https://s3.example")
    assert (options["access_key"], options["secret_key"]) == ("me", "a/b@c")


@pytest.mark.parametrize(
    "value",
    [
        "/var/photos",
        "s3://",
        "https://bucket",
        "s3://bucket/folder",
        "s3://key@bucket",
        "s3://bucket?endpoint=minio:9000",
        "s3://bucket?colour=red",
        "s3://bucket?endpoint",
    ],
)
def test_a_bad_value_is_one_line_without_the_secret(monkeypatch, value):
    monkeypatch.setenv("MEDIA_STORAGE", value)
    with pytest.raises(SystemExit) as stopped:
        media.storage()
    assert str(stopped.value).startswith("MEDIA_STORAGE: ")
    assert "\n" not in str(stopped.value)
