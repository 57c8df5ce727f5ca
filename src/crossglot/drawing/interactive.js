const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;

async function draw(place) {
  const chart = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const [live, choices, drawing] = ["live", "choices", "drawing"].map((name) => {
    const element = document.createElement("div");
    element.className = name;
    return element;
  });
  live.append(choices, drawing);
  // ast: expressions are interpreted, since the page does not let text become a program
  const settings = { actions: false, ast: true, renderer: "svg", bind: choices, tooltip: { theme: dark ? "dark" : "light" } };
  await vegaEmbed(drawing, chart, settings); // where it fails, what stood there stays
  place.replaceChildren(live);
}

const inView = new IntersectionObserver(
  (places) => {
    for (const place of places.filter((each) => each.isIntersecting)) {
      inView.unobserve(place.target);
      draw(place.target);
    }
  },
  { rootMargin: "300px" },
);
document.querySelectorAll("[data-chart]").forEach((place) => inView.observe(place));
