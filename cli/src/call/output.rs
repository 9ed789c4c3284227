//! Output of an answer, for people and for other programs.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::failure::{Failure, Result};
use crate::{Doing, Error, terminal};

/// Prints the content of a result: text as it is, anything else to a file or as a line that says
/// what it is.
pub(super) fn content(result: &Value, output: Option<&Path>) -> Result<()> {
    let blocks: Vec<_> = result["content"].as_array().into_iter().flatten().collect();
    let saved = blocks.iter().filter(|block| bytes(block).is_some()).count();
    for (index, block) in blocks.iter().enumerate() {
        match (bytes(block), output) {
            (Some((data, media_type)), Some(output)) => {
                save(&path(output, index + 1, saved, media_type)?, data)?;
            }
            _ => terminal::content(&describe(block))?,
        }
    }
    Ok(())
}

/// The text of a result, which is what a tool that failed says.
pub(super) fn text(result: &Value) -> String {
    let blocks = result["content"].as_array().into_iter().flatten();
    let text: Vec<_> = blocks.map(describe).collect();
    if text.is_empty() { "the tool failed and said nothing".to_owned() } else { text.join("\n") }
}

fn describe(block: &Value) -> String {
    let word = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let kind = block["type"].as_str().unwrap_or_default();
    if let Some((data, media_type)) = bytes(block) {
        let size = STANDARD.decode(data).map_or(data.len(), |bytes| bytes.len());
        return format!("[{kind}: {media_type}, {size} bytes; `--output FILE` saves it]");
    }
    match kind {
        "text" => word(&block["text"]),
        "resource" => word(&block["resource"]["text"]),
        "resource_link" => format!("[link: {} {}]", word(&block["name"]), word(&block["uri"])),
        other => format!("[{other}; `--json` shows it]"),
    }
}

/// The base64 of a block that holds bytes, and their media type.
fn bytes(block: &Value) -> Option<(&str, &str)> {
    let (data, holder) = match block["type"].as_str()? {
        "image" | "audio" => (&block["data"], block),
        "resource" => (&block["resource"]["blob"], &block["resource"]),
        _ => return None,
    };
    Some((data.as_str()?, holder["mimeType"].as_str().unwrap_or("application/octet-stream")))
}

/// In a folder each has a name by its place; a file holds one.
fn path(output: &Path, number: usize, count: usize, media_type: &str) -> Result<PathBuf> {
    if output.is_dir() || output.to_string_lossy().ends_with(std::path::MAIN_SEPARATOR) {
        fs::create_dir_all(output)
            .doing(|| format!("create {}", output.display()))
            .map_err(unsaved)?;
        return Ok(output.join(format!("{number}.{}", extension(media_type))));
    }
    if count > 1 {
        let error = format!("the answer has {count} files, and {} is one", output.display());
        return Err(unsaved(Error::new(error).help("name a folder: `--output FOLDER/`")));
    }
    Ok(output.to_owned())
}

fn save(path: &Path, data: &str) -> Result<()> {
    let bytes = STANDARD.decode(data).map_err(|error| {
        Failure::refused(Error::new(format!("the answer is no base64: {error}")))
    })?;
    fs::write(path, &bytes).doing(|| format!("write {}", path.display())).map_err(unsaved)?;
    terminal::note(&format!("{}: {} bytes", path.display(), bytes.len()));
    Ok(())
}

fn unsaved(error: Error) -> Failure {
    Failure::usage(error)
}

/// File extension for a media type; a server's own word does not become part of a path.
fn extension(media_type: &str) -> &str {
    let known = media_type.rsplit('/').next().unwrap_or_default();
    match known {
        "jpeg" => "jpg",
        "svg+xml" => "svg",
        "mpeg" => "mp3",
        "plain" => "txt",
        "png" | "gif" | "webp" | "wav" | "pdf" | "json" | "csv" | "html" | "zip" => known,
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_text_is_described_and_a_file_name_never_comes_from_the_server() {
        let image = json!({"type": "image", "mimeType": "image/png", "data": "AAAA"});
        assert_eq!(describe(&image), "[image: image/png, 3 bytes; `--output FILE` saves it]");
        let link = json!({"type": "resource_link", "name": "a", "uri": "https://a.example"});
        assert_eq!(describe(&link), "[link: a https://a.example]");
        assert_eq!(extension("image/../../x"), "bin");
        assert_eq!(extension("image/jpeg"), "jpg");
        assert!(path(Path::new("one.png"), 1, 2, "image/png").is_err());
    }
}
