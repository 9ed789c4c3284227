//! Inside the object of one person's accounts.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use toolgate_core::account::connect::find;
use toolgate_core::account::listed::ended_event;
use toolgate_core::account::record::{self, Account, AccountOperation, LOOK_AFTER, Write};
use toolgate_core::account::stale::{Fate, fate};
use toolgate_core::audit::{Log, Reason};
use toolgate_core::seal::Entropy as _;
use worker::{Error, SqlStorageValue};

use super::party::withdraw;
use super::{ALL, AccountRequest, FINISHED, Named, ONE, finished};
use crate::audit::Teller;
use crate::platform::PlatformEntropy;
use crate::platform::host::{Request, Response};
use crate::platform::now;
use crate::ports::feature::Feature;
use crate::ports::object::{self, Object};

const TABLE: &str = "toolgate_accounts";

const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS toolgate_accounts \
     (connection TEXT PRIMARY KEY, account TEXT NOT NULL)";

/// The feature of servers with connections.
pub static CONNECTIONS: &dyn Feature = &ConnectionsFeature;

#[derive(Debug)]
struct ConnectionsFeature;

impl Feature for ConnectionsFeature {
    fn prefix(&self) -> &'static str {
        "/account/"
    }

    fn serve<'a>(
        &'a self,
        object: &'a Object,
        mut request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(async move {
            match request.path().as_str() {
                ONE => one(object, object::body(&mut request).await?).await,
                ALL => object::answer(&read(object)?),
                FINISHED => finished::hear(object, &object::body(&mut request).await?),
                _ => Response::error("no such operation", 404),
            }
        })
    }

    fn alarm<'a>(&'a self, object: &'a Object) -> LocalBoxFuture<'a, worker::Result<bool>> {
        Box::pin(async move {
            let is_of_accounts = object.has_table(TABLE)?;
            if is_of_accounts {
                look_after(object).await?;
            }
            Ok(is_of_accounts)
        })
    }
}

async fn one(object: &Object, request: AccountRequest) -> worker::Result<Response> {
    let AccountRequest { connection, operation } = request;
    let is_new = matches!(operation, AccountOperation::Connect { .. });
    let stored = read(object)?.into_iter().find(|known| known.connection == connection);
    let was_there = stored.is_some();
    // Nothing comes between this look and the write.
    let (write, outcome) = record::apply(stored.map(|known| known.account), operation, now());
    match write {
        Write::Keep => {}
        Write::Put(account) => put(object, connection, &account)?,
        Write::Delete if was_there => delete(object, &connection)?,
        Write::Delete => {}
    }
    if is_new {
        set_alarm(object).await?;
    }
    object::answer(&outcome)
}

/// Deletes what is of no more use, and withdraws it where its third party is known; at last, everything.
async fn look_after(object: &Object) -> worker::Result<()> {
    let (app, env, now) = (object.app(), object.env(), now());
    let mut over = Vec::new();
    let log = Log::default();
    for Named { connection, account } in read(object)? {
        let fate = fate(&app.config, &connection, &account, now);
        if fate == Fate::Kept {
            continue;
        }
        delete(object, &connection)?;
        log.record(ended_event(&account.whose.person, &connection, Reason::AccountForgotten));
        if fate == Fate::Over {
            over.push((connection, account));
        }
    }
    Teller::of_object(app, env, &PlatformEntropy.token()).flush(&log);
    if read(object)?.is_empty() {
        object.state().storage().delete_all().await?;
    } else {
        set_alarm(object).await?;
    }
    for (name, account) in over {
        let found = find(&app.config, &name).zip(app.keyring(env));
        if let Some((connection, keys)) = found {
            let tokens = (account.whose.person.as_str(), account.kept.sealed.as_str());
            withdraw(connection, env, &keys, tokens).await;
        }
    }
    Ok(())
}

/// Has the object looked after when its first account is over, and now and then before.
async fn set_alarm(object: &Object) -> worker::Result<()> {
    let all = read(object)?;
    let Some(first) = all.iter().map(|known| known.account.over_at()).min() else {
        return Ok(());
    };
    let wait = first.saturating_sub(now()).min(LOOK_AFTER) + 1;
    object.state().storage().set_alarm(Duration::from_secs(wait)).await
}

fn read(object: &Object) -> worker::Result<Vec<Named>> {
    if !object.has_table(TABLE)? {
        return Ok(Vec::new());
    }
    let query = "SELECT connection, account FROM toolgate_accounts ORDER BY connection";
    let rows = object.sql().exec(query, None)?.raw();
    rows.map(|row| match row?.as_slice() {
        [SqlStorageValue::String(connection), SqlStorageValue::String(account)] => {
            let account: Account = toolgate_core::from_json::read(account)?;
            Ok(Named { connection: connection.clone(), account })
        }
        _ => Err(Error::RustError("a row of the storage is not one of ours".to_owned())),
    })
    .collect()
}

fn put(object: &Object, connection: String, account: &Account) -> worker::Result<()> {
    let sql = object.sql();
    sql.exec(CREATE_TABLE, None)?;
    let values = vec![connection.into(), serde_json::to_string(account)?.into()];
    sql.exec("INSERT OR REPLACE INTO toolgate_accounts VALUES (?, ?)", values).map(drop)
}

fn delete(object: &Object, connection: &str) -> worker::Result<()> {
    let query = "DELETE FROM toolgate_accounts WHERE connection = ?";
    object.sql().exec(query, vec![connection.into()]).map(drop)
}
