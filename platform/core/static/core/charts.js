// Draws a chart above the table it is of. Everything it shows is read from that table, so there is one truth; without this
// file, or without a screen, the table says it all. Numbers stand in data-value, the words beside them in the cell.
(() => {
  "use strict";
  if (!window.echarts) return;
  const paint = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const ink = paint("--lx-ink"), soft = paint("--lx-soft"), line = paint("--lx-line"), accent = paint("--lx-accent");
  const others = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#7f7f7f"]; // Okabe and Ito: told apart by everybody
  const font = getComputedStyle(document.body).fontFamily;

  const read = (table) => ({
    heads: [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent.trim()),
    rows: [...table.tBodies[0].rows].filter((row) => !row.hasAttribute("data-nested")).map((row) => ({
      name: (row.cells[0].querySelector("a") ?? row.cells[0]).textContent.trim(),
      isMain: row.hasAttribute("data-main"),
      cells: [...row.cells].slice(1).map((cell) => ({ value: cell.dataset.value ? Number(cell.dataset.value) : null, text: cell.textContent.trim() })),
    })),
  });

  const shared = { animation: false, textStyle: { fontFamily: font, color: ink }, tooltip: { trigger: "axis", renderMode: "richText", confine: true } };
  const axis = { axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: soft }, splitLine: { lineStyle: { color: line } } };

  const kinds = {
    line: ({ heads, rows }, _, at) => ({
      ...shared,
      grid: { left: 48, right: at.clientWidth < 500 ? 104 : 132, top: 16, bottom: 28 },
      xAxis: { ...axis, type: "category", data: heads.map((one) => one.replace(/ 年/, "\n")), boundaryGap: false },
      yAxis: { ...axis, type: "value", min: 0 },
      series: rows.map((row, place) => ({
        name: row.name, type: "line", connectNulls: false, symbolSize: row.isMain ? 7 : 4,
        data: row.cells.map((cell) => cell.value),
        lineStyle: { width: row.isMain ? 3 : 1.5 },
        itemStyle: { color: row.isMain ? accent : rows.length <= 7 ? others[(place - 1) % others.length] : "#9aa3ad" },
        z: row.isMain ? 5 : 2,
        endLabel: { show: row.isMain || rows.length <= 7, formatter: "{a}", color: ink, width: at.clientWidth < 500 ? 92 : 120, overflow: "truncate" },
        labelLayout: { moveOverlap: "shiftY" }, emphasis: { focus: "series" },
      })),
    }),
    bar: ({ heads, rows }, column) => ({
      ...shared,
      grid: { left: 8, right: 56, top: 8, bottom: 28, containLabel: true },
      xAxis: { ...axis, type: "value", min: 0, name: heads[column], nameLocation: "middle", nameGap: 28, nameTextStyle: { color: soft } },
      yAxis: { ...axis, type: "category", inverse: true, data: rows.map((row) => row.name), splitLine: { show: false } },
      series: [{
        type: "bar", barMaxWidth: 18,
        data: rows.map((row) => ({ value: row.cells[column].value, itemStyle: { color: row.isMain ? accent : "#7d8894" } })),
        label: { show: true, position: "right", color: ink, formatter: ({ dataIndex }) => rows[dataIndex].cells[column].text },
      }],
    }),
  };

  for (const at of document.querySelectorAll("[data-chart]")) {
    const table = document.getElementById(at.dataset.of)?.querySelector("table");
    if (!table) continue;
    const data = read(table), column = Number(at.dataset.column ?? 0);
    data.rows = data.rows.filter((row) => row.cells.some((cell) => cell.value !== null));
    if (!data.rows.length) continue;
    const spoken = data.heads.filter((_, place) => data.rows.some((row) => row.cells[place]?.value !== null));
    if (at.dataset.chart === "line" && spoken.length < 2) continue;  // one period is no trend: the table says it
    at.hidden = false;
    if (at.dataset.chart === "bar") at.classList.add(`lx-chart--rows-${Math.min(8, Math.ceil(data.rows.length / 4))}`);
    const chart = window.echarts.init(at, null, { renderer: "canvas" });
    chart.setOption(kinds[at.dataset.chart](data, column, at));
    new ResizeObserver(() => chart.resize()).observe(at);
  }
})();
