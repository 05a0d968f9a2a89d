import { causeFamily } from '../../agent/domain/causes.ts';
import { displayText } from '../../agent/domain/display.ts';
import { US_PER_MS, US_PER_SECOND } from '../../agent/domain/time.ts';
import type { EpochUs } from '../../agent/domain/time.ts';
import { t } from '../l10n/t.ts';
import { isWounded } from './entry.ts';
import type { DeathEntry } from './entry.ts';
import { familyIcon, WOUND_ICON } from './icons.ts';
import { familyText } from './words.ts';

export const GROUPINGS = ['time', 'host', 'cause', 'image', 'project'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export function isGrouping(value: unknown): value is Grouping {
  return GROUPINGS.some((grouping) => grouping === value);
}

/** Key of the group that stands first, whatever the others are made by. */
export const WOUNDED = '\u0000wounded';

export interface GroupLabel {
  /** Tells groups apart and stays the same while deaths come and go. */
  readonly key: string;
  readonly label: string;
  readonly icon?: string;
}

export interface GroupingContext {
  readonly now: EpochUs;
  readonly hostLabel: (hostId: string) => string;
}

const LABEL_LIMIT = 120;
const DAY_US = 86_400 * US_PER_SECOND;

type Grouper = (entry: DeathEntry) => GroupLabel;

/** Says the group of each death; groups keep the order in which their newest death comes. */
export function grouperOf(grouping: Grouping, context: GroupingContext): Grouper {
  const ofDeath = deathGrouper(grouping, context);
  return (entry) =>
    isWounded(entry.death) ? { key: WOUNDED, label: t('Wounded, Still Running'), icon: WOUND_ICON } : ofDeath(entry);
}

function deathGrouper(grouping: Grouping, { now, hostLabel }: GroupingContext): Grouper {
  switch (grouping) {
    case 'time':
      return byAge(now);
    case 'host':
      return ({ hostId }) => ({ key: hostId, label: hostLabel(hostId), icon: 'server' });
    case 'cause':
      return ({ death }) => {
        const family = causeFamily(death.cause);
        return { key: family, label: familyText(death.cause), icon: familyIcon(family) };
      };
    case 'image':
      return ({ death: { image } }) =>
        image === undefined
          ? { key: '', label: t('Unknown image'), icon: 'package' }
          : { key: image, label: displayText(image, LABEL_LIMIT), icon: 'package' };
    case 'project':
      return projectOf;
  }
}

function projectOf({ death: { project, pod } }: DeathEntry): GroupLabel {
  if (project !== undefined)
    return { key: `project ${project}`, label: displayText(project, LABEL_LIMIT), icon: 'layers' };
  if (pod !== undefined) return { key: `pod ${pod}`, label: displayText(pod, LABEL_LIMIT), icon: 'symbol-namespace' };
  return { key: '', label: t('No project or pod'), icon: 'circle-large' };
}

/**
 * What is recent is counted back from now, not by the calendar: at midnight what has just died would be hidden as
 * yesterday’s. What is the same for many deaths is made once.
 */
function byAge(now: EpochUs): Grouper {
  const recent = [
    { since: now - DAY_US, group: { key: 'day', label: t('Last 24 Hours') } },
    { since: now - 7 * DAY_US, group: { key: 'week', label: t('Last 7 Days') } },
  ];
  const months = new Map<string, GroupLabel>();
  return ({ death }) => {
    const found = recent.find(({ since }) => death.at >= since);
    if (found !== undefined) return found.group;
    const date = new Date(death.at / US_PER_MS);
    const key = `${String(date.getFullYear())}-${String(date.getMonth() + 1).padStart(2, '0')}`;
    const known = months.get(key);
    if (known !== undefined) return known;
    const month = { key, label: date.toLocaleDateString('en-US', { month: 'long', year: 'numeric' }) };
    months.set(key, month);
    return month;
  };
}
