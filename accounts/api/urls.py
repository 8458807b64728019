"""This package's routes of the API, relative to /api/."""

from accounts.api import auth, lists
from core.api.routes import Route

routes = [
    Route("auth/register", auth.RegisterView.as_view(), "auth-register"),
    Route("auth/login", auth.LoginView.as_view(), "auth-login"),
    Route("auth/refresh", auth.RefreshView.as_view(), "auth-refresh"),
    Route("auth/logout", auth.LogoutView.as_view(), "auth-logout"),
    Route("auth/me", auth.MeView.as_view(), "auth-me"),
    Route("doctors", lists.DoctorsView.as_view(), "doctors"),
    Route("audit", lists.AuditView.as_view(), "audit"),
]
