/** Every name that package.json and the code share. A test holds the two to each other. */

export const COMMANDS = {
  explainExit: 'inquest.explainExit',
  explainExitAsText: 'inquest.explainExitAsText',
  explainSelection: 'inquest.explainSelection',
  explainInNewPanel: 'inquest.explainInNewPanel',
  openLog: 'inquest.openLog',
  openPlace: 'inquest.openPlace',
  openRawEvidence: 'inquest.openRawEvidence',
  copyLink: 'inquest.copyLink',
  copyMarkdown: 'inquest.copyMarkdown',
  copyContainerId: 'inquest.copyContainerId',
  markSeen: 'inquest.markSeen',
  markAllSeen: 'inquest.markAllSeen',
  filter: 'inquest.filter',
  clearFilter: 'inquest.clearFilter',
  groupByTime: 'inquest.groupByTime',
  groupByHost: 'inquest.groupByHost',
  groupByCause: 'inquest.groupByCause',
  groupByImage: 'inquest.groupByImage',
  groupByProject: 'inquest.groupByProject',
  refresh: 'inquest.refresh',
  loadMore: 'inquest.loadMore',
  showDeaths: 'inquest.showDeaths',
  addHost: 'inquest.addHost',
  removeHost: 'inquest.removeHost',
  connectHost: 'inquest.connectHost',
  disconnectHost: 'inquest.disconnectHost',
  copyFix: 'inquest.copyFix',
  installAgent: 'inquest.installAgent',
  upgradeAgent: 'inquest.upgradeAgent',
  removeAgent: 'inquest.removeAgent',
  openHostSettings: 'inquest.openHostSettings',
  showOutput: 'inquest.showOutput',
  openWalkthrough: 'inquest.openWalkthrough',
} as const;

export type CommandName = keyof typeof COMMANDS;
export type CommandId = (typeof COMMANDS)[CommandName];

export const VIEW_CONTAINER = 'inquest';

export const VIEWS = {
  deaths: 'inquest.deaths',
  hosts: 'inquest.hosts',
} as const;

export const CONTEXT_KEYS = {
  /** One of DeathsState: decides which welcome text the Deaths view shows. */
  deathsState: 'inquest.deathsState',
  isFiltered: 'inquest.isFiltered',
  hasUnseen: 'inquest.hasUnseen',
  groupBy: 'inquest.groupBy',
  hasHosts: 'inquest.hasHosts',
} as const;

export const PANEL_TYPE = 'inquest.explain';

export const SCHEMES = {
  log: 'inquest-log',
  raw: 'inquest-raw',
  text: 'inquest-text',
} as const;

export type Scheme = (typeof SCHEMES)[keyof typeof SCHEMES];

export const WALKTHROUGH = 'inquest.start';

/** `contextValue` of tree items, for menus in package.json. */
export const ITEMS = {
  deathSeen: 'death.seen',
  deathUnseen: 'death.unseen',
  loopSeen: 'loop.seen',
  loopUnseen: 'loop.unseen',
  group: 'group',
  more: 'more',
  hostConnected: 'host.connected',
  hostConnecting: 'host.connecting',
  hostIdle: 'host.idle',
  hostFailed: 'host.failed',
  hostFixable: 'host.failed.fixable',
  hostMissing: 'host.failed.missing',
  hostOld: 'host.failed.old',
} as const;

/** Keys of the editor's storage. */
export const MEMENTO = {
  groupBy: 'groupBy',
  seenPrefix: 'seen:',
} as const;
