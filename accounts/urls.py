"""Pages of this package."""

from django.urls import path

from accounts.views import account, audit, doors, single_sign_on, staff

app_name = "accounts"

urlpatterns = [
    path("sign-in/", doors.session_create, name="session-create"),
    path("sign-in/oidc/", single_sign_on.begin, name="oidc-begin"),
    path("sign-in/oidc/callback/", single_sign_on.callback, name="oidc-callback"),
    path("session/", doors.session_here, name="session-here"),
    path("sign-out/", doors.session_end, name="session-end"),
    path("first-run/", doors.first_admin_create, name="first-run"),
    path("theme/", doors.theme_set, name="theme-set"),
    path("account/", account.account, name="account"),
    path("account/sessions/end/", account.sessions_end, name="sessions-end"),
    path("account/password/", account.password_change, name="password-change"),
    path("password/reset/", account.password_reset, name="password-reset"),
    path("password/reset/sent/", account.password_reset_sent, name="password-reset-sent"),
    path("password/choose/<str:token>/", account.password_choose, name="password-choose"),
    path("password/chosen/", account.password_chosen, name="password-chosen"),
    path("staff/", staff.staff_list, name="staff-list"),
    path("staff/invite/", staff.staff_invite, name="staff-invite"),
    path("staff/<id:pk>/", staff.staff_edit, name="staff-edit"),
    path("staff/<id:pk>/deactivate/", staff.staff_deactivate, name="staff-deactivate"),
    path("staff/<id:pk>/reactivate/", staff.staff_reactivate, name="staff-reactivate"),
    path("staff/<id:pk>/sessions/end/", staff.staff_sessions_end, name="staff-sessions-end"),
    path("staff/<id:pk>/invitation/", staff.staff_invitation_resend, name="staff-invitation-resend"),
    path("audit/", audit.audit_list, name="audit-list"),
    path("audit/export/", audit.audit_export, name="audit-export"),
]
