//! Functions that use R2 and queues.

use std::collections::HashMap;

use futures_util::StreamExt as _;
use serde::Serialize;
use toolgate::bindings::{
    BatchMessageBuilder, Bucket, Conditional, FixedLengthStream, HttpMetadata, Include,
    MessageBuilder, Range,
};
use toolgate::prelude::*;

fn files(ctx: &Context) -> Result<Bucket> {
    Ok(ctx.env().bucket("FILES")?)
}

/// Writes a file
#[mcp_tool(allow = "everyone")]
async fn write_file(ctx: &Context, name: String, text: String) -> Result<u64> {
    let content_type = Some("text/markdown".to_owned());
    let author = HashMap::from([("author".to_owned(), ctx.caller().subject.clone())]);
    let written = files(ctx)?
        .put(&name, text)
        .http_metadata(HttpMetadata { content_type, ..HttpMetadata::default() })
        .custom_metadata(author)
        .execute()
        .await?;
    Ok(written.map_or(0, |object| object.size()))
}

/// Writes a file whose text comes in pieces, and that must not be there yet
#[mcp_tool(allow = "everyone")]
async fn write_new_file(ctx: &Context, name: String, pieces: Vec<String>) -> Result<bool> {
    let length = pieces.iter().map(|piece| piece.len() as u64).sum();
    let pieces = pieces.into_iter().map(|piece| Ok(piece.into_bytes()));
    let stream = FixedLengthStream::wrap(futures_util::stream::iter(pieces), length);
    let is_new =
        Conditional { etag_does_not_match: Some("*".to_owned()), ..Conditional::default() };
    Ok(files(ctx)?.put(&name, stream).only_if(is_new).execute().await?.is_some())
}

/// Reads a file, and tells of which type it is and who wrote it
#[mcp_tool(allow = "everyone")]
async fn read_file(ctx: &Context, name: String) -> Result<String> {
    let Some(file) = files(ctx)?.get(&name).execute().await? else {
        return Err(Error::new("no such file"));
    };
    let content_type = file.http_metadata().content_type.unwrap_or_default();
    let author = file.custom_metadata()?.remove("author").unwrap_or_default();
    let Some(body) = file.body() else { return Err(Error::new("no content")) };
    let mut stream = body.stream()?;
    let mut text = Vec::new();
    while let Some(chunk) = stream.next().await {
        text.extend_from_slice(&chunk?);
    }
    Ok(format!("{content_type} of {author}: {}", String::from_utf8_lossy(&text)))
}

/// Reads a part of a file
#[mcp_tool(allow = "everyone")]
async fn read_part(ctx: &Context, name: String, offset: u32, length: u32) -> Result<String> {
    let range = Range::OffsetWithLength { offset: offset.into(), length: length.into() };
    let part = files(ctx)?.get(&name).range(range).execute().await.map_err(Error::new)?;
    let part = part.ok_or_else(|| Error::new("no such file"))?;
    match part.body() {
        Some(body) => Ok(format!("{} of {}", body.text().await?, part.size())),
        None => Err(Error::new("no content")),
    }
}

/// Tells the size of a file
#[mcp_tool(allow = "everyone")]
async fn file_size(ctx: &Context, name: String) -> Result<u64> {
    let file = files(ctx)?.head(&name).await?;
    file.map(|file| file.size()).ok_or_else(|| Error::new("no such file"))
}

/// Deletes files
#[mcp_tool(allow = "everyone")]
async fn delete_files(ctx: &Context, names: Vec<String>) -> Result<()> {
    Ok(files(ctx)?.delete_multiple(names).await?)
}

/// Lists a folder of files in pages of two, with their authors
#[mcp_tool(allow = "everyone")]
async fn list_folder(ctx: &Context, folder: String) -> Result<String> {
    let files = files(ctx)?;
    let mut pages = Vec::new();
    let mut cursor = None;
    loop {
        let mut list = files.list().prefix(folder.clone()).delimiter("/").limit(2);
        list = list.include(vec![Include::CustomMetadata]);
        if let Some(cursor) = cursor {
            list = list.cursor(cursor);
        }
        let page = list.execute().await?;
        let mut entries = page.delimited_prefixes();
        for file in page.objects() {
            let author = file.custom_metadata()?.remove("author").unwrap_or_default();
            entries.push(format!("{}@{author}", file.key()));
        }
        pages.push(entries.join(" "));
        cursor = page.cursor();
        if !page.truncated() {
            return Ok(pages.join(" | "));
        }
    }
}

#[derive(Serialize)]
struct Job {
    job: String,
    by: String,
}

/// Begins a job, now or later
#[mcp_tool(allow = "everyone")]
async fn begin_job(ctx: &Context, job: String, delay: Option<u32>) -> Result<()> {
    let queue = ctx.env().queue("JOBS")?;
    let job = Job { job, by: ctx.caller().subject.clone() };
    let sent = match delay {
        None => queue.send(job).await,
        Some(delay) => queue.send(MessageBuilder::new(job).delay_seconds(delay).build()).await,
    };
    sent.map_err(Error::new)
}

/// Begins jobs, all or none; those of a person wait for a minute
#[mcp_tool(allow = "everyone")]
async fn begin_jobs(ctx: &Context, jobs: Vec<String>) -> Result<()> {
    let by = &ctx.caller().subject;
    let jobs = jobs.into_iter().map(|job| Job { job, by: by.clone() });
    let batch = BatchMessageBuilder::new().messages(jobs).delay_seconds(60).build();
    ctx.env().queue("JOBS")?.send_batch(batch).await.map_err(Error::new)
}
