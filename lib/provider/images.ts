import type { ImagePart } from "../core/message.ts";
import type { Profile } from "./profile.ts";

/** A part of a user message's content on the wire. */
export type WirePart =
  | { readonly type: "text"; readonly text: string }
  | {
    readonly type: "image_url";
    readonly image_url: { readonly url: string };
  };

/**
 * An image as the server takes it: a data URL, or a text note where the model
 * reads text only or the server can't decode the type (Ollama answers 400 to
 * a gif). A note keeps the model from guessing what it was shown.
 */
export function wireImage(
  image: ImagePart,
  options: { readonly profile: Profile; readonly vision: boolean },
): WirePart {
  const { profile, vision } = options;
  if (!vision || profile.images === "none") {
    return note(`[${image.mediaType} not shown: this model reads text only]`);
  }
  if (!profile.imageTypes.includes(image.mediaType)) {
    const types = profile.imageTypes.join(", ");
    return note(`[${image.mediaType} not shown: the server takes ${types}]`);
  }
  const url = `data:${image.mediaType};base64,${image.data}`;
  return { type: "image_url", image_url: { url } };
}

function note(text: string): WirePart {
  return { type: "text", text };
}
