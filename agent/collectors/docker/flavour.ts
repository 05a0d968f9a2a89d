/** Who speaks Docker's API, and how it calls things. */
export interface Flavour {
  readonly runtime: 'docker' | 'podman';
  readonly title: string;
  readonly daemon: string;
  /** Name of the setting. */
  readonly setting: string;
  readonly start: string;
}

export const FLAVOURS: Readonly<Record<Flavour['runtime'], Flavour>> = {
  docker: {
    runtime: 'docker',
    title: 'Docker',
    daemon: 'the Docker daemon',
    setting: 'docker',
    start: 'Start Docker',
  },
  podman: {
    runtime: 'podman',
    title: 'Podman',
    daemon: 'Podman’s service (podman.socket)',
    setting: 'podman',
    start: 'Start podman.socket',
  },
};
