import type { NotifyEvent } from './event.ts';
import { linkOf, shown } from './event.ts';
import type { Message } from './webhook.ts';

const words: ReadonlyMap<string, string> = new Map([
  ['started', 'deploy started'],
  ['halted', 'deploy HALTED'],
  ['failed', 'deploy FAILED'],
  ['rolled_back', 'deploy rolled back'],
  ['approval', 'deploy waits for approval'],
  ['superseded', 'deploy superseded'],
  ['deployed', 'deployed'],
]);

/** A message in Slack's format, which Mattermost, Rocket.Chat and others read too. Nobody is mentioned by it. */
export function slackMessage(event: NotifyEvent): Message {
  const what = words.get(event.event) ?? shown(event.event);
  const link = linkOf(event);
  const lines = [
    `*${shown(event.fleet)} – ${what}*  \`${shown(event.tag)}\` (${shown(event.sha.slice(0, 12))})`,
    shown(event.text),
    ...(link === undefined ? [] : [`<${link}|Open the deploy>`]),
  ];
  const body = {
    text: lines.filter((line) => line !== '').join('\n'),
    unfurl_links: false,
    unfurl_media: false,
  };
  return { body: JSON.stringify(body), headers: {} };
}
