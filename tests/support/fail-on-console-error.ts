import { afterEach, vi } from 'vitest';

// Cimaise logs through its logger: whatever reaches the console is a warning of a library that nobody handled.
const error = vi.spyOn(console, 'error');

afterEach(() => {
  const calls = error.mock.calls.map((values) => values.map(String).join(' '));
  error.mockClear();
  if (calls.length > 0) throw new Error(`console.error was called: ${calls.join('\n')}`);
});
