/** The page of a report as a handlebars template: one file, nothing from elsewhere, for light and dark, for readers of screens and of paper. */

export const reportTemplate = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>{{title}}</title>
<style>
:root { color-scheme: light dark; --ground: #ffffff; --ink: #1a1d21; --faint: #59626d; --line: #c9d1d9; --panel: #f4f6f8; --good: #14653a; --bad: #a4161a; --unsure: #7a4d00; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --ink: #e7eaee; --faint: #a3adb8; --line: #3a434d; --panel: #1e2327; --good: #6fd598; --bad: #ff8f8f; --unsure: #f0bd5a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 72rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.3rem; margin-top: 2.2rem; border-top: 1px solid var(--line); padding-top: 1rem; } h3 { font-size: 1.05rem; margin-top: 1.6rem; }
code, pre { font: 0.9em/1.4 ui-monospace, monospace; background: var(--panel); border-radius: 3px; } code { padding: 0.1em 0.3em; } pre { padding: 0.7rem; overflow-x: auto; }
.table { overflow-x: auto; margin: 0.9rem 0; } table { border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { border-bottom: 1px solid var(--line); padding: 0.3rem 0.7rem 0.3rem 0; text-align: left; vertical-align: top; } th { color: var(--faint); font-weight: 600; } .right { text-align: right; } .short { white-space: nowrap; } .text { min-width: 11rem; } .long { min-width: 16rem; }
.badge { font-weight: 700; } .good { color: var(--good); } .bad { color: var(--bad); } .unsure { color: var(--unsure); }
details { margin: 0.8rem 0; } summary { cursor: pointer; font-weight: 600; } figure { margin: 1rem 0; overflow-x: auto; } figure svg { display: block; border-radius: 4px; } figcaption { color: var(--faint); font-size: 0.9rem; }
</style>
</head>
<body>
<main>
{{#each sections}}{{#if isFolded}}<details><summary>{{> text title}}</summary>
{{#each blocks}}{{> block}}{{/each}}</details>
{{else}}<section aria-labelledby="section-{{@index}}">
<h{{level}} id="section-{{@index}}">{{> text title}}</h{{level}}>
{{#each blocks}}{{> block}}{{/each}}</section>
{{/if}}{{/each}}</main>
</body>
</html>
`

/** Runs of a line. */
export const textTemplate = `{{#each this}}{{#if isCode}}<code>{{text}}</code>{{else}}{{#if tone}}<span class="badge {{tone}}">{{text}}</span>{{else}}{{#if isStrong}}<strong>{{text}}</strong>{{else}}{{text}}{{/if}}{{/if}}{{/if}}{{/each}}`

/** `svg` is the only thing that is not escaped: it is drawn here. */
export const blockTemplate = `{{#if paragraph}}<p>{{> text paragraph}}</p>
{{/if}}{{#if list}}<ul>
{{#each list}}<li>{{> text this}}</li>
{{/each}}</ul>
{{/if}}{{#if table}}<div class="table" role="region" aria-label="{{table.label}}" tabindex="0"><table>
<thead><tr>{{#each table.columns}}<th scope="col"{{#if isRight}} class="right"{{/if}}>{{title}}</th>{{/each}}</tr></thead>
<tbody>
{{#each table.rows}}<tr>{{#each this}}<td{{#if look}} class="{{look}}"{{/if}}>{{> text runs}}</td>{{/each}}</tr>
{{/each}}</tbody>
</table></div>
{{/if}}{{#if hasCode}}<pre><code>{{code}}</code></pre>
{{/if}}{{#if picture}}<figure tabindex="0">{{{picture.svg}}}<figcaption>{{picture.description}}</figcaption></figure>
{{/if}}{{#if details}}<details><summary>{{> text details.summary}}</summary>
{{#each details.blocks}}{{> block}}{{/each}}</details>
{{/if}}`
