import { causeFamily } from '../../agent/domain/causes.ts';
import { displayText } from '../../agent/domain/display.ts';
import { US_PER_MS } from '../../agent/domain/time.ts';
import type { EpochUs } from '../../agent/domain/time.ts';
import { t } from '../l10n/t.ts';
import type { DeathEntry } from './entry.ts';
import { familyIcon } from './icons.ts';
import { familyText } from './words.ts';

export const GROUPINGS = ['time', 'host', 'cause', 'image', 'project'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export function isGrouping(value: unknown): value is Grouping {
  return GROUPINGS.some((grouping) => grouping === value);
}

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
const DAYS_OF_WEEK = 7;

/** The group of a death; groups keep the order in which their newest death comes. */
export function groupOf(entry: DeathEntry, grouping: Grouping, context: GroupingContext): GroupLabel {
  const { death, hostId } = entry;
  switch (grouping) {
    case 'time':
      return dayOf(death.at, context.now);
    case 'host':
      return { key: hostId, label: context.hostLabel(hostId), icon: 'server' };
    case 'cause': {
      const family = causeFamily(death.cause);
      return { key: family, label: familyText(death.cause), icon: familyIcon(family) };
    }
    case 'image':
      return death.image === undefined
        ? { key: '', label: t('Unknown image'), icon: 'package' }
        : { key: death.image, label: displayText(death.image, LABEL_LIMIT), icon: 'package' };
    case 'project':
      return projectOf(death);
  }
}

function projectOf({ project, pod }: DeathEntry['death']): GroupLabel {
  if (project !== undefined)
    return { key: `project ${project}`, label: displayText(project, LABEL_LIMIT), icon: 'layers' };
  if (pod !== undefined) return { key: `pod ${pod}`, label: displayText(pod, LABEL_LIMIT), icon: 'symbol-namespace' };
  return { key: '', label: t('No project or pod'), icon: 'circle-large' };
}

function startOfDay(at: EpochUs): Date {
  const date = new Date(at / US_PER_MS);
  date.setHours(0, 0, 0, 0);
  return date;
}

/** Whole calendar days, so that a day with 23 or 25 hours counts as one. */
function daysBetween(earlier: Date, later: Date): number {
  const utc = (date: Date): number => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((utc(later) - utc(earlier)) / 86_400_000);
}

function dayOf(at: EpochUs, now: EpochUs): GroupLabel {
  const days = daysBetween(startOfDay(at), startOfDay(now));
  if (days <= 0) return { key: 'today', label: t('Today') };
  if (days === 1) return { key: 'yesterday', label: t('Yesterday') };
  if (days < DAYS_OF_WEEK) return { key: 'week', label: t('Last 7 Days') };
  const date = startOfDay(at);
  const month = `${String(date.getFullYear())}-${String(date.getMonth() + 1).padStart(2, '0')}`;
  return { key: month, label: date.toLocaleDateString('en-US', { month: 'long', year: 'numeric' }) };
}
