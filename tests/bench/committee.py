"""The committee whose pages are measured: a county of eighty invented members and an office that is signed in."""

from __future__ import annotations

from core.tenancy import Committee
from demo.cast import Part

PART = Part("bench", "政协长岭县委员会", "bench", "county", None, "yiyang-2021", 80, 12, 0.7)
ENTRY = Committee(PART.code, PART.name, PART.slug, PART.level, None, "active", 1)
HOST = f"{PART.slug}.localhost"


def make() -> tuple[str, list[str]]:
    """Provision it with its roster; returns the session's key and the pages measured: one light, one full."""
    from core import tenancy
    from demo import settling, signins
    from registry.provisioning import create_committee
    from tenants.members.models import Member

    create_committee(
        code=PART.code, name=PART.name, slug=PART.slug, level=PART.level, parent=None, template=PART.template
    )
    with tenancy.inside(PART.code):
        settling.open_accounts(PART, signins.SignIns())
        settling.import_members(PART)
        settling.arrange(PART)
        member = Member.objects.order_by("number").first()
        assert member is not None
        return sign_in("bangongshi"), ["/jobs/", f"/members/{member.pk}/"]


def sign_in(username: str) -> str:
    """A session of the user in the committee entered, as signing in makes it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from accounts.models import User
    from accounts.sessions import SessionStore

    user = User.objects.get(username=username)
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)
