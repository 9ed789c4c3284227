// The stand-in behind the `AI` binding: a Worker that answers Workers AI's own wire protocol.
//
// The Worker under test holds workerd's real `Ai` object. Its `run()` posts
// {inputs, options} to https://workers-binding.ai/run with the model in a header, and miniflare
// carries that request here, with the original headers prefixed by `MF-Header-`.

// A whole 16x16 baseline JPEG. A comment segment that names the input is put behind its first
// marker, so that the picture stays valid and still depends on what was asked for.
const JPEG =
  "/9j/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBD" +
  "ARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAAQABAD" +
  "ASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAP/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFAEBAAAAAAAAAAAAAAAAAAAA" +
  "Bf/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhEDEQA/ALACTD//2Q==";
const START_OF_IMAGE = 2;

export default {
  async fetch(request) {
    const target = new URL(request.headers.get("MF-URL") ?? request.url);
    if (target.pathname !== "/run") {
      return Response.json({ errors: [{ code: 7000, message: `no route ${target.pathname}` }] }, { status: 404 });
    }
    const model = request.headers.get("MF-Header-cf-consn-model-id");
    const { inputs } = await request.json();
    if (model !== "@cf/black-forest-labs/flux-1-schnell") {
      return failure(5007, `No such model ${model}`);
    }
    if (typeof inputs?.prompt !== "string" || inputs.prompt === "") {
      return failure(5006, "Error: oneOf at '/' not met: required property 'prompt' is missing");
    }
    if (inputs.prompt.includes("please fail")) {
      return failure(3040, "Capacity temporarily exceeded, please try again.");
    }
    // `Ai.run` parses the answer only for exactly this content type.
    return new Response(JSON.stringify({ image: picture(inputs) }), {
      headers: { "content-type": "application/json" },
    });
  },
};

function failure(code, message) {
  return Response.json({ internalCode: code, name: "InferenceUpstreamError", description: message }, { status: 400 });
}

function picture(inputs) {
  const note = new TextEncoder().encode(JSON.stringify(inputs)).slice(0, 60000);
  const length = note.length + 2;
  const jpeg = Uint8Array.from(atob(JPEG), (character) => character.charCodeAt(0));
  const bytes = [
    ...jpeg.slice(0, START_OF_IMAGE),
    0xff, 0xfe, length >> 8, length & 0xff,
    ...note,
    ...jpeg.slice(START_OF_IMAGE),
  ];
  return btoa(String.fromCharCode(...bytes));
}
