/** `_apis/release/releases`: classic releases, as far as they say which builds they deploy. */
import { Router } from 'express';
import { notFound } from './answers.ts';
import { type DevOpsContext, projectReference } from './context.ts';

export function releaseRoutes(context: DevOpsContext): Router {
  const router = Router({ mergeParams: true });
  const { state } = context.store;
  router.get('/releases/:releaseId', (request, response) => {
    const release = state.releases.find(({ id }) => id === Number(request.params.releaseId));
    if (!release) return notFound(response, `VS402898: The release ${request.params.releaseId}`);
    const { project, collectionUrl } = context;
    response.json({
      id: release.id,
      name: release.name,
      status: 'active',
      createdOn: release.createdOn,
      createdBy: { displayName: 'Sandbox User', id: project.id },
      createdFor: { displayName: 'Sandbox User', id: project.id },
      projectReference: projectReference(context),
      artifacts: release.builds.map((id, index) => ({
        sourceId: `${project.id}:${id}`,
        type: 'Build',
        alias: `_${index}`,
        isPrimary: index === 0,
        definitionReference: {
          version: { id: String(id), name: state.runs.find((run) => run.id === id)?.buildNumber ?? String(id) },
          project: { id: project.id, name: project.name },
        },
      })),
      _links: { web: { href: `${collectionUrl()}${project.id}/_release?releaseId=${release.id}&_a=release-summary` } },
    });
  });
  return router;
}
