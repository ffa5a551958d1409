// Opens reports from disk in a real browser, offline, and uses them as a reader would.
// node report.test.mjs SHOTS REPORT...: every page is checked; screenshots go to the folder SHOTS.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { withBrowser } from "./browser.mjs";

const [shots, ...reports] = process.argv.slice(2);
assert.ok(reports.length > 0, "usage: node report.test.mjs SHOTS REPORT...");
mkdirSync(shots, { recursive: true });
let checks = 0;
const check = (condition, what) => {
  assert.ok(condition, what);
  checks++;
};

async function open(context, file) {
  const page = await context.newPage();
  const faults = [];
  page.on("console", m => faults.push(`console ${m.type()}: ${m.text()}`));
  page.on("pageerror", e => faults.push(`error: ${e.message}`));
  page.on("dialog", d => {
    faults.push(`dialog: ${d.message()}`);
    d.dismiss();
  });
  page.on("request", r => {
    if (!r.url().startsWith("file:")) faults.push(`request: ${r.url()}`);
  });
  await page.goto(pathToFileURL(resolve(file)).href);
  return { page, faults };
}

async function figures(page, file) {
  const expected = (readFileSync(file, "utf8").match(/<figure /g) ?? []).length;
  const found = await page.$$eval("figure svg.figure", list => list.map(svg => {
    const box = svg.getBoundingClientRect();
    return { id: svg.dataset.f, width: box.width, height: box.height };
  }));
  check(found.length === expected && expected > 0, `${expected} figures in the file, ${found.length} on the page`);
  for (const figure of found) check(figure.width > 200 && figure.height > 60, `figure ${figure.id} is visible`);
  const titled = await page.$$eval("svg.figure", list => list.every(svg => svg.getAttribute("aria-labelledby").split(" ").every(id => document.getElementById(id)?.textContent)));
  check(titled, "every figure has a title and a description");
}

// What the width table promises: in the browser's own font too, no two texts of a figure cover each other, and none leaves it.
async function texts(page) {
  const faults = await page.$$eval("svg.figure", list => list.flatMap(svg => {
    const frame = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll("text")].map(t => ({ text: t.textContent, box: t.getBoundingClientRect() }));
    const found = [];
    boxes.forEach(({ text, box }, i) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1) found.push(`${svg.dataset.f}: '${text}' leaves the frame`);
      for (const other of boxes.slice(i + 1)) {
        const slack = 0.3 * Math.min(box.height, other.box.height);
        if (box.left < other.box.right - 1 && other.box.left < box.right - 1 && box.top + slack < other.box.bottom && other.box.top + slack < box.bottom) found.push(`${svg.dataset.f}: '${text}' covers '${other.text}'`);
      }
    });
    return found;
  }));
  assert.deepEqual(faults, [], "texts apart and inside");
  checks++;
}

async function sorts(page) {
  const column = name => page.$$eval("#summary tbody tr", (rows, i) => rows.map(r => r.cells[i].dataset.v ?? r.cells[i].textContent), name);
  const heads = await page.$$("#summary th[data-sort]");
  if (heads.length === 0) return;
  await heads[1].click();
  const down = (await column(1)).filter(v => v !== "").map(Number);
  check(down.every((v, i) => i === 0 || v <= down[i - 1]), "descending after one click");
  check(await heads[1].getAttribute("aria-sort") === "descending", "the head says so");
  await heads[1].focus();
  await page.keyboard.press("Enter");
  const up = (await column(1)).filter(v => v !== "").map(Number);
  check(up.every((v, i) => i === 0 || v >= up[i - 1]), "ascending after the keyboard");
}

async function hides(page) {
  for (const svg of await page.$$("svg.figure")) {
    const key = await svg.$(".key");
    if (key === null) continue;
    const id = await key.getAttribute("data-s");
    const shown = () => svg.$$eval(`.data [data-s="${id}"]`, marks => marks.filter(m => getComputedStyle(m).display !== "none").length);
    const before = await shown();
    await key.click();
    check(before > 0 && await shown() === 0, "a click on the legend hides its series");
    await key.click();
    check(await shown() === before, "a second click shows it again");
  }
}

async function hovers(page, names) {
  const axis = await page.$("#latency .axis");
  if (axis === null) return;
  await axis.scrollIntoViewIfNeeded();
  const box = await axis.boundingBox();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.5);
  const tip = await page.$eval("#tip", t => t.hidden ? "" : t.textContent);
  check(/x = /.test(tip) && names.some(n => tip.includes(n)), `hovering shows values: '${tip}'`);
  await page.mouse.move(2, 2);
}

async function zooms(page) {
  const panel = await page.$(".panel[data-zoom]");
  if (panel === null) return;
  await panel.scrollIntoViewIfNeeded();
  const axis = await panel.$(".axis"), box = await axis.boundingBox(), middle = box.y + box.height / 2;
  const transform = () => panel.$eval(".data", d => d.getAttribute("transform") ?? "");
  await page.mouse.move(box.x + box.width * 0.3, middle);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, middle, { steps: 5 });
  await page.mouse.up();
  check(/scale\(3\.[23]/.test(await transform()), `dragging zooms: '${await transform()}'`);
  await page.mouse.dblclick(box.x + box.width * 0.5, middle);
  check(await transform() === "", "a double click shows all of it again");
}

for (const report of reports) {
  const name = basename(dirname(resolve(report)));
  for (const scheme of ["light", "dark"]) {
    await withBrowser({ viewport: { width: 1280, height: 900 }, colorScheme: scheme }, async context => {
      const { page, faults } = await open(context, report);
      const ready = await page.evaluate(() => performance.getEntriesByType("navigation")[0].domComplete);
      const paper = () => page.evaluate(() => getComputedStyle(document.querySelector(".paper")).fill);
      check((await paper() === "rgb(255, 255, 255)") === (scheme === "light"), `the ${scheme} page is ${scheme}`);
      await page.screenshot({ path: join(shots, `${name}-${scheme}.png`), fullPage: true });
      await figures(page, report);
      await texts(page);
      await sorts(page);
      await hides(page);
      await hovers(page, await page.$$eval("#summary tbody td:first-child", cells => cells.map(c => c.textContent)));
      await zooms(page);
      const before = await paper();
      await page.click("#theme");
      check(await paper() !== before, "the button changes the theme");
      check(await page.$$eval("img, iframe, object, embed, link", list => list.length) === 0, "nothing foreign in the page");
      assert.deepEqual(faults, [], "no complaint of the browser");
      console.log(`${name}, ${scheme}: page complete after ${Math.round(ready)} ms`);
    });
  }
  await withBrowser({ viewport: { width: 1280, height: 900 }, javaScriptEnabled: false }, async context => {
    const { page } = await open(context, report);
    check(await page.locator("svg.figure").count() > 0 && await page.locator("#theme").isHidden(), "readable without JavaScript");
    await page.emulateMedia({ media: "print" });
    await page.screenshot({ path: join(shots, `${name}-print.png`), fullPage: true });
  });
  await withBrowser({ viewport: { width: 400, height: 800 } }, async context => {
    const { page } = await open(context, report);
    check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no sideways scrolling on a narrow screen");
    await page.screenshot({ path: join(shots, `${name}-narrow.png`), fullPage: true });
  });
}
console.log(`browser: ${checks} checks passed`);
