/** What all pictures share: size of letters, colours that also differ in lightness, a white ground that both themes bear. Pure. */

export const pictureConfig = {
  // One label says what a picture shows; labels of each mark would be noise, and most of the bytes.
  aria: false,
  background: 'white',
  padding: 12,
  font: 'Helvetica, Arial, sans-serif',
  view: { stroke: '#c9d1d9', continuousWidth: 360, continuousHeight: 300 },
  axis: {
    labelFontSize: 11,
    titleFontSize: 12,
    labelColor: '#1a1d21',
    titleColor: '#1a1d21',
    gridColor: '#e6e9ed',
    labelLimit: 260,
    titleFontWeight: 'normal',
  },
  legend: {
    labelFontSize: 11,
    titleFontSize: 11,
    labelColor: '#1a1d21',
    titleColor: '#1a1d21',
    orient: 'bottom',
    labelLimit: 260,
  },
  title: { fontSize: 13, color: '#1a1d21', anchor: 'start', fontWeight: 'bold' },
} as const

/** This version, and production. */
export const seriesColours = ['#0b5cad', '#b35900'] as const

export const diagonalColour = '#7d8792'

/** Better, worse, not told: with shapes of their own. */
export const judgementColours = ['#14653a', '#a4161a', '#59626d'] as const
export const judgementShapes = ['triangle-right', 'triangle-left', 'circle'] as const
