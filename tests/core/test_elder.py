"""长辈版 is a link and a cookie: no script, no account."""

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from core.elder import ElderMode


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse("the page")


def test_choosing_elder_mode_sets_the_cookie_and_leads_back_to_the_same_page() -> None:
    response = ElderMode(answer)(RequestFactory().get("/members/", {"sector": "s1", "elder": "1"}))
    assert response.status_code == 302
    assert response["Location"] == "/members/?sector=s1"
    assert response.cookies["elder"].value == "1"


def test_other_words_and_posts_pass_untouched() -> None:
    assert ElderMode(answer)(RequestFactory().get("/", {"elder": "yes"})).status_code == 200
    assert ElderMode(answer)(RequestFactory().post("/?elder=1")).status_code == 200


def test_the_way_back_never_leads_to_another_host() -> None:
    request = RequestFactory().get("/", {"elder": "1"})
    request.path = "//elsewhere.example/"
    assert ElderMode(answer)(request)["Location"].startswith("/%2F")
