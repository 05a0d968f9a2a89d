import * as z from 'zod';
import { cause, count, time } from './parts.ts';

/** What a death has to do with others. */
export const storyFields = {
  repetition: z
    .object({
      signature: z.string().describe('Names this end: the same for the same cause, program and place.'),
      count: count.describe('This one included: 1 is the first.'),
      firstAt: time,
      lastAt: time,
      medianPeriodSeconds: z.number().nullable().describe('Null for the first.'),
      changes: z
        .array(
          z.object({
            what: z.enum(['image', 'memory', 'swap', 'cpus', 'pids', 'shm', 'command', 'environment']),
            text: z.string(),
          }),
        )
        .describe('What was different when it began, against the run before.'),
    })
    .nullable()
    .describe('How often the same end came before.'),
  wound: z
    .object({
      count,
      firstAt: time,
      lastAt: time,
      end: z
        .object({
          deathId: z.string().nullable(),
          at: time,
          led: z.boolean().describe('The container died of it.'),
        })
        .nullable()
        .describe('Null while the container runs on.'),
    })
    .nullable()
    .describe('Null for a death. Otherwise this is none: a process was hit and the container ran on.'),
  wounds: z
    .array(
      z.object({
        id: z.string(),
        cause,
        headline: z.string(),
        count,
        firstAt: time,
        lastAt: time,
        led: z.boolean().describe('The container died of it.'),
      }),
    )
    .describe('Wounds of the run that this death ended.'),
};
