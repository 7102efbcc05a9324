import { defineMessages } from '../../../lib/core/message.ts';

export const messages = defineMessages({
  Found: 'Model {model} version {version}: {files} files, {size}, to {folder}',
  Renamed: 'Windows does not take some names, so {count} files have other names here: {names}.',
  Others:
    'The folder {folder} has {count} files that are not of this model, for example {example}. Set cleanFolder to true to remove them first.',
  Downloading: '{percent} percent, {done} of {size}, {files} of {totalFiles} files',
  Resumed: '{size} came from an earlier download.',
  Done: 'Model {model} version {version} is in {folder}: {files} files, {size}; {present} of them were complete before.',
});
