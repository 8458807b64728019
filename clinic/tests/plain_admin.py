"""URLs with Django's own admin in the place of ours: what its views do in a transaction, ours no longer do."""

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.models import Group
from django.urls import include, path

from clinic.urls import urlpatterns as clinic_urls


class GroupAdmin(ModelAdmin):
    """Django's, but a group called "broken" meets a duplicate key after everything has been written."""

    search_fields = ("name",)
    list_display = ("name",)

    def log_addition(self, request, obj, message):
        super().log_addition(request, obj, message)
        if obj.name == "broken":
            Group.objects.create(name="receptionist")


site = AdminSite()
site.register(Group, GroupAdmin)

urlpatterns = [
    path("admin/", include((site.get_urls(), "admin"), namespace="admin")),
    *[item for item in clinic_urls if getattr(item, "namespace", "") != "admin"],
]
