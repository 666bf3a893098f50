// Loaded into a worker by `--import`: its clock is off by GREENLANE_ODD_CLOCK_MS from the beginning, and by another
// GREENLANE_ODD_CLOCK_JUMP_MS after each SIGUSR2. The clock that only rises stays true, as with a clock that is set.
import { isMainThread } from 'node:worker_threads';

const TrueDate = Date;
let offMs = Number(process.env.GREENLANE_ODD_CLOCK_MS ?? 0);
const jumpMs = Number(process.env.GREENLANE_ODD_CLOCK_JUMP_MS ?? 0);
const now = () => TrueDate.now() + offMs;

globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self),
  apply: () => new TrueDate(now()).toString(),
  get: (target, name, self) => (name === 'now' ? now : Reflect.get(target, name, self)),
});

if (isMainThread) process.on('SIGUSR2', () => void (offMs += jumpMs));
