/** Which family a literal address is of, 4 or 6; null when it is none. No zone index, no prefix. */
export function addressFamily(text: string): 4 | 6 | null {
  if (isIpv4(text)) return 4;
  return isIpv6(text) ? 6 : null;
}

/** True for a multicast group: 224.0.0.0/4 or ff00::/8. */
export function isMulticast(text: string): boolean {
  const family = addressFamily(text);
  if (family === 4) return /^(22[4-9]|23[0-9])\./.test(text);
  return family === 6 && /^ff/i.test(text);
}

/** One spelling of an address, so that two spellings of the same one compare equal. */
export function canonicalAddress(text: string): string {
  return addressFamily(text) === 6 ? expandIpv6(text).join(":") : text;
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return (
    parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && +part < 256)
  );
}

function isIpv6(text: string): boolean {
  if (!/^[0-9a-fA-F:]{2,39}$/.test(text) || text.split("::").length > 2) return false;
  if (/^:(?!:)|(?<!:):$/.test(text)) return false;
  const isShort = text.includes("::");
  const groups = text.split(":").filter((group) => group !== "");
  if (!groups.every((group) => group.length <= 4)) return false;
  if (isShort) return groups.length < 8;
  return groups.length === 8 && text.split(":").length === 8;
}

function expandIpv6(text: string): readonly string[] {
  const [head = "", tail] = text.toLowerCase().split("::");
  const before = head.split(":").filter((group) => group !== "");
  const after = (tail ?? "").split(":").filter((group) => group !== "");
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({ length: zeros }, () => "0"), ...after].map((group) =>
    group.replace(/^0+(?=.)/, ""),
  );
}
