/** Attachments of a plan's timeline records. */
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Router } from 'express';
import { answerList, notFound, parameter, refuse } from './answers.ts';
import { apiUrl, type DevOpsContext } from './context.ts';
import { plan, record, type WithPlan } from './plan.ts';
import { attachmentPath, registerAttachment, taskAttachment } from './runs.ts';
import type { RunRecord } from './state.ts';

const planUrl = (context: DevOpsContext, run: RunRecord): string =>
  `${apiUrl(context)}/distributedtask/hubs/build/plans/${run.planId}`;

export function addAttachmentLists(router: Router, context: DevOpsContext, withPlan: WithPlan): void {
  for (const [below, ofRecord] of [
    [plan, false],
    [record, true],
  ] as const)
    router.get(
      `${below}/attachments/:type`,
      withPlan((run, request, response) => {
        const found = run.attachments.filter(
          ({ type, recordId }) =>
            type === parameter(request, 'type') && (!ofRecord || recordId === parameter(request, 'recordId')),
        );
        answerList(
          response,
          found.map((each) => taskAttachment(run, each, planUrl(context, run))),
        );
      }),
    );
}

export function addAttachmentContents(router: Router, context: DevOpsContext, withPlan: WithPlan): void {
  router.put(
    `${record}/attachments/:type/:name`,
    withPlan(async (run, request, response) => {
      const [recordId, type, name] = ['recordId', 'type', 'name'].map((each) => parameter(request, each)) as [
        string,
        string,
        string,
      ];
      // A name such as `..%2Fx` would leave the data folder.
      if (/[/\\]|^\.\.?$/.test(`${type}`) || /[/\\]|^\.\.?$/.test(name) || !/^[0-9a-f-]{36}$/i.test(recordId))
        return refuse(response, 400, 'ArgumentException', 'Type and name must be valid file names.');
      const file = join(context.store.dataFolder, attachmentPath(run, recordId, type, name));
      mkdirSync(dirname(file), { recursive: true });
      await pipeline(request, createWriteStream(file));
      registerAttachment(run, recordId, type, name);
      response.status(201).json(taskAttachment(run, run.attachments.at(-1)!, planUrl(context, run)));
    }),
  );
  router.get(
    `${record}/attachments/:type/:name`,
    withPlan((run, request, response) => {
      const [recordId, type, name] = ['recordId', 'type', 'name'].map((each) => parameter(request, each));
      const found = run.attachments.find(
        (each) => each.recordId === recordId && each.type === type && each.name === name,
      );
      if (!found) return notFound(response, `Attachment ${name}`);
      if (request.headers.accept?.includes('json'))
        return void response.json(taskAttachment(run, found, planUrl(context, run)));
      createReadStream(join(context.store.dataFolder, found.file)).pipe(response.type('application/octet-stream'));
    }),
  );
}
