/** True for the texts that Pacemaker takes as true. */
export function isTrue(text: string | undefined): boolean {
  return ["true", "on", "yes", "y", "1"].includes((text ?? "").toLowerCase());
}
