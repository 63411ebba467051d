// The page of the explorer: native controls around Bokeh's maps. Browser and Python exchange messages:
// every wish has a number, and what comes back names the wish that it answers.

const STEPS = 1000; // of a slider
const REST = 200; // ms after which a hand that moves a slider is taken to rest
const PATIENCE = 500; // ms after which the page says that it waits
const DRAWS = new Set(['hello', 'parameter', 'axis', 'measure', 'size', 'reset', 'finer']);
const LATE = 400; // ms after which a map that is not there yet is no longer waited for

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'class') made.className = value || '';
    else if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

// A name that may be broken behind its underscores.
function breakable(name) {
  return name.split(/(?<=_)/).flatMap((part) => [part, document.createElement('wbr')]);
}

// Between the steps of a slider and the values of its parameter.
function valueAt(range, step) {
  const part = step / STEPS, [first, last, scale] = range;
  const value = scale === 'log' ? first * (last / first) ** part : first + (last - first) * part;
  return Number(value.toPrecision(6));
}

function stepAt(range, value) {
  const [first, last, scale] = range;
  const part = scale === 'log'
    ? (value > 0 ? Math.log(value / first) / Math.log(last / first) : 0)
    : (value - first) / (last - first);
  return Math.round(STEPS * Math.min(1, Math.max(0, part)));
}

export function render({ model, el }) {
  // A phone has the width that it has, not that of a desktop made small.
  if (!document.querySelector('meta[name="viewport"]'))
    document.head.append(element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }));
  let wish = 0; // the newest number
  let setup = null, view = null, waiting = 0;
  const fields = {}; // by name: what shows the value, and where its error goes
  const send = (message) => {
    wish += 1;
    model.send_msg({ ...message, id: wish });
    page.dataset.wish = wish;
    if (DRAWS.has(message.do)) {
      clearTimeout(waiting);
      waiting = setTimeout(wait, PATIENCE);
    }
    return wish;
  };

  // A map that takes long before anything is known of it.
  function wait() {
    status.textContent = 'Computing …';
    progress.hidden = false;
    progress.removeAttribute('value');
  }

  // While a slider moves one wish is under way at a time, and the newest follows when its map is there:
  // what a fast hand passes over is never asked for.
  let underWay = 0, next = null, late = 0, rest = 0;
  function sendMoving(message) {
    clearTimeout(rest);
    rest = setTimeout(() => { next = null; send({ ...message(), moving: false }); }, REST);
    if (underWay) { next = message; return; }
    next = null;
    underWay = send({ ...message(), moving: true });
    clearTimeout(late);
    late = setTimeout(() => arrived(underWay), LATE);
  }
  function arrived(number) {
    if (!underWay || number < underWay) return;
    underWay = 0;
    if (next) {
      const message = next;
      next = null;
      underWay = send({ ...message(), moving: true });
      clearTimeout(late);
      late = setTimeout(() => arrived(underWay), LATE);
    }
  }

  // --- the frame, whole from the beginning so that nothing moves when it fills

  const title = element('h1', {}, 'quantsync');
  const summary = element('p', { class: 'summary' });
  const status = element('p', { class: 'status' }, 'Connecting …');
  const spoken = element('p', { class: 'spoken', role: 'status' }); // what a screen reader says
  const lost = element('p', { class: 'lost error', role: 'alert' });
  const progress = element('progress', { max: 1, value: 0, 'aria-label': 'Points computed' });
  const finer = element('button', { type: 'button', hidden: true, onclick: () => send({ do: 'finer' }) });
  const choices = element('form', { class: 'choices', 'aria-label': 'Measures',
    onsubmit: (event) => event.preventDefault() });
  const maps = ['map_a', 'map_b'].map((name, k) => {
    const map = element('div', {
      class: 'map', tabindex: 0, role: 'application', 'aria-roledescription': 'map',
      'aria-label': 'Map', 'aria-describedby': 'keys', onkeydown: onKey,
    }, model.get_child(name));
    const part = element('select', { 'aria-label': `Which number of measure ${k + 1}`, hidden: true,
      onchange: () => send({ do: 'component', which: k, index: part.value }) });
    return { map, part, caption: element('figcaption', {}, '\u00a0'), hidden: k > 0 };
  });
  const panels = maps.map(({ map, part, caption, hidden }) =>
    element('figure', { class: 'panel', hidden }, element('div', { class: 'over' }, caption, part), map));
  const keys = element('p', { class: 'keys', id: 'keys' },
    'Click a point, or focus the map and use the arrow keys (with Shift ten cells at a time). ' +
    'Shift and click, or C, marks a second point to compare with; Escape removes it.');
  const cuts = ['cut_x', 'cut_y'].map((name) =>
    element('div', { class: 'cut', role: 'img', 'aria-label': 'Cut' }, model.get_child(name)));
  const controls = element('form', { class: 'controls', 'aria-label': 'Axes and parameters',
    novalidate: true, onsubmit: (event) => event.preventDefault() });
  const details = element('section', { class: 'details', 'aria-label': 'The marked point' });
  const page = element('div', { class: 'explorer' },
    element('header', { class: 'head' }, title, summary),
    element('main', { class: 'maps' }, lost, choices, element('div', { class: 'panels' }, ...panels),
      element('div', { class: 'state' }, status, progress, finer), spoken, keys,
      element('div', { class: 'cuts' }, ...cuts)),
    element('aside', { class: 'side', 'aria-label': 'Controls' }, controls),
    details);

  function onKey(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (moves[event.key]) {
      const [dx, dy] = moves[event.key].map((d) => d * (event.shiftKey ? 10 : 1));
      send({ do: 'step', dx, dy });
    } else if (event.key === 'c' || event.key === 'C') send({ do: 'compare' });
    else if (event.key === 'Escape') send({ do: 'compare', off: true });
    else return;
    event.preventDefault();
  }

  // --- controls

  function field(name, label, control, message) {
    const error = element('p', { class: 'error', id: `${name}-error`, role: 'alert' });
    const input = control;
    input.id = name;
    input.setAttribute('aria-describedby', `${name}-error`);
    fields[name] = { input, error, message };
    return element('div', { class: 'field' }, element('label', { for: name }, label), input, error);
  }

  function labelOf(parameter) {
    return parameter.unit ? `${parameter.name} (${parameter.unit})` : parameter.name;
  }

  function choose(name, label, options, act, extra = {}) {
    const select = element('select', { ...extra, onchange: (event) => act(event.target.value) },
      ...options.map(([value, text]) => element('option', { value }, text)));
    return field(name, label, select);
  }

  function exact(name, label, act) {
    const input = element('input', { type: 'text', inputmode: 'decimal', autocomplete: 'off',
      spellcheck: 'false', maxlength: 200, onchange: (event) => act(event.target.value) });
    return field(name, label, input);
  }

  function parameterRow(parameter) {
    const name = `p.${parameter.name}`, label = labelOf(parameter);
    const tell = (value) => send({ do: 'parameter', name: parameter.name, value });
    let row;
    if (parameter.kind === 'switch' || parameter.choices.length) {
      const options = parameter.kind === 'switch' ? [['true', 'on'], ['false', 'off']]
        : parameter.choices.map((c) => [c, c]);
      row = choose(name, label, options, (value) => tell(value));
      if (parameter.steps) {
        const slider = element('input', {
          type: 'range', min: 0, max: options.length - 1, step: 1, 'aria-label': `${label}, slider`,
          oninput: () => {
            const read = () => options[slider.value][0];
            fields[name].input.value = read();
            slider.setAttribute('aria-valuetext', read());
            sendMoving(() => ({ do: 'parameter', name: parameter.name, value: read() }));
          },
        });
        fields[name].slider = slider;
        fields[name].steps = parameter.choices;
        row.insertBefore(slider, fields[name].error);
      }
    } else {
      row = exact(name, label, (value) => tell(value));
      if (parameter.range) {
        const slider = element('input', {
          type: 'range', min: 0, max: STEPS, step: 1, 'aria-label': `${label}, slider`,
          oninput: () => {
            const value = read();
            fields[name].input.value = value;
            slider.setAttribute('aria-valuetext', String(value));
            sendMoving(() => ({ do: 'parameter', name: parameter.name, value: read() }));
          },
        });
        const read = () => {
          const value = valueAt(parameter.range, Number(slider.value));
          return parameter.kind === 'whole' ? Math.round(value) : value;
        };
        fields[name].slider = slider;
        fields[name].range = parameter.range;
        row.insertBefore(slider, fields[name].error);
        row.insertBefore(element('div', { class: 'ends', 'aria-hidden': 'true' },
          element('span', {}, String(parameter.range[0])), element('span', {}, String(parameter.range[1]))),
        fields[name].error);
      }
    }
    row.classList.add('parameter');
    row.dataset.parameter = parameter.name;
    row.insertBefore(element('p', { class: 'about', id: `${name}-about` }, parameter.description), fields[name].error);
    fields[name].input.setAttribute('aria-describedby', `${name}-about ${name}-error`);
    return row;
  }

  function axisRows(which, label, names) {
    const options = names.map((name) => [name, name]);
    if (which === 'y') options.push(['', '(none: a curve)']);
    return element('fieldset', { class: 'axis' }, element('legend', {}, label),
      choose(`${which}.name`, 'Parameter', options, (name) => send({ do: 'axis', which, name })),
      exact(`${which}.first`, 'From', (first) => send({ do: 'axis', which, first })),
      exact(`${which}.last`, 'To', (last) => send({ do: 'axis', which, last })),
      choose(`${which}.scale`, 'Scale', [['linear', 'linear'], ['log', 'log']],
        (scale) => send({ do: 'axis', which, scale })));
  }

  function build(found) {
    setup = found;
    status.textContent = 'Computing …';
    title.textContent = found.name;
    summary.textContent = found.summary;
    const measures = found.measures.map((m) => [m.name, m.unit ? `${m.name} (${m.unit})` : m.name]);
    const text = element('textarea', { readonly: true, rows: 8, 'aria-label': 'The map as text', spellcheck: 'false' });
    const copy = (what, label) => element('button', { type: 'button', onclick: async (event) => {
      text.value = view[what];
      text.select();
      try {
        await navigator.clipboard.writeText(view[what]);
        event.target.textContent = spoken.textContent = 'Copied';
      } catch { event.target.textContent = 'Select and copy'; }
      setTimeout(() => { event.target.textContent = label; }, 1500);
    } }, label);
    const download = (what, label) => element('button', { type: 'button',
      onclick: () => send({ do: 'download', what }) }, label);
    if (found.served) {
      document.title = `${found.name} · quantsync`;
      document.documentElement.style.colorScheme = 'light dark';
      frame.classList.add('served');
    }
    choices.replaceChildren(
      choose('measure.0', 'Measure', measures, (name) => send({ do: 'measure', which: 0, name })),
      choose('measure.1', 'Beside it', [['', '(nothing)'], ...measures],
        (name) => send({ do: 'measure', which: 1, name })),
      found.sizes.length ? choose('size', 'Points', found.sizes.map((n) => [n, n]), (size) => send({ do: 'size', size })) : '');
    controls.replaceChildren(
      element('h2', {}, 'Axes'),
      axisRows('x', 'Horizontal', found.can_vary),
      axisRows('y', 'Vertical', found.can_vary),
      element('h2', {}, 'Parameters'),
      ...found.parameters.map(parameterRow),
      element('button', { type: 'button', onclick: () => send({ do: 'reset' }) }, 'Reset all'),
      element('h2', {}, 'Take it along'),
      element('div', { class: 'buttons' }, copy('python', 'Copy as Python'), copy('toml', 'Copy as TOML'),
        copy('link', 'Copy link')),
      text,
      element('div', { class: 'buttons' }, ...found.downloads.map(([what, label]) => download(what, label))));
  }

  function showView(found) {
    view = found;
    const url = new URL(window.location.href);
    if (setup.served) {
      for (const key of [...url.searchParams.keys()]) if (key !== 'token') url.searchParams.delete(key);
      for (const [key, value] of Object.entries(found.query)) url.searchParams.set(key, value);
      history.replaceState(null, '', url);
    }
    view.link = url.toString();
    const active = el.getRootNode().activeElement;
    for (const [name, value] of Object.entries(found.values)) {
      const shown = fields[name];
      if (!shown) continue;
      // What is wrong stays to be mended.
      if (shown.input.tagName === 'SELECT' || !shown.error.textContent) shown.input.value = value;
      if (shown.slider && shown.slider !== active) {
        shown.slider.value = shown.steps ? shown.steps.indexOf(value) : stepAt(shown.range, Number(value));
        shown.slider.setAttribute('aria-valuetext', value);
      }
    }
    for (const row of controls.querySelectorAll('.parameter'))
      row.hidden = found.axes.includes(row.dataset.parameter);
    for (const name of ['y.first', 'y.last', 'y.scale']) fields[name].input.closest('.field').hidden = found.axes.length < 2;
    panels[1].hidden = found.measures.length < 2;
    cuts.forEach((cut, k) => {
      cut.hidden = found.axes.length < 2;
      cut.setAttribute('aria-label', `Cut of ${found.measures[0]} over ${found.axes[k]}, through the marked point`);
    });
    page.classList.toggle('two', found.measures.length > 1);
  }

  function showError({ field: name, text }) {
    clearTimeout(waiting);
    progress.hidden = true;
    const shown = fields[name];
    if (shown) {
      shown.error.textContent = text;
      shown.input.setAttribute('aria-invalid', 'true');
      shown.wrong = shown.input.value;
    } else status.textContent = spoken.textContent = text;
    page.dataset.error = text;
    arrived(wish);
  }

  function clearErrors() {
    delete page.dataset.error;
    for (const [name, shown] of Object.entries(fields)) {
      if (!shown.error.textContent) continue;
      shown.error.textContent = '';
      shown.input.removeAttribute('aria-invalid');
      if (shown.input.value === shown.wrong) shown.input.value = view.values[name];
    }
  }

  function showMap(found) {
    clearTimeout(waiting);
    status.replaceChildren(found.text, found.doubt ? element('strong', { class: 'doubt' }, ` ${found.doubt}`) : '');
    finer.hidden = !found.finer;
    finer.textContent = found.finer || '';
    progress.value = found.final ? found.part : progress.value;
    progress.hidden = found.final && found.part === 1;
    found.maps.forEach(({ title: label, about, components }, k) => {
      const { caption, part } = maps[k];
      caption.textContent = label;
      part.hidden = components.length < 2;
      part.replaceChildren(...components.map((text, index) =>
        element('option', { value: index, selected: text === label }, text)));
      maps[k].map.setAttribute('aria-label', `${label}, ${about}`);
    });
    if (found.final) spoken.textContent = status.textContent;
    page.dataset.shown = found.id;
    page.dataset.size = found.size;
    page.dataset.final = found.final;
    // When it is drawn, not when it has come.
    requestAnimationFrame(() => arrived(found.id));
    for (const shown of [...maps.map(({ map }) => map), ...cuts]) passOver(shown);
  }

  // The keyboard is the map's own: what Bokeh draws in it is no other stop of it.
  function passOver(root) {
    for (const one of root.querySelectorAll('*')) {
      if (one.tabIndex === 0) one.tabIndex = -1;
      if (one.shadowRoot) passOver(one.shadowRoot);
    }
  }

  // --- the marked point

  const shownPictures = {};

  function showPoint(found) {
    const heads = found.compared ? element('thead', {}, element('tr', {}, element('td'),
      element('th', { scope: 'col' }, 'A'), element('th', { scope: 'col' }, 'B'))) : null;
    const table = (caption, rows) => element('table', {}, element('caption', {}, caption), heads?.cloneNode(true),
      element('tbody', {}, ...rows.map((row) => element('tr', {}, element('th', { scope: 'row', title: row.about }, ...breakable(row.name)),
        ...row.values.map((value) => element('td', { title: value.exact, class: value.doubt && 'doubt' }, value.text)),
        element('td', { class: 'unit' }, row.unit)))));
    const heading = element('h2', {}, found.title);
    const [first] = found.numbers;
    spoken.textContent = first
      ? `${found.title}: ${first.name} ${first.values.map((value) => value.text).join(' and ')} ${first.unit}` : found.title;
    const pictures = found.pictures.map((picture) => {
      const old = shownPictures[picture.name];
      const figure = old || element('figure', { class: 'picture' },
        element('div', { class: 'drawn', hidden: picture.costly }, element('img', { alt: '', hidden: true })),
        element('figcaption', {}, picture.name));
      figure.querySelector('button')?.remove();
      if (picture.costly)
        figure.append(element('button', { type: 'button', onclick: () => send({ do: 'picture', name: picture.name }) },
          `Draw ${picture.name}`));
      shownPictures[picture.name] = figure;
      return figure;
    });
    for (const name of Object.keys(shownPictures))
      if (!found.pictures.some((picture) => picture.name === name)) delete shownPictures[name];
    details.classList.toggle('compared', found.compared);
    details.replaceChildren(heading,
      found.failure ? element('p', { class: 'error', role: 'alert' }, found.failure) : '',
      element('div', { class: 'pictures' }, ...pictures),
      element('div', { class: 'tables', tabindex: 0, role: 'region', 'aria-label': 'Numbers and certificate' }, table('Numbers', found.numbers), table('Certificate', found.certificates)));
    page.dataset.point = found.id;
  }

  function showPicture(found) {
    const figure = shownPictures[found.name];
    if (!figure) return;
    const image = figure.querySelector('img');
    figure.querySelector('.error')?.remove();
    image.hidden = image.parentElement.hidden = !found.uri;
    if (found.uri) {
      image.src = found.uri;
      image.alt = found.alt;
    } else figure.append(element('p', { class: 'error' }, found.alt));
    page.dataset.picture = found.id;
  }

  function save(found) {
    const bytes = Uint8Array.from(atob(found.base64), (one) => one.charCodeAt(0));
    const address = URL.createObjectURL(new Blob([bytes], { type: found.type }));
    const link = element('a', { href: address, download: found.name });
    page.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  const answers = {
    setup: build, view: showView, error: showError, map: showMap, point: showPoint, picture: showPicture, file: save,
    accepted: clearErrors,
    progress: ({ text, done, total }) => {
      status.textContent = text;
      progress.hidden = false;
      clearTimeout(waiting);
      progress.value = done / total;
    },
  };
  model.on('msg:custom', (event) => {
    const found = event.data ?? event;
    answers[found.kind]?.(found);
  });

  // --- the server has gone

  for (const shown of window.Bokeh?.documents ?? []) {
    shown.on_event('connection_lost', () => {
      const command = `quantsync explore ${setup?.address ?? ''} --link '${view?.link ?? ''}'`;
      lost.textContent = `The connection to the server is lost. If it has ended, this goes on here: ${command}`;
      page.dataset.lost = true;
    });
    shown.on_event('client_reconnected', () => {
      lost.textContent = '';
      delete page.dataset.lost;
    });
  }

  // --- light or dark, as the system is

  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const theme = () => {
    send({ do: 'theme', dark: dark.matches });
  };
  dark.addEventListener('change', theme);
  const frame = element('div', { class: 'frame' }, page);
  el.append(frame);
  send({ do: 'hello', dark: dark.matches });
}
