export { deploy } from './deploy.ts';
export { fleetLock } from './fleet-lock.ts';
