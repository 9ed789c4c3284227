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
    use toolgate::testing::{TestClient, TestServer, json};

    /// A client of this person, of a server whose model draws what it is asked to.
    fn client(email: &str) -> TestClient {
        let server = TestServer::new(server()).ai("AI", |model, input| {
            assert_eq!(model, IMAGE_MODEL);
            assert_eq!(input, json!({ "prompt": "a cat", "steps": 4 }));
            json!({ "image": "/9j/2Q==" })
        });
        server.as_user(email)
    }

    #[test]
    fn a_tool_is_still_a_function() {
        assert_eq!(add(23.0, 19.0), 42.0);
    }

    #[test]
    fn everyone_adds() {
        for email in ["employee1@mycompany.com", "visitor@mycompany.com"] {
            client(email).call("add", json!({ "a": 23, "b": 19 })).assert_text("42");
        }
    }

    #[test]
    fn the_image_makers_generate_images() {
        for maker in [
            client("employee1@mycompany.com"),
            client("teammate1@mycompany.com"),
            client("designer@elsewhere.com").groups(["design"]),
        ] {
            maker.list_tools().assert_names(["add", "generateImage"]);
            let drawn = maker.call("generateImage", json!({ "prompt": "a cat" }));
            assert_eq!(drawn.bytes(), [0xff, 0xd8, 0xff, 0xd9]);
            assert_eq!(drawn.content()[0]["mimeType"], "image/jpeg");
        }
    }

    #[test]
    fn nobody_else_generates_images_or_sees_that_it_can_be_done() {
        let somebody = [
            client("visitor@mycompany.com"),
            client("visitor@mycompany.com").groups(["sales"]),
            client("employee1@mycompany.com").unverified_email(),
        ];
        for visitor in somebody {
            visitor.list_tools().assert_names(["add"]);
            visitor.call("generateImage", json!({ "prompt": "a cat" })).assert_denied();
        }
    }

    #[test]
    fn the_steps_are_between_4_and_8() {
        let maker = client("employee1@mycompany.com");
        for steps in [3, 9] {
            maker
                .call("generateImage", json!({ "prompt": "a cat", "steps": steps }))
                .assert_error("steps: must be between 4 and 8");
        }
    }
}
