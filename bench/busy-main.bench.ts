/**
 * A main that never rests, under each policy of supersession: a day in simulated time by Greenlane's own decisions,
 * then real workflows on which something is always newer. `npm run bench -- busy-main`
 */
import { until } from '../test/support/until.ts';
import { startLane } from '../test/support/worker.ts';
import { leastAgeOf, live, rolloutOf } from './busy-main/day.ts';
import { busyMain } from './busy-main/pushes.ts';
import { percentile } from './support/figures.ts';

const POLICIES = ['newest-ready', 'head', 'never'] as const;
const rounds = Number(process.argv[2] ?? 5);
/** Pushes at once, and how many pushes the gates of one take: something newer is there, and not green, all the time. */
const [PUSHES, GATES_TAKE] = [4, 3];

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
  `\nReal workflows: ${rounds} rounds of ${PUSHES} pushes, gates green ${GATES_TAKE} pushes later.\n`,
);
const lane = await startLane();
try {
  const mains = await Promise.all(POLICIES.map((policy) => busyMain(lane, policy, GATES_TAKE)));
  for (let round = 0; round < rounds; round += 1) {
    for (let push = 0; push < PUSHES; push += 1) await Promise.all(mains.map((main) => main.push()));
    await until(() => mains.every((main) => main.underWay() === 0), 120_000);
  }
  console.log('policy         deploys  superseded  calls  age in pushes');
  for (const { policy, count, world, age } of mains) {
    const cells = [count('deployed'), count('superseded'), world.calls().length, age()].map((cell, at) =>
      String(cell).padEnd([8, 11, 6, 0][at] ?? 0),
    );
    console.log([policy.padEnd(14), ...cells].join(' '));
  }
  await Promise.all(mains.map((main) => main.stop()));
} finally {
  await lane.stop();
}
