import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Makes `NAME.crt` and `NAME.key` in a folder: signed by itself, valid for `days`. */
export function makeCertificate(folder: string, name: string, days = 30): void {
  const files = ["-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.crt`)];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const words = ["req", "-x509", ...curve, "-days", String(days), "-subj", `/CN=${name}`];
  execFileSync("openssl", [...words, ...files], { stdio: "pipe" });
}
