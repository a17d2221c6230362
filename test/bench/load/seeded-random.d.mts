export function seededRandom(seed: number): () => number
export function arrivalGaps(arrivals: 'poisson' | 'uniform', ratePerSecond: number, random: () => number): () => number
