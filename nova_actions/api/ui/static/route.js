// SPDX-License-Identifier: Apache-2.0
// The state of the page is its address: a view, its subject and parameters.
// "#/actions?status=failed", "#/action/UUID", "#/server/UUID", "#/statistics".

export const VIEWS = ['actions', 'action', 'server', 'statistics'];

export function parse(hash) {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const [name, id = ''] = path.split('/');
  return {
    name: VIEWS.includes(name) ? name : 'actions',
    id: decoded(id),
    query: new URLSearchParams(query),
  };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function current() {
  return parse(location.hash);
}

// The address of a view. Parameters without a value are left out; those with
// several are given as lists.
export function href(name, id = '', query = {}) {
  const pairs = query instanceof URLSearchParams ? [...query]
    : Object.entries(query).flatMap(([key, value]) =>
      [value].flat().map((each) => [key, each]));
  const text = new URLSearchParams(
    pairs.filter(([, value]) => value !== '' && value != null)).toString();
  return `#/${name}${id ? `/${encodeURIComponent(id)}` : ''}`
    + (text ? `?${text}` : '');
}

export function go(hash) {
  location.hash = hash;
}
