"""Of a committee's site: the same, and the office's pages."""

from django.urls import path

from accounts.urls import urlpatterns as own
from accounts.views import office, tokens

app_name = "accounts"
urlpatterns = [
    *own,
    path("accounts/", office.account_list, name="index"),
    path("accounts/me/tokens/", tokens.tokens, name="tokens"),
    path("accounts/me/tokens/<uuid:id>/revoke/", tokens.revoke_token, name="revoke_token"),
    path("accounts/new/", office.invite, name="invite"),
    path("accounts/<uuid:id>/", office.account, name="account"),
    path("accounts/<uuid:id>/roles/", office.roles, name="roles"),
    path("accounts/<uuid:id>/link/", office.issue, name="issue"),
    path("accounts/<uuid:id>/link/revoke/", office.revoke, name="revoke"),
    path("accounts/<uuid:id>/deactivate/", office.deactivate, name="deactivate"),
    path("accounts/<uuid:id>/reactivate/", office.reactivate, name="reactivate"),
]
