// What there is in the cluster, kept up by server-sent events: the whole first, then what changes.

export class Cluster extends EventTarget {
  name = '';
  nodes = new Map();
  pods = new Map();
  services = new Map();
  rates = { pods: {}, nodes: {}, talks: [] };

  connect() {
    const source = new EventSource('/api/events');
    source.addEventListener('open', () => this.#tell('link', 'live'));
    source.addEventListener('error', () =>
      this.#tell('link', source.readyState === EventSource.CLOSED ? 'gone' : 'lost'));
    source.addEventListener('topology', event => {
      const whole = JSON.parse(event.data);
      this.name = whole.cluster;
      for (const kind of ['nodes', 'pods', 'services']) this[kind].clear();
      this.#take(whole);
    });
    source.addEventListener('change', event => this.#take(JSON.parse(event.data)));
    source.addEventListener('traffic', event => {
      this.rates = JSON.parse(event.data);
      this.#tell('traffic');
    });
  }

  #take(change) {
    for (const kind of ['nodes', 'pods', 'services']) {
      for (const key of change[kind].gone) this[kind].delete(key);
      for (const one of change[kind].set) this[kind].set(one.key, one);
    }
    this.#tell('change');
  }

  #tell(what, detail) {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }

  /** Who an object such as pod/default/web-1 or svc/default/web:80 is. */
  find(object) {
    const [kind, rest] = split(object);
    const key = rest.replace(/:[^:\]]*$/, '');
    if (kind === 'pod') return this.pods.get(key);
    if (kind === 'svc') return this.services.get(key);
    return this.nodes.get(key);
  }

  /** A port on which a pod is likely to answer, and how it speaks there. */
  portOf(podKey) {
    for (const service of this.services.values()) {
      const endpoint = service.endpoints.find(one => one.pod === podKey);
      if (endpoint) {
        const port = service.ports.find(one => one.name === endpoint.portName);
        return { port: endpoint.port, protocol: port ? port.protocol : 'tcp' };
      }
    }
    const declared = (this.pods.get(podKey)?.containers ?? []).flatMap(one => one.ports);
    return { port: declared[0] ?? 80, protocol: 'tcp' };
  }
}

export function split(object) {
  const slash = object.indexOf('/');
  return [object.slice(0, slash), object.slice(slash + 1)];
}

/** Asks the server; a refusal is an Error with its sentence. */
export async function ask(path, body) {
  const answer = await fetch(path, body
    ? { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
    : {});
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}
