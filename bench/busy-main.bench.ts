/**
 * A main that never rests, under each policy of supersession: a day in simulated time by Greenlane's own decisions,
 * then real workflows with a push every second. `npm run bench -- busy-main`
 */
import { startLane } from '../test/support/worker.ts';
import { leastAgeOf, live, rolloutOf } from './busy-main/day.ts';
import { busyMain } from './busy-main/pushes.ts';
import { percentile } from './support/figures.ts';

const POLICIES = ['newest-ready', 'head', 'never'] as const;
const pushes = Number(process.argv[2] ?? 40);
const pushEveryMs = Number(process.argv[3] ?? 1_000);

const day = { lasts: 24 * 60, pushEvery: 2, gates: 20, waves: 5, wave: 1.6, soak: 1 };
const least = leastAgeOf({ ...day, policy: 'never' });
console.log(
  `A day: a push every ${day.pushEvery} min, gates of ${day.gates} min, rollouts of ${rolloutOf({ ...day, policy: 'never' })} min. Least median age of any policy: ${least} min.\n`,
);
console.log('policy         deploys  superseded  waiting at the end  age: median  p95    to the least');
for (const policy of POLICIES) {
  const { deployed, superseded, waiting, ages } = live({ ...day, policy });
  const middle = percentile(ages, 0.5);
  const cells = [
    policy.padEnd(14),
    String(deployed).padEnd(8),
    String(superseded).padEnd(11),
    String(waiting).padEnd(19),
    `${middle.toFixed(0)} min`.padEnd(12),
    `${percentile(ages, 0.95).toFixed(0)}`.padEnd(6),
    (middle / least).toFixed(2),
  ];
  console.log(cells.join(' '));
}

console.log(
  `\nReal workflows: ${pushes} pushes, one every ${pushEveryMs} ms, gates green ten pushes later.\n`,
);
const lane = await startLane();
try {
  const mains = await Promise.all(POLICIES.map((policy) => busyMain(lane, policy, 10)));
  for (let push = 0; push < pushes; push += 1) {
    const next = new Promise((resolve) => setTimeout(resolve, pushEveryMs));
    await Promise.all(mains.map((main) => main.push()));
    await next;
  }
  console.log('policy         deploys  superseded  under way  age in pushes');
  for (const { policy, count, underWay, age } of mains) {
    const cells = [count('deployed'), count('superseded'), underWay(), age()].map((cell, at) =>
      String(cell).padEnd([8, 11, 10, 0][at] ?? 0),
    );
    console.log([policy.padEnd(14), ...cells].join(' '));
  }
} finally {
  await lane.stop();
}
