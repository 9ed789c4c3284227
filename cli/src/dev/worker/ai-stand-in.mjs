// Stands in for Workers AI while a server runs on your machine.
//
// Workers AI exists only in Cloudflare's network, so there is nothing to run locally. workerd's own
// `Ai` object stays in the path: it turns `env.AI.run(model, inputs)` into an HTTP request, which is
// what arrives here, with the address and headers it was meant for in `MF-URL` and `MF-Header-*`.
// The answer is a real JPEG whose pattern and comment come from the prompt, so a picture shows that
// this very prompt crossed the binding.

const IMAGE_MODELS = /flux|stable-diffusion|dreamshaper|lucid|phoenix/;

export default {
  async fetch(request) {
    const url = new URL(request.headers.get("MF-URL") ?? "about:blank");
    if (request.method !== "POST" || url.pathname !== "/run") {
      return failure(404, 7000, `the local stand-in for Workers AI does not serve ${url.pathname}`);
    }
    const model = request.headers.get("MF-Header-cf-consn-model-id") ?? "";
    if (!IMAGE_MODELS.test(model)) {
      return failure(400, 5007, `the local stand-in for Workers AI draws pictures only; ${model} runs after deployment`);
    }
    const { inputs } = await request.json();
    if (typeof inputs?.prompt !== "string" || inputs.prompt === "") {
      return failure(400, 5006, "required property 'prompt' is missing");
    }
    return Response.json({ image: base64(await draw(`${inputs.prompt}\n${inputs.steps ?? ""}`)) });
  },
};

/** An error in the form that workerd's `Ai` object reads. */
function failure(status, code, message) {
  return Response.json({ errors: [{ code, message }] }, { status });
}

function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

/** A 64 by 64 grey JPEG: 8 by 8 tiles, a bit of SHA-256(text) each, mirrored; the digest is its comment. */
async function draw(text) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const shades = [];
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 8; column++) {
      const byte = digest[row * 4 + Math.min(column, 7 - column)];
      shades.push(byte & 1 ? 24 + (byte >> 2) : 232 - (byte >> 3));
    }
  }
  return jpeg(8, 8, shades, `toolgate stand-in ${hex}`);
}

/** Baseline JPEG (ITU T.81) of flat 8 by 8 tiles: every block has a DC coefficient and no other. */
function jpeg(columns, rows, shades, comment) {
  const segment = (marker, body) => [0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255, ...body];
  const both = (value) => [value >> 8, value & 255];
  // Twelve DC categories with codes of 4 bits, in order, so that a category is its own code; one AC
  // code of 1 bit: end of block.
  const dcTable = [0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...Array(12).keys()];
  const acTable = [0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00];
  return [
    ...[0xff, 0xd8],
    ...segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    ...segment(0xfe, [...new TextEncoder().encode(comment)]),
    ...segment(0xdb, [0, ...Array(64).fill(8)]),
    ...segment(0xc0, [8, ...both(rows * 8), ...both(columns * 8), 1, 1, 0x11, 0]),
    ...segment(0xc4, dcTable),
    ...segment(0xc4, acTable),
    ...segment(0xda, [1, 1, 0x00, 0, 63, 0]),
    ...scan(shades),
    ...[0xff, 0xd9],
  ];
}

/** The entropy-coded data. With a quantiser of 8 a flat block's DC coefficient is its level itself. */
function scan(shades) {
  let bits = "";
  let previous = 0;
  for (const shade of shades) {
    const level = shade - 128;
    const difference = level - previous;
    previous = level;
    const size = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
    const value = difference < 0 ? difference + (1 << size) - 1 : difference;
    bits += size.toString(2).padStart(4, "0");
    bits += size === 0 ? "" : value.toString(2).padStart(size, "0");
    bits += "0";
  }
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
  const bytes = [];
  for (let at = 0; at < bits.length; at += 8) {
    const byte = parseInt(bits.slice(at, at + 8), 2);
    bytes.push(byte);
    if (byte === 0xff) bytes.push(0); // a marker must not appear inside the data
  }
  return bytes;
}
