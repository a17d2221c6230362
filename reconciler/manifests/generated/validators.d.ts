/** Generated from schemas/ by `npm run generate`: edit the schema, never this file. */
import type { ValidateFunction } from 'ajv/dist/2020.js'
import type { Kind } from '../../core/resource.ts'

export declare const validators: Readonly<Record<Kind, ValidateFunction>>
