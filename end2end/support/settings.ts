/** The value of an environment variable, or what stands in for it on a developer's machine. */
export function setting(name: string, otherwise?: string): string {
  const value = process.env[name] ?? otherwise;
  if (value === undefined) {
    throw new Error(`${name} is not set. Run the tests by: cargo xtask test --only browser`);
  }
  return value;
}
