import { useEffect, useRef, useState } from 'preact/hooks';
import { isOpen, type State } from '../store.ts';
import { type Sample, withSample } from './samples.ts';

/** A sample of the stream each second, while the page stands. */
export function useSamples(studio: Pick<State, 'runs' | 'progressCount'>): readonly Sample[] {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const latest = useRef(studio);
  latest.current = studio;
  useEffect(() => {
    let counted = latest.current.progressCount;
    const timer = setInterval(() => {
      const { runs, progressCount } = latest.current;
      const sample = {
        queue: runs.filter(({ status }) => isOpen(status)).length,
        progress: progressCount - counted,
      };
      counted = progressCount;
      setSamples((known) => withSample(known, sample));
    }, 1000);
    return () => clearInterval(timer);
  }, []);
  return samples;
}
