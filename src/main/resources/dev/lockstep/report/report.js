"use strict";
(() => {
  const data = JSON.parse(document.getElementById("run-data").textContent);
  const STYLES = {
    bold: { width: 2.25 },
    faint: { width: 1, alpha: 0.3 },
    dashed: { width: 1.5, dash: [7, 4] },
    dotted: { width: 1.5, dash: [2, 3] },
    dashdotted: { width: 1.5, dash: [9, 3, 2, 3] },
  };
  const FORMATS = {
    decimal: (v) => (v >= 1000 ? Math.round(v).toLocaleString("en") : v >= 100 ? v.toFixed(0) : v >= 0.1 || v === 0 ? v.toFixed(2) : v >= 0.001 ? v.toFixed(3) : power(v)),
    power: (v) => power(v),
    percent: (v) => (100 * v).toFixed(v < 0.1 ? 1 : 0) + "%",
  };
  // On an axis the ticks are round numbers, and digits that they do not need are clutter.
  const TICKS = {
    decimal: (v) => (v === 0 || (v >= 0.01 && v < 1e5) ? String(+v.toPrecision(6)) : power(v)),
    power: (v) => power(v),
    percent: (v) => String(+(100 * v).toPrecision(4)) + "%",
  };
  const plots = [];
  // What several runs are drawn over; a single one is drawn over its steps.
  let axis = data.axes && data.axes[0];

  function power(v) {
    return v === 0 ? "0" : v.toExponential(2).replace(/\.?0+e/, "e").replace("e+", "e");
  }

  function steps(v) {
    const unit = [[1e15, "P"], [1e12, "T"], [1e9, "G"], [1e6, "M"], [1e4, "k", 1e3]].find(([least]) => v >= least);
    return unit ? +(v / (unit[2] || unit[0])).toPrecision(4) + unit[1] : v.toLocaleString("en");
  }

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  }

  function series(line, format) {
    const style = STYLES[line.style];
    return {
      label: line.label,
      stroke: colour(line.role),
      width: style.width,
      dash: style.dash,
      alpha: style.alpha || 1,
      points: { show: line.values.length <= 60 && style.width > 1, size: 5, fill: colour(line.role) },
      spanGaps: false,
      value: (u, v) => (v == null ? "–" : FORMATS[format](v)),
    };
  }

  // Several runs have points of their own: joined, each is drawn on where another has a point.
  function columns(chart) {
    if (chart.x) return [chart.x, ...chart.series.map((line) => line.values)];
    return uPlot.join(
      chart.series.map((line) => {
        const x = line.x[axis.id];
        return x.includes(null) ? [[], []] : [x, line.values];
      }),
    );
  }

  function lastOf(values) {
    for (let i = values.length - 1; i > 0; i--) if (values[i] != null) return i;
    return 0;
  }

  // The point of a series that lies nearest to the one under the pointer, which may be another's.
  function nearest(u, seriesIndex, index) {
    const values = u.data[seriesIndex];
    for (let away = 0; away < values.length; away++) {
      if (values[index - away] !== undefined) return index - away;
      if (values[index + away] !== undefined) return index + away;
    }
    return index;
  }

  function upright(u, step, name, dash, stroke, align) {
    const x = Math.round(u.valToPos(step, "x", true));
    const { left, top, width, height } = u.bbox;
    if (x < left || x > left + width) return;
    const ctx = u.ctx;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = stroke;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash(dash.map((d) => d * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    ctx.font = 11 * devicePixelRatio + "px system-ui, sans-serif";
    ctx.textBaseline = "bottom";
    ctx.textAlign = align;
    ctx.fillText(name, x, top - 3 * devicePixelRatio);
    ctx.restore();
  }

  // Names that would run into the next stage are left to the table above.
  function room(u, name, from, until) {
    u.ctx.font = 11 * devicePixelRatio + "px system-ui, sans-serif";
    return u.ctx.measureText(name).width < u.valToPos(until, "x", true) - u.valToPos(from, "x", true);
  }

  function marks(u, isRecall) {
    data.stages.forEach((stage, i) => {
      const next = data.stages[i + 1];
      const until = Math.min(next ? next.from : Infinity, u.scales.x.max);
      const from = Math.max(stage.from, u.scales.x.min);
      const name = from < until && room(u, stage.name, from, until) ? stage.name : "";
      upright(u, from, name, from > stage.from || i === 0 ? [0, 1e4] : [4, 4], colour("limit"), "left");
    });
    if (isRecall && data.best != null) upright(u, data.best, "best", [], colour("right"), "right");
  }

  function plot(figure, chart) {
    const ink = { stroke: colour("soft"), grid: { stroke: colour("rule"), width: 1 }, ticks: { stroke: colour("rule"), width: 1, size: 4 } };
    const powersOfTen = { filter: (u, ticks) => ticks.map((v) => (Math.abs(Math.log10(v) % 1) < 1e-9 ? v : null)) };
    const font = "12px system-ui, sans-serif";
    const table = columns(chart);
    const x = table[0];
    const last = x.length - 1;
    const lastStep = Math.max(...data.charts.map((c) => Math.max(0, columns(c)[0].at(-1) || 0)));
    const options = {
      width: figure.clientWidth - 24,
      height: 250,
      padding: [18, 16, 0, 0],
      scales: {
        x: { time: false, range: (u, min, max) => (min === x[0] && max === x[last] ? [0, lastStep] : [min, max]) },
        y: chart.log
          ? { distr: 3 }
          : { range: (u, min, max) => [min >= 0 ? 0 : min, max > 0 ? max * 1.06 : 1] },
      },
      axes: [
        { ...ink, font, size: 30, values: (u, ticks) => ticks.map((v) => (Number.isInteger(v) ? steps(v) : "")) },
        { ...ink, ...(chart.log ? { grid: { ...ink.grid, ...powersOfTen }, ticks: { ...ink.ticks, ...powersOfTen } } : {}), font, size: 54, values: (u, ticks) => ticks.map((v) => (v == null ? "" : TICKS[chart.format](v))) },
      ],
      series: [{ label: axis ? axis.label : "step", value: (u, v) => (v == null ? "" : v.toLocaleString("en")) }, ...chart.series.map((line) => series(line, chart.format))],
      legend: { markers: { fill: () => "transparent", width: 2, dash: (u, i) => ({ dashed: "dashed", dotted: "dotted", dashdotted: "dashed" })[chart.series[i - 1].style] || "solid" } },
      cursor: { sync: { key: "steps", scales: ["x", null] }, points: { size: 6 }, ...(chart.x ? {} : { dataIdx: nearest }) },
      hooks: { drawAxes: [(u) => marks(u, chart.id === "recall")] },
    };
    const drawn = new uPlot(options, table, figure);
    chart.series.forEach((line, i) => {
      if (line.style === "faint") drawn.root.querySelectorAll(".u-series")[i + 1].hidden = true;
    });
    // Without a pointer, as on a phone or on paper, the legend tells the last values.
    const idxs = chart.x ? table.map(() => last) : table.map(lastOf);
    const rest = () => drawn.cursor.idx == null && drawn.setLegend({ idxs }, false);
    drawn.hooks.setCursor = [rest];
    drawn.setLegend({ idxs }, false);
    plots.push({ drawn, figure });
  }

  function draw() {
    plots.splice(0).forEach((p) => p.drawn.destroy());
    document.querySelectorAll("[data-chart]").forEach((figure) => {
      const chart = data.charts.find((c) => c.id === figure.dataset.chart);
      const filled = chart && columns(chart)[0].length > 0;
      figure.classList.toggle("empty", !filled);
      if (filled) plot(figure, chart);
    });
  }

  // A button for each axis.
  if (axis) {
    const group = document.getElementById("axes");
    data.axes.forEach((choice) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = choice.label;
      button.addEventListener("click", () => {
        axis = choice;
        press();
        draw();
      });
      group.append(button);
    });
    const press = () => [...group.children].forEach((b, i) => b.setAttribute("aria-pressed", data.axes[i] === axis));
    press();
  }

  let width = innerWidth;
  addEventListener("resize", () => {
    // Scrolling on a phone hides its address bar, which is a resize of the height alone.
    if (innerWidth !== width) {
      width = innerWidth;
      plots.forEach((p) => p.drawn.setSize({ width: p.figure.clientWidth - 24, height: 250 }));
    }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("beforeprint", () => {
    document.documentElement.classList.add("printing");
    document.body.style.width = "680px";
    draw();
  });
  addEventListener("afterprint", () => {
    document.documentElement.classList.remove("printing");
    document.body.style.width = "";
    draw();
  });
  draw();
})();
