/** One change to the host: what it is, how to make it, and how to take it back. */
export interface Step {
  /** For a person, in the imperative: `Copy 14 files to /opt/inquest/0.1.0`. */
  readonly says: string;
  readonly run: () => Promise<void> | void;
  /** Absent where a failed installation may leave it: making it again does no harm. */
  readonly undo?: () => Promise<void> | void;
}

/** Runs the host's own tools. Rejects with an InquestError that says what the tool said. */
export type RunTool = (file: string, ...argv: readonly string[]) => Promise<void>;

export interface Progress {
  readonly done: (says: string) => void;
  readonly undone: (says: string) => void;
  /** Taking back failed too: the rest is still taken back. */
  readonly stuck: (says: string, error: unknown) => void;
}

/** Makes the changes in order. When one fails, those before are taken back, the last first, and its error is thrown. */
export async function perform(steps: readonly Step[], progress: Progress): Promise<void> {
  const made: Step[] = [];
  for (const step of steps) {
    try {
      made.push(step);
      await step.run();
      progress.done(step.says);
    } catch (error) {
      await takeBack(made.toReversed(), progress);
      throw error;
    }
  }
}

/** The failed step is among them: it may have made half of its change. */
async function takeBack(steps: readonly Step[], progress: Progress): Promise<void> {
  for (const { says, undo } of steps) {
    if (undo === undefined) continue;
    try {
      await undo();
      progress.undone(says);
    } catch (error) {
      progress.stuck(says, error);
    }
  }
}
