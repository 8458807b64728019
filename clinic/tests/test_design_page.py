"""The page of the design's components."""

from appointments.rules import Status


def test_every_status_has_its_badge(client, rita):
    client.force_login(rita)

    page = client.get("/design/").content.decode()

    assert [status for status in Status if f'data-status="{status}"' not in page] == []
