"""Official documents: ours against WeasyPrint on the same HTML, one after another; and many of them on all cores."""

from __future__ import annotations

import os
from statistics import median

from tests.bench.figure import Figure, seconds
from tests.bench.place import environment

NUMBER, RUNS = 20, 3


def run() -> list[Figure]:
    os.environ |= environment()
    import django

    django.setup()
    from tenants.reports.queries import documents
    from tenants.reports.queries.documents.typesetter import typeset

    wanted = [_document(number) for number in range(NUMBER)]
    pages = [documents.html(one) for one in wanted]

    def peer() -> None:
        for page in pages:
            typeset(page)

    def one_by_one() -> None:
        for one in wanted:
            documents.pdf(one)

    def batch() -> None:
        assert len(list(documents.printed(wanted, "pdf", number=NUMBER))) == NUMBER

    typeset(pages[0])  # the libraries are loaded once
    alone, plain, together = [], [], []
    for _ in range(RUNS):
        alone.append(seconds(one_by_one))
        plain.append(seconds(peer))
        together.append(seconds(batch))
    cores = len(os.sched_getaffinity(0))
    return [
        Figure(f"{NUMBER} documents: WeasyPrint on the same HTML", median(alone), median(plain), 1 / 1.2, "s", RUNS),
        Figure(f"the same as a batch on {cores} cores: one after another", median(together), median(plain), 0.7 * cores, "s", RUNS),
    ]  # fmt: skip


def _document(number: int):  # type: ignore[no-untyped-def]  # the site is set up only when the bench runs
    from tenants.reports.queries.documents.shape import Document, Heading, table

    rows = [(f"第 {line} 项", "参加界别活动", "已完成", "2022-11-30") for line in range(8)]
    return Document(
        f"委员{number}履职档案",
        f"{number}",
        (Heading("职责"), table(("项目", "内容", "状态", "日期"), (20, 40, 20, 20), rows)),
    )
