import pytest

from scripts import downward_names
from scripts.tests.planted import plant


@pytest.fixture
def checkout(tmp_path):
    return plant(
        tmp_path,
        portal__urls_py='app_name = "portal"',
        appointments__urls_py='app_name = "appointments"',
        clinic__urls_py='urlpatterns = [path("", home, name="home")]',
    )


def messages(root):
    return [str(finding) for finding in downward_names.check(root)]


@pytest.mark.parametrize(
    "line",
    [
        'x = reverse("appointments:day-show")',
        'x = NavItem(url_name="portal:home-show")',
        'x = render(request, "appointments/day_show.html")',
        'x = models.ForeignKey("appointments.Appointment", on_delete=models.CASCADE)',
        'x = models.ForeignKey(to="portal.thing")',
        'x = apps.get_model("appointments.Chair")',
        'x = redirect("home")',
    ],
)
def test_a_string_that_names_a_higher_package_is_found(checkout, line):
    plant(checkout, patients__views_py=line)
    assert [message.split()[0:2] for message in messages(checkout)] == [["patients/views.py:1:", "patients"]]


@pytest.mark.parametrize(
    "line",
    [
        'x = reverse("patients:patient-list")',
        'x = reverse("accounts:session-create")',
        'x = reverse("admin:index")',
        'x = models.ForeignKey("patients.Patient", on_delete=models.CASCADE)',
        'x = render(request, "base.html")',
        'x = "a sentence about appointments: nothing more"',
    ],
)
def test_names_of_the_own_and_lower_packages_pass(checkout, line):
    plant(checkout, patients__views_py=line)
    assert messages(checkout) == []


@pytest.mark.parametrize(
    "tag",
    [
        "{% url 'appointments:day-show' %}",
        '{% url "home" %}',
        '{% include "portal/_visit.html" %}',
        "{% extends 'appointments/base.html' %}",
        '{% if url == "portal:home-show" %}',
    ],
)
def test_a_template_that_names_a_higher_package_is_found(checkout, tag):
    plant(checkout, templates__patients__patient_show_html=f"<p>\n{tag}</p>")
    assert [message.split()[0] for message in messages(checkout)] == ["templates/patients/patient_show.html:2:"]


def test_the_shared_templates_lie_at_the_bottom(checkout):
    plant(checkout, templates__base_html="{% url 'accounts:session-create' %}")
    assert messages(checkout) == [
        "templates/base.html:1: core names 'accounts:session-create' of accounts, which lies above it"
    ]


def test_a_template_may_use_lower_packages(checkout):
    plant(checkout, templates__portal__home_html="{% extends 'base.html' %}{% url 'appointments:day-show' %}")
    assert messages(checkout) == []


def test_a_namespace_belongs_to_the_package_that_declares_it(checkout):
    plant(checkout, appointments__api__urls_py='app_name = "booking"', patients__views_py='reverse("booking:book")')
    assert len(messages(checkout)) == 1


def test_tests_may_name_anything(checkout):
    plant(checkout, core__tests__test_it_py='reverse("portal:home-show")')
    assert messages(checkout) == []
