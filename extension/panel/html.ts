import { t } from '../l10n/t.ts';

export interface PageParts {
  readonly nonce: string;
  /** What VS Code serves local files from. */
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  readonly language: string;
  readonly translations: Readonly<Record<string, string>>;
}

/**
 * The page of the panel. Nothing of a death is in it: that comes by messages and becomes text nodes. Styles are one
 * file and constructed style sheets, so that neither scripts nor styles need `unsafe-inline`.
 */
export function pageHtml({ nonce, cspSource, scriptUri, styleUri, language, translations }: PageParts): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${attribute(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" id="vscode-codicon-stylesheet" href="${attribute(styleUri)}">
<title>${attribute(t('Explain Exit'))}</title>
</head>
<body>
<inquest-panel data-translations="${attribute(JSON.stringify(translations))}"></inquest-panel>
<script nonce="${nonce}" src="${attribute(scriptUri)}"></script>
</body>
</html>`;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
