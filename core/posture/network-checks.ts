import { dateTrouble, dayOf } from '../tls/validity.ts';
import { amber, type Check, green, red } from './facts.ts';

export const comfyuiPort: Check = ({ exposure: { checked, reachable }, comfyuiUrl }) => {
  if (reachable.length > 0)
    return red(
      `ComfyUI's port, of ${comfyuiUrl}, answers at ${reachable.join(', ')} too: whoever reaches that needs no login`,
      'Start ComfyUI with --listen 127.0.0.1, and do not publish its port.',
    );
  if (checked) return green("ComfyUI's port answers on loopback only");
  return amber(
    `Whether others can reach ComfyUI at ${comfyuiUrl} cannot be told from here`,
    'Make sure that only Studio can: by a private network or a firewall.',
  );
};

export const transport: Check = ({ tls, network: { loopbackOnly, trustsProxies, seen, untrustedProxy } }) => {
  if (untrustedProxy !== null)
    return amber(
      'A proxy seems to stand in front that is not trusted: all who come through it count as one, and by which name and scheme they come is not seen',
      `If it is yours, add ${untrustedProxy} to TRUSTED_PROXIES.`,
    );
  if (seen?.logins.plain != null)
    return red(
      'Somebody logged in over plain http: the key can be read on the way',
      'Put https in front (a proxy, named in TRUSTED_PROXIES), or use a tunnel: ssh -L 8000:localhost:8000.',
    );
  if (tls !== null) return green('Studio itself speaks https, and nothing else');
  if (seen != null && (seen.cookies.https ?? seen.logins.https) !== null)
    return green('People come over https, through a trusted proxy');
  if (loopbackOnly)
    return green('Studio listens on this machine only: what comes from elsewhere comes by a tunnel');
  if (trustsProxies) return green('TRUSTED_PROXIES names the proxy in front');
  return amber(
    'Studio listens on all addresses with plain http, and nothing has come over https yet',
    'Put https in front and name that proxy in TRUSTED_PROXIES, set STUDIO_TLS_CERT and STUDIO_TLS_KEY or STUDIO_TLS=self-signed, or set STUDIO_HOST=127.0.0.1 and use a tunnel.',
  );
};

const RENEW = {
  files: 'See to it that whatever renews it does; Studio takes up the new files by itself.',
  'self-signed': 'Look into the log for what kept Studio from renewing it: STUDIO_DIR must be writable.',
};

export const certificate: Check = ({ tls, now }) => {
  if (tls === null) return null;
  if (tls === 'unusable')
    return red(
      'The certificate in STUDIO_TLS_CERT and the key in STUDIO_TLS_KEY cannot be used',
      'Start Studio: it says what is wrong with them.',
    );
  const trouble = dateTrouble(tls.certificate, now);
  if (trouble?.state === 'invalid') return red(`The certificate for https ${trouble.words}`, RENEW[tls.kind]);
  if (tls.refused !== null)
    return amber(
      `The new certificate cannot be used, and the old one is until ${dayOf(tls.certificate.expiresAt)}: ${tls.refused}`,
      'Put a certificate and its key there that belong together; nothing is to be restarted.',
    );
  if (trouble !== null) return amber(`The certificate for https ${trouble.words}`, RENEW[tls.kind]);
  const whose = tls.kind === 'self-signed' ? "Studio's own certificate" : 'The certificate for https';
  return green(
    `${whose} is good until ${dayOf(tls.certificate.expiresAt)}; SHA-256 ${tls.certificate.fingerprint}`,
  );
};

/** Whose group may read it is the owner's to say: other servers on the machine may use the same certificate. */
export const certificateKey: Check = ({ tlsKey }) => {
  if (tlsKey === null) return null;
  const { path, mode } = tlsKey;
  const octal = (mode & 0o777).toString(8).padStart(3, '0');
  const todo = `chmod 640 ${path}.`;
  if ((mode & 0o022) !== 0)
    return red(`Others can change the certificate's key ${path} (mode ${octal})`, todo);
  if ((mode & 0o004) !== 0)
    return amber(
      `Everybody on this machine can read the certificate's key ${path} (mode ${octal}), and answer in Studio's name`,
      todo,
    );
  return green("Only its owner and their group can read the certificate's key");
};

export const secureCookie: Check = ({ network: { seen } }) => {
  if (seen === null) return null;
  const { cookies, logins } = seen;
  if (cookies.plain !== null)
    return amber(
      'A session cookie arrived over what looks like plain http: from a script, or through a proxy that is not trusted',
      "Name the proxy in TRUSTED_PROXIES; a script should send X-API-Key instead of the browser's cookie.",
    );
  if (logins.plain !== null)
    return red(
      'Somebody logged in over plain http, and no cookie came back: browsers drop a Secure cookie there',
      'Open Studio over https or through a tunnel to localhost.',
    );
  return cookies.https === null && cookies.localhost === null ? null : green('The Secure cookie arrives');
};
