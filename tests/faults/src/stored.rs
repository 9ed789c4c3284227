//! Tools that use R2 and queues, by the names that their callers give.

use std::collections::HashMap;

use serde::Serialize;
use toolgate::bindings::{HttpMetadata, MessageBuilder, Range};
use toolgate::prelude::*;

/// Writes an object, reads a part of it, lists it and deletes it; tells what it saw
#[mcp_tool(allow = "everyone")]
async fn store_object(
    ctx: &Context,
    /// The binding of the bucket
    bucket: String,
    /// The text of the object
    text: String,
) -> Result<String> {
    let bucket = ctx.env().bucket(&bucket).map_err(Error::new)?;
    let content_type = Some("text/markdown".to_owned());
    let written = bucket
        .put("notes/one", text)
        .http_metadata(HttpMetadata { content_type, ..HttpMetadata::default() })
        .custom_metadata(HashMap::from([("by".to_owned(), "test".to_owned())]))
        .execute()
        .await?;
    let size = written.map_or(0, |object| object.size());
    let range = Range::OffsetWithLength { offset: 1, length: 2 };
    let Some(part) = bucket.get("notes/one").range(range).execute().await? else {
        return Err(Error::new("it was not written"));
    };
    let kind = part.http_metadata().content_type.unwrap_or_default();
    let by = part.custom_metadata()?.remove("by").unwrap_or_default();
    let part = match part.body() {
        Some(body) => body.text().await?,
        None => String::new(),
    };
    let page = bucket.list().delimiter("/").execute().await?;
    let (objects, folders) = (page.objects().len(), page.delimited_prefixes().join(" "));
    bucket.delete("notes/one").await?;
    let is_left = bucket.head("notes/one").await?.is_some();
    Ok(format!("{size} {part} {kind} {by} {objects} {folders} {is_left}"))
}

#[derive(Serialize)]
struct Job {
    job: String,
}

/// Sends a queue a message, and two at once
#[mcp_tool(allow = "everyone")]
async fn send_jobs(
    ctx: &Context,
    /// The binding of the queue
    queue: String,
) -> Result<()> {
    let queue = ctx.env().queue(&queue).map_err(Error::new)?;
    let job = |job: &str| Job { job: job.to_owned() };
    queue.send(MessageBuilder::new(job("one")).delay_seconds(0).build()).await?;
    queue.send_batch([job("two"), job("three")]).await?;
    Ok(())
}
