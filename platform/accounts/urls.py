"""Of both sites."""

from django.urls import path

from accounts.views import own, signing

app_name = "accounts"
urlpatterns = [
    path("sign-in/", signing.sign_in, name="sign_in"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("join/<str:token>/", signing.join, name="join"),
    path("accounts/me/", own.mine, name="mine"),
    path("accounts/me/password/", own.password, name="password"),
    path("accounts/me/sessions/end/", own.end_others, name="end_others"),
    path("accounts/me/sessions/<uuid:id>/end/", own.end_session, name="end_session"),
]
