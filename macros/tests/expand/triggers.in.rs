#[cron("nightly")]
async fn nightly(ctx: &Context, scheduled: Scheduled) -> Result<()> {
    ctx.server_state::<u32>().set(&1).await?;
    Ok(())
}

#[cron("bare")]
fn bare() {}

#[queue("jobs")]
async fn work(ctx: &Context, job: Job) -> Result<(), String> {
    helper(ctx, job).await
}

#[queue("one")]
fn one(job: Queued<Job>) {}

#[queue("all")]
async fn all(jobs: Vec<Queued<crate::Job>>) -> Result<()> {
    Ok(())
}

#[email]
async fn receive(mail: Email) -> Result<()> {
    mail.forward("ada@example.com").await
}

#[cron("wrong")]
fn wrong(caller: &Caller) {}
