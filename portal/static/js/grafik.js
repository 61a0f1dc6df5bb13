// The dataset page. A table that was changed is told to who cannot see it change. A chart stands there as the server drew
// it; when it comes near, the library is fetched once and draws it anew, so that it can be pointed at.
(() => {
  const language = document.documentElement.lang || "id";
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 20 });
  const short = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const drawn = new Map();
  const fetched = new Map();

  const once = (address, fetch) => {
    if (!fetched.has(address)) fetched.set(address, fetch(address));
    return fetched.get(address);
  };
  const library = (address) => once(address, () => new Promise((done, failed) => {
    const script = document.createElement("script");
    Object.assign(script, { src: address, onload: done, onerror: failed });
    document.head.append(script);
  }));
  const outlines = (address) => once(address, async () => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`peta: ${answer.status}`);
    const map = await answer.json();
    echarts.registerMap("kecamatan", map);
    return Object.fromEntries(map.features.map(({ properties }) => [properties.name, properties.nama]));
  });

  function palette() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(`--${name}`).trim();
    return {
      ink: read("tinta"), soft: read("redup"), line: read("garis"), card: read("kartu"), strong: read("tegas"),
      font: style.fontFamily,
      series: [1, 2, 3, 4, 5, 6].map((n) => read(`seri-${n}`)),
      shade: [0, 1, 2, 3, 4, 5].map((n) => read(`petak-${n}`)),
    };
  }

  function frame(chart, colour) {
    const told = (value) => (value == null ? "–" : `${whole.format(value)} ${chart.satuan}`);
    return {
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      color: colour.series,
      textStyle: { fontFamily: colour.font, color: colour.ink },
      aria: { enabled: true, label: { description: chart.uraian }, decal: { show: chart.bertumpuk } },
      tooltip: {
        renderMode: "richText", confine: true, valueFormatter: told,
        backgroundColor: colour.card, borderColor: colour.line, textStyle: { color: colour.ink, fontFamily: colour.font },
      },
      legend: chart.seri.length > 1 ? { type: "plain", bottom: 0, textStyle: { color: colour.ink } } : undefined,
      grid: { left: 8, right: 24, top: 16, bottom: chart.seri.length > 1 ? 48 : 8, containLabel: true },
    };
  }

  const axis = (colour, extra) => ({
    axisLabel: { color: colour.soft, ...extra?.axisLabel }, axisLine: { lineStyle: { color: colour.line } }, axisTick: { show: false },
    splitLine: { lineStyle: { color: colour.line } },
  });
  const numbers = (colour) => ({ type: "value", ...axis(colour, { axisLabel: { formatter: (n) => short.format(Math.abs(n)) } }) });
  const names = (chart, colour, width) => ({
    type: "category", data: chart.kategori, ...axis(colour, { axisLabel: width ? { width, overflow: "truncate" } : {} }),
  });

  const kinds = {
    garis: (chart, colour) => ({
      ...frame(chart, colour),
      tooltip: { ...frame(chart, colour).tooltip, trigger: "axis" },
      xAxis: names(chart, colour), yAxis: { ...numbers(colour), scale: true },
      series: chart.seri.map(({ nama, nilai }, place) => ({
        type: "line", name: nama, data: nilai, connectNulls: false, symbolSize: 7, lineStyle: { width: 2.5 },
        symbol: ["circle", "rect", "triangle", "diamond", "roundRect", "pin"][place % 6],
      })),
    }),
    batang: (chart, colour, width) => ({
      ...frame(chart, colour),
      tooltip: { ...frame(chart, colour).tooltip, trigger: "axis", axisPointer: { type: "shadow" } },
      yAxis: { ...names(chart, colour, Math.min(260, width * 0.4)), inverse: true }, xAxis: numbers(colour),
      series: chart.seri.map(({ nama, nilai }) => ({
        type: "bar", name: nama, data: nilai, stack: chart.bertumpuk ? "semua" : undefined, barMaxWidth: 22,
      })),
    }),
    piramida: (chart, colour) => ({
      ...frame(chart, colour),
      tooltip: {
        ...frame(chart, colour).tooltip, trigger: "axis", axisPointer: { type: "shadow" },
        valueFormatter: (value) => (value == null ? "–" : `${whole.format(Math.abs(value))} ${chart.satuan}`),
      },
      yAxis: names(chart, colour), xAxis: numbers(colour),
      series: chart.seri.map(({ nama, nilai }, place) => ({
        type: "bar", name: nama, stack: "semua", barCategoryGap: "12%",
        data: nilai.map((value) => (place === 0 && value != null ? -value : value)),
      })),
    }),
    peta: (chart, colour, width, called) => ({
      ...frame(chart, colour),
      tooltip: {
        ...frame(chart, colour).tooltip, trigger: "item",
        formatter: ({ name, value }) => `${called[name] ?? name}\n${value == null || Number.isNaN(value) ? "–" : `${whole.format(value)} ${chart.satuan}`}`,
      },
      visualMap: {
        type: "piecewise", left: 0, bottom: 0, textStyle: { color: colour.ink }, itemSymbol: "rect",
        pieces: chart.kelas.map(({ warna, dari, sampai }) => ({
          gte: dari, lte: sampai, color: colour.shade[warna], label: `${whole.format(dari)} – ${whole.format(sampai)}`,
        })),
        outOfRange: { color: colour.shade[0] },
      },
      series: [{
        type: "map", map: "kecamatan", nameProperty: "name", roam: false, selectedMode: false,
        data: chart.kode.map((name, place) => ({ name, value: chart.seri[0].nilai[place] })),
        itemStyle: { borderColor: colour.card, areaColor: colour.shade[0] },
        emphasis: { label: { show: false }, itemStyle: { areaColor: "inherit", borderColor: colour.strong, borderWidth: 2.5 } },
      }],
    }),
  };

  async function draw(place) {
    const chart = JSON.parse(document.getElementById(place.dataset.grafik).textContent);
    await library(place.dataset.pustaka);
    const called = place.dataset.peta ? await outlines(place.dataset.peta) : null;
    if (!place.isConnected) return;
    const box = document.createElement("div");
    const { width } = place.getBoundingClientRect();
    const rows = chart.kategori.length * (chart.bertumpuk || chart.jenis !== "batang" ? 1 : chart.seri.length);
    const tall = { garis: 360, batang: 90 + 26 * rows, piramida: 70 + 25 * rows, peta: Math.min(560, width * 1.05) };
    box.style.height = `${tall[chart.jenis]}px`;
    place.replaceChildren(box);
    const instance = echarts.init(box, null, { renderer: "svg" });
    const show = () => instance.setOption(kinds[chart.jenis](chart, palette(), box.clientWidth, called), true);
    show();
    const size = new ResizeObserver(() => {
      if (box.isConnected) return instance.resize();
      size.disconnect();
      instance.dispose();
      drawn.delete(place);
    });
    size.observe(box);
    drawn.set(place, show);
  }

  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      draw(target).catch((problem) => console.warn("Grafik tetap seperti yang digambar server:", problem));
    }
  }, { rootMargin: "300px" });
  const watch = () => document.querySelectorAll("[data-grafik]").forEach((place) => near.observe(place));

  scheme.addEventListener("change", () => {
    for (const show of drawn.values()) show();
  });
  watch();

  document.addEventListener("htmx:afterSettle", () => {
    watch();
    const told = document.getElementById("kabar");
    const title = document.querySelector("[data-kabar]");
    if (told && title) told.textContent = title.dataset.kabar;
  });
  // What cannot be swapped in (the server is busy, the answer is a page of its own) is gone to.
  document.addEventListener("htmx:responseError", ({ detail }) => location.assign(detail.pathInfo.finalRequestPath));
  document.addEventListener("htmx:sendError", ({ detail }) => location.assign(detail.pathInfo.finalRequestPath));
})();
