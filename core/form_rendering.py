"""One way to show a form."""

from django.forms.renderers import TemplatesSetting


class ClinicRenderer(TemplatesSetting):
    """Forms and fields through templates/forms/."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
