/** What request bodies of online and of batch endpoints have in common. */
import type { Check } from '../shape.ts';
import * as shape from '../shape.ts';

/**
 * A PUT's body: a location, `properties`, and what a resource that was read carries back.
 * @param own the forms of `identity` and `sku`
 */
export const resource = (own: { identity: Check; sku: Check }, properties: Check): Check =>
  shape.object(
    { location: shape.name, properties },
    {
      id: shape.text,
      name: shape.text,
      type: shape.text,
      tags: shape.mapOf(shape.textual),
      ...own,
      kind: shape.text,
      systemData: shape.anything,
    },
  );

const authModes = ['AADToken', 'AMLToken', 'Key'];
export const authMode = shape.oneOf(...authModes);

/** The mode as the service spells it. */
export const spelledAuthMode = (given: string): string | undefined =>
  authModes.find((each) => each.toLowerCase() === given.toLowerCase());
