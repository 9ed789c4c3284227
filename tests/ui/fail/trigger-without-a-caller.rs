use toolgate::prelude::*;

#[derive(serde::Deserialize, JsonSchema)]
struct Answer {
    yes: bool,
}

#[cron("nightly", config = "../config/triggers.toml")]
async fn clean(ctx: &Context) -> Result<()> {
    let _ = ctx.caller();
    let _: Answer = ctx.ask("Go on?").await?;
    ctx.as_caller().get("https://wiki.example.com/").send().await?;
    ctx.state::<u32>().set(&1).await?;
    ctx.sql().execute("SELECT 1", ()).await?;
    ctx.start_task().await;
    ctx.info("done");
    ctx.quota().spend(1).await?;
    Ok(())
}

fn main() {}
