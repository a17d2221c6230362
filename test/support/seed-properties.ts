/**
 * Random inputs are the same ones in every run of `npm test`: what fails there is what changed. `npm run soak` tries others, and
 * a test that names its own seed keeps it.
 */
import { configureGlobal } from 'fast-check'

configureGlobal({ seed: 20_130_601 })
