//! The demo `remote-mcp-cf-access`: a tool for everyone, and one for those whom a policy lets spend
//! image credits.

use serde::{Deserialize, Serialize};
use toolgate::prelude::*;

const IMAGE_MODEL: &str = "@cf/black-forest-labs/flux-1-schnell";

/// Performs basic addition of numbers
#[mcp_tool(allow = "everyone", read_only, idempotent, open_world = false)]
fn add(
    /// First addend
    a: f64,
    /// Second addend
    b: f64,
) -> f64 {
    a + b
}

#[derive(Serialize)]
struct ImageRequest {
    prompt: String,
    steps: u8,
}

#[derive(Deserialize)]
struct ImageResponse {
    /// A JPEG in base64.
    image: String,
}

/// Generate an image using the `flux-1-schnell` model. Works best with 8 steps.
#[mcp_tool(name = "generateImage", allow = "image-makers", title = "Generate image", read_only)]
async fn generate_image(
    ctx: &Context,
    /// A text description of the image you want to generate.
    prompt: String,
    /// The number of diffusion steps; higher values can improve quality but take longer. Must be
    /// between 4 and 8, inclusive.
    #[arg(range = 4..=8, default = 4)]
    steps: u8,
) -> Result<Image> {
    let ai = ctx.env().ai("AI")?;
    let answer: ImageResponse = ai.run(IMAGE_MODEL, ImageRequest { prompt, steps }).await?;
    Ok(Image::from_base64(answer.image, "image/jpeg"))
}

toolgate::serve!();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_still_a_function() {
        assert_eq!(add(23.0, 19.0), 42.0);
    }
}
