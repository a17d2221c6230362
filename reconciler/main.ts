#!/usr/bin/env node
/** Composition root: reads configuration, wires effects, hands over to cli/. */
