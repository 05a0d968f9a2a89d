export function heading(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

export function row(name: string, value: string): void {
  process.stdout.write(`  ${name.padEnd(58)} ${value}\n`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}
