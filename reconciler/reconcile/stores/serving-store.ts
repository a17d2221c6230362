/** The serving state and the heartbeats on Postgres, as the control loop uses them. */
import { deleteReplicas, readReplicas, readServingState, writeServingState } from '../../database/serving-queries.ts'
import type { ServingStore } from '../ports.ts'
import { fencedWrite, type StorePlace } from './fenced-write.ts'

export function createServingStore(place: StorePlace): ServingStore {
  const { pool, environment } = place
  return {
    readServing: () => readServingState(pool, environment),
    writeServing: (epoch, next) => fencedWrite(place, epoch, (transaction) => writeServingState(transaction, next)),
    readReplicas: () => readReplicas(pool, environment),
    forgetReplicas: (epoch, silentSince) =>
      fencedWrite(place, epoch, (transaction) => deleteReplicas(transaction, environment, silentSince)),
  }
}
