import assert from "node:assert/strict";
import { test } from "node:test";
import { maskMessage, MessageMask, maskUrls, maskValue } from "../secrets.js";

const cases = [
  ["Authorization: Basic am9l\r\n", "Authorization: Basic ••••\n"],
  ["authorization:Basic am9l\r\n", "authorization: Basic ••••\n"],
  [
    'PROXY-AUTHORIZATION: Digest username="joe", response="6f"\r\n',
    "PROXY-AUTHORIZATION: Digest ••••\n",
  ],
  [
    "Authorization: Application Basic am9l\r\n",
    "Authorization: Application Basic ••••\n",
  ],
  ["Authorization: Bearer\tam9l\r\n", "Authorization: Bearer ••••\n"],
  ["Authorization: am9l\r\n", "Authorization: ••••\n"],
  ["Authorization: am9l b29k\r\n", "Authorization: ••••\n"],
  ["Cookie: a=b; c=d\r\n", "Cookie: ••••\n"],
  ["Set-Cookie: a=b\r\nHost: x\r\n", "Set-Cookie: ••••\nHost: x\n"],
  ["Cookie: a=b;\r\n c=d\r\nHost: x\r\n", "Cookie: ••••\n••••\nHost: x\n"],
  ["Location: ws://joe:p@ss@host/a@b\r\n", "Location: ws://host/a@b\n"],
  ["Location: //joe@host/\r\n", "Location: //host/\n"],
  [
    'WWW-Authenticate: Basic realm="KHP demo"\r\n',
    'WWW-Authenticate: Basic realm="KHP demo"\n',
  ],
  [
    "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /a?b=c HTTP/1.1\nHost: x\n\n",
  ],
  [
    "HTTP/1.1 403 Forbidden\r\n\r\nNo entry",
    "HTTP/1.1 403 Forbidden\n\nNo entry",
  ],
];

for (const [message, shown] of cases) {
  test(`of ${JSON.stringify(message)} the page shows ${JSON.stringify(shown)}`, () => {
    assert.equal(maskMessage(message), shown);
  });

  test(`${JSON.stringify(message)} in pieces of any size shows no more`, () => {
    for (let size = 1; size < message.length; size++) {
      const mask = new MessageMask();
      let pieces = "";
      for (let at = 0; at < message.length; at += size) {
        pieces += mask.push(message.slice(at, at + size));
      }
      for (const secret of ["am9l", "b29k", "6f", "a=b", "c=d"]) {
        assert.ok(
          !pieces.includes(secret) || shown.includes(secret),
          `${secret} is shown in ${pieces}`,
        );
      }
    }
  });
}

test("a header's value is masked by its name, whatever its case", () => {
  assert.equal(maskValue("set-cookie", "a=b"), "••••");
  assert.equal(maskValue("Authorization", "Basic am9l"), "Basic ••••");
  assert.equal(maskValue("Server", "khpd"), "khpd");
});

test("a URL loses its username and password and nothing else", () => {
  assert.equal(
    maskUrls("wss://joe:x@host:8080/a?b=c@d"),
    "wss://host:8080/a?b=c@d",
  );
  assert.equal(maskUrls("ws://host/"), "ws://host/");
});
