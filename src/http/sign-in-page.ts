/** A page that needs nothing from anywhere: no script, no font, no picture. */
export function signInPage(problem?: string): string {
  const alert = problem === undefined ? '' : `<p role="alert" id="problem">${problem}</p>`;
  const describedBy = problem === undefined ? 'hint' : 'problem hint';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in – Cimaise</title>
<style>
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
  body { display: grid; place-items: center; min-height: 100vh; margin: 0; }
  main { width: min(24rem, 100vw - 3rem); }
  h1 { font-size: 1.5rem; }
  label { display: block; font-weight: 600; }
  input, button { box-sizing: border-box; width: 100%; padding: .6rem; margin-top: .5rem; font: inherit; }
  [role=alert] { border-left: .25rem solid #b3261e; padding-left: .75rem; }
</style>
</head>
<body>
<main>
<h1>Sign in to Cimaise</h1>
${alert}
<form method="post" action="/sign-in">
<label for="token">Admin token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus
  spellcheck="false" aria-describedby="${describedBy}">
<p id="hint">The value of <code>ADMIN_TOKEN</code>. Where none was set, Cimaise made one and printed it at its start.</p>
<button>Sign in</button>
</form>
</main>
</body>
</html>
`;
}
