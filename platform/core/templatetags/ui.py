"""The pieces every page is built from; `templates/components/README.md` shows each in use.

Tags take plain values and run no query. What a page writer cannot get wrong is decided here once: the word, mark and colour
of a state, the ids that tie a field to its error, the filters a pager has to keep.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from django import forms, template
from django.core.paginator import Page
from django.forms import BoundField
from django.forms.utils import flatatt
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

Tone = Literal["done", "open", "overdue", "exceeded", "waiting", "na", "plain"]


@dataclass(frozen=True, kw_only=True)
class State:
    """How one state is shown: never by colour alone."""

    word: str
    mark: str
    tone: Tone


STATES: dict[str, State] = {
    # verdicts of the policy engine
    "met": State(word="已完成", mark="check", tone="done"),
    "outstanding": State(word="尚差", mark="open", tone="open"),
    "exceeded": State(word="超出上限", mark="above", tone="exceeded"),
    "waived": State(word="已豁免", mark="exempt", tone="na"),
    "not_applicable": State(word="不适用", mark="dash", tone="na"),
    "counted": State(word="只计数", mark="tally", tone="plain"),
    # records
    "claimed": State(word="待确认", mark="clock", tone="waiting"),
    "confirmed": State(word="已确认", mark="check", tone="done"),
    "rejected": State(word="已退回", mark="back", tone="open"),
    # returns to the level above
    "draft": State(word="草稿", mark="pen", tone="plain"),
    "signed": State(word="已签署", mark="clock", tone="waiting"),
    "submitted": State(word="已报送，待接收", mark="clock", tone="waiting"),
    "accepted": State(word="已接收", mark="check", tone="done"),
    "returned": State(word="已退回", mark="back", tone="open"),
    "missing": State(word="未报", mark="open", tone="open"),
    "elsewhere": State(word="当时归别会", mark="dash", tone="na"),
    # jobs
    "queued": State(word="排队中", mark="clock", tone="waiting"),
    "sent": State(word="排队中", mark="clock", tone="waiting"),
    "running": State(word="办理中", mark="clock", tone="waiting"),
    "done": State(word="已完成", mark="check", tone="done"),
    "failed": State(word="未完成", mark="alert", tone="overdue"),
    "cancelled": State(word="已取消", mark="dash", tone="na"),
    # accounts
    "invited": State(word="已邀请", mark="clock", tone="waiting"),
    "expired": State(word="链接过期", mark="open", tone="open"),
    "uninvited": State(word="没有链接", mark="open", tone="open"),
    "deactivated": State(word="已停用", mark="dash", tone="na"),
    # documents
    "proposed": State(word="等待会议决定", mark="clock", tone="waiting"),
    "future": State(word="未到施行日", mark="clock", tone="waiting"),
    "superseded": State(word="已被取代", mark="dash", tone="na"),
    "withdrawn": State(word="已撤回", mark="back", tone="na"),
    "in_force": State(word="施行中", mark="check", tone="done"),
    # committees
    "making": State(word="筹建中", mark="clock", tone="waiting"),
    "active": State(word="使用中", mark="check", tone="done"),
    "suspended": State(word="已停用", mark="alert", tone="overdue"),
    "archived": State(word="已归档", mark="dash", tone="na"),
}
# Their label is often a bare amount: only these are named to a screen reader before it. Elsewhere the label is the state.
FIGURED = frozenset({"met", "outstanding", "exceeded", "waived", "not_applicable", "counted"})
CLOSED_UNMET = State(word="未完成", mark="alert", tone="overdue")


def _trimmed(content: SafeString) -> SafeString:
    """Rendered content without its outer blanks; `str.strip` alone would forget that it is already escaped."""
    return mark_safe(content.strip())


def _amount(number: object, unit: str) -> str:
    return f"{number} {unit}".strip()


@register.simple_tag
@cache
def mark(name: str) -> SafeString:
    """One of our own small drawings; decorative, so hidden from screen readers. A page has some fifty: each is written once."""
    return format_html(
        '<svg class="lx-mark" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("core/marks.svg"),
        name,
    )


@register.inclusion_tag("components/state.html")
def state(name: str, *, n: object = None, unit: str = "", closed: bool = False, label: str = "") -> dict[str, Any]:
    """A state as mark, word and colour. `n` is how many are owed (too many, of `exceeded`); amber until `closed`, then red.

    Raises KeyError for a word that is not a state: a silent grey badge would hide a mistake.
    """
    shown = CLOSED_UNMET if name == "outstanding" and closed else STATES[name]
    word = label or shown.word
    if not label and name == "outstanding" and n is not None:
        word = f"{shown.word} 差 {_amount(n, unit)}" if closed else f"{shown.word} {_amount(n, unit)}"
    if not label and name == "exceeded" and n is not None:
        word = f"超出 {_amount(n, unit)}"
    meaning = shown.word if label and name in FIGURED else ""
    return {"word": word, "mark_name": shown.mark, "tone": shown.tone, "meaning": meaning}


@register.simple_block_tag
def state_line(
    content: SafeString,
    *,
    label: str,
    state: str,
    done: object = None,
    need: object = None,
    n: object = None,
    unit: str = "",
    closed: bool = False,
    href: str = "",
) -> SafeString:
    """One requirement of one person or sector: what, how many of how many, its state, and its source (the content)."""
    shown = CLOSED_UNMET if state == "outstanding" and closed else STATES[state]
    return render_to_string(
        "components/state_line.html",
        {
            "label": label,
            "state": state,
            "done": done,
            "need": need,
            "n": n,
            "unit": unit,
            "closed": closed,
            "href": href,
            "tone": shown.tone,
            "source": _trimmed(content),
        },
    )


@register.simple_block_tag
def page_header(
    content: SafeString, *, title: str, lead: str = "", back_url: str = "", back_label: str = "返回"
) -> SafeString:
    """The page's name, the sentence that answers its question, the way back, and its actions (the content)."""
    return render_to_string(
        "components/page_header.html",
        {"title": title, "lead": lead, "back_url": back_url, "back_label": back_label, "actions": _trimmed(content)},
    )


@register.simple_block_tag(takes_context=True)
def filter_bar(
    context: RequestContext, content: SafeString, *, submit: str = "筛选", action: str = "", clearable: bool = True
) -> SafeString:
    """A GET form of filters, so that a filtered list has an address; 清除 appears once something is filtered.

    On a phone the first field stands and 更多条件 opens the rest, without a script; `clearable` False: a choice, not a filter.
    """
    request = context.get("request")
    filtered = clearable and bool(
        request and any(value for key, value in request.GET.items() if key not in ("page", "sort"))
    )
    sort = request.GET.get("sort", "") if request else ""
    return render_to_string(
        "components/filter_bar.html",
        {
            "fields": content,
            "submit": submit,
            "action": action,
            "filtered": filtered,
            "sort": sort,
            "clear_url": action or (request.path if request else "?"),
        },
    )


@register.simple_block_tag
def data_table(content: SafeString, *, caption: str, phone: Literal["cards", "scroll"] = "cards") -> SafeString:
    """The office's table: sticky head and first column, whole row clickable, a card per row or a scroll on a phone."""
    return render_to_string("components/data_table.html", {"rows": content, "caption": caption, "phone": phone})


@register.inclusion_tag("components/sort.html", takes_context=True)
def sort(
    context: RequestContext, key: str, label: str, *, numeric: bool = False, by_itself: Literal["", "+", "-"] = ""
) -> dict[str, Any]:
    """A column head that sorts: `?sort=key`, again for `?sort=-key`; filters stay, the page number does not.

    `by_itself`: the list stands in this order, upwards or downwards, where none is asked for.
    """
    query = context["request"].GET.copy()
    own = f"{by_itself.removeprefix('+')}{key}" if by_itself else ""
    current = query.get("sort", "") or own
    query["sort"] = f"-{key}" if current == key else key
    query.pop("page", None)
    direction = "ascending" if current == key else "descending" if current == f"-{key}" else ""
    return {"label": label, "url": f"?{query.urlencode()}", "direction": direction, "numeric": numeric}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: RequestContext, page: Page[Any]) -> dict[str, Any]:
    """Where we are in a long list and the way on; keeps the filters."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    prefix = f"?{query.urlencode()}&" if query else "?"
    return {"page": page, "prefix": prefix}


@register.inclusion_tag("components/tabs.html")
def tabs(items: list[dict[str, Any]], *, label: str = "分页") -> dict[str, Any]:
    """Sibling pages: `[{label, url, current, count?}]`. Each is a page of its own, so the address says which."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/person.html")
def person(*, name: str, detail: str = "", href: str = "") -> dict[str, Any]:
    """A person by name, never by number; the name stays whole however long it is."""
    return {"name": name, "detail": detail, "href": href}


@register.inclusion_tag("components/clause.html")
def clause(
    *, ref: str, title: str = "", document: str = "", href: str = "", note: str = "", prefix: str = "依据"
) -> dict[str, Any]:
    """The source of a rule or verdict. Opens in place where there is a title; `href` leads to the clause's own page."""
    return {"ref": ref, "title": title, "document": document, "href": href, "note": note, "prefix": prefix}


@register.inclusion_tag("components/figure.html")
def figure(
    *,
    value: object,
    label: str,
    unit: str = "",
    href: str = "",
    definition: str = "",
    numerator: object = None,
    denominator: object = None,
    size: Literal["", "lead", "inline"] = "",
    tone: Tone = "plain",
) -> dict[str, Any]:
    """A figure that is a door: to its records (`href`) and to its definition. `None` shows as a dash: not applicable."""
    return {
        "value": "—" if value is None else value,
        "label": label,
        "unit": "" if value is None else unit,
        "href": href,
        "definition": definition,
        "numerator": numerator,
        "denominator": denominator,
        "size": size,
        "tone": tone,
    }


@register.inclusion_tag("components/progress.html")
def progress(*, done: int, total: int | None, note: str = "") -> dict[str, Any]:
    """How far a job is; without a total a bar that only says that something moves."""
    return {"done": done, "total": total, "note": note}


@register.inclusion_tag("components/task.html")
def task(*, url: str, title: str, count: int, note: str = "", unit: str = "件") -> dict[str, Any]:
    """One kind of work that waits for the person, with how much of it."""
    return {"url": url, "title": title, "count": count, "note": note, "unit": unit}


@register.simple_block_tag
def empty_state(content: SafeString, *, title: str) -> SafeString:
    """Why there is nothing here and what to do about it (the content)."""
    return render_to_string("components/empty_state.html", {"title": title, "body": _trimmed(content)})


@register.inclusion_tag("components/post_button.html", takes_context=True)
def post_button(
    context: RequestContext, url: str, label: str, *, kind: Literal["", "primary", "quiet"] = "", about: str = ""
) -> dict[str, Any]:
    """A button that writes: always a POST with its token. `about` completes the label for screen readers."""
    return {"url": url, "label": label, "kind": kind, "about": about, "csrf_token": context.get("csrf_token", "")}


@register.inclusion_tag("components/form_actions.html")
def form_actions(*, submit: str, cancel_url: str = "", cancel: str = "取消", note: str = "") -> dict[str, Any]:
    """The end of a form: one primary button that says what will happen, and the way out."""
    return {"submit": submit, "cancel_url": cancel_url, "cancel": cancel, "note": note}


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: forms.BaseForm, *, title: str = "没有保存，内容还在下面") -> dict[str, Any]:
    """What was refused, at the top of the form, each line leading to its field."""
    wrong = [(bound, _refusal(bound)) for bound in form if bound.errors]
    return {"form": form, "title": title, "wrong": [(bound, said, _speaks_alone(bound, said)) for bound, said in wrong]}


def _speaks_alone(bound: BoundField, said: str) -> bool:
    """「日期：请填写日期」 says the name twice; the label of a box to tick is a sentence of its own."""
    return str(bound.label) in said or isinstance(bound.field.widget, forms.CheckboxInput)


DJANGO_ROWS = "10"
LONG_CHOICE = 14  # characters; longer ones get a line each


def _refusal(bound: BoundField) -> str:
    """The first thing wrong with a field; an empty one is asked for by name instead of 「这个字段是必填项」."""
    first = bound.errors.as_data()[0] if bound.errors else None
    if first is None:
        return ""
    if first.code == "required" and first.message == forms.Field.default_error_messages["required"]:
        return f"请{'选择' if hasattr(bound.field, 'choices') else '填写'}{bound.label}。"
    return str(bound.errors[0])


def _kind(bound: BoundField, *, segments: bool) -> str:
    widget = bound.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "segments" if segments else "choices"
    return "input"


def _control(bound: BoundField, *, described_by: str) -> SafeString:
    """The input with the theme's class and its ties to help and error; date fields become date pickers."""
    widget = bound.field.widget
    if isinstance(widget, forms.DateInput) and widget.input_type == "text":
        widget.input_type, widget.format = "date", "%Y-%m-%d"
    style = "form-select" if isinstance(widget, forms.Select) else "form-control"
    given = widget.attrs.get("class", "")
    attrs: dict[str, str | bool] = {"class": f"{style} {'is-invalid' if bound.errors else ''} {given}".strip()}
    if isinstance(widget, forms.Textarea) and widget.attrs.get("rows") == DJANGO_ROWS:
        attrs["rows"] = "3"
    if described_by:
        attrs["aria-describedby"] = described_by
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if type(widget) is forms.Select:
        return _select(bound, widget, attrs)
    return bound.as_widget(attrs=attrs)


def _select(bound: BoundField, widget: forms.Select, attrs: dict[str, str | bool]) -> SafeString:
    """What Django renders, without a template per option: a list with four filters spent a fifth of its time there."""
    given = bound.build_widget_attrs(attrs, widget)
    if bound.auto_id and "id" not in widget.attrs:
        given.setdefault("id", bound.auto_id)
    shown = widget.get_context(bound.html_name, bound.value(), given)["widget"]
    parts = []
    for name, options, _ in shown["optgroups"]:
        lines = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((one["value"], flatatt(one["attrs"]), one["label"]) for one in options),
        )
        parts.append(format_html('<optgroup label="{}">{}</optgroup>', name, lines) if name else lines)
    return format_html(
        '<select name="{}"{}>{}</select>', shown["name"], flatatt(shown["attrs"]), mark_safe("".join(parts))
    )  # each part is escaped


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, *, label: str = "", help: str = "", segments: bool = False) -> dict[str, Any]:
    """A form field: label, help, error, and whether it may stay empty."""
    kind = _kind(bound, segments=segments)
    help_text = help or bound.help_text
    ids = [f"{bound.auto_id}-help"] if help_text else []
    ids += [f"{bound.auto_id}-error"] if bound.errors else []
    hidden = bound.is_hidden
    choices = list(bound) if kind in ("segments", "choices") else []
    return {
        "bound": bound,
        "kind": kind,
        "label": label or bound.label,
        "help_text": help_text,
        "hidden": hidden,
        "control": bound.as_widget()
        if hidden
        else _control(bound, described_by=" ".join(ids))
        if kind == "input"
        else "",
        "error": _refusal(bound),
        "choices": choices,
        "are_long": any(len(str(choice.choice_label)) > LONG_CHOICE for choice in choices),
    }
