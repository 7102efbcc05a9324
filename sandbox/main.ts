#!/usr/bin/env -S node --
/** The program `model-bridge-sandbox`. Without `--` in the line above, Node 20 would take `--env-file` for its own option. */
import { runCommandLine } from './command-line.ts';

process.exitCode = await runCommandLine({ args: process.argv.slice(2), program: 'model-bridge-sandbox' });
