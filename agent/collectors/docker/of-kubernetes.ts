import type { ContainerIdentity } from '../../domain/container.ts';
import { clip, given } from '../shared/identity-text.ts';
import { ANNOTATION, LABEL, nameInPod, wholeNumber } from '../shared/kubernetes-labels.ts';

/*
 * Containers that kubelet has Docker run, by cri-dockerd and before it by dockershim: minikube's default. Docker knows
 * of no pods and of no annotations: both are among the labels.
 */

type Labels = Readonly<Record<string, string>>;

const TYPE = { label: 'io.kubernetes.docker.type', sandbox: 'podsandbox' } as const;
const annotation = (name: string): string => `annotation.${name}`;
const FIRST: ReadonlySet<string> = new Set(Object.values(LABEL));

/** Labels are bounded in number: those that say where it belongs come first. */
export function labelsOf(labels: Labels): readonly (readonly [string, string])[] {
  const all = Object.entries(labels);
  return [...all.filter(([key]) => FIRST.has(key)), ...all.filter(([key]) => !FIRST.has(key))];
}

/** What is another way than for Docker's own containers; nothing for those. */
export function ofKubernetes(labels: Labels): Partial<ContainerIdentity> {
  const pod = labels[LABEL.pod];
  if (pod === undefined || labels[LABEL.uid] === undefined) return {};
  if (labels[TYPE.label] === TYPE.sandbox) return { isSandbox: true, ...given('name', clip(pod)) };
  return {
    ...given('name', nameInPod(labels[LABEL.container], pod)),
    ...given('restartCount', wholeNumber(labels[annotation(ANNOTATION.restartCount)])),
    ...given('stopTimeoutSeconds', wholeNumber(labels[annotation(ANNOTATION.gracePeriod)])),
  };
}
