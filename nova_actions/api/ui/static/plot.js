// SPDX-License-Identifier: Apache-2.0
// A plot over time by uPlot, and the table of what it shows.

import {html} from './vendor/lit-html/lit-html.js';
import {setting} from './setting.js';
import {full, moment} from './time.js';

const HEIGHT = 200;
const DAY = 86_400;

const iso = (at) => new Date(at * 1000).toISOString();

export class Plot {
  // series: [{key, title, tone}]; write(value) formats a value; most: the
  // minimum end of the scale; marks: the allowed distances of its ticks, by
  // default any.
  constructor(id, title, {series, write, most, marks}) {
    Object.assign(this, {id, title, series, write, most, marks, rows: []});
  }

  // unit: "day" or "hour", the time of each row.
  fill(rows, unit) {
    Object.assign(this, {rows, unit});
    this.remove();
  }

  remove() {
    this.drawing?.destroy();
    this.observer?.disconnect();
    this.drawing = null;
  }

  // Draws into the element of the template.
  mount() {
    const place = document.getElementById(`plot-${this.id}`);
    if (!place || this.drawing) return;
    this.drawing = new uPlot(this.options(place), [
      this.rows.map((each) => each.at),
      ...this.series.map(({key}) => this.rows.map((each) => each[key])),
    ], place);
    this.observer = new ResizeObserver(() => this.drawing?.setSize({
      width: place.clientWidth, height: HEIGHT}));
    this.observer.observe(place);
  }

  options(place) {
    const text = ink(place, 'muted');
    const line = {stroke: ink(place, 'rule'), width: 1};
    const axis = {stroke: text, grid: line, ticks: line,
                  font: '12px system-ui, sans-serif'};
    return {
      width: place.clientWidth, height: HEIGHT, legend: {live: false},
      cursor: {drag: {x: false, y: false}},
      // Days are in UTC.
      tzDate: setting.zone === 'UTC' || this.unit === 'day'
        ? (at) => uPlot.tzDate(new Date(at * 1000), 'Etc/UTC') : undefined,
      scales: {y: {range: (_, _least, most) =>
        [0, Math.max(most ?? 0, this.most) * 1.1]}},
      axes: [
        {...axis, values: (_, values) => values.map((at) => this.mark(at)),
         ...this.unit === 'day'
           ? {incrs: [1, 2, 7, 14, 28].map((days) => days * DAY)} : {}},
        {...axis, size: 64, ...this.marks ? {incrs: this.marks} : {}, values: (_, values) =>
          values.map((each) => (each ? this.write(each) : '0'))}],
      series: [{}, ...this.series.map(({title, tone}, number) => ({
        label: title, stroke: ink(place, tone), width: 2,
        dash: [[], [8, 4], [2, 4]][number],
        points: {show: this.rows.length < 50, size: 6}}))],
    };
  }

  // A time below the axis; midnight as its day.
  mark(at) {
    if (this.unit === 'day') return iso(at).slice(5, 10);
    const [day, clock] = full(iso(at)).split(' ');
    return clock === '00:00:00' ? day.slice(5) : clock.slice(0, 5);
  }

  template() {
    const isByDay = this.unit === 'day';
    return html`<figure>
      <figcaption><h2>${this.title}</h2><span class="muted">By ${this.unit}</span>
      </figcaption>
      <div class="plot" id=${`plot-${this.id}`} aria-hidden="true"></div>
      <details><summary>As a table</summary><table>
        <caption class="unseen">${this.title}</caption>
        <thead><tr><th scope="col">${isByDay ? 'Day (UTC)' : 'Hour'}
          </th><th scope="col" class="number">Actions</th>${this.series.map(
          ({title}) => html`<th scope="col" class="number">${title}</th>`)}
        </tr></thead>
        <tbody>${this.rows.map((each) => html`<tr><th scope="row">${isByDay
          ? each.day : moment(iso(each.at), full)}</th>
          <td class="number">${each.count}</td>${this.series.map(
            ({key}) => html`<td class="number">${this.write(each[key])}
            </td>`)}</tr>`)}</tbody>
      </table></details></figure>`;
  }
}

// The colour of a class, for a canvas.
function ink(place, className) {
  const probe = document.createElement('span');
  probe.className = className;
  place.append(probe);
  const {color} = getComputedStyle(probe);
  probe.remove();
  return color;
}
